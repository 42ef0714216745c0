"""A dispute from complaint to answer: who looks after it and until when, and how it ends, by a credit note or a reasoned no.

The answer goes as a letter that is looked at first; what it grants is set aside until the credit note stands in the books.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.core.ledger import Purpose
from dunwell.core.money import Money
from dunwell.core.page import AnswerKind
from dunwell.core.refusal import Refusal
from dunwell.run import credits, facts, news, people, portal_desk
from dunwell.run.news import Prepared
from dunwell.store import audit, balances, bulk, scope, today
from dunwell.store.models import Creditor, Dispute, DisputeCare, Staff

OUTCOMES = ("accepted", "rejected")


class NoSuchDispute(Refusal):
    """There is no open dispute number {number}: `dunwell work` shows them."""


class AnswerDayPassed(Refusal):
    """The answer is for a day to come: {day} has passed."""


class OutcomeUnknown(Refusal):
    """{outcome!r} is not how a dispute ends. Outcomes: {outcomes}."""


class WordsMissing(Refusal):
    """Say in a few words what you found: the client reads them."""


@dataclass(frozen=True, slots=True)
class Care:
    """Who looks after a dispute, and the day by which the client has an answer."""

    owner: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Answer:
    """How a dispute ends. `amount` is what is taken off when it is accepted; None: all that is contested."""

    outcome: str
    amount: Money | None = None
    words: str = ""


def of(number: int) -> Dispute:
    """An open dispute of the creditor in scope, as its client sees it: not what merely awaits a credit note."""
    found = Dispute.objects.filter(pk=number, ending=None).exclude(cause=credits.AWAITED)
    row = found.select_related("receivable__invoice__customer").first()
    if row is None:
        raise NoSuchDispute(number=number)
    return row


def care(creditor: Creditor, dispute: Dispute) -> Care:
    """The last that a person said; else whoever looks after the customer, within the usual days."""
    said = dispute.cares.order_by("pk").last()
    if said is not None:
        return Care(said.owner, said.due_on)
    usual = Staff.objects.order_by("pk").values_list("name", flat=True).first()
    owner = dispute.receivable.invoice.customer.owner or usual or creditor.name
    return Care(owner, dispute.effective_on + timedelta(today.ANSWER_DAYS))


def assign(
    creditor: Creditor, number: int, *, owner: str, due_on: date, on: date, by: str, why: str = ""
) -> DisputeCare:
    """Somebody looks after a dispute and answers by a day."""
    if due_on < on:
        raise AnswerDayPassed(day=due_on)
    with scope.of(creditor.pk):
        dispute = of(number)
        row = DisputeCare.objects.create(
            creditor=creditor, effective_on=on, by=by, why=why, dispute=dispute, owner=owner, due_on=due_on
        )
        content = {"owner": owner, "due_on": due_on, "why": why}
        audit.link(creditor.pk, actor=by, kind="dispute_care", subject=str(number), content=content)
    return row


def contested(dispute: Dispute) -> Money:
    """What is not asked for because of it."""
    left = _left(dispute)
    return left if dispute.amount is None else min(left, Money(dispute.amount, left.currency))


def letter(creditor: Creditor, number: int, answer: Answer, *, on: date) -> Prepared:
    """The letter that answers a dispute, to be looked at; nothing is decided yet."""
    with scope.of(creditor.pk):
        dispute = of(number)
        credited = _credited(dispute, answer)
    accepted = answer.outcome == "accepted"
    purpose = Purpose.DISPUTE_ACCEPTED if accepted else Purpose.DISPUTE_REJECTED
    said = {"answer": answer.words, "credited": credited}
    return news.about(creditor, purpose, dispute.receivable, said, on=on)


def resolve(creditor: Creditor, number: int, answer: Answer, *, on: date, by: str) -> Dispute:
    """End a dispute: what is granted becomes a credit note that we owe, what is not is asked for again."""
    with scope.of(creditor.pk):
        dispute = of(number)
        credited = _credited(dispute, answer)
        left = _left(dispute)
        people.end(creditor, "dispute", number, outcome=answer.outcome, on=on, by=by, why=answer.words)
        if credited is not None:
            credits.owe(
                creditor, dispute.receivable, credited, cause="dispute", left=left, on=on, by=by, why=answer.words
            )
        said = portal_desk.waiting(creditor).filter(kind=AnswerKind.DISPUTE.value)
        for one in said.filter(receivables__contains=[dispute.receivable_id]):
            portal_desk.settle(creditor, one.pk, outcome="done", on=on, by=by)
    return dispute


def _credited(dispute: Dispute, answer: Answer) -> Money | None:
    """What the answer takes off; None for a no. Raises where the answer does not hold together."""
    if answer.outcome not in OUTCOMES:
        raise OutcomeUnknown(outcome=answer.outcome, outcomes=", ".join(OUTCOMES))
    if not answer.words.strip():
        raise WordsMissing
    if answer.outcome == "rejected":
        return None
    most = contested(dispute)
    amount = answer.amount or most
    if amount.minor <= 0:
        raise facts.AmountNotPositive(amount=amount)
    if amount.currency != most.currency or amount > most:
        raise facts.AmountTooLarge(amount=amount, most=most)
    return amount


def _left(dispute: Dispute) -> Money:
    """What is open of the receivable."""
    sql = balances.balances_sql(as_of=None, rehearsal=dispute.rehearsal, among=str(dispute.receivable_id))
    ((balance,),) = bulk.rows(f"SELECT balance FROM ({sql}) b")
    return Money(max(0, balance), dispute.receivable.currency)
