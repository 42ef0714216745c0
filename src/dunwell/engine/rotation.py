"""Which backups are kept: the newest of each of the last days, weeks and months in which there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

DAYS, WEEKS, MONTHS = 7, 5, 12
"""A mistake is noticed within days; a quarrel about last year needs its month."""


def kept(taken: Iterable[datetime]) -> set[datetime]:
    """Those to keep; the newest one always is among them."""
    newest_first = sorted(taken, reverse=True)
    return {
        *_newest_of_each(newest_first, lambda at: at.date().isoformat(), DAYS),
        *_newest_of_each(newest_first, lambda at: f"{at:%G-%V}", WEEKS),
        *_newest_of_each(newest_first, lambda at: f"{at:%Y-%m}", MONTHS),
    }


def _newest_of_each(newest_first: list[datetime], period: Callable[[datetime], str], count: int) -> list[datetime]:
    found: dict[str, datetime] = {}
    for at in newest_first:
        found.setdefault(period(at), at)
    return list(found.values())[:count]
