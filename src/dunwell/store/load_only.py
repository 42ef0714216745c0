"""Which rows a loader reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Only:
    """Which rows: up to a day, live alone or with rehearsal, of all customers or of some."""

    as_of: date
    rehearsal: bool
    customers: tuple[int, ...]

    @property
    def day(self) -> str:
        return f"DATE '{self.as_of.isoformat()}'"

    def since(self, days: int) -> str:
        return f"DATE '{(self.as_of - timedelta(days)).isoformat()}'"

    def of(self, column: str) -> str:
        return f"AND {column} IN ({self._numbers})" if self.customers else ""

    def through(self, column: str, parents: str) -> str:
        """Narrows what names no customer by its parents, a query that ends in the column of their customer."""
        return f"AND {column} IN ({parents} IN ({self._numbers}))" if self.customers else ""

    @property
    def _numbers(self) -> str:
        return ", ".join(str(int(number)) for number in self.customers)

    def real(self, table: str) -> str:
        return "" if self.rehearsal else f"AND NOT {table}.rehearsal"
