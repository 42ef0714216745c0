"""The books kept by hand: customers, contacts, documents and payments entered, changed, cancelled and reversed by people.

What a file could have said, a person says: the same tables, the source `manual`. A changed fact keeps the old one as an amendment;
a document is taken back by its cancellation, a payment by its reversal.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from dunwell.core import names
from dunwell.core.ledger import CustomerKind, DocumentKind, Role
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.plugins.importers import parties
from dunwell.run import allocations, facts, people
from dunwell.store import audit, scope
from dunwell.store.models import (
    Allocation,
    Amendment,
    Cancellation,
    Contact,
    ContactPoint,
    Creditor,
    Customer,
    Invoice,
    Payment,
    Receivable,
)

MANUAL = "manual"
CUSTOMER_FIELDS = ("name", "kind", "country", "locale", "tax_id", "address", "segment", "owner", "payment_terms")
INVOICE_FIELDS = ("what_for", "order_number", "note")


class CustomerExists(Refusal):
    """There is a customer {external_id!r} already."""


class DocumentExists(Refusal):
    """There is a document {number} of {issued} already."""


class DueBeforeIssue(Refusal):
    """The due date {due} lies before the day of issue {issued}."""


class AlreadyCancelled(Refusal):
    """{number} is cancelled already."""


class InInstalments(Refusal):
    """{number} is owed in instalments: which of them a new date or sum belongs to is not known here."""


class LessThanPaid(Refusal):
    """{number} cannot become {total}: {paid} is set against it already."""


class AlreadyReversed(Refusal):
    """This payment was taken back already."""


class NoWayToReach(Refusal):
    """Give an e-mail address or a telephone number."""


def add_customer(creditor: Creditor, *, on: date, by: str, external_id: str = "", **said: str) -> Customer:
    """A customer; without an id of your own they get a number."""
    with scope.of(creditor.pk):
        if external_id and Customer.objects.filter(source=MANUAL, external_id=external_id).exists():
            raise CustomerExists(external_id=external_id)
        values = {"kind": CustomerKind.BUSINESS.value, "country": creditor.country, "locale": creditor.locale}
        values |= {name: said[name] for name in CUSTOMER_FIELDS if said.get(name)}
        number = external_id or f"M-{Customer.objects.filter(source=MANUAL).count() + 1}"
        made = Customer.objects.create(
            creditor=creditor,
            source=MANUAL,
            external_id=number,
            name_key=_name_key(values["name"]),
            known_on=on,
            **values,
        )
        _note(creditor, by, "customer", number, values)
    return made


def change_customer(creditor: Creditor, customer: Customer, *, on: date, by: str, why: str, **said: str) -> int:
    """Correct what is known of a customer; gives how many facts changed."""
    changed = {
        name: value for name, value in said.items() if name in CUSTOMER_FIELDS and getattr(customer, name) != value
    }
    with scope.of(creditor.pk):
        _amend(creditor, "customer", customer, changed, on=on, by=by, why=why)
        if "name" in changed:
            customer.name_key = _name_key(customer.name)
        customer.save()
    return len(changed)


def add_contact(
    creditor: Creditor, customer: Customer, *, name: str, role: str, email: str, phone: str, locale: str = "", on: date, by: str
) -> Contact:  # fmt: skip
    """A person at a customer, with at least one way to reach them."""
    if not email and not phone:
        raise NoWayToReach
    apart = names.take_apart(name)
    key = names.person_key(email or phone)
    with scope.of(creditor.pk):
        made = Contact.objects.create(
            creditor=creditor,
            source=MANUAL,
            external_id=f"{customer.pk}|{Contact.objects.filter(customer=customer).count() + 1}",
            customer=customer,
            role=Role(role).value,
            given_name=apart.given,
            family_name=apart.family,
            patronymic=apart.patronymic,
            gender=apart.gender,
            locale=locale,
        )
        ways = [("email", email)] if email else []
        ways += [("sms", phone), ("call", phone)] if phone else []
        for channel, address in ways:
            ContactPoint.objects.create(
                creditor=creditor, contact=made, channel=channel, address=address, person_key=key
            )
        _note(creditor, by, "contact", customer.external_id, {"name": name, "role": role, "on": on})
    return made


def add_document(
    creditor: Creditor,
    customer: Customer,
    *,
    kind: str,
    number: str,
    issued: date,
    due: date,
    total: Money,
    what_for: str = "",
    credits_number: str = "",
    is_sent: bool = True,
    parts: Sequence[tuple[Money, date]] = (),
    on: date,
    by: str,
    why: str = "",
) -> Invoice:
    """An invoice, a request before work, or a credit note; money is set against it by the next run. One that was not sent yet is
    sent by the first step of its ladder. `parts` are its instalments where there are several: sums that add up, each with its due date.
    """
    if due < issued:
        raise DueBeforeIssue(due=due, issued=issued)
    if total.minor <= 0:
        raise facts.AmountNotPositive(amount=total)
    is_request = kind == DocumentKind.REQUEST
    with scope.of(creditor.pk):
        if Invoice.objects.filter(kind=kind, series="", number=number, issue_date=issued).exists():
            raise DocumentExists(number=number, issued=issued)
        made = Invoice.objects.create(
            creditor=creditor, source=MANUAL, external_id=number, customer=customer, kind=DocumentKind(kind).value,
            number=number, issue_date=issued, currency=total.currency, total=total.minor, what_for=what_for,
            valid_until=due if is_request else None, credits_number=credits_number,
            requested_on=issued if is_sent else None, known_on=on,
        )  # fmt: skip
        owed = () if kind == DocumentKind.CREDIT_NOTE else parts or ((total, due),)
        for place, (part, last_day) in enumerate(owed, 1):
            Receivable.objects.create(
                creditor=creditor, invoice=made, customer=customer, instalment=place, currency=total.currency,
                amount=part.minor, due_date=None if is_request else last_day,
            )  # fmt: skip
        _note(creditor, by, "document", number, {"kind": kind, "total": str(total), "due": due, "why": why})
    return made


def change_document(
    creditor: Creditor, invoice: Invoice, *, due: date, total: Money, on: date, by: str, why: str, **said: str
) -> int:
    """Correct an invoice; gives how many facts changed. What is set against it stays, so it cannot become less than that."""
    if due < invoice.issue_date:
        raise DueBeforeIssue(due=due, issued=invoice.issue_date)
    with scope.of(creditor.pk):
        (first, *more) = Receivable.objects.filter(invoice=invoice).order_by("instalment")
        changed = {
            name: value for name, value in said.items() if name in INVOICE_FIELDS and getattr(invoice, name) != value
        }
        moved = {} if first.due_date in (None, due) else {"due_date": due}
        counted = {} if first.amount == total.minor else {"amount": total.minor}
        if more and (moved or counted):
            raise InInstalments(number=invoice.number)
        paid = sum(Allocation.objects.filter(receivable=first).values_list("amount", flat=True))
        if counted and total.minor < paid:
            raise LessThanPaid(number=invoice.number, total=total, paid=Money(paid, total.currency))
        _amend(
            creditor,
            "invoice",
            invoice,
            {**changed, **({"total": total.minor} if counted else {})},
            on=on,
            by=by,
            why=why,
        )
        invoice.save()
        _amend(creditor, "receivable", first, {**moved, **counted}, on=on, by=by, why=why)
        first.save()
    return len(changed) + len(moved) + len(counted)


def cancel(creditor: Creditor, invoice: Invoice, *, on: date, by: str, why: str) -> Cancellation:
    """The document is void: it is asked for no more, and money that was set against it is free again at the next run."""
    with scope.of(creditor.pk):
        if Cancellation.objects.filter(invoice=invoice).exists():
            raise AlreadyCancelled(number=invoice.number)
        row = Cancellation.objects.create(creditor=creditor, effective_on=on, by=by, why=why, invoice=invoice)
        _note(creditor, by, "cancelled", invoice.number, {"why": why})
    return row


def add_payment(
    creditor: Creditor, customer: Customer | None, *, amount: Money, paid_on: date, remittance: str, on: date, by: str
) -> Payment:
    """Money that came; the next run sets it against what it is for, or asks a person."""
    if amount.minor <= 0:
        raise facts.AmountNotPositive(amount=amount)
    if paid_on > on:
        raise people.CoverageInFuture(until=paid_on, on=on)
    with scope.of(creditor.pk):
        number = f"hand-{Payment.objects.filter(source=MANUAL).count() + 1}"
        made = Payment.objects.create(
            creditor=creditor, source=MANUAL, external_id=number, customer=customer, date=paid_on, currency=amount.currency,
            amount=amount.minor, payer_name=customer.name if customer else "", remittance=remittance, recorded_on=on,
        )  # fmt: skip
        _note(creditor, by, "payment", number, {"amount": str(amount), "paid_on": paid_on, "remittance": remittance})
    return made


def reverse_payment(creditor: Creditor, payment: Payment, *, on: date, by: str, why: str) -> Payment:
    """The payment did not come after all: its allocations are taken back, a counter-payment stands beside it."""
    with scope.of(creditor.pk):
        if Payment.objects.filter(reverses=payment).exists() or payment.reverses_id:
            raise AlreadyReversed
        for row in Allocation.objects.filter(payment=payment, undoes=None, allocation=None, amount__gt=0):
            allocations.undo_allocation(creditor, row.pk, on=on, by=by, why=why)
        made = Payment.objects.create(
            creditor=creditor, source=MANUAL, external_id=f"reverses-{payment.pk}", customer=payment.customer, date=on,
            currency=payment.currency, amount=-payment.amount, reverses=payment, recorded_on=on,
        )  # fmt: skip
        _note(creditor, by, "payment_reversed", payment.external_id, {"payment": payment.pk, "why": why})
    return made


def _amend(creditor: Creditor, noun: str, row: Any, changed: dict[str, Any], *, on: date, by: str, why: str) -> None:
    """Put new values on a row that is not saved yet, the old ones kept beside it."""
    for field, new in changed.items():
        Amendment.objects.create(
            creditor=creditor, effective_on=on, by=by, why=why, noun=noun, noun_id=row.pk, field=field,
            old=str(getattr(row, field) or ""), new=str(new),
        )  # fmt: skip
        setattr(row, field, new)
    if changed:
        _note(creditor, by, f"{noun}_changed", str(row.pk), {**changed, "why": why})


def _name_key(name: str) -> str:
    return str(pl.select(parties.name_key(pl.lit(name))).item() or "")


def _note(creditor: Creditor, by: str, kind: str, subject: str, content: dict[str, Any]) -> None:
    audit.link(creditor.pk, actor=by, kind=kind, subject=subject, content=content)
