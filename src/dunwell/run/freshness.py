"""How fresh the money data are: shown wherever something is approved, and what holds the chase when a source is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from dunwell.run import calendars, deliver, jurisdictions
from dunwell.store import freshness
from dunwell.store.models import Creditor


@dataclass(frozen=True, slots=True)
class Source:
    """A money source; `wanted` is the day up to which it should be complete by now."""

    name: str
    until: date
    last_entry: date | None
    wanted: date

    @property
    def is_late(self) -> bool:
        return self.until < self.wanted

    def __str__(self) -> str:
        entry = f", last entry {self.last_entry}" if self.last_entry else ""
        late = (
            f": LATE, {self.wanted} is wanted, and nobody is asked for money until it is there" if self.is_late else ""
        )
        return f"{self.name}: payments are known up to {self.until}{entry}{late}"


def sources(creditor: Creditor, now: datetime) -> list[Source]:
    """The sources that are expected, the stalest first."""
    years = range(now.year - 1, now.year + 2)
    corrections = calendars.load_corrections()
    calendar = calendars.load([creditor.country], years, jurisdictions.load_all(), corrections)[creditor.country]
    wanted = deliver.covered_min(creditor, now, calendar)
    return [Source(name, until, last, wanted) for name, until, last in freshness.sources(creditor.pk)]
