"""A document of the ledger as a whole invoice document, and what it lacks to be an e-invoice of EN 16931.

The sum owed is the ledger's and never moves; net and VAT are counted backwards from it by what a person said of VAT. What is not known
is a finding: an e-invoice with a guess in it is a false tax document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from dunwell.core.claims import Party as Side
from dunwell.core.documents import (
    Address,
    DocumentLine,
    Identifier,
    InvoiceDocument,
    Party,
    PaymentMeans,
    TaxSum,
    Totals,
)
from dunwell.core.message import BankAccount
from dunwell.core.money import Money
from dunwell.core.refusal import Finding
from dunwell.core.vat import Vat, VatCategory
from dunwell.engine import payqr, registration

INVOICE, CREDIT_NOTE = "380", "381"
TRANSFER, SEPA_TRANSFER = "30", "58"
PIECE = "C62"
VAT_NUMBER = re.compile(r"[A-Z]{2}[0-9A-Z+*.]{2,13}")
BUYER_ACCOUNTS_FOR_VAT = frozenset({VatCategory.REVERSE})
COUNTED = frozenset(VatCategory)
"""Categories whose rules are known here; the others (IGIC, IPSI, intra-community goods) need facts that no ledger holds."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What the ledger knows of an issued document: `lines` are texts with sums as they were entered, with or without VAT."""

    number: str
    is_credit: bool
    issue_date: date
    due_date: date | None
    total: Money
    seller: Side
    buyer: Side
    lines: tuple[tuple[str, Money], ...] = ()
    what_for: str = ""
    order_number: str = ""
    credits_number: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    purpose: str = ""
    account: BankAccount | None = None
    vat: Vat | None = None


def document(issued: Issued) -> InvoiceDocument:
    """The document with lines, VAT and totals that add up to the sum owed to the cent; without VAT where it is not known."""
    vat = issued.vat
    seller, buyer = _party(issued.seller, vat), _party(issued.buyer, vat)
    found = InvoiceDocument(
        number=issued.number,
        kind="credit_note" if issued.is_credit else "invoice",
        type_code=CREDIT_NOTE if issued.is_credit else INVOICE,
        issue_date=issued.issue_date,
        due_date=issued.due_date,
        currency=issued.total.currency,
        totals=Totals(issued.total.decimal),
        seller=replace(
            seller, contact_name=issued.contact_name, phone=issued.contact_phone, email=issued.contact_email
        ),
        buyer=buyer,
        payment_means=_means(issued),
        order_reference=issued.order_number,
        preceding=(issued.credits_number,) if issued.credits_number else (),
        lines=tuple(_line(number, text, sum_, None) for number, (text, sum_) in enumerate(_entered(issued), 1)),
    )
    return found if vat is None else _with_vat(found, issued, vat)


def objections(document: InvoiceDocument) -> list[Finding]:
    """What keeps a document from being an e-invoice; empty where the rules of EN 16931 hold."""
    return [*_party_objections(document), *_vat_objections(document), *_sum_objections(document)]


# --- from the ledger -------------------------------------------------------------------------------------------------


def _entered(issued: Issued) -> Sequence[tuple[str, Money]]:
    """The lines as they were entered, where they make up the sum with or without VAT; else the sum as one line."""
    lines = [(text or issued.what_for or issued.number, sum_) for text, sum_ in issued.lines if sum_]
    entered = sum(sum_.minor for _, sum_ in lines)
    if lines and (entered == issued.total.minor or _is_net(entered, issued)):
        return lines
    return [(issued.what_for or issued.number, issued.total)]


def _is_net(entered: int, issued: Issued) -> bool:
    return issued.vat is not None and entered + _tax(entered, issued.vat) == issued.total.minor


def _with_vat(found: InvoiceDocument, issued: Issued, vat: Vat) -> InvoiceDocument:
    entered = _entered(issued)
    total, currency = issued.total.minor, issued.total.currency
    sums = [sum_.minor for _, sum_ in entered]
    net = sum(sums) if _is_net(sum(sums), issued) else _net_of(total, vat)
    nets = _spread(sums, net)
    tax = _tax(net, vat)
    rounding = Money(total - net - tax, currency)

    def as_decimal(minor: int) -> Decimal:
        return Money(minor, currency).decimal

    lines = [
        _line(number, text, Money(minor, currency), vat)
        for number, ((text, _), minor) in enumerate(zip(entered, nets, strict=True), 1)
    ]
    percent = None if vat.category is VatCategory.NONE else vat.percent
    return replace(
        found,
        lines=tuple(lines),
        taxes=(TaxSum(vat.category.value, percent, as_decimal(net), as_decimal(tax), vat.reason),),
        totals=Totals(
            payable=issued.total.decimal,
            lines=as_decimal(net),
            net=as_decimal(net),
            tax=as_decimal(tax),
            gross=as_decimal(net + tax),
            rounding=rounding.decimal if rounding else None,
        ),
    )


def _net_of(total: int, vat: Vat) -> int:
    """The net whose VAT, rounded, makes up the sum; where none does, the nearest, and the cent goes to the rounding."""
    near = int((total / (1 + vat.percent / 100)).quantize(Decimal(1), ROUND_HALF_UP))
    return min((near, near - 1, near + 1), key=lambda net: abs(total - net - _tax(net, vat)))


def _tax(net: int, vat: Vat) -> int:
    return int((net * vat.percent / 100).quantize(Decimal(1), ROUND_HALF_UP))


