"""What needs all of a creditor's books: of small ones counted when it is asked for, of big ones beside the page.

Of small books a summary is always exact. Of big ones the page shows the newest one of the day with its moment and with how much was
recorded since; where there is none yet, it is being counted. They are kept in files of the data folder, which all processes share.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import caches
from django.db import connection

from dunwell.store import load_reports, scope
from dunwell.store.models import Audit, Creditor

BIG = 50_000
"""Of so many receivables a person would wait."""
COUNTING = "counting"
"""The name of a thread that counts."""
COUNTING_MAX_S = 900
"""Whoever counts longer has died."""
KEPT_S = 3 * 86_400


@dataclass(frozen=True, slots=True)
class Summary:
    """`value` as it was at an instant; since then so many batches were recorded."""

    value: Any
    made_at: datetime
    recorded_since: int


def of(creditor: Creditor, key: str, make: Callable[[], Any], *, now: datetime, anew: bool = False) -> Summary | None:
    """What `make` computes over the books; None while it is being counted. `anew`: count what was recorded since."""
    kept, whole_key = caches["summaries"], f"{creditor.pk}-{key}"
    last = _recorded(creditor)
    found: _Kept | None = kept.get(whole_key)
    if found is not None and found.upto == last:
        return Summary(found.value, found.made_at, 0)
    if not load_reports.is_more_than(BIG):
        value = make()
        kept.set(whole_key, _Kept(last, now, value), timeout=KEPT_S)
        return Summary(value, now, 0)
    if found is None or anew:
        _count_beside(creditor, whole_key, make, now)
    return Summary(found.value, found.made_at, last[0] - found.upto[0]) if found is not None else None


@dataclass(frozen=True, slots=True)
class _Kept:
    """`upto` is the link of the audit chain up to which it counts: its number, and its digest, which no other books share."""

    upto: tuple[int, str]
    made_at: datetime
    value: Any


def _count_beside(creditor: Creditor, key: str, make: Callable[[], Any], now: datetime) -> None:
    """In a thread of its own, once however many ask."""
    kept, mark = caches["summaries"], f"{key}-counting"
    if not kept.add(mark, True, timeout=COUNTING_MAX_S):
        return

    def count() -> None:
        try:
            with scope.of(creditor.pk):
                last = _recorded(creditor)
                value = make()
            kept.set(key, _Kept(last, now, value), timeout=KEPT_S)
        finally:
            kept.delete(mark)
            # The thread's own session, which nobody else would end.
            connection.close()

    threading.Thread(target=count, name=COUNTING, daemon=True).start()


def _recorded(creditor: Creditor) -> tuple[int, str]:
    newest = Audit.objects.filter(creditor_id=creditor.pk).order_by("-sequence")
    return newest.values_list("sequence", "chained").first() or (0, "")
