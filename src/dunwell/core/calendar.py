"""Business days as a value: which weekdays rest and which dates are holidays in one country.

The dates come from a library and the operator's own corrections; here they are only counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

SEARCH_DAYS_MAX = 60
"""No country rests longer; a calendar that does is broken and must say so."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """One country's days: `holidays` rest although they are weekdays, `workdays` work although they fall on a weekend."""

    country: str
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    weekend: frozenset[int] = frozenset({5, 6})

    def is_business_day(self, day: date) -> bool:
        if day in self.workdays:
            return True
        return day.weekday() not in self.weekend and day not in self.holidays

    def next_business_day(self, day: date) -> date:
        """The day itself when it works, else the first later one that does."""
        return next(found for found in self._from(day, 1) if self.is_business_day(found))

    def previous_business_day(self, day: date) -> date:
        """The day itself when it works, else the last earlier one that does."""
        return next(found for found in self._from(day, -1) if self.is_business_day(found))

    def add_business_days(self, day: date, count: int) -> date:
        """The `count`-th business day after `day` (before it when negative); `day` itself for zero."""
        direction = 1 if count > 0 else -1
        for _ in range(abs(count)):
            day = next(
                found for found in self._from(day + timedelta(direction), direction) if self.is_business_day(found)
            )
        return day

    def business_days_between(self, start: date, end: date) -> int:
        """Business days after `start` up to and including `end`; zero when `end` is not later."""
        return sum(self.is_business_day(start + timedelta(n)) for n in range(1, (end - start).days + 1))

    @staticmethod
    def _from(day: date, direction: int) -> Iterator[date]:
        for distance in range(SEARCH_DAYS_MAX):
            yield day + timedelta(distance * direction)
        raise ValueError(f"a calendar without a business day near {day}")
