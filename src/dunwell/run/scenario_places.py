"""Places in the calendar of a story: told with a request before work, kept until its day, then free for whoever pays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from dunwell.core import capacity
from dunwell.core.capacity import Placed, Week


@dataclass(frozen=True, slots=True)
class Place:
    """What the client was told: the start for paying by a day, and the earliest one afterwards where others wait."""

    last_day: date
    days: int
    starts_on: date
    later: date | None


@dataclass
class Places:
    """One pair of hands for the story's client and for others, who are only known by the days that their work takes."""

    week: Week
    told: dict[int, Place] = field(default_factory=dict)
    paid: set[int] = field(default_factory=set)
    waiting: list[int] = field(default_factory=list)
    others: list[Placed] = field(default_factory=list)

    def tell(self, receivable: int, days: int, last_day: date, on: date) -> None:
        """Keep a place for a request that has none yet; what was told is never told again otherwise."""
        if receivable in self.told:
            return
        placed = list(self._placed(on))
        start = capacity.first_start(self.week, placed, days, last_day + timedelta(1))
        if start is not None:
            later = capacity.after_others(self.week, placed, self.waiting, days, start)
            self.told[receivable] = Place(last_day, days, start, later if later and later > start else None)

    def running(self, receivable: int, on: date) -> Place | None:
        """What letters of a day may say of it."""
        place = self.told.get(receivable)
        return place if place and place.last_day >= on else None

    def other_asks(self, days: int) -> None:
        self.waiting.append(days)

    def other_takes(self, on: date) -> None:
        """Who waits longest has paid: theirs is the first place that nobody was told of."""
        if not self.waiting:
            return
        days = self.waiting.pop(0)
        start = capacity.first_start(self.week, list(self._placed(on)), days, on + timedelta(1))
        if start is not None:
            self.others.append(Placed(start, days))

    def _placed(self, on: date) -> Iterator[Placed]:
        yield from self.others
        for receivable, place in self.told.items():
            if place.last_day >= on or receivable in self.paid:
                yield Placed(place.starts_on, place.days)
