"""When work can begin: working days, what a week holds, and the work that is already placed. Pure arithmetic over days.

A job takes one unit of capacity on each of its consecutive working days. A week holds so many units, and a day its share of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

WEEK_DAYS = 5
LOOK_AHEAD_DAYS = 366
"""A queue of more than a year says nothing about a day."""

WorkingDay = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Placed:
    """Work that has its place: the day it starts and the working days it takes."""

    starts_on: date
    days: int


@dataclass(frozen=True, slots=True)
class Week:
    """How much a week holds, and which days are worked."""

    units: int
    works: WorkingDay

    @property
    def units_a_day(self) -> int:
        return -(-self.units // WEEK_DAYS)


def first_start(
    week: Week, placed: Iterable[Placed], days: int, earliest: date, *, may_start: WorkingDay = lambda day: True
) -> date | None:
    """The first working day from `earliest` on from which a job of so many days fits; None within a year."""
    by_day = Counter(day for one in placed for day in _days_of(week, one.starts_on, one.days))
    by_week = Counter[tuple[int, int]]()
    for day, units in by_day.items():
        by_week[_week_of(day)] += units
    for number in range(LOOK_AHEAD_DAYS):
        start = earliest + timedelta(number)
        if week.works(start) and may_start(start) and _fits(week, by_day, by_week, start, days):
            return start
    return None


def after_others(
    week: Week, placed: Iterable[Placed], waiting: Iterable[int], days: int, earliest: date
) -> date | None:
    """The first start where those who wait (the days each takes) are placed before; None where nobody waits or nothing fits."""
    taken, is_alone = list(placed), True
    for other in waiting:
        is_alone = False
        start = first_start(week, taken, other, earliest)
        if start is None:
            return None
        taken.append(Placed(start, other))
    return None if is_alone else first_start(week, taken, days, earliest)


def _fits(week: Week, by_day: Counter[date], by_week: Counter[tuple[int, int]], start: date, days: int) -> bool:
    own = list(_days_of(week, start, days))
    own_by_week = Counter(_week_of(day) for day in own)
    return all(by_day[day] < week.units_a_day for day in own) and all(
        by_week[one] + units <= week.units for one, units in own_by_week.items()
    )


def _days_of(week: Week, start: date, days: int) -> Iterator[date]:
    """The working days of a job, as many as a week holds where a week holds fewer than it has working days."""
    every = (start + timedelta(number) for number in range(LOOK_AHEAD_DAYS * 2))
    used = Counter[tuple[int, int]]()

    def workable(day: date) -> bool:
        if not week.works(day) or used[_week_of(day)] >= week.units:
            return False
        used[_week_of(day)] += 1
        return True

    return islice(filter(workable, every), days)


def _week_of(day: date) -> tuple[int, int]:
    year, week, _ = day.isocalendar()
    return year, week
