"""An issued document as a whole, from the ledger or as its issuer wrote it; as an e-invoice where everything needed is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dunwell.core import documents_json, reference
from dunwell.core.claims import Party
from dunwell.core.documents import InvoiceDocument
from dunwell.core.ledger import DocumentKind
from dunwell.core.message import BankAccount
from dunwell.core.money import Money
from dunwell.core.reference import Names
from dunwell.core.refusal import Finding, Refusal
from dunwell.core.vat import Vat
from dunwell.engine import einvoice
from dunwell.engine.einvoice import Issued
from dunwell.plugins import einvoices
from dunwell.run import subjects
from dunwell.run.letter_sources import account_facts
from dunwell.run.signing import writer_of
from dunwell.store import audit, load_letters, load_papers, scope
from dunwell.store.models import Creditor, Customer, Invoice, Receivable, VatRule

SYNTAXES = tuple(einvoices.WRITERS)
MEDIA: Mapping[str, str] = dict.fromkeys(SYNTAXES, "application/xml")


class NotAnEInvoice(Refusal):
    """{number} cannot be an e-invoice yet: {reasons}"""


class RequestIsNoInvoice(Refusal):
    """{number} is a request before work and no invoice yet: there is no e-invoice of it."""


def document(creditor: Creditor, invoice: Invoice) -> InvoiceDocument:
    """The document with parties, lines, VAT and means of payment, as far as they are known."""
    body = load_papers.kept(creditor.pk, invoice.pk)
    if body:
        found = documents_json.loads(body)
        # An amended sum is the ledger's: what the issuer wrote before it no longer holds.
        is_same = Money.parse(abs(found.totals.payable), found.currency) == Money(invoice.total, invoice.currency)
        if is_same and found.taxes:
            return found
    return einvoice.document(_issued(creditor, invoice))


def lacks(creditor: Creditor, subject: str | Invoice) -> list[Finding]:
    """What keeps a document from being an e-invoice; nothing where it is none."""
    invoice = subjects.document(creditor, subject)
    return [] if invoice.kind == DocumentKind.REQUEST else einvoice.objections(document(creditor, invoice))


def write(creditor: Creditor, subject: str | Invoice, syntax: str) -> bytes:
    """The e-invoice in a syntax of SYNTAXES; refused with every reason where something is not known."""
    invoice = subjects.document(creditor, subject)
    if invoice.kind == DocumentKind.REQUEST:
        raise RequestIsNoInvoice(number=invoice.number)
    found = document(creditor, invoice)
    if objections := einvoice.objections(found):
        raise NotAnEInvoice(number=invoice.number, reasons=" ".join(map(str, objections)))
    return einvoices.WRITERS[syntax](found)


def set_vat(
    creditor: Creditor,
    text: str,
    *,
    customer: str | Customer = "",
    invoice: str | Invoice = "",
    on: date,
    by: str,
    why: str = "",
) -> Vat:
    """Say how VAT stands on documents: of all, of one customer's, or of one."""
    vat = Vat.parse(text)
    named = subjects.customer(creditor, customer) if customer else None
    one = subjects.document(creditor, invoice) if invoice else None
    with scope.of(creditor.pk):
        VatRule.objects.create(
            creditor=creditor,
            effective_on=on,
            by=by,
            why=why,
            customer=None if one else named,
            invoice=one,
            category=vat.category.value,
            percent=vat.percent,
            reason=vat.reason,
        )
        subject = one.number if one else named.external_id if named else ""
        audit.link(creditor.pk, actor=by, kind="vat", subject=subject, content={"vat": str(vat), "why": why})
    return vat


def vat_of_all(creditor: Creditor) -> Vat | None:
    """How VAT stands where nothing else is said of a customer or a document."""
    return load_papers.vat(creditor.pk)


def account_for(creditor: Creditor, currency: str, on: date) -> BankAccount | None:
    rows = load_letters.bank_accounts(creditor.pk, on)
    return next((account_facts(one) for one in rows if one.currency == currency), None)


def seller(creditor: Creditor) -> Party:
    return Party(
        creditor.registered_name, creditor.registration_number, creditor.tax_id, creditor.address, creditor.country
    )


def buyer(customer: Customer) -> Party:
    return Party(
        customer.name, customer.registration_number, customer.tax_id, customer.address, customer.country.strip()
    )


def quoted(invoice: Invoice) -> str:
    """What a payer is asked to quote: what the document itself asks for, else our own short reference."""
    return invoice.reference or reference.written(Names.INVOICE, invoice.pk)


def _issued(creditor: Creditor, invoice: Invoice) -> Issued:
    customer, currency = invoice.customer, invoice.currency
    writer = writer_of(creditor, customer, invoice.issue_date)
    with scope.of(creditor.pk):
        lines = tuple(invoice.lines.order_by("position").values_list("text", "amount"))
        dues = Receivable.objects.filter(invoice=invoice, due_date__isnull=False).order_by("-due_date")
        due = dues.values_list("due_date", flat=True).first()
    return Issued(
        number=invoice.number,
        is_credit=invoice.kind == DocumentKind.CREDIT_NOTE,
        issue_date=invoice.issue_date,
        due_date=due,
        total=Money(invoice.total, currency),
        seller=seller(creditor),
        buyer=buyer(customer),
        lines=tuple((text, Money(amount, currency)) for text, amount in lines),
        what_for=invoice.what_for,
        order_number=invoice.order_number,
        credits_number=invoice.credits_number,
        contact_name=writer.name,
        contact_phone=writer.phone,
        contact_email=writer.email,
        purpose=f"{invoice.number} {quoted(invoice)}",
        account=account_for(creditor, currency, invoice.issue_date),
        vat=load_papers.vat(creditor.pk, invoice_id=invoice.pk, customer_id=invoice.customer_id),
    )
