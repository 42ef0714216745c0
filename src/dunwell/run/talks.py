"""Talks: a client is in trouble, or not happy with us. Contact pauses, a person asks and listens, and what was said is kept.

The pause outlasts the talk by as long as the person says; the program asks for nothing meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from dunwell.core.ledger import HoldReason, TaskKind
from dunwell.core.page import AnswerKind
from dunwell.core.refusal import Refusal
from dunwell.run import people, portal_desk
from dunwell.store import audit, scope
from dunwell.store.models import Creditor, Customer, Hold, Note, PageAnswer, Task, TaskOutcome

CAUSES = (HoldReason.HARDSHIP, HoldReason.SURVEY)
PAUSE_DAYS = 14
"""So long a client waits at most for the talk; the task stands on the work list from the first day."""


class NothingSaid(Refusal):
    """Write down at least one answer: the next person reads it before they call."""


@dataclass(frozen=True, slots=True)
class Talk:
    """What was asked and answered, in pairs, and until when contact pauses; None: the pause ends with the talk."""

    answers: Sequence[tuple[str, str]]
    until: date | None


def begin(
    creditor: Creditor, customer: Customer, cause: HoldReason, *, rehearsal: bool, on: date, by: str, why: str
) -> None:
    """Pause everything and ask a person to talk with them; a second word of the same adds nothing."""
    fact = {
        "creditor": creditor,
        "effective_on": on,
        "by": by,
        "why": why,
        "customer": customer,
        "rehearsal": rehearsal,
    }
    with scope.of(creditor.pk):
        if not _holds(customer, [cause]).filter(until_date__gte=on).exists():
            Hold.objects.create(**fact, reason=cause.value, until_date=on + timedelta(PAUSE_DAYS))
        if not _tasks(customer, [cause]).exists():
            Task.objects.create(**fact, kind=TaskKind.CARE.value, step=cause.value, due_on=on)


def record(creditor: Creditor, customer: Customer, talk: Talk, *, on: date, by: str) -> Note:
    """Keep what was said; the task and what waited on the page are done, the pause ends or goes on to the day agreed."""
    said = [(question, answer.strip()) for question, answer in talk.answers if answer.strip()]
    if not said:
        raise NothingSaid
    with scope.of(creditor.pk):
        causes = pending(creditor, customer)
        text = "\n".join(f"{question}\n– {answer}" for question, answer in said)
        note = people.note(creditor, customer, text, on=on, by=by)
        for hold in _holds(customer):
            people.end(creditor, "hold", hold.pk, outcome="talked", on=on, by=by, why="")
        if talk.until is not None:
            reason = next(iter(causes), HoldReason.HARDSHIP).value
            people.hold(creditor, customer_name=customer, reason=reason, until=talk.until, on=on, by=by, why="agreed")
        for task in _tasks(customer):
            fact = {"creditor": creditor, "effective_on": on, "by": by}
            TaskOutcome.objects.create(**fact, task=task, outcome="talked", done=True)
        for answer in portal_desk.waiting(creditor).filter(customer=customer, kind=AnswerKind.HARDSHIP.value):
            portal_desk.settle(creditor, answer.pk, outcome="done", on=on, by=by)
        content = {"note": note.pk, "until": talk.until}
        audit.link(creditor.pk, actor=by, kind="talk", subject=customer.external_id, content=content)
    return note


def pending(creditor: Creditor, customer: Customer) -> list[HoldReason]:
    """Why somebody is to talk with them, where nobody has yet."""
    with scope.of(creditor.pk):
        return [cause for cause in CAUSES if _tasks(customer, [cause]).exists()]


def words(creditor: Creditor, customer: Customer) -> list[str]:
    """What the client wrote on the page and nobody has talked about yet; an unhappy answer with its points."""
    with scope.of(creditor.pk):
        waiting = portal_desk.waiting(creditor).filter(customer=customer, kind=AnswerKind.HARDSHIP.value)
        said = [one.words.text for one in waiting if one.words.text]
        for task in _tasks(customer, [HoldReason.SURVEY]):
            rated = PageAnswer.objects.filter(
                customer=customer, kind=AnswerKind.SURVEY.value, effective_on__gte=task.effective_on
            )
            said += [" ".join(filter(None, (f"{one.score}/10", one.words.text))) for one in rated.order_by("pk")]
        return said


def _holds(customer: Customer, causes: Sequence[HoldReason] = CAUSES) -> QuerySet[Hold]:
    return Hold.objects.filter(customer=customer, reason__in=[one.value for one in causes], ending=None)


def _tasks(customer: Customer, causes: Sequence[HoldReason] = CAUSES) -> QuerySet[Task]:
    return Task.objects.filter(
        customer=customer, kind=TaskKind.CARE.value, step__in=[one.value for one in causes], outcome=None
    )
