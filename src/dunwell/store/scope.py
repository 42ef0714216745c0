"""Whose rows are seen: every transaction names its creditor, and row-level security hides all others (I15)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def of(creditor_id: int) -> Iterator[None]:
    """A transaction in which only this creditor's rows exist; nested uses must name the same creditor."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('dunwell.creditor', true), set_config('dunwell.creditor', %s, true)",
                [str(creditor_id)],
            )
            (before, _) = cursor.fetchone()
        if before and before != str(creditor_id):
            raise AssertionError(f"a transaction of creditor {before} may not turn to creditor {creditor_id}")
        yield