def _spread(sums: Sequence[int], net: int) -> list[int]:
    """A net sum over lines in proportion to what was entered; what rounding leaves goes to the largest."""
    whole = sum(sums)
    parts = [int((Decimal(net) * one / whole).quantize(Decimal(1), ROUND_HALF_UP)) for one in sums]
    largest = max(range(len(parts)), key=lambda place: abs(parts[place]))
    parts[largest] += net - sum(parts)
    return parts


def _line(number: int, text: str, net: Money, vat: Vat | None) -> DocumentLine:
    """One piece at its price; what is taken off is minus one piece, for no price is negative (BR-27)."""
    return DocumentLine(
        id=str(number),
        name=" ".join(text.split()),
        quantity=Decimal(-1 if net.minor < 0 else 1),
        unit=PIECE,
        price=abs(net.decimal),
        net=net.decimal,
        tax_percent=vat.percent if vat and vat.category is not VatCategory.NONE else None,
        tax_category=vat.category.value if vat else "",
    )


def _party(side: Side, vat: Vat | None) -> Party:
    """A party with its numbers; one that is outside VAT is named by its register number alone (BR-O-02)."""
    tax = re.sub(r"[\s./-]", "", side.tax_id).upper()
    is_vat = bool(VAT_NUMBER.fullmatch(tax))
    numbers = [Identifier("company", side.registration_number)] if side.registration_number else []
    if is_vat and not (vat and vat.category is VatCategory.NONE):
        numbers.append(Identifier("VAT", tax))
    if tax and not numbers:
        numbers.append(Identifier("company", tax))
    lines = tuple(line for line in (" ".join(one.split()) for one in side.address.splitlines()) if line)
    return Party(name=side.name, identifiers=tuple(numbers), address=Address(lines=lines, country=side.country))


def _means(issued: Issued) -> tuple[PaymentMeans, ...]:
    account = issued.account
    if account is None or payqr.account_fault(account):
        return ()
    is_sepa = bool(account.iban) and issued.total.currency == "EUR"
    return (
        PaymentMeans(
            code=SEPA_TRANSFER if is_sepa else TRANSFER,
            account=(account.iban or account.account).replace(" ", ""),
            account_name=account.holder,
            bank=account.bic.replace(" ", ""),
            reference=issued.purpose,
        ),
    )


# --- what it lacks ---------------------------------------------------------------------------------------------------


def _party_objections(document: InvoiceDocument) -> Iterator[Finding]:
    for role, party in (("seller", document.seller), ("buyer", document.buyer)):
        if not party.name:
            yield Finding(f"{role}_missing", f"The document names no {role}.", field=role)
        if not party.address.country:
            yield Finding(
                "country_missing",
                f"The country of the {role} is not known.",
                field=role,
                remedy="Enter it with the customer or the company.",
            )
        number = _vat_number(party)
        if number and registration.faults(number[:2], tax_id=number):
            yield Finding(
                "tax_number_wrong", f"The VAT number {number} of the {role} cannot be right.", field=role, value=number
            )
    if not document.seller.identifiers:
        yield Finding("tax_number_missing", "The seller has no registration or tax number.", field="seller")
    if not document.payment_means and document.kind == "invoice":
        yield Finding(
            "account_missing",
            f"There is no valid account for {document.currency}.",
            field="account",
            remedy="Enter it with `dunwell account`.",
        )


def _vat_objections(document: InvoiceDocument) -> Iterator[Finding]:
    categories = {line.tax_category for line in document.lines}
    if not document.lines or not document.taxes or "" in categories:
        yield Finding(
            "vat_unknown",
            "How VAT stands on this document is not known.",
            field="vat",
            remedy='Say it once: `dunwell vat 20`, or `dunwell vat "exempt …"` with the reason.',
        )
        return
    unknown = sorted(categories - {one.value for one in COUNTED})
    if unknown:
        yield Finding("vat_unknown", f"VAT of category {unknown[0]} cannot be written here.", field="vat")
        return
    if categories != {VatCategory.NONE.value} and not _vat_number(document.seller):
        yield Finding(
            "tax_number_missing",
            "The seller has no VAT number with the letters of its country.",
            field="seller",
            remedy='Enter it with the company, or say that you are not registered: `dunwell vat "none …"`.',
        )
    if categories & {one.value for one in BUYER_ACCOUNTS_FOR_VAT} and not _vat_number(document.buyer):
        yield Finding("tax_number_missing", "Where the buyer accounts for VAT, its VAT number stands on the invoice.", field="buyer")  # fmt: skip


def _sum_objections(document: InvoiceDocument) -> Iterator[Finding]:
    totals = document.totals
    if document.issue_date is None:
        yield Finding("issue_date_missing", "The document has no issue date.", field="issue_date")
    if totals.payable > 0 and document.kind == "invoice" and not (document.due_date or document.terms):
        yield Finding("due_date_missing", "The document has no due date.", field="due_date")
    if totals.allowances or totals.charges:
        yield Finding(
            "allowance_unexplained",
            "The document has an allowance or a charge on the whole, whose VAT is not known.",
            field="totals",
        )
    sums = (totals.lines, totals.net, totals.tax, totals.gross)
    if document.taxes and (None in sums or not _adds_up(document)):
        yield Finding("totals_differ", "The sums of the document do not add up.", field="totals")


def _adds_up(document: InvoiceDocument) -> bool:
    totals, nothing = document.totals, Decimal(0)
    lines = sum((line.net or nothing for line in document.lines), nothing)
    gross = (totals.net or nothing) + sum((tax.amount or nothing for tax in document.taxes), nothing)
    payable = gross - (totals.prepaid or nothing) + (totals.rounding or nothing)
    return (lines, gross, payable) == (totals.lines, totals.gross, totals.payable)


def _vat_number(party: Party) -> str:
    return next((one.value for one in party.identifiers if one.scheme == "VAT"), "")
