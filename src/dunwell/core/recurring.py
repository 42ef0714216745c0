"""Documents that come again: on which days, for which months, at which price. Pure arithmetic of months.

A day in the life of a recurring document is its *turn*: the first, the second … counted from the start, so that the 31st comes back
after a short month. A turn is issued once or not at all; a pause leaves its turns out for good.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count, islice, takewhile

from dunwell.core import months
from dunwell.core.ledger import DocumentKind
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal

MONTHS = (1, 2, 3, 6, 12)
"""A document comes every so many months."""


class RhythmUnfit(Refusal):
    """A document comes back every 1, 2, 3, 6 or 12 months, on a day from 1 to 31: not every {months} on day {day}."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Since `first` every so many months on the same day of the month; where a month is shorter, on its last day.

    `last`: no turn comes after that day. `is_ahead`: each document is for the months after its own, as a prepaid period is.
    """

    first: date
    every: int = 1
    day_of_month: int = 0  # 0: as the first
    last: date | None = None
    is_ahead: bool = False

    def __post_init__(self) -> None:
        if self.every not in MONTHS or not 0 <= self.day_of_month <= 31:
            raise RhythmUnfit(months=self.every, day=self.day_of_month)

    def turn(self, number: int) -> date:
        return months.after(self.first, number * self.every, day_of_month=self.day_of_month)

    def period(self, day: date) -> tuple[date, date]:
        """The whole months that the document of a turn is for."""
        first = months.after(day, int(self.is_ahead), day_of_month=1)
        return first, months.last_day(months.after(first, self.every - 1))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is issued again and again: its words, what each comes to, when, and the days to pay."""

    kind: DocumentKind
    what_for: str
    amount: Money
    rhythm: Rhythm
    days: int


@dataclass(frozen=True, slots=True)
class Price:
    """What a document comes to from a day on."""

    since: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is issued on these days, both included; `until` None: until it is ended."""

    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


def turns(rhythm: Rhythm) -> Iterator[date]:
    """All days of a rhythm in their order; without an end they never end."""
    for number in count():
        day = rhythm.turn(number)
        if rhythm.last is not None and day > rhythm.last:
            return
        if day >= rhythm.first:
            yield day


def due(
    rhythm: Rhythm,
    pauses: Collection[Pause],
    issued: Collection[date],
    until: date,
    *,
    stops: Collection[Pause] = (),
) -> tuple[date, ...]:
    """The turns up to a day that were not issued and that no pause leaves out: what a run issues, once.

    Nor is anything asked for months in which the client's work stood still from the first day to the last (`stops`).
    """
    past = []
    for day in turns(rhythm):
        if day > until:
            break
        if day not in issued and not _paused(pauses, day) and not _stood_still(stops, *rhythm.period(day)):
            past.append(day)
    return tuple(past)


def coming(rhythm: Rhythm, pauses: Collection[Pause], issued: Collection[date], after: date, most: int) -> list[date]:
    """The next turns after a day, at most so many; a pause without an end is the end of them."""
    for_good = min((pause.since for pause in pauses if pause.until is None), default=date.max)
    found = takewhile(lambda day: day < for_good, turns(rhythm))
    return list(islice((day for day in found if day > after and day not in issued and not _paused(pauses, day)), most))


def amount_on(prices: Sequence[Price], day: date) -> Money:
    """The price of a day: the newest that has begun by then; of two that begin together the one said later."""
    begun = [price for price in prices if price.since <= day]
    return max(enumerate(begun), key=lambda found: (found[1].since, found[0]))[1].amount


def _stood_still(stops: Collection[Pause], first: date, last: date) -> bool:
    return any(stop.covers(first) and stop.covers(last) for stop in stops)


def _paused(pauses: Collection[Pause], day: date) -> bool:
    return any(pause.covers(day) for pause in pauses)
