"""What needs all of a creditor's books: of small ones counted when it is asked for, of big ones beside the page.

Of small books a summary is always exact. Of big ones the page shows the newest one with its day, its moment and how much was recorded
since, and nobody waits: that of a new day is counted while the one before is still shown. Only where there never was one, it is
being counted. They are kept in files of the data folder, which all processes share.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.cache import caches
from django.db import connection

from dunwell import __version__
from dunwell.store import load_reports, scope
from dunwell.store.models import Audit, Creditor

BIG = 50_000
"""Of so many receivables a person would wait."""
COUNTING = "counting"
"""The name of a thread that counts."""
COUNTING_MAX_S = 900
"""Whoever counts longer has died."""
KEPT_S = 10 * 86_400
"""Over the longest holidays."""


@dataclass(frozen=True, slots=True)
class Summary:
    """`value` of a day as it was at an instant; since then so many batches were recorded."""

    value: Any
    on: date
    made_at: datetime
    recorded_since: int


def of(
    creditor: Creditor,
    key: str,
    make: Callable[[], Any],
    *,
    on: date,
    now: datetime,
    anew: bool = False,
    once_a_day: bool = False,
) -> Summary | None:
    """What `make` computes over the books for a day; None while the first one is counted. `anew`: count what was recorded since;
    `once_a_day`: what was recorded since the day's count changes too little to be counted again.
    """
    kept, whole_key = caches["summaries"], f"{creditor.pk}-{key}-{__version__}"
    last = _recorded(creditor)
    found: _Kept | None = kept.get(whole_key)
    if found is not None and found.on == on and (once_a_day or found.upto == last):
        return Summary(found.value, on, found.made_at, last[0] - found.upto[0])
    if not load_reports.is_more_than(BIG):
        value = make()
        kept.set(whole_key, _Kept(on, last, now, value), timeout=KEPT_S)
        return Summary(value, on, now, 0)
    if found is None or found.on != on or anew:
        _count_beside(creditor, whole_key, make, on, now)
    return Summary(found.value, found.on, found.made_at, last[0] - found.upto[0]) if found is not None else None


@dataclass(frozen=True, slots=True)
class _Kept:
    """`upto` is the link of the audit chain up to which it counts: its number, and its digest, which no other books share."""

    on: date
    upto: tuple[int, str]
    made_at: datetime
    value: Any


def _count_beside(creditor: Creditor, key: str, make: Callable[[], Any], on: date, now: datetime) -> None:
    """In a thread of its own, once however many ask."""
    kept, mark = caches["summaries"], f"{key}-counting"
    if not kept.add(mark, True, timeout=COUNTING_MAX_S):
        return

    def count() -> None:
        try:
            with scope.of(creditor.pk):
                last = _recorded(creditor)
                value = make()
            kept.set(key, _Kept(on, last, now, value), timeout=KEPT_S)
        finally:
            kept.delete(mark)
            # The thread's own session, which nobody else would end.
            connection.close()

    threading.Thread(target=count, name=COUNTING, daemon=True).start()


def _recorded(creditor: Creditor) -> tuple[int, str]:
    newest = Audit.objects.filter(creditor_id=creditor.pk).order_by("-sequence")
    return newest.values_list("sequence", "chained").first() or (0, "")
