"""I17 on the whole program: killed while it sends, backed up then, its disk lost days later, restored, and its days go on: every letter
arrives once, and every step of every invoice is taken, as in a firm to which nothing happened.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

import databases
from years.firm import CLIENTS, FIRST, SINK

ROOT = Path(__file__).parents[2]
KILLED, LOST, END = FIRST + timedelta(2), FIRST + timedelta(7), FIRST + timedelta(12)
_numbers = itertools.count(1)


@dataclass
class Firm:
    """A database, a data folder and a mail server; every verb is a process of its own."""

    name: str
    folder: Path
    port: int

    @property
    def taken(self) -> Path:
        """The mail server's own record, which no restore of the firm touches."""
        return self.folder.with_suffix(".taken")

    @property
    def environment(self) -> dict[str, str]:
        socket = str(databases.server()).replace("/", "%2F")
        address = f"postgresql://{{}}@/{self.name}?host={socket}"
        return {
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}",
            "DUNWELL_DATA": str(self.folder),
            "DUNWELL_BACKUPS": str(self.folder / "elsewhere"),
            "DUNWELL_DATABASE_URL": address.format("dunwell_app"),
            "DUNWELL_OWNER_DATABASE_URL": address.format("dunwell_owner"),
            "DUNWELL_BACKUP_DATABASE_URL": address.format("postgres"),
        }

    def does(self, verb: str, *words: object) -> str:
        command = [sys.executable, "-m", "years.firm", verb, str(self.folder), *map(str, words)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def dunwell(self, *words: object, code: int = 0) -> str:
        command = [sys.executable, "-m", "dunwell", *map(str, words)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def days(self, since: date, until: date) -> None:
        self.does("days", since, (until - since).days, self.port)

    def killed(self, on: date, after_s: float) -> None:
        """A day whose process dies so many seconds after its first letter may have left."""
        command = [sys.executable, "-m", "years.firm", "days", str(self.folder), str(on), "1", str(self.port)]
        with subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout.readline() == "sending\n"
            time.sleep(after_s)
            process.send_signal(signal.SIGKILL)

    def backup(self, on: date) -> Path:
        self.does("backup", on)
        (file,) = (self.folder / "elsewhere").glob("*.age")
        return file

    def arrived(self) -> Counter[str]:
        """Reader → letters taken by the mail server."""
        return Counter(line.split()[0] for line in self.taken.read_text().splitlines())

    def sent(self) -> Counter[str]:
        """`step number step` and `reader address` → how often the books say so."""
        return Counter(self.does("steps", END).splitlines())


@contextmanager
def firm(folder: Path):
    name = f"firm_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(_numbers)}"
    databases.shaped(name)
    folder.mkdir()
    taken = folder.with_suffix(".taken")
    taken.touch()
    command = [sys.executable, "-c", SINK, str(taken)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        found = Firm(name, folder, int(process.stdout.readline()))
        try:
            found.does("make")
            yield found
        finally:
            process.kill()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What a firm sends to which nothing happens."""
    with firm(tmp_path_factory.mktemp("years") / "undisturbed") as one:
        one.days(FIRST, END)
        sent = one.sent()
        assert sum(one.arrived().values()) > CLIENTS, "the firm has written, or nothing could be lost"
        return sent


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.xdist_group("restore")
@pytest.mark.parametrize("is_disk_lost", [True, False], ids=["the disk is lost", "the replaced books stand"])
def test_after_a_restore_every_letter_arrives_once_and_none_is_lost(tmp_path, undisturbed, is_disk_lost):
    after_s = random.Random(20260302 + is_disk_lost).random() * 0.15
    with firm(tmp_path / "firm") as one:
        one.days(FIRST, KILLED)
        one.killed(KILLED, after_s)
        file = one.backup(KILLED)
        one.days(KILLED, KILLED + timedelta(1))
        one.does("settle", KILLED, one.taken)
        one.days(KILLED + timedelta(1), LOST)

        assert "they take the place" not in one.dunwell("restore", file, code=1)
        one.dunwell("restore", file, "--yes")
        if is_disk_lost:
            with psycopg.connect(one.environment["DUNWELL_BACKUP_DATABASE_URL"], autocommit=True) as session:
                session.execute(f"DROP DATABASE {one.name}_replaced")
        before = one.arrived()
        one.days(LOST, LOST + timedelta(1))  # nobody has confirmed yet: nothing leaves
        assert one.arrived() == before
        one.does("settle", LOST, one.taken)
        one.does("confirm", LOST, one.taken)
        one.does("live", LOST)
        one.days(LOST, END)

        books = one.sent()
        assert one.arrived() == Counter({line.split()[1]: n for line, n in books.items() if line.startswith("reader")})
        assert set(books.values()) | {1} == set(undisturbed.values()) | {1}
        assert books == undisturbed
