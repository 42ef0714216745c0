"""Many rows at once: read by ADBC into Polars, written by COPY.

PostgreSQL refuses COPY into tables with row-level security, so rows go by COPY into a temporary table of the same
transaction and from there by one `INSERT … SELECT`, ordered by the target's key: random key order costs a second a million.
Reading is a second connection: it sees what was committed before, all of it as of one moment.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import polars as pl
from adbc_driver_postgresql import dbapi
from django.db import connection

from dunwell.core.frames_import import Schema

NULL = "\x01"
"""What stands for nothing on the way to the server: no text that people or their programs write."""
USUAL, SIZES_ALONE = 100, 5
"""How large a sample tells what the values of a table are like (PostgreSQL's own default), or only how many rows it has."""
COPY_ROWS = 100_000
"""Rows of one COPY chunk: enough to be fast, few enough that their text costs little memory."""

POSTGRES_TYPES = {
    pl.Int64: "bigint",
    pl.Int32: "integer",
    pl.String: "text",
    pl.Date: "date",
    pl.Boolean: "boolean",
    pl.Float64: "double precision",
    pl.Datetime: "timestamptz",
}

Read = Callable[[str], pl.DataFrame]


@contextmanager
def reader(creditor_id: int, *, snapshot: str = "") -> Iterator[Read]:
    """A read-only snapshot of one creditor's rows: `read(sql)` gives a frame; all reads see the same moment, that of another
    session's exported `snapshot` if one is named.
    """
    with dbapi.connect(_address()) as link, link.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        # A large book is read in two sessions, which is work for two cores; helpers beside them cost as much again in handing over.
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        if snapshot:
            cursor.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
        cursor.execute(f"SELECT set_config('dunwell.creditor', '{int(creditor_id)}', true)")
        pl.DataFrame(cursor.fetch_arrow())

        def read(sql: str) -> pl.DataFrame:
            cursor.execute(sql)
            return pl.DataFrame(cursor.fetch_arrow())

        yield read


@contextmanager
def beside(creditor_id: int, read: Read, work: Callable[[Read], pl.DataFrame]) -> Iterator[Future[pl.DataFrame]]:
    """What `work` reads in a second session, as of the same moment as `read`, while this one goes on reading."""
    (snapshot,) = read("SELECT pg_export_snapshot() AS snapshot")["snapshot"]

    def there() -> pl.DataFrame:
        with reader(creditor_id, snapshot=snapshot) as other:
            return work(other)

    with ThreadPoolExecutor(1) as maker:
        yield maker.submit(there)


def stage(name: str, frame: pl.DataFrame) -> None:
    """Put a frame into a temporary table of this transaction, columns named and typed as the frame's."""
    columns = ", ".join(f'"{column}" {POSTGRES_TYPES[type(dtype)]}' for column, dtype in frame.schema.items())
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE IF EXISTS "{name}"')
        cursor.execute(f'CREATE TEMPORARY TABLE "{name}" ({columns}) ON COMMIT DROP')
        with cursor.copy(f"COPY \"{name}\" FROM STDIN (FORMAT csv, NULL '{NULL}')") as copy:
            for chunk in frame.iter_slices(COPY_ROWS):
                text = io.BytesIO()
                chunk.write_csv(text, include_header=False, null_value=NULL, quote_style="necessary")
                copy.write(text.getvalue())
    analyze(name, sample=SIZES_ALONE)


def analyze(*tables: str, sample: int = USUAL) -> None:
    """Refresh the statistics of tables that just grew: with stale ones a plan over a million rows takes hours.

    The server looks at 300 × `sample` rows.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL default_statistics_target = {sample}")
        for table in tables:
            cursor.execute(f'ANALYZE "{table}"')
        cursor.execute("SET LOCAL default_statistics_target = DEFAULT")


def execute(sql: str, *values: Any) -> int:
    """Run one statement in the current transaction; gives the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.rowcount


def rows(sql: str, *values: Any) -> list[tuple]:
    """The rows of one query in the current transaction."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall()


def frame(sql: str, schema: Schema, *values: Any) -> pl.DataFrame:
    """The rows of one query in the current transaction, as a frame."""
    return pl.DataFrame(rows(sql, *values), schema=schema, orient="row")


def _address() -> str:
    """The libpq address of the application's database, the very one Django uses."""
    settings = connection.settings_dict
    parts = {
        "dbname": settings["NAME"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
        "host": settings["HOST"],
        "port": settings["PORT"],
        **settings["OPTIONS"],
    }
    return " ".join(f"{key}='{_quoted(value)}'" for key, value in parts.items() if isinstance(value, str) and value)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
