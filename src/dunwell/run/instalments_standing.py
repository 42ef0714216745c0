"""How agreed schedules stand: what they ask for next, which payments came, which are missing. Reading only; call inside `scope.of`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dunwell.core.instalments import Part
from dunwell.core.money import Money
from dunwell.engine import instalments
from dunwell.store import load
from dunwell.store.models import PaymentPlan, Promise, Receivable


@dataclass(frozen=True, slots=True)
class NextPayment:
    """The next payment of a schedule that stands, `left` in minor units of the whole schedule."""

    plan: int
    on: date
    left: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A schedule as it stands on a day: each payment with its state, whether it waits for a person, whether a payment is missing."""

    plan: PaymentPlan
    parts: tuple[tuple[Part, str], ...]
    is_waiting: bool
    is_broken: bool

    @property
    def amount(self) -> Money:
        return Money(self.plan.amount, self.plan.currency)


def next_payments(creditor_id: int, customer_id: int, on: date, *, rehearsal: bool) -> dict[int, NextPayment]:
    """By receivable, what an agreed schedule of a customer asks for next."""
    if not PaymentPlan.objects.filter(customer_id=customer_id).exists():
        return {}
    parts = load.plan_parts(creditor_id, on, rehearsal=rehearsal, customers=(customer_id,))
    return {
        row["receivable_id"]: NextPayment(row["plan_id"], row["day"], row["left"])
        for row in instalments.upcoming(parts, on).iter_rows(named=True)
    }


def standing(creditor_id: int, customer_id: int, on: date, *, rehearsal: bool) -> list[Standing]:
    """Every schedule of a customer that is in force or waits for a person, with how each payment stands."""
    made = PaymentPlan.objects.filter(customer_id=customer_id).order_by("pk")
    plans = [one for one in made if rehearsal or not one.rehearsal]
    if not plans:
        return []
    parts = load.plan_parts(creditor_id, on, rehearsal=rehearsal, customers=(customer_id,))
    judged = {row["plan_id"]: row for row in instalments.judge(parts, on).iter_rows(named=True)}
    came = dict(parts.select("plan_id", "came").unique().iter_rows())
    waiting = set(
        PaymentPlan.objects.filter(customer_id=customer_id, is_asked=True, decision=None).values_list("pk", flat=True)
    )
    return [
        Standing(
            one,
            tuple(_states(one, came.get(one.pk, 0), judged.get(one.pk), on)),
            one.pk in waiting,
            _broken(judged.get(one.pk)),
        )
        for one in plans
        if one.pk in judged or one.pk in waiting
    ]


def was_agreed(receivables: Sequence[Receivable]) -> PaymentPlan | None:
    """The first schedule that ever held one of the receivables."""
    promise = Promise.objects.filter(receivable__in=receivables, plan__isnull=False, rehearsal=False)
    found = promise.exclude(ending__outcome="taken_back").select_related("plan").order_by("pk").first()
    return found.plan if found else None


def parts_in(plan: PaymentPlan) -> tuple[Part, ...]:
    """A recorded schedule as days and sums."""
    return tuple(Part(date.fromisoformat(day), Money(minor, plan.currency)) for day, minor in plan.schedule)


def _states(plan: PaymentPlan, came: int, judged: dict[str, Any] | None, on: date) -> Iterator[tuple[Part, str]]:
    """Each payment with paid, next, late, missed or later."""
    covers = 0
    is_next = True
    for part in parts_in(plan):
        covers += part.amount.minor
        if covers <= came:
            yield part, "paid"
        elif is_next and judged:
            is_next = False
            yield part, "missed" if judged["broken_on"] else "late" if part.on < on else "next"
        else:
            yield part, "later"


def _broken(judged: dict[str, Any] | None) -> bool:
    return bool(judged and judged["broken_on"])
