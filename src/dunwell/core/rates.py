"""Rates and the rules that use them: dated tables, and what the law of a country makes of them.

A table knows rates from its first row to `verified_until`, and nothing after: a rate is never guessed. A law is a list of dated
rules that name a table, a margin, the day on which the rate is taken and the length of the year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from dunwell.core.money import Money
from dunwell.core.refusal import Refusal

DAY = timedelta(days=1)


class DebtKind(StrEnum):
    """Who owes, and under which title: the law between businesses, the law for consumers, or the contract alone."""

    B2B = "b2b"
    CONSUMER = "consumer"
    CONTRACT = "contract"


class Fixed(StrEnum):
    """On which day the rate of a day is looked up."""

    DAILY = "daily"  # on that very day
    HALF_YEAR = "half_year"  # on 1 January or 1 July before it
    HALF_YEAR_EVE = "half_year_eve"  # on 31 December or 30 June before it


class Scope(StrEnum):
    """Whom a moratorium protects: everybody, or only debtors of listed branches."""

    ALL = "all"
    LISTED = "listed"


class RateTooEarly(Refusal):
    """The table {name} ({title}) begins on {first}: no rate is known for {day}."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Percent a year, from a day on; `is_certain` is False where the source was derived or found in one place only."""

    since: date
    percent: Decimal
    source: str
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class RateTable:
    """The rates of one publisher, in the order of their days."""

    name: str
    title: str
    rates: tuple[Rate, ...]
    verified_until: date

    def rate_on(self, day: date) -> Rate:
        """The rate in force; whether the day is verified is asked by whoever knows which days follow from it."""
        found = [rate for rate in self.rates if rate.since <= day]
        if not found:
            raise RateTooEarly(name=self.name, title=self.title, first=self.rates[0].since, day=day)
        return found[-1]


@dataclass(frozen=True, slots=True)
class Tariff:
    """How a day of delay is priced: `(rate of the table + margin) / 100 / year` of the base.

    `table` is empty where the margin alone is the rate. `year` is the number of days that the percentage is for: 360, 365, 1 for
    a percentage a day, 300 for 1/300 a day, and None for the actual year (366 for the days of a leap year).
    """

    margin: Decimal
    year: int | None
    table: str = ""
    fixed: Fixed = Fixed.DAILY

    def year_of(self, day: date) -> int:
        return self.year or (366 if _is_leap(day.year) else 365)

    def looked_up_on(self, day: date) -> date:
        """The day whose rate holds on `day`."""
        if self.fixed is Fixed.DAILY:
            return day
        return half_year(day)[0] - (DAY if self.fixed is Fixed.HALF_YEAR_EVE else timedelta())


@dataclass(frozen=True, slots=True)
class InterestRule:
    """The law's own interest, for these debts, on these days; `currencies` empty = any."""

    name: str
    kinds: frozenset[DebtKind]
    since: date
    until: date
    tariff: Tariff
    source: str
    currencies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Moratorium:
    """Days that bear neither interest nor penalty, for claims that arose before `claims_before`."""

    name: str
    title: str
    since: date
    until: date
    claims_before: date
    scope: Scope
    source: str


@dataclass(frozen=True, slots=True)
class Compensation:
    """A fixed sum for the costs of recovery, once an invoice, by the size of the debt: (below this debt or None, sum)."""

    name: str
    kinds: frozenset[DebtKind]
    since: date
    steps: tuple[tuple[Money | None, Money], ...]
    source: str


@dataclass(frozen=True, slots=True)
class CurrencyChange:
    """A currency that became another one, at a fixed number of old units to one new."""

    was: str
    now: str
    on: date
    units: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class ClaimTerms:
    """How long a claim gives to pay, and how many days must pass from its sending before a court may be asked.

    `due_moves`: a due date on a day off ends on the next working day, so that delay begins after it.
    """

    term_days: int
    wait_days: int
    source: str
    due_moves: bool = False


class CountedFrom(StrEnum):
    DUE_DATE = "due_date"
    YEAR_END = "year_end"


@dataclass(frozen=True, slots=True)
class Limitation:
    """After how many years a claim can no longer be enforced against a debtor who says so."""

    years: int
    counted_from: CountedFrom
    source: str

    def last_day(self, due_date: date, acknowledged_on: date | None = None) -> date:
        """The last day in time; an acknowledgement within the term begins it anew."""
        last = self._after(due_date)
        return self._after(acknowledged_on) if acknowledged_on and due_date < acknowledged_on <= last else last

    def due_until(self, last_day: date) -> date:
        """No debt due after this day has its last day up to that one; an acknowledgement only moves it further."""
        return date(last_day.year - self.years, 12, 31)

    def _after(self, day: date) -> date:
        if self.counted_from is CountedFrom.YEAR_END:
            return date(day.year + self.years, 12, 31)
        # 29 February has no counterpart in most years: the term ends with the month.
        is_leap_day = (day.month, day.day) == (2, 29) and not _is_leap(day.year + self.years)
        return day.replace(year=day.year + self.years, day=28 if is_leap_day else day.day)


@dataclass(frozen=True, slots=True)
class StopWorkRule:
    """The law's own right to withhold one's performance while the other side owes its own; `names` by locale, as letters write it."""

    names: Mapping[str, str] = field(hash=False)
    source: str


@dataclass(frozen=True, slots=True)
class InterestLaw:
    """What the law of a place says of late money; `earlier` explains why older days are refused."""

    code: str  # ru, bg, eu, gb, de
    currency: str
    rules: tuple[InterestRule, ...]
    earlier: str
    moratoria: tuple[Moratorium, ...] = ()
    compensations: tuple[Compensation, ...] = ()
    currency_change: CurrencyChange | None = None
    claim: ClaimTerms | None = None
    limitation: Limitation | None = None
    stop_work: StopWorkRule | None = None

    def rules_for(self, kind: DebtKind) -> tuple[InterestRule, ...]:
        return tuple(rule for rule in self.rules if kind in rule.kinds)


@dataclass(frozen=True, slots=True)
class Clause:
    """What a contract says of late payment.

    A percentage (`tariff`), a fixed sum, or both; the first `grace_days` of delay are free; the whole is at most `cap_percent` of
    the principal or `cap`. The penalty takes the place of the law's interest unless `is_beside_law`.
    """

    tariff: Tariff | None = None
    fixed: Money | None = None
    cap: Money | None = None
    cap_percent: Decimal | None = None
    grace_days: int = 0
    is_beside_law: bool = False


def half_year(day: date) -> tuple[date, date]:
    """The first and the last day of the half-year around a day."""
    if day.month <= 6:
        return date(day.year, 1, 1), date(day.year, 6, 30)
    return date(day.year, 7, 1), date(day.year, 12, 31)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
