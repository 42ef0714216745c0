"""A backup that is killed at any moment: what has its name is whole, and the next one clears up."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

import databases
from dunwell.run import archives
from dunwell.store import dumps

ROOT = Path(__file__).parents[2]
KILLS = 4


@dataclass
class Firm:
    """Books in a database of their own; every command is a process that can be killed."""

    name: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        address = f"postgresql://{{}}@/{self.name}?host={str(databases.server()).replace('/', '%2F')}"
        return {
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}",
            "DUNWELL_DATA": str(self.folder),
            "DUNWELL_BACKUPS": str(self.folder / "elsewhere"),
            "DUNWELL_DATABASE_URL": address.format("dunwell_app"),
            "DUNWELL_OWNER_DATABASE_URL": address.format("dunwell_owner"),
            "DUNWELL_BACKUP_DATABASE_URL": address.format("postgres"),
        }

    def dunwell(self, *words: object, kill_after_s: float | None = None) -> float:
        """Runs a command to its end, or kills it; gives how long it took."""
        return self.runs("dunwell", *words, kill_after_s=kill_after_s)

    def runs(self, *words: object, kill_after_s: float | None = None) -> float:
        began = time.monotonic()
        command = [sys.executable, "-m", *map(str, words)]
        with subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL) as process:
            try:
                assert process.wait(kill_after_s) == 0
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
        return time.monotonic() - began

    def tally(self) -> dumps.Tally:
        with psycopg.connect(self.environment["DUNWELL_BACKUP_DATABASE_URL"], autocommit=True) as session:
            return dumps.tally(session)

    def backups(self) -> list[Path]:
        return sorted((self.folder / "elsewhere").glob("*.age"))


@pytest.fixture(scope="module")
def firm(database, tmp_path_factory):
    name = f"killed_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    databases.shaped(name)
    one = Firm(name, tmp_path_factory.mktemp("killed") / "firm")
    one.folder.mkdir()
    one.runs("years.firm", "make", one.folder)
    yield one
    for copy in ("", "_trial"):
        dumps.drop(name + copy)


@pytest.mark.slow
def test_a_killed_backup_leaves_whole_ones_alone_and_the_next_one_clears_up(firm):
    took = firm.dunwell("backup")
    before, rng = firm.tally(), random.Random(8)

    for _ in range(KILLS):
        firm.dunwell("backup", kill_after_s=took * rng.uniform(0.4, 1.0))

    assert firm.tally() == before
    for file in firm.backups():
        with archives.opened(file, key_in=firm.folder / "secrets" / archives.KEY) as archive:
            assert archive.manifest.tally == before
    firm.dunwell("backup")
    assert {file.suffix for file in (firm.folder / "elsewhere").iterdir()} == {".age"}
    assert not dumps.exists(f"{firm.name}_trial")
