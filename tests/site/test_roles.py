"""The scripts of roles, run on a real server, then everything by these roles: tables made, a creditor at work, a backup tried."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from dunwell.store import dumps

ROOT = Path(__file__).parents[2]

ROLES = ("dunwell_owner", "dunwell_app", "dunwell_backup")


@pytest.fixture
def environment(database: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The addresses that the how-to names, on the tests' own server under names of their own."""
    script = tmp_path / "roles.sql"
    script.write_text((ROOT / "deploy" / "roles.sql").read_text().replace("dunwell", "roles"))
    socket = f"{os.environ['DUNWELL_TEST_DATA']}/postgres"
    superuser = f"host={socket} user=postgres dbname=postgres"
    passwords = {f"{name}_PASSWORD": "it's secret" for name in ("OWNER", "APP", "BACKUP")}
    place = {"PATH": f"{dumps.folder()}:{os.environ['PATH']}", "PGHOST": socket, "ROLES": str(script)}
    # As the container of the database does when its data are made.
    subprocess.run([str(ROOT / "deploy" / "roles.sh")], env={**os.environ, **place, **passwords}, check=True)
    owner, app, keeper = (
        f"postgresql://{one.replace('dunwell', 'roles')}@/roles?host={quote(socket, safe='')}" for one in ROLES
    )
    yield {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "DUNWELL_DATA": str(tmp_path / "data"),
        "DUNWELL_DATABASE_URL": app,
        "DUNWELL_OWNER_DATABASE_URL": owner,
        "DUNWELL_BACKUP_DATABASE_URL": keeper,
    }
    with psycopg.connect(superuser, autocommit=True) as session:
        for name in ("roles", "roles_replaced"):
            session.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        for role in ("roles_backup", "roles_app", "roles_owner"):
            session.execute(f"DROP ROLE {role}")


def dunwell(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "dunwell", *words], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_roles_of_the_script_are_enough_and_not_too_much(environment: dict[str, str]) -> None:
    dunwell(environment, "init", "Firm", "--country", "BG")
    assert "database role: bound by row-level security" in dunwell(environment, "check")
    file = dunwell(environment, "backup", "--json")
    assert '"tables"' in file
    restored = dunwell(environment, "restore", str(next(Path(environment["DUNWELL_DATA"]).rglob("*.age"))), "--yes")
    assert "restored, in rehearsal" in restored
    assert "rehearsal" in dunwell(environment, "check")
    with psycopg.connect(environment["DUNWELL_DATABASE_URL"]) as session:
        assert session.execute("SELECT count(*) FROM switch").fetchone() == (0,), "no creditor named, no row seen"
