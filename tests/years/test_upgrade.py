"""Books of every release that was, brought to this one by the command: tried first, nothing lost, and the days go on."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.db.migrations import AddField, AlterField, CreateModel, Migration, RemoveField, RunSQL
from django.db.models import IntegerField, TextField

import databases
from dunwell.site import database as embedded
from dunwell.store import dumps, shapes

ROOT = Path(__file__).parents[2]
RELEASES = sorted((Path(__file__).parent / "releases").glob("*.dump"))
NEXT = date(2026, 3, 9)  # a week after the day on which all was due
_numbers = itertools.count(1)


@dataclass
class Books:
    """A database with the books of an old release, and a data folder."""

    name: str
    folder: Path

    def runs(self, *words: object, code: int = 0) -> str:
        socket = str(databases.server()).replace("/", "%2F")
        address = f"postgresql://{{}}@/{self.name}?host={socket}"
        environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}",
            "DUNWELL_DATA": str(self.folder),
            "DUNWELL_BACKUPS": str(self.folder / "elsewhere"),
            "DUNWELL_DATABASE_URL": address.format("dunwell_app"),
            "DUNWELL_OWNER_DATABASE_URL": address.format("dunwell_owner"),
            "DUNWELL_BACKUP_DATABASE_URL": address.format("postgres"),
        }
        command = [sys.executable, "-m", *map(str, words)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def dunwell(self, *words: object, code: int = 0) -> str:
        return self.runs("dunwell", *words, code=code)

    def tables(self) -> set[str]:
        return {table for (table,) in dumps.rows_of(self.name, "SELECT tablename::text FROM pg_tables", [])}

    def steps(self) -> dict[str, list[str]]:
        """Client → the steps that letters took, in order."""
        found: dict[str, list[str]] = {}
        for client, step in dumps.rows_of(self.name, STEPS, []):
            found.setdefault(client, []).append(step)
        return found


STEPS = """
SELECT c.external_id, i.step FROM message_item i JOIN message m ON m.id = i.message_id JOIN customer c ON c.id = m.customer_id
WHERE m.state = 'sent' AND NOT m.rehearsal AND i.step IS NOT NULL ORDER BY m.slot_on, m.id
"""


@pytest.fixture(params=RELEASES, ids=lambda file: file.stem)
def books(request, database, tmp_path):
    name = f"old_{next(_numbers)}"
    embedded.start(databases.server(), name)
    dumps.put(request.param, name)
    yield Books(name, tmp_path)
    dumps.drop(name)


@pytest.mark.slow
def test_old_books_are_refused_then_upgraded_and_back_and_again_and_their_days_go_on(books):
    before, tables = books.steps(), books.tables()
    assert "dunwell upgrade" in books.dunwell("work", code=2)
    assert "others must be stopped" in books.dunwell("upgrade", code=1)
    assert books.tables() == tables, "shown, not done"

    assert "every fact is the same" in books.dunwell("upgrade", "--yes")
    assert books.steps() == before
    assert not dumps.exists(f"{books.name}_trial")

    books.dunwell("upgrade", "--back", "--yes")
    assert books.tables() == tables
    books.dunwell("upgrade", "--yes")
    assert " 0 broken" in books.dunwell("audit")

    books.runs("years.firm", "day", books.folder, NEXT)
    after = books.steps()
    for client in ("PAID", "PROMISED", "CONTESTS", "SILENCED", "HELD"):
        assert after[client] == before[client], client
    assert after["OWES"][:-1] == before["OWES"] and len(set(after["OWES"])) == len(after["OWES"])
    assert "the books went on" in books.dunwell("upgrade", "--back", "--yes", code=2)


def test_what_only_adds_lets_others_work():
    def change(*operations):
        one = Migration("0999", "store")
        one.operations = operations
        return shapes.lets_others_work(one)

    table = CreateModel("thing", [("id", IntegerField(primary_key=True))])
    assert change(table, AddField("thing", "name", TextField()))
    assert change(AddField("customer", "name", TextField(null=True)))
    assert change(AddField("customer", "name", TextField(db_default="")))
    assert not change(AddField("customer", "name", TextField(default="")))
    assert not change(AlterField("customer", "name", TextField()))
    assert not change(table, RemoveField("customer", "name"))
    assert not change(RunSQL("DROP TABLE customer"))
