"""E-invoices of the creditor into the ledger: customer, contact, document with its lines and instalments.

Only what the creditor itself issued is owed to it. A bill to the creditor, or somebody else's invoice, is told and left
out; so is an order. The sum asked for is the document's *payable*: what was prepaid is off already.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl

from dunwell.core import accounts, documents_json, frames
from dunwell.core import frames_import as schemas
from dunwell.core.documents import InvoiceDocument, Party
from dunwell.core.frames_import import Batch
from dunwell.core.money import AmountUnreadable, Money, UnknownCurrency, minor_digits
from dunwell.core.records import InvoiceKind, RecordKind, Severity
from dunwell.core.refusal import Finding
from dunwell.plugins import importers
from dunwell.plugins.importers import parties
from dunwell.run.ingest import Errand, Summary
from dunwell.run.ingest_statement import MINOR_MAX
from dunwell.store import record_documents, record_statement
from dunwell.store.models import Creditor
from dunwell.store.record_import import Origin

# The strongest sign of a buyer first; numbers of other schemes (GLN, the seller's own) name nobody for certain.
TAX_SCHEMES = ("VAT", "ИНН", "ЕИК", "tax")
TERM_DAYS = re.compile(r"\D*([0-9]{1,3})\s*(?:days?|tagen?|dagen|dni|jours|дн\w*|календ\w*|раб\w*)\D*", re.I)
CORRECTED_INVOICE = "384"
# Until a person has looked, nothing is sent about a document that contradicts itself.
HOLDING = frozenset({"due_before_issue", "totals_differ", "corrects_another", "account_of_another"})


def take(creditor: Creditor, format: str, data: bytes, origin: Origin, summary: Summary) -> None:
    """Record the documents of one file in the transaction of the caller; refusals of its reader leave nothing behind."""
    read = importers.invoice_reader(format)(data)
    own = _Own(creditor, [account for account, _ in record_statement.own_accounts()])
    good: list[InvoiceDocument] = []
    found: list[tuple[Finding, str]] = []
    names_one = len(read.documents) == 1
    found += [(finding, read.documents[0].number if names_one else "") for finding in read.findings]
    for document in read.documents:
        objection = _objection(document, own)
        if objection:
            found.append((objection, document.number))
            summary.counts["rows_refused"] += 1
        else:
            good.append(document)
            found += [(finding, document.number) for finding in _doubts(document, own)]
    errand = Errand(origin, RecordKind.INVOICES, summary, False)
    errand.take(_batch(good, found, len(read.documents)))
    errand.finish()
    record_documents.keep(origin, _bodies(good))


class _Own:
    """By what a document is recognised as the creditor's: numbers, names, accounts."""

    def __init__(self, creditor: Creditor, own_accounts: Sequence[str]) -> None:
        self.numbers = {number for text in (creditor.tax_id, creditor.registration_number) if (number := _number(text))}
        self.names = set(_name_keys(creditor.name, creditor.registered_name))
        self.accounts = own_accounts

    def is_it(self, party: Party) -> bool:
        numbers = {_number(each.value) for each in party.identifiers}
        return bool(self.numbers & numbers or self.names & set(_name_keys(party.name, party.other_name)))


def _number(text: str) -> str:
    """A tax or register number without the country's letters and punctuation."""
    return re.sub(r"^[A-Z]{2}", "", re.sub(r"[\W_]", "", text).upper())


def _name_keys(*names: str) -> list[str]:
    frame = pl.DataFrame({"name": [name for name in names if name]}, schema={"name": pl.String})
    return frame.select(parties.name_key(pl.col("name")))["name"].drop_nulls().to_list()


def _objection(document: InvoiceDocument, own: _Own) -> Finding | None:
    """Why a document is no claim of the creditor's, or cannot be one."""
    if own.is_it(document.buyer) and not own.is_it(document.seller):
        return Finding(
            "bill_to_us", f"{document.number} is a bill to you, from {document.seller.name}: it was left out."
        )
    if document.seller != Party() and not own.is_it(document.seller):
        return Finding(
            "seller_is_another",
            f"{document.number} was issued by {document.seller.name or 'somebody else'}, not by you: it was left out.",
            field="seller",
            value=document.seller.name,
            remedy="If it is you, enter your tax number or registered name as the document has it.",
        )
    if document.operation.lower().startswith("заказ"):
        return Finding("order_not_invoice", f"Document {document.number} is an order; it owes nothing.")
    if not document.number:
        return Finding("number_missing", "A document has no number.", remedy="Give it a number.")
    if document.issue_date is None:
        return Finding("issue_date_missing", f"Document {document.number} has no date.", remedy="Give it a date.")
    if document.buyer == Party():
        return Finding("customer_missing", f"Document {document.number} names no customer.", remedy="Name one.")
    return _sum_objection(document)


