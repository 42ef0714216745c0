"""Credit notes that we owe: for an accepted dispute, an earned discount, a bonus. Accounting issues them, or Dunwell numbers them.

Until a credit note stands in the books, what it will take off is set aside like a contested part: the client is never asked
for what was granted to them.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet

from dunwell.core.ledger import DocumentKind
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.run import books, numbers
from dunwell.store import audit, scope
from dunwell.store.models import (
    Allocation,
    CreditDue,
    Creditor,
    CreditSettled,
    Dispute,
    Ending,
    Invoice,
    OfferGrant,
    Receivable,
)

AWAITED = "credit_due"
"""The cause of what is set aside until the credit note is there: nobody contests it, our side owes it."""


class NoSuchCredit(Refusal):
    """There is no credit note number {number} that is owed: `dunwell credits list` shows them."""


class NoSuchCreditNote(Refusal):
    """There is no credit note {number!r} of at least {amount} for this customer in the books: enter or import it first."""


def owe(
    creditor: Creditor,
    receivable: Receivable,
    amount: Money,
    *,
    cause: str,
    left: Money,
    grant: OfferGrant | None = None,
    rehearsal: bool = False,
    on: date,
    by: str,
    why: str,
) -> CreditDue:
    """We owe a credit note; issued at once where Dunwell numbers them. `left` is what is open of the receivable now.

    In rehearsal nothing is issued: what was granted there is set aside there alone.
    """
    fact = {"creditor": creditor, "effective_on": on, "by": by, "why": why}
    with scope.of(creditor.pk):
        is_ours = not rehearsal and bool(numbers.pattern(creditor, DocumentKind.CREDIT_NOTE))
        aside = None
        if left and not is_ours:
            part = min(amount.minor, left.minor)
            aside = Dispute.objects.create(
                **fact, receivable=receivable, cause=AWAITED, amount=part, rehearsal=rehearsal
            )
        due = CreditDue.objects.create(
            **fact,
            receivable=receivable,
            set_aside=aside,
            currency=amount.currency,
            amount=amount.minor,
            cause=cause,
            grant=grant,
            rehearsal=rehearsal,
        )
        _note(creditor, by, "credit_due", due, {"amount": str(amount), "cause": cause, "why": why})
        if is_ours:
            _issue(creditor, due, left=left, on=on, by=by)
    return due


def amount(due: CreditDue) -> Money:
    return Money(due.amount, due.currency)


def waiting(creditor: Creditor) -> QuerySet[CreditDue]:
    """Credit notes that accounting has still to issue, the oldest first."""
    found = CreditDue.objects.filter(creditor_id=creditor.pk, settled=None, rehearsal=False)
    return found.select_related("receivable__invoice__customer", "set_aside").order_by("pk")


def issued(creditor: Creditor, number: int, document: str, *, on: date, by: str) -> CreditSettled:
    """Accounting issued the credit note: it stands in the books under this document number."""
    with scope.of(creditor.pk):
        due = _waiting(creditor, number)
        found = _candidates(due).filter(number=document).first()
        if found is None:
            raise NoSuchCreditNote(number=document, amount=Money(due.amount, due.currency))
        return _settle(creditor, due, found, on=on, by=by, why="")


def refuse(creditor: Creditor, number: int, *, on: date, by: str, why: str) -> CreditSettled:
    """No credit note after all: what was set aside is asked for again."""
    with scope.of(creditor.pk):
        return _settle(creditor, _waiting(creditor, number), None, on=on, by=by, why=why)


def settle_from_books(creditor: Creditor, on: date, *, by: str) -> int:
    """Settle what we owe by the credit notes that have come since; gives how many."""
    settled = 0
    with scope.of(creditor.pk):
        for due in waiting(creditor):
            named = _candidates(due).filter(credits_number=due.receivable.invoice.number)
            if (found := named.order_by("total", "pk").first()) is not None:
                _settle(creditor, due, found, on=on, by=by, why="it stands in the books")
                settled += 1
    return settled


def _candidates(due: CreditDue) -> QuerySet[Invoice]:
    """Credit notes of the customer, large enough, that settle nothing else and became known no earlier than we owed one."""
    return Invoice.objects.filter(
        kind=DocumentKind.CREDIT_NOTE.value,
        customer_id=due.receivable.customer_id,
        currency=due.currency,
        total__gte=due.amount,
        known_on__gte=due.effective_on,
        creditsettled=None,
        cancellation=None,
    )


def _issue(creditor: Creditor, due: CreditDue, *, left: Money, on: date, by: str) -> None:
    invoice, amount = due.receivable.invoice, Money(due.amount, due.currency)
    made = books.add_document(
        creditor,
        invoice.customer,
        kind=DocumentKind.CREDIT_NOTE.value,
        number=numbers.take(creditor, DocumentKind.CREDIT_NOTE, on),
        issued=on,
        due=on,
        total=amount,
        credits_number=invoice.number,
        on=on,
        by=by,
        why=due.why,
    )
    if part := min(due.amount, left.minor):
        Allocation.objects.create(
            creditor=creditor,
            effective_on=on,
            by=by,
            why=due.why,
            credit_note=made,
            receivable=due.receivable,
            currency=due.currency,
            amount=part,
            basis="credited_invoice",
        )
    _settle(creditor, due, made, on=on, by=by, why="")


def _settle(
    creditor: Creditor, due: CreditDue, credit_note: Invoice | None, *, on: date, by: str, why: str
) -> CreditSettled:
    fact = {"creditor": creditor, "effective_on": on, "by": by, "why": why}
    row = CreditSettled.objects.create(**fact, due=due, credit_note=credit_note)
    if due.set_aside is not None:
        outcome = "accepted" if credit_note else "rejected"
        Ending.objects.create(**fact, dispute=due.set_aside, outcome=outcome)
    number = credit_note.number if credit_note else ""
    _note(creditor, by, "credit_settled", due, {"credit_note": number, "why": why})
    return row


def _waiting(creditor: Creditor, number: int) -> CreditDue:
    due = waiting(creditor).filter(pk=number).first()
    if due is None:
        raise NoSuchCredit(number=number)
    return due


def _note(creditor: Creditor, by: str, kind: str, due: CreditDue, content: dict[str, Any]) -> None:
    audit.link(creditor.pk, actor=by, kind=kind, subject=str(due.pk), content=content)
