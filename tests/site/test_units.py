"""The files that let the computer start Dunwell: read by the very programs that will read them, with paths that need quoting."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dunwell.site import units

VARIABLES = {"DUNWELL_DATA": '/home/a b/50%/"$x"', "DUNWELL_DATABASE_URL": "postgresql://app:p%40ss$@db/dunwell"}


def test_systemd_reads_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here")
    for errand, means in units.ERRANDS.items():
        name, content = units.unit(errand, means, VARIABLES)
        (tmp_path / name).write_text(content)
        assert faults(tmp_path / name) == ""
    broken = tmp_path / "broken.service"
    broken.write_text(content.replace("Restart=on-failure", "Restart=whenever"))
    assert "whenever" in faults(broken), "it looks, so that its silence means something"


def faults(unit: Path) -> str:
    command = ["systemd-analyze", "verify", "--user", str(unit)]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(unit.parent)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment).stderr


def test_launchd_gets_every_word_as_it_is() -> None:
    name, content = units.property_list("worker", "works", VARIABLES)
    told = plistlib.loads(content.encode())

    assert name == "dunwell.worker.plist"
    assert told["ProgramArguments"] == [sys.executable, "-m", "dunwell", "worker"]
    assert told["EnvironmentVariables"] == VARIABLES


def test_the_command_writes_them_with_the_variables_it_was_called_with(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dunwell", "autostart", "--to", str(tmp_path / "units")],
        env={"PYTHONPATH": str(Path(units.__file__).parents[2]), "DUNWELL_DATA": "/srv/dunwell", "DUNWELL_TLS": "1", "HOME": "/"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    text = "\n".join(file.read_text() for file in sorted((tmp_path / "units").iterdir()))

    assert "enable --now" in done.stdout or "launchctl" in done.stdout
    assert text.count("/srv/dunwell") >= 2
    assert "DUNWELL_TLS" in text and "DATABASE_URL" not in text
    assert not Path("/srv/dunwell/postgres").exists(), "writing files starts no database"
