"""How a request before work stands on a day; nothing of it is stored, all of it follows from dated facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from dunwell.core.money import Money


class Standing(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    PART_PAID = "part_paid"
    MAY_START = "may_start"
    EXPIRED = "expired"
    INVOICED = "invoiced"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Marks:
    """What was recorded of a request."""

    valid_until: date | None
    is_cancelled: bool
    is_invoiced: bool
    is_opened: bool
    is_accepted: bool
    paid: Money


def standing(marks: Marks, on: date) -> Standing:
    """The one word for it: what ended it first, then money, then time, then the client's word. It is never overdue."""
    if marks.is_invoiced:
        return Standing.INVOICED
    if marks.is_cancelled:
        return Standing.CANCELLED
    if marks.is_opened:
        return Standing.MAY_START
    if marks.valid_until is not None and marks.valid_until < on:
        return Standing.EXPIRED
    if marks.paid:
        return Standing.PART_PAID
    return Standing.ACCEPTED if marks.is_accepted else Standing.OPEN


def deposit(total: Money, percent: Decimal) -> Money:
    """A share of an order, to the minor unit, half up; 100 percent is the order itself."""
    minor = (total.minor * percent / 100).quantize(Decimal(1), ROUND_HALF_UP)
    return Money(int(minor), total.currency)