def _sum_objection(document: InvoiceDocument) -> Finding | None:
    try:
        money = Money.parse(document.totals.payable, document.currency)
    except UnknownCurrency as wrong:
        return Finding("currency_missing", f"Document {document.number}: {wrong}", remedy="Write its currency.")
    except AmountUnreadable as wrong:
        return Finding("amount_unreadable", f"Document {document.number}: {wrong}")
    if abs(money.minor) > MINOR_MAX:
        return Finding("amount_unreadable", f"Document {document.number}: {money} is no sum that anybody owes.")
    return None


def _doubts(document: InvoiceDocument, own: _Own) -> Iterator[Finding]:
    """What is wrong with a document that goes in all the same."""
    if document.type_code == CORRECTED_INVOICE:
        replaced = ", ".join(document.preceding) or "another invoice"
        yield Finding(
            "corrects_another",
            f"{document.number} corrects {replaced}: both stand in the books until you say which is owed.",
            value=replaced,
            remedy="Cancel the one that no longer holds.",
        )
    for means in document.payment_means:
        if means.account and own.accounts and not any(accounts.is_same(one, means.account) for one in own.accounts):
            yield Finding(
                "account_of_another",
                f"{document.number} asks for payment to {means.account}, which is no account of yours.",
                field="account",
                value=means.account,
                remedy="See who changed it: this is how payments are stolen. If it is yours, add it by `dunwell account`.",
            )


def _batch(documents: Sequence[InvoiceDocument], found: Iterable[tuple[Finding, str]], rows: int) -> Batch:
    numbered = list(enumerate(documents, start=1))
    customers = pl.DataFrame([_customer(line, one.buyer) for line, one in numbered], schema=_PARTY).with_columns(
        parties.keys()
    )
    keys = customers.select("line", *schemas.CUSTOMER_OF_ROW)
    invoices = pl.DataFrame([_invoice(line, one) for line, one in numbered], schema=_DOCUMENT).join(keys, on="line")
    contacts = pl.DataFrame([_contact(line, one.buyer) for line, one in numbered], schema=_CONTACT).join(
        keys.select("line", "customer_key"), on="line"
    )
    reachable = pl.any_horizontal(pl.col("name", "email", "phone").is_not_null())
    return Batch(
        rows=rows,
        customers=frames.conform(
            customers.unique("customer_key", keep="first", maintain_order=True), schemas.IMPORT_CUSTOMERS
        ),
        contacts=frames.conform(contacts.filter(reachable), schemas.IMPORT_CONTACTS),
        invoices=frames.conform(invoices, schemas.IMPORT_INVOICES),
        invoice_lines=pl.DataFrame(
            [row for line, one in numbered for row in _lines(line, one)], schema=schemas.IMPORT_INVOICE_LINES
        ),
        instalments=pl.DataFrame(
            [row for line, one in numbered for row in _instalments(line, one)], schema=schemas.IMPORT_INSTALMENTS
        ),
        findings=pl.DataFrame([_finding_row(*each) for each in found], schema=schemas.IMPORT_FINDINGS),
    )


_PARTY: schemas.Schema = {name: kind for name, kind in schemas.IMPORT_CUSTOMERS.items() if name != "customer_key"}
_DOCUMENT: schemas.Schema = {
    name: kind for name, kind in schemas.IMPORT_INVOICES.items() if name not in schemas.CUSTOMER_OF_ROW
}
_CONTACT: schemas.Schema = {name: kind for name, kind in schemas.IMPORT_CONTACTS.items() if name != "customer_key"}


