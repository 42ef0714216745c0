"""Looking at a client before work begins: numbers, exposure and earlier behaviour become suggested terms, each with its reason. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.engine.registration import NumberFault

GOOD_PAYMENTS_MIN = 3
LATE_DAYS = 7
VERY_LATE_DAYS = 21


class LimitUnreadable(Refusal):
    """{text!r} is no credit limit: write a sum and its currency, such as 5000.00 EUR."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a client has paid so far: how many invoices, days after the due date of the middle one, promises not kept."""

    paid: int = 0
    usual_days_late: int = 0
    broken_promises: int = 0


@dataclass(frozen=True, slots=True)
class IntakeFacts:
    """All that is known before terms are agreed, in the currency of the order; `state` stops contact (insolvent …)."""

    faults: tuple[NumberFault, ...]
    state: str
    conduct: Conduct
    open: Money
    overdue: Money
    order: Money
    limit: Money | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The terms that fit what is known: percent before the work, days for the rest, and every reason in a sentence."""

    prepayment_percent: int
    net_days: int
    reasons: tuple[str, ...]


def limit_of(text: str) -> Money:
    """A credit limit as it is typed."""
    amount, _, currency = text.strip().partition(" ")
    try:
        return Money.parse(amount, currency.strip().upper())
    except Refusal:
        raise LimitUnreadable(text=text) from None


def suggest(facts: IntakeFacts) -> Suggestion:
    """The strictest share and the fewest days that any rule asks for; without a rule that does, nothing before and thirty days."""
    asked = [(rule.percent(facts), rule.net_days, rule.says(facts)) for rule in RULES if rule.holds(facts)]
    return Suggestion(
        prepayment_percent=max((percent for percent, _, _ in asked), default=0),
        net_days=min((days for _, days, _ in asked), default=30),
        reasons=tuple(said for _, _, said in asked),
    )


@dataclass(frozen=True)
class Rule:
    """When it holds, which share before the work and how many days it asks for, and why."""

    holds: Callable[[IntakeFacts], bool]
    percent: Callable[[IntakeFacts], int]
    net_days: int
    says: Callable[[IntakeFacts], str]


def _all(facts: IntakeFacts) -> int:
    return 100


def _share(percent: int) -> Callable[[IntakeFacts], int]:
    return lambda facts: percent


def _over_limit(facts: IntakeFacts) -> int:
    """The share of the order that must come first, so that no more is open than the limit."""
    assert facts.limit is not None
    over = facts.open.minor + facts.order.minor - facts.limit.minor
    return min(100, -(-over * 100 // facts.order.minor)) if facts.order.minor > 0 else 100


def _is_late(facts: IntakeFacts, low: int, high: int) -> bool:
    return facts.conduct.paid > 0 and low < facts.conduct.usual_days_late <= high


RULES = (
    Rule(
        lambda facts: bool(facts.state),
        _all,
        0,
        lambda facts: f"The client is recorded as {facts.state}: work only against payment, and ask a lawyer.",
    ),
    Rule(
        lambda facts: bool(facts.faults),
        _all,
        0,
        lambda facts: (
            "Numbers do not hold; until they are corrected nobody knows who would owe: "
            + "; ".join(f"{one.field} {one.value}: {one.message}" for one in facts.faults)
            + "."
        ),
    ),
    Rule(
        lambda facts: facts.limit is not None and facts.limit < facts.open + facts.order,
        _over_limit,
        14,
        lambda facts: f"With this order {facts.open + facts.order} would be open; the limit is {facts.limit}.",
    ),
    Rule(
        lambda facts: facts.overdue.minor > 0,
        _share(50),
        7,
        lambda facts: f"{facts.overdue} is overdue now: settle that first, or half before the work.",
    ),
    Rule(
        lambda facts: _is_late(facts, VERY_LATE_DAYS, 10_000),
        _share(50),
        7,
        lambda facts: f"Invoices are usually paid {facts.conduct.usual_days_late} days late.",
    ),
    Rule(
        lambda facts: _is_late(facts, LATE_DAYS, VERY_LATE_DAYS),
        _share(30),
        14,
        lambda facts: f"Invoices are usually paid {facts.conduct.usual_days_late} days late.",
    ),
    Rule(
        lambda facts: facts.conduct.broken_promises > 1,
        _share(50),
        7,
        lambda facts: f"{facts.conduct.broken_promises} promised days passed without the payment.",
    ),
    Rule(
        lambda facts: facts.conduct.paid == 0,
        _share(30),
        14,
        lambda facts: "Nothing was paid here before: a part before the work is usual with new clients.",
    ),
    Rule(
        lambda facts: (
            facts.conduct.paid >= GOOD_PAYMENTS_MIN and facts.conduct.usual_days_late <= 0 and not facts.overdue
        ),
        _share(0),
        30,
        lambda facts: f"{facts.conduct.paid} invoices were paid, usually in time.",
    ),
)
