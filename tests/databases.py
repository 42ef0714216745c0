"""Databases of the test run's server, each a copy of one that was brought to this release's shape: shaping takes twenty seconds,
a copy a part of one.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from dunwell.site import database as embedded

ROOT = Path(__file__).parents[1]
TEMPLATE = "shaped"


def server() -> Path:
    """Where the server of this test run keeps its data."""
    return Path(os.environ["DUNWELL_TEST_DATA"]) / "postgres"


def shaped(name: str) -> embedded.Addresses:
    """A new database of this name at this release's shape, without a row."""
    with (server().parent / "shaped.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        template = embedded.start(server(), TEMPLATE)
        lock.seek(0)
        if not lock.read():
            _shape(template)
            lock.write("whole")
        with psycopg.connect(template.keeper.replace(f"/{TEMPLATE}?", "/postgres?"), autocommit=True) as keeper:
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
            keeper.execute(copy.format(*map(sql.Identifier, (name, TEMPLATE, embedded.OWNER))))
    return embedded.start(server(), name)


def _shape(template: embedded.Addresses) -> None:
    addresses = {
        "DUNWELL_DATABASE_URL": template.application,
        "DUNWELL_OWNER_DATABASE_URL": template.owner,
        "DUNWELL_BACKUP_DATABASE_URL": template.keeper,
    }
    command = [sys.executable, "-c", "from dunwell.site import boot; boot.boot()"]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **addresses}, check=True)