def _customer(line: int, buyer: Party) -> dict[str, Any]:
    values = {each.scheme: each.value for each in reversed(buyer.identifiers)}
    address = buyer.address
    place = " ".join(filter(None, (address.postcode, address.city)))
    country = address.country.upper() if re.fullmatch(r"[A-Za-z]{2}", address.country) else None
    return {
        "line": line,
        "customer_tax_id": next((values[scheme] for scheme in TAX_SCHEMES if scheme in values), None),
        "customer_name": buyer.name or buyer.other_name or None,
        "country": country,
        "address": ", ".join(filter(None, (*address.lines, place, address.region))) or None,
    }


def _contact(line: int, buyer: Party) -> dict[str, Any]:
    email = buyer.email.strip().lower()
    return {
        "line": line,
        "name": buyer.contact_name or None,
        "email": email if re.fullmatch(parties.EMAIL, email) else None,
        "phone": re.sub(r"[\s()\-]", "", buyer.phone) or None,
    }


def _invoice(line: int, document: InvoiceDocument) -> dict[str, Any]:
    payable = Money.parse(document.totals.payable, document.currency).minor
    # A negative invoice gives money back, and so does a credit note however its sums are signed.
    kind = InvoiceKind.CREDIT_NOTE if document.kind == "credit_note" or payable < 0 else InvoiceKind.INVOICE
    if kind is InvoiceKind.INVOICE and document.operation.lower().startswith("счет на оплату"):
        kind = InvoiceKind.REQUEST
    dues = [each.due_date for each in document.instalments]
    return {
        "line": line,
        "kind": str(kind),
        "series": "",
        "number": document.number,
        "issue_date": document.issue_date,
        "due_date": document.due_date or max(dues, default=None),
        "currency": document.currency,
        "total": abs(payable),
        "credited_number": document.preceding[0] if document.preceding and kind is InvoiceKind.CREDIT_NOTE else None,
        "order_number": document.order_reference or None,
        "what_for": next((each.name for each in document.lines if each.name), None),
        "payment_terms": match[1] if (match := TERM_DAYS.fullmatch(document.terms)) else None,
        "is_paid_told": False,
        "raw": documents_json.dumps(document),
    }


def _bodies(documents: Sequence[InvoiceDocument]) -> pl.DataFrame:
    """The documents whole, beside the few facts that the ledger has columns for; numbered as `_invoice` numbers them."""
    rows = [
        {**{name: row[name] for name in record_documents.IDENTITY}, "body": row["raw"]}
        for line, document in enumerate(documents, start=1)
        for row in (_invoice(line, document),)
    ]
    schema = {name: _DOCUMENT[name] for name in record_documents.IDENTITY}
    return pl.DataFrame(rows, schema={**schema, "body": pl.String}).unique(
        record_documents.IDENTITY, keep="last", maintain_order=True
    )


def _lines(line: int, document: InvoiceDocument) -> Iterator[dict[str, Any]]:
    step = Decimal(1).scaleb(-minor_digits(document.currency))
    for position, each in enumerate(document.lines, start=1):
        net = (each.net or Decimal(0)).quantize(step, ROUND_HALF_UP)
        yield {
            "line": line,
            "series": "",
            "number": document.number,
            "issue_date": document.issue_date,
            "position": position,
            "description": each.name,
            "quantity": None if each.quantity is None else format(each.quantity, "f"),
            "amount": Money.parse(net, document.currency).minor,
        }


def _instalments(line: int, document: InvoiceDocument) -> Iterator[dict[str, Any]]:
    """Only instalments that make up the whole sum: a due date alone, or a discount for early payment, is none."""
    amounts = [each.amount for each in document.instalments]
    if len(amounts) < 2 or sum(filter(None, amounts), Decimal(0)) != document.totals.payable:
        return
    for position, each in enumerate(sorted(document.instalments, key=lambda one: one.due_date), start=1):
        yield {
            "line": line,
            "series": "",
            "number": document.number,
            "issue_date": document.issue_date,
            "position": position,
            "due_date": each.due_date,
            "amount": Money.parse(each.amount or Decimal(0), document.currency).minor,
        }


def _finding_row(finding: Finding, number: str) -> dict[str, Any]:
    return {
        "line": finding.line,
        "severity": str(Severity.WARNING),
        "code": finding.code,
        "holds": finding.code in HOLDING and bool(number),
        "field": finding.field,
        "value": finding.value,
        "message": finding.message,
        "remedy": finding.remedy,
        "number": number or None,
    }
