"""Business days of many countries as flat tables, so that a million dates are moved without a loop.

Days are whole numbers since 1970-01-01, as Polars keeps them. The tables reach from three years back to two years ahead of
the day of the plan; a date outside is moved as the nearest table day would be, which decides nothing: such a step is either
long past or far away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import polars as pl

from dunwell.core.calendar import Calendar

EPOCH = date(1970, 1, 1)
BACK_DAYS = 3 * 366
AHEAD_DAYS = 2 * 366
SPAN = BACK_DAYS + AHEAD_DAYS + 1

Table = dict[str, pl.Series]


def number(day: date) -> int:
    return (day - EPOCH).days


@dataclass(frozen=True)
class Days:
    """`ahead` and `behind` are the days to the next and the previous business day; `ordinal` counts business days from the
    table's start, `nth` is its inverse. A country's rows stand at `place × SPAN`."""

    as_of: int
    first: int
    places: dict[str, int]
    ahead: pl.Series
    behind: pl.Series
    ordinal: pl.Series
    nth: pl.Series

    def forward(self, day: pl.Expr, place: pl.Expr) -> pl.Expr:
        """The day itself when it is a business day there, else the next one."""
        return day + pl.lit(self.ahead).gather(self._row(day, place))

    def back(self, day: pl.Expr, place: pl.Expr) -> pl.Expr:
        """The day itself when it is a business day there, else the one before."""
        return day - pl.lit(self.behind).gather(self._row(day, place))

    def add(self, day: pl.Expr, count: pl.Expr | int, place: pl.Expr) -> pl.Expr:
        """The `count`-th business day after a day."""
        reached = pl.lit(self.ordinal).gather(self._row(day, place)) + count
        return pl.lit(self.nth).gather(reached.clip(0, SPAN - 1) + place * SPAN)

    def place(self, country: pl.Expr) -> pl.Expr:
        """Where a country's rows stand; a country without a calendar rests with the creditor."""
        return country.replace_strict(self.places, default=0, return_dtype=pl.Int32)

    def _row(self, day: pl.Expr, place: pl.Expr) -> pl.Expr:
        return (day - self.first).clip(0, SPAN - 1) + place * SPAN


def tables(calendars: dict[str, Calendar], creditor_calendar: Calendar, as_of: date) -> Days:
    first = as_of - timedelta(BACK_DAYS)
    known = sorted(calendars)
    built = [_country(calendar, first) for calendar in (creditor_calendar, *(calendars[code] for code in known))]
    columns = [pl.Series([value for table in built for value in table[column]], dtype=pl.Int32) for column in range(4)]
    places = {code: place for place, code in enumerate(known, start=1)}
    return Days(number(as_of), number(first), places, *columns)


@lru_cache(maxsize=64)
def _country(calendar: Calendar, first: date) -> tuple[list[int], list[int], list[int], list[int]]:
    start = number(first)
    works = [calendar.is_business_day(first + timedelta(n)) for n in range(SPAN)]
    ahead, behind, ordinal = [0] * SPAN, [0] * SPAN, [0] * SPAN
    for n in range(1, SPAN):
        behind[n] = 0 if works[n] else behind[n - 1] + 1
        ordinal[n] = ordinal[n - 1] + works[n]
    for n in reversed(range(SPAN - 1)):
        ahead[n] = 0 if works[n] else ahead[n + 1] + 1
    nth = [start] + [start + n for n in range(1, SPAN) if works[n]]
    return ahead, behind, ordinal, nth + [nth[-1]] * (SPAN - len(nth))
