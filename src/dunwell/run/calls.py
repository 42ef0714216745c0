"""A telephone call: what to say, where and when they are, and what came of it, each outcome with its one effect.

An effect is a fact like any other (a promise, a dispute, a hold, a debt of ours); the next run sees it. A call that reached
nobody leaves its task open for another day, and the policy's own patience with the task is not extended by trying.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from dunwell.core import playbook
from dunwell.core.assignment import Case
from dunwell.core.ledger import CustomerKind, DocumentKind, HoldReason, OurDebt, TaskKind
from dunwell.core.money import Money
from dunwell.core.playbook import CallOutcome, Playbook
from dunwell.core.refusal import Refusal
from dunwell.run import calendars, jurisdictions, people, portfolio
from dunwell.store import audit, scope
from dunwell.store.models import (
    ContactPoint,
    Creditor,
    Customer,
    Invoice,
    Sign,
    Task,
    TaskItem,
    Touch,
)

PHONES = ("call", "sms")


class InvoiceMissing(Refusal):
    """Say which invoice it is about."""


class SumOfSeveral(Refusal):
    """A sum is of one invoice: choose one, or leave the sum empty."""


class DayMissing(Refusal):
    """Say on which day."""


class NumberMissing(Refusal):
    """Say which number was wrong."""


class DayPassed(Refusal):
    """The next attempt is for a day to come: {day} has passed."""


class ScoreOutside(Refusal):
    """The answer is a number from 1 to 10."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of a call. `day` is the promised day, the end of a pause, or the day of the next attempt."""

    outcome: CallOutcome
    note: str = ""
    invoices: tuple[Invoice, ...] = ()
    day: date | None = None
    amount: Money | None = None
    cause: str = ""
    address: str = ""
    score: int | None = None
    task: Task | None = None


@dataclass(frozen=True, slots=True)
class There:
    """The other end of the line: the time there, and whether a call is proper now, and from when to when it is on this day."""

    at: datetime
    may_call: bool
    first: time | None
    last: time | None


@dataclass(frozen=True, slots=True)
class _Call:
    creditor: Creditor
    customer: Customer
    said: Said
    on: date
    by: str

    @property
    def fact(self) -> dict[str, Any]:
        return {"on": self.on, "by": self.by, "why": self.said.note}


Undo = tuple[str, int] | None


@cache
def script(locale: str) -> Playbook:
    """What to say, in the language of the call."""
    text = (files("dunwell") / "content" / "playbook" / f"{locale}.toml").read_text("utf-8")
    return playbook.from_dict(tomllib.loads(text))


def there(creditor: Creditor, customer: Customer, *, timezone: str, now: datetime) -> There:
    """The customer's local time, and whether law and manners of their country allow a call at it."""
    country = customer.country or creditor.country
    known = jurisdictions.load_all()
    rules = jurisdictions.of_country(country, known)
    at = now.astimezone(ZoneInfo(timezone or customer.timezone or jurisdictions.timezone_of(country, known)))
    days = calendars.load([country], (at.year,), known, calendars.load_corrections())[country]
    allowed = rules.hours[CustomerKind(customer.kind)]
    hours = allowed.business_days if days.is_business_day(at.date()) else allowed.rest_days
    if hours is None:
        return There(at, may_call=False, first=None, last=None)
    return There(at, may_call=hours[0] <= at.time() < hours[1], first=hours[0], last=hours[1])


def record(creditor: Creditor, customer: Customer, said: Said, *, on: date, by: str) -> Undo:
    """Record a call with all that follows from it; gives what the effect can be taken back by."""
    if said.score is not None and said.score not in playbook.SCORES:
        raise ScoreOutside
    call = _Call(creditor, customer, said, on, by)
    with scope.of(creditor.pk):
        undo = EFFECTS[said.outcome](call)
        _touch(call)
        if said.task is not None:
            _close(call, said.task)
    return undo


def _promised(call: _Call) -> Undo:
    made = [
        one
        for invoice in _invoices(call)
        for one in people.promise(
            call.creditor, invoice, promised_date=_day(call), amount=call.said.amount, **call.fact
        )
    ]
    return ("promise", made[0].pk) if len(made) == 1 else None


def _paid(call: _Call) -> Undo:
    """The chase waits for the money as long as the policy of each document says."""
    made = [
        one
        for invoice in _invoices(call)
        for one in people.hold(
            call.creditor,
            number=invoice,
            reason=HoldReason.CLAIMED_PAID,
            until=call.on + timedelta(_claimed_paid_days(call, invoice)),
            **call.fact,
        )
    ]
    return ("hold", made[0].pk) if len(made) == 1 else None


def _time(call: _Call) -> Undo:
    (made,) = people.hold(
        call.creditor, customer_name=call.customer, reason=HoldReason.ASKED_FOR_TIME, until=_day(call), **call.fact
    )
    return "hold", made.pk


