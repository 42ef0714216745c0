"""Offers: a conditional advantage for paying, with rule, expiry, budget and a floor under the margin. Pure arithmetic.

Percentages are basis points (hundredths of a percent), money is whole minor units.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from dunwell.core.money import Money
from dunwell.core.refusal import Refusal

WHOLE = 10_000


class OfferKind(StrEnum):
    DISCOUNT = "discount"  # off this invoice, for paying early
    BONUS = "bonus"  # off the next invoice, for paying this one in time
    CASHBACK = "cashback"  # credited after paying in time *and* leaving a review, good or bad


class OfferUnfit(Refusal):
    """This offer cannot be made: {what}."""


@dataclass(frozen=True, slots=True)
class Offer:
    """`days` counts from the invoice's issue: paid by then, it is earned; nobody is told of it after `until`.

    `excluded` are words of invoice lines that earn nothing. `margin` is what the creditor earns on what is offered, `floor`
    what must remain of it.
    """

    kind: OfferKind
    share: int
    days: int
    until: date
    margin: int
    floor: int
    budget: Money | None = None
    excluded: tuple[str, ...] = ()
    platform: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.share < WHOLE:
            raise OfferUnfit(what="its share is more than nothing and less than everything")
        if self.margin - self.share < self.floor:
            raise OfferUnfit(
                what=f"of a margin of {percent(self.margin)} only {percent(max(0, self.margin - self.share))} would remain, "
                f"less than the floor of {percent(self.floor)}"
            )
        if not 1 <= self.days <= 365:
            raise OfferUnfit(what="it is earned within 1 to 365 days after issue")
        if (self.kind is OfferKind.CASHBACK) != bool(self.platform):
            raise OfferUnfit(what="a cashback names where the review is left, other offers do not")


class PercentUnreadable(Refusal):
    """{text!r} is no percentage: write it like 2 or 2.5."""


def points(text: str) -> int:
    """Basis points of a percentage as it is typed: `2.5`, `2,5 %`."""
    plain = text.replace(",", ".").replace("%", "").strip()
    try:
        found = Decimal(plain) * 100
    except InvalidOperation:
        raise PercentUnreadable(text=text) from None
    if not found.is_finite() or found != found.to_integral_value() or not 0 <= found <= WHOLE:
        raise PercentUnreadable(text=text)
    return int(found)


def percent(points: int) -> str:
    """`2.5%` of 250 basis points."""
    return f"{points / 100:g}%"


def worth(offer: Offer, total: Money, lines: Iterable[tuple[str, int]]) -> Money:
    """What the offer gives on an invoice: its share of the total without excluded lines, rounded half up."""
    excluded = sum(amount for text, amount in lines if _is_excluded(offer, text))
    base = max(0, total.minor - max(0, excluded))
    return Money((base * offer.share + WHOLE // 2) // WHOLE, total.currency)


def last_day(offer: Offer, issued: date, due: date | None) -> date:
    """The last day on which paying earns it: never after the offer's own end, nor after the invoice is due."""
    return min(issued + timedelta(offer.days), offer.until, due or date.max)


def came_by(payments: Sequence[tuple[date, int]], day: date) -> int:
    """What of an invoice had been paid by a day, reversals counted."""
    return sum(amount for on, amount in payments if on <= day)


def _is_excluded(offer: Offer, text: str) -> bool:
    return any(word.casefold() in text.casefold() for word in offer.excluded if word)
