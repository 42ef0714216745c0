"""A retainer computed from what was: the median of the last twelve whole months, and only reasons that these months bear out.

The median, because one large month must not set the price of all others. Months without work count as nothing: whoever needs us
only now and then is proposed no retainer at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dunwell.core import months
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal

MONTHS = 12
BUSY_MIN = 8
"""A retainer is for steady work: in a third of the months at most there was none."""


class Reason(StrEnum):
    """What speaks for it, true of these months."""

    STEADY = "steady"  # most months were near the median
    FEWER = "fewer"  # fewer invoices than there were
    LESS = "less"  # a year of it costs less than the last one
    SAME = "same"  # as much as the last one


class TooLittleHistory(Refusal):
    """{customer} had work in {busy} of the last twelve whole months: a retainer is proposed from {least} on."""


class SeveralCurrencies(Refusal):
    """{customer} is invoiced in {currencies}: a retainer is of one currency."""


@dataclass(frozen=True, slots=True)
class Retainer:
    """`months`: the first day of each of the twelve and what it came to; `sum` a month, `year` twelve of them, `was` what was invoiced."""

    sum: Money
    months: tuple[tuple[date, Money], ...]
    invoices: int
    reasons: tuple[Reason, ...]

    @property
    def year(self) -> Money:
        return Money(self.sum.minor * MONTHS, self.sum.currency)

    @property
    def was(self) -> Money:
        return Money(sum(amount.minor for _, amount in self.months), self.sum.currency)


def window(on: date) -> tuple[date, date]:
    """The first and the last day of the last twelve whole months."""
    first = months.after(on, -MONTHS, day_of_month=1)
    return first, months.last_day(months.after(on, -1, day_of_month=1))


def compute(invoiced: Mapping[date, int], invoices: int, currency: str, on: date, *, customer: str) -> Retainer:
    """From the minor units of each month (by its first day, credit notes taken off); refused where the work was not steady."""
    first, _ = window(on)
    every = [(month := months.after(first, number), max(0, invoiced.get(month, 0))) for number in range(MONTHS)]
    busy = sum(minor > 0 for _, minor in every)
    if busy < BUSY_MIN:
        raise TooLittleHistory(customer=customer, busy=busy, least=BUSY_MIN)
    amount = median([minor for _, minor in every])
    rows = tuple((month, Money(minor, currency)) for month, minor in every)
    return Retainer(
        Money(amount, currency), rows, invoices, tuple(_reasons(amount, [minor for _, minor in every], invoices))
    )


def median(minors: list[int]) -> int:
    """The middle one, of two the mean; half a minor unit is the client's."""
    ordered = sorted(minors)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) // 2


def _reasons(amount: int, minors: list[int], invoices: int) -> list[Reason]:
    near = sum(4 * abs(minor - amount) <= amount for minor in minors)
    year, was = amount * MONTHS, sum(minors)
    found = [Reason.STEADY] if near * 2 >= len(minors) else []
    found += [Reason.FEWER] if invoices > MONTHS else []
    return found + ([Reason.LESS] if year < was else [Reason.SAME] if year == was else [])
