"""What a person names: a document by its number, a customer by id or name; and what is open on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet

from dunwell.core.refusal import Refusal
from dunwell.run import facts
from dunwell.store import balances, bulk, scope
from dunwell.store.models import Creditor, Customer, Invoice, Receivable


class NoSuchInvoice(Refusal):
    """There is no open invoice {number!r}: write its number as it stands on the document."""


class SeveralInvoices(Refusal):
    """{number!r} names {count} documents: name the one you mean as number@issue-date, for example {number}@{example}."""


class NoSuchCustomer(Refusal):
    """There is no customer {name!r}: write the external id or the exact name."""


class SeveralCustomers(Refusal):
    """{name!r} fits {count} customers: write the external id of the one you mean. Ids: {ids}."""


class NothingIsOpen(Refusal):
    """Nothing is open on {number} any more: it is paid or cancelled."""


def receivables_of(creditor: Creditor, number: str | Invoice) -> list[Receivable]:
    """The receivables of one document, by its number or `number@issue-date`, or of the document itself."""
    if isinstance(number, Invoice):
        with scope.of(creditor.pk):
            return list(Receivable.objects.filter(invoice=number).select_related("invoice").order_by("instalment"))
    with scope.of(creditor.pk):
        found = _named(number, Invoice.objects.exclude(kind="credit_note"))
        return list(Receivable.objects.filter(invoice=found).select_related("invoice").order_by("instalment"))


def document(creditor: Creditor, number: str | Invoice) -> Invoice:
    """Any document, credit notes too, by its number or `number@issue-date`. Who is chosen already stays so."""
    if isinstance(number, Invoice):
        return number
    with scope.of(creditor.pk):
        return _named(number, Invoice.objects.select_related("customer"))


def _named(number: str, among: QuerySet[Invoice]) -> Invoice:
    bare, _, day = number.rpartition("@")
    among = among.order_by("-issue_date")
    invoices = list(among.filter(number=number))
    if not invoices and bare and (issued := _day(day)):
        invoices = list(among.filter(number=bare, issue_date=issued))
    if not invoices:
        raise NoSuchInvoice(number=number)
    if len(invoices) > 1:
        raise SeveralInvoices(number=number, count=len(invoices), example=invoices[0].issue_date)
    return invoices[0]


def customer(creditor: Creditor, name: str | Customer) -> Customer:
    """A customer by external id, else by exact name; a name that fits two is never a choice. Who is chosen already stays so."""
    if isinstance(name, Customer):
        return name
    with scope.of(creditor.pk):
        rows = Customer.objects.order_by("pk")
        found = list(rows.filter(external_id=name)) or list(rows.filter(name=name))
    if not found:
        raise NoSuchCustomer(name=name)
    if len(found) > 1:
        raise SeveralCustomers(name=name, count=len(found), ids=", ".join(one.external_id for one in found))
    return found[0]


def open_on(creditor: Creditor, number: str | Invoice) -> list[tuple[Receivable, int]]:
    """The receivables of a document with what is open on each, the earliest first."""
    rows = receivables_of(creditor, number)
    found = dict(balances_of([row.pk for row in rows]))
    return [(row, found[row.pk]) for row in rows if found[row.pk] > 0]


def still_open(creditor: Creditor, number: str | Invoice) -> list[tuple[Receivable, int]]:
    found = open_on(creditor, number)
    if not found:
        raise NothingIsOpen(number=facts.named(number))
    return found


def balances_of(ids: Sequence[int]) -> list[tuple[int, int]]:
    """What is still owed on receivables; nothing on those of a cancelled document."""
    sql = balances.balances_sql(as_of=None, rehearsal=False, among="SELECT unnest(%s::bigint[])")
    values = [list(ids)] * sql.count("%s")
    return bulk.rows(f"SELECT receivable_id, CASE WHEN is_cancelled THEN 0 ELSE balance END FROM ({sql}) b", *values)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
