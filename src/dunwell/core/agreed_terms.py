"""Terms of payment as agreed with a customer: how many days, counted from what, and when before that a part or a discount falls due.

Written as short texts (`net_days = "30"`), so that a person can type them and a contract can be quoted; read here, or refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from dunwell.core import months
from dunwell.core.refusal import Refusal

NET_DAYS_MAX = 365
# "2% within 10 days" as each of our languages says it.
DISCOUNT = re.compile(
    r"(\d+(?:[.,]\d+)?) ?% (?:within|за|в течение|в рамките на|до) (\d{1,3}) (?:days?|дня|дней|день|дни|ден)"
)


class CountedFrom(StrEnum):
    """The day from which the days to pay are counted."""

    ISSUE = "issue"
    RECEIPT = "receipt"
    ACCEPTANCE = "acceptance"
    DELIVERY = "delivery"


class TermUnreadable(Refusal):
    """{name} = {value!r} is not understood: {wanted}."""


@dataclass(frozen=True, slots=True)
class Discount:
    """So many percent less for paying within so many days."""

    percent: Decimal
    days: int


@dataclass(frozen=True, slots=True)
class AgreedTerms:
    """None or zero where nothing was agreed. `month_end`: the days are counted from the last day of the month of the day they are
    counted from; `pay_day`: payment is on this day of a month, the first such day not before the days are over.
    """

    net_days: int | None = None
    counted_from: CountedFrom = CountedFrom.ISSUE
    month_end: bool = False
    pay_day: int = 0
    prepayment_percent: Decimal = Decimal(0)
    early_discount: Discount | None = None

    def due_date(self, base: date) -> date | None:
        """The last day to pay, counted from the base day; None where no days were agreed."""
        if self.net_days is None:
            return None
        due = (months.last_day(base) if self.month_end else base) + timedelta(self.net_days)
        if not self.pay_day:
            return due
        same_month = months.after(due, 0, day_of_month=self.pay_day)
        return same_month if same_month >= due else months.after(due, 1, day_of_month=self.pay_day)


def read(terms: Mapping[str, object]) -> AgreedTerms:
    """The terms of a recorded agreement; names that say other things are left alone."""
    text = {name: str(value).strip() for name, value in terms.items()}
    return AgreedTerms(
        net_days=_whole(text, "net_days", 0, NET_DAYS_MAX),
        counted_from=_counted_from(text.get("counted_from", "")),
        month_end=_yes(text, "month_end"),
        pay_day=_whole(text, "pay_day", 1, 31) or 0,
        prepayment_percent=_percent("prepayment", text.get("prepayment", "")),
        early_discount=_discount(text.get("early_discount", "")),
    )


def _whole(text: Mapping[str, str], name: str, low: int, high: int) -> int | None:
    value = text.get(name, "")
    if not value:
        return None
    if not value.isdecimal() or not low <= int(value) <= high:
        raise TermUnreadable(name=name, value=value, wanted=f"write a whole number from {low} to {high}")
    return int(value)


def _counted_from(value: str) -> CountedFrom:
    if not value:
        return CountedFrom.ISSUE
    if value not in set(CountedFrom):
        raise TermUnreadable(name="counted_from", value=value, wanted=f"write {', '.join(CountedFrom)}")
    return CountedFrom(value)


def _yes(text: Mapping[str, str], name: str) -> bool:
    value = text.get(name, "")
    if value not in ("", "yes", "no"):
        raise TermUnreadable(name=name, value=value, wanted="write yes or no")
    return value == "yes"


def _percent(name: str, value: str) -> Decimal:
    if not value:
        return Decimal(0)
    try:
        found = Decimal(value.removesuffix("%").strip().replace(",", "."))
    except InvalidOperation:
        found = Decimal(-1)
    if not 0 < found <= 100:
        raise TermUnreadable(name=name, value=value, wanted="write a share such as 30%")
    return found


def _discount(value: str) -> Discount | None:
    if not value:
        return None
    match = DISCOUNT.fullmatch(value)
    if match is None:
        raise TermUnreadable(
            name="early_discount", value=value, wanted="write it like 2% within 10 days, 2% за 10 дней, 2% за 10 дни"
        )
    return Discount(_percent("early_discount", match[1]), int(match[2]))
