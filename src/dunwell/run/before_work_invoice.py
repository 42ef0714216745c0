"""A request before work becomes an invoice: a number of its own, the day, the lines, and what was paid carried over to the cent.

Money moves by counter-records alone (basis `carried`): what stood against the request is taken back and set against the invoice in
the same transaction, so that received = allocated + unapplied holds at every moment (I1). Turned by mistake, the same way back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from dunwell.core import agreed_terms
from dunwell.core.before_work import Standing
from dunwell.core.ledger import DocumentKind
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.run import before_work, books, facts, numbers
from dunwell.run.before_work import Life
from dunwell.store import load_claims, locks, scope, switches
from dunwell.store.models import (
    Allocation,
    BecameInvoice,
    BecameInvoiceEnd,
    Creditor,
    Invoice,
    InvoiceLine,
    Receivable,
)

CARRIED = "carried"
DAYS = 14
"""Without agreed terms what is left of an order is due so many days after its invoice."""


class NoInvoiceYet(Refusal):
    """{number} has not become an invoice: there is nothing to take back."""


class PaidSince(Refusal):
    """{number} was paid more since: correct it by a credit note instead."""


def become(
    creditor: Creditor,
    number: str | Invoice,
    *,
    as_number: str = "",
    due: date | None = None,
    on: date,
    by: str,
    why: str = "",
) -> Invoice:
    """Issue the invoice of a request's whole order and carry over what was paid. What is left is owed by the agreed terms."""
    with scope.of(creditor.pk):
        locks.in_turn(creditor.pk, "becoming")
        request = before_work.find(creditor, number)
        found = before_work.life(creditor, request, on, rehearsal=not switches.is_live(creditor.pk))
        if found.standing in (Standing.INVOICED, Standing.CANCELLED):
            raise before_work.RequestOver(number=request.number)
        invoice = books.add_document(
            creditor, request.customer, kind=DocumentKind.INVOICE.value, issued=on,
            number=as_number or numbers.take(creditor, DocumentKind.INVOICE, on), parts=_parts(creditor, found, due, on),
            due=_due(creditor, found, due, on), total=found.order, what_for=request.what_for, is_sent=False, on=on, by=by,
            why=why or f"request {request.number}",
        )  # fmt: skip
        _copy_lines(request, invoice)
        BecameInvoice.objects.create(**facts.fact(creditor, on, by, why), request=request, invoice=invoice)
        moved = _carry(creditor, request, invoice, on=on, by=by)
        facts.link(creditor, by, "became_invoice", request, {"invoice": invoice.number, "carried": moved, "why": why})
    return invoice


def take_back(creditor: Creditor, number: str | Invoice, *, on: date, by: str, why: str) -> Invoice:
    """It was turned by mistake: the invoice is cancelled and keeps its number, the money is carried back, the request stands again."""
    with scope.of(creditor.pk):
        locks.in_turn(creditor.pk, "becoming")
        request = before_work.find(creditor, number)
        became = BecameInvoice.objects.filter(request=request, end=None).select_related("invoice").first()
        if became is None:
            raise NoInvoiceYet(number=request.number)
        if any(row.basis != CARRIED for row in _standing(became.invoice)):
            raise PaidSince(number=became.invoice.number)
        BecameInvoiceEnd.objects.create(**facts.fact(creditor, on, by, why), became=became)
        moved = _carry(creditor, became.invoice, request, on=on, by=by)
        books.cancel(creditor, became.invoice, on=on, by=by, why=why)
        facts.link(creditor, by, "became_invoice_taken_back", request, {"carried": moved, "why": why})
    return request


def _carry(creditor: Creditor, source: Invoice, target: Invoice, *, on: date, by: str) -> int:
    """Move all that stands against one document to the other, the earliest instalment first; gives the minor units moved."""
    rows = list(_standing(source))
    fact = facts.fact(creditor, on, by, f"{source.number} → {target.number}")
    for row in rows:
        Allocation.objects.create(
            **fact, payment_id=row.payment_id, credit_note_id=row.credit_note_id, receivable_id=row.receivable_id,
            currency=row.currency, amount=-row.amount, basis=CARRIED, undoes=row,
        )  # fmt: skip
    room = [(one.pk, one.amount) for one in Receivable.objects.filter(invoice=target).order_by("instalment")]
    for row, receivable, part in _spread(rows, room):
        Allocation.objects.create(
            **fact, payment_id=row.payment_id, credit_note_id=row.credit_note_id, receivable_id=receivable,
            currency=row.currency, amount=part, basis=CARRIED,
        )  # fmt: skip
    return sum(row.amount for row in rows)


def _spread(rows: Iterable[Allocation], room: list[tuple[int, int]]) -> Iterator[tuple[Allocation, int, int]]:
    """Each sum laid over the receivables that have room, none left over: an invoice is never less than its request."""
    free = list(room)
    for row in rows:
        left = row.amount
        while left:
            (receivable, most), *others = free
            part = min(left, most)
            yield row, receivable, part
            left -= part
            free = others if part == most else [(receivable, most - part), *others]


def _standing(document: Invoice) -> Iterable[Allocation]:
    """What is set against a document and was not taken back."""
    return Allocation.objects.filter(receivable__invoice=document, undoes=None, allocation=None, amount__gt=0).order_by(
        "pk"
    )


def _parts(creditor: Creditor, found: Life, due: date | None, on: date) -> tuple[tuple[Money, date], ...]:
    """A deposit is the first instalment of its order, due on the day of the invoice where it was paid; the rest follows by the terms."""
    last = _due(creditor, found, due, on)
    if not found.is_deposit:
        return ((found.order, last),)
    is_paid = found.paid >= found.asked
    return ((found.asked, on if is_paid else last), (found.order - found.asked, last))


def _due(creditor: Creditor, found: Life, due: date | None, on: date) -> date:
    if due is not None:
        return due
    if found.paid >= found.order:
        return on
    agreed = agreed_terms.read(load_claims.agreement(creditor.pk, found.request.customer_id, on))
    return agreed.due_date(on) or on + timedelta(DAYS)


def _copy_lines(request: Invoice, invoice: Invoice) -> None:
    """The request's own lines where they make up the whole order; else the order as one line."""
    lines = list(InvoiceLine.objects.filter(invoice=request).order_by("position"))
    said = [(line.text, line.amount) for line in lines]
    if sum(amount for _, amount in said) != invoice.total:
        said = [(invoice.what_for, invoice.total)]
    InvoiceLine.objects.bulk_create(
        InvoiceLine(creditor_id=invoice.creditor_id, invoice=invoice, position=place, text=text, amount=amount)
        for place, (text, amount) in enumerate(said, 1)
    )
