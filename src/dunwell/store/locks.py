"""One at a time, over all machines: an errand of one creditor is done by the process that holds its lock.

The lock belongs to the database session and goes with it, also by a kill; nothing is ever left locked.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def alone(creditor_id: int, errand: str) -> Iterator[bool]:
    """True when nobody else is at this errand (`send`, `day`) for the creditor; never waits."""
    name = [f"dunwell.{errand} {creditor_id}"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", name)
        (is_ours,) = cursor.fetchone()
    try:
        yield is_ours
    finally:
        # After a lost session there is nothing to unlock: the server has done so.
        if is_ours and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", name)


def in_turn(creditor_id: int, errand: str) -> None:
    """Wait for whoever is at this errand (`import`) for the creditor; ours until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"dunwell.{errand} {creditor_id}"])