def _disputed(call: _Call) -> Undo:
    made = [
        one
        for invoice in _invoices(call)
        for one in people.dispute(call.creditor, invoice, cause=call.said.cause, amount=call.said.amount, **call.fact)
    ]
    return ("dispute", made[0].pk) if len(made) == 1 else None


def _document(call: _Call) -> Undo:
    people.our_side(call.creditor, call.customer, OurDebt.DOCUMENT, done=False, **call.fact)
    return None


def _answer(call: _Call) -> Undo:
    people.our_side(call.creditor, call.customer, OurDebt.ANSWER, done=False, **call.fact)
    return None


def _again(call: _Call) -> Undo:
    """Another attempt on another day: the same task anew, counted by the policy from the day it was first due."""
    day = _day(call)
    if day < call.on:
        raise DayPassed(day=day)
    before = call.said.task
    task = Task.objects.create(
        creditor=call.creditor,
        effective_on=before.effective_on if before else call.on,
        by=call.by,
        why=call.said.note,
        customer=call.customer,
        contact=before.contact if before else None,
        run=before.run if before else None,
        kind=before.kind if before else TaskKind.CALL.value,
        policy=before.policy if before else "",
        step=before.step if before else "",
        level=before.level if before else 0,
        due_on=day,
        text=before.text if before else "",
        rehearsal=before.rehearsal if before else False,
    )
    TaskItem.objects.bulk_create(
        TaskItem(creditor=call.creditor, task=task, receivable_id=receivable, step=step)
        for receivable, step in (before.items.values_list("receivable_id", "step") if before else ())
    )
    return None


def _wrong_number(call: _Call) -> Undo:
    """Nobody is called or texted there any more: at a stranger's a debt is nobody's business."""
    points = ContactPoint.objects.filter(
        contact__customer=call.customer, channel__in=PHONES, address=call.said.address or None
    )
    found = set(points.values_list("person_key", "channel"))
    if not found:
        raise NumberMissing
    for person_key, channel in sorted(found):
        Sign.objects.create(
            creditor=call.creditor,
            effective_on=call.on,
            by=call.by,
            why=call.said.note,
            customer=call.customer,
            person_key=person_key,
            channel=channel,
            kind="bounced",
        )
    return None


def _nothing(call: _Call) -> Undo:
    return None


EFFECTS: dict[CallOutcome, Callable[[_Call], Undo]] = {
    CallOutcome.PROMISED: _promised,
    CallOutcome.ALREADY_PAID: _paid,
    CallOutcome.ASKED_FOR_TIME: _time,
    CallOutcome.DISPUTED: _disputed,
    CallOutcome.NEEDS_DOCUMENT: _document,
    CallOutcome.NEEDS_ANSWER: _answer,
    CallOutcome.CALL_BACK: _again,
    CallOutcome.NO_ANSWER: _again,
    CallOutcome.WRONG_NUMBER: _wrong_number,
    CallOutcome.REFUSED: _nothing,
    CallOutcome.NOTHING_AGREED: _nothing,
}


def _invoices(call: _Call) -> tuple[Invoice, ...]:
    if not call.said.invoices:
        raise InvoiceMissing
    if call.said.amount is not None and len(call.said.invoices) > 1:
        raise SumOfSeveral
    return call.said.invoices


def _day(call: _Call) -> date:
    if call.said.day is None:
        raise DayMissing
    return call.said.day


def _claimed_paid_days(call: _Call, invoice: Invoice) -> int:
    case = Case(
        document=DocumentKind(invoice.kind),
        customer_kind=CustomerKind(call.customer.kind),
        invoice=str(invoice.pk),
        customer=str(call.customer.pk),
        segments=frozenset({call.customer.segment} - {""}),
    )
    (policy,) = portfolio.policies_of(call.creditor.pk, call.on, [case])
    return policy.claimed_paid_days


def _touch(call: _Call) -> None:
    """A conversation counts for the distance between two contacts; ringing in vain does not, nor does a stranger."""
    said = call.said
    points = ContactPoint.objects.filter(contact__customer=call.customer, address=said.address or None)
    point = points.select_related("contact").order_by("-is_preferred", "contact__rank", "pk").first()
    Touch.objects.create(
        creditor=call.creditor,
        effective_on=call.on,
        by=call.by,
        customer=call.customer,
        contact=point.contact if point else None,
        person_key=point.person_key if point else "",
        channel="call",
        counts=said.outcome.is_reached,
        outcome=said.outcome.value,
        score=said.score,
        note=said.note,
    )
    content = {"outcome": said.outcome.value, "score": said.score, "note": said.note, "day": said.day}
    audit.link(call.creditor.pk, actor=call.by, kind="call", subject=call.customer.external_id, content=content)


def _close(call: _Call, task: Task) -> None:
    """The step counts as done when they were spoken to and nothing is to be tried again."""
    outcome = call.said.outcome
    is_done = outcome.is_reached and outcome is not CallOutcome.CALL_BACK
    people.close_task(
        call.creditor, task.pk, outcome=outcome.value, is_done=is_done, on=call.on, by=call.by, why=call.said.note
    )
