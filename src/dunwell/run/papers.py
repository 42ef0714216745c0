"""Documents of account as PDF, from the ledger: invoice, credit note, receipt, statement, reconciliation.

Each says what the books say on a day, in the customer's language or in two. Nothing is sent by making one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from dunwell.core.ledger import DocumentKind
from dunwell.core.message import LOCALES, LOOKS
from dunwell.core.money import Money, total_by_currency
from dunwell.core.paper import DataFile, Document
from dunwell.core.refusal import Refusal
from dunwell.engine import account_papers, invoice_paper, parts
from dunwell.engine.account_papers import Account, AccountPaper, Movement, OpenItem
from dunwell.engine.invoice_paper import InvoicePaper, ReceiptPaper
from dunwell.engine.paper_desk import Letterhead
from dunwell.plugins import paper
from dunwell.run import einvoices, pictures, portal, subjects
from dunwell.run.signing import writer_of
from dunwell.store import audit, load_papers, scope, switches
from dunwell.store.load_papers import Standing
from dunwell.store.models import Creditor, Customer, Invoice, Logo, Payment

FACTURX_NAME, FACTURX_PROFILE = "factur-x.xml", "EN 16931"
WARM, PLAIN, FORMAL = LOOKS
FORMAL_AFTER_DAYS = 30
"""Where the shipped ladders turn formal: a copy made by hand looks like the letter that would go with it."""
LANGUAGES_MAX = 2


class LanguagesUnfit(Refusal):
    """{text!r} names no language of a document: write ru, bg or en, or two of them such as bg,en."""


class LookUnknown(Refusal):
    """There is no look {look!r}: warm, plain or formal."""


class NoSuchPayment(Refusal):
    """There is no payment {number} that a receipt could be written for."""


class PayerUnknown(Refusal):
    """Whose payment {number} is has not been said yet: set it against something, or put it on account."""


class PeriodReversed(Refusal):
    """The period ends on {until}, before it begins on {since}."""


def invoice(
    creditor: Creditor,
    subject: str | Invoice,
    *,
    on: date,
    languages: str = "",
    look: str = "",
    rehearsal: bool | None = None,
) -> bytes:
    """The document as PDF with what is left of it on a day; a credit note and a request before work too."""
    return paper.pdf(_invoice(creditor, subjects.document(creditor, subject), on, languages, look, rehearsal))


def facturx(creditor: Creditor, subject: str | Invoice, *, on: date, languages: str = "", look: str = "") -> bytes:
    """The same as PDF/A-3 that carries its e-invoice inside (Factur-X, ZUGFeRD 2)."""
    row = subjects.document(creditor, subject)
    data = DataFile(FACTURX_NAME, einvoices.write(creditor, row, "cii"), FACTURX_PROFILE)
    return paper.pdf_with_data(_invoice(creditor, row, on, languages, look, None), data)


def receipt(creditor: Creditor, number: int, *, on: date, languages: str = "") -> bytes:
    """That a payment arrived and what it was set against."""
    with scope.of(creditor.pk):
        payment = Payment.objects.select_related("customer").filter(pk=number, amount__gt=0).first()
        if payment is None or Payment.objects.filter(reverses=payment).exists():
            raise NoSuchPayment(number=number)
        customer = payment.customer or _payer(payment)
        if customer is None:
            raise PayerUnknown(number=number)
    words = _words(languages, customer.locale, creditor)
    labels = next(iter(words.values()))["label"]
    settled = tuple(
        (labels[kind].format(number=name), Money(minor, payment.currency))
        for kind, name, minor in load_papers.settled_by(creditor.pk, payment.pk)
    )
    return paper.pdf(
        invoice_paper.receipt(
            ReceiptPaper(
                head=_head(creditor, customer, on),
                seller=einvoices.seller(creditor),
                buyer=einvoices.buyer(customer),
                on=on,
                paid_on=payment.date,
                amount=Money(payment.amount, payment.currency),
                remittance=payment.remittance,
                settled=settled,
            ),
            words,
        )
    )


def statement(creditor: Creditor, subject: str | Customer, *, since: date, until: date, languages: str = "") -> bytes:
    """All documents and payments of a period, what is open at its end, and how to pay that."""
    facts, words = _account(creditor, subject, since, until, languages)
    return paper.pdf(account_papers.statement(facts, words))


def reconciliation(
    creditor: Creditor, subject: str | Customer, *, since: date, until: date, languages: str = ""
) -> bytes:
    """Акт сверки, потвърждение на салда: our figures, room for theirs, and both signatures."""
    facts, words = _account(creditor, subject, since, until, languages)
    return paper.pdf(account_papers.reconciliation(facts, words))


def set_logo(creditor: Creditor, uploaded: bytes, *, on: date, by: str) -> None:
    """The picture at the head of documents; an empty one takes it away."""
    picture = pictures.logo(uploaded) if uploaded else b""
    with scope.of(creditor.pk):
        Logo.objects.create(creditor=creditor, effective_on=on, by=by, picture=picture)
        audit.link(creditor.pk, actor=by, kind="logo", content={"bytes": len(picture)})


# --- facts -----------------------------------------------------------------------------------------------------------


def _invoice(creditor: Creditor, row: Invoice, on: date, languages: str, look: str, rehearsal: bool | None) -> Document:
    if look and look not in LOOKS:
        raise LookUnknown(look=look)
    in_rehearsal = not switches.is_live(creditor.pk) if rehearsal is None else rehearsal
    standing = load_papers.standing_of(creditor.pk, row.pk, on, rehearsal=in_rehearsal)
    dues = [one.due for one in standing if one.due and one.left]
    late = max(0, (on - min(dues)).days) if dues else 0
    words = _words(languages, row.customer.locale, creditor)
    document = einvoices.document(creditor, row)
    return invoice_paper.invoice(
        InvoicePaper(
            document=document,
            kind=DocumentKind(row.kind),
            head=_head(creditor, row.customer, on),
            seller=einvoices.seller(creditor),
            buyer=einvoices.buyer(row.customer),
            on=on,
            left=Money(sum(one.left.minor for one in standing), row.currency),
            days_late=late,
            is_cancelled=any(one.is_cancelled for one in standing),
            valid_until=row.valid_until,
            account=einvoices.account_for(creditor, row.currency, on),
            purpose=_purpose(words, [(row.number, row.issue_date)], einvoices.quoted(row), kind=row.kind),
            look=look or (WARM if not late else PLAIN if late < FORMAL_AFTER_DAYS else FORMAL),
        ),
        words,
    )


def _account(
    creditor: Creditor, subject: str | Customer, since: date, until: date, languages: str
) -> tuple[AccountPaper, Mapping[str, Any]]:
    if until < since:
        raise PeriodReversed(since=since, until=until)
    customer = subjects.customer(creditor, subject)
    words = _words(languages, customer.locale, creditor)
    rows = load_papers.movements(creditor.pk, customer.pk, until)
    open_ = load_papers.standing(creditor.pk, customer.pk, until, rehearsal=not switches.is_live(creditor.pk))
    currencies = sorted({row[4] for row in rows})
    accounts = [_currency(creditor, words, rows, open_, currency, since, until) for currency in currencies]
    facts = AccountPaper(
        head=_head(creditor, customer, until),
        creditor=einvoices.seller(creditor),
        customer=einvoices.buyer(customer),
        since=since,
        until=until,
        # A currency in which nothing stood or moved says nothing.
        accounts=tuple(one for one in accounts if one.movements or one.opening),
    )
    return facts, words


def _currency(
    creditor: Creditor,
    words: Mapping[str, Any],
    rows: Sequence[load_papers.Row],
    open_: Sequence[Standing],
    currency: str,
    since: date,
    until: date,
) -> Account:
    mine = [row for row in rows if row[4] == currency]
    left = [one for one in open_ if one.left.currency == currency]
    asked = [one for one in left if one.asked]
    to_pay = total_by_currency(one.asked for one in asked).get(currency)
    opening = Money(sum(minor for on, _, _, minor, _ in mine if on < since), currency)
    movements = tuple(
        Movement(on, kind, number, Money(minor, currency)) for on, kind, number, minor, _ in mine if on >= since
    )
    credit = Money(sum(one.left.minor for one in left), currency) - Account(opening, movements).closing
    # What they have with us is deducted from what is asked for; where it covers that, nothing is asked.
    if to_pay is not None and credit.minor > 0:
        to_pay = Money(max(0, to_pay.minor - credit.minor), currency)
    return Account(
        opening=opening,
        movements=movements,
        open=tuple(
            OpenItem(one.number, one.issued, one.due, one.left, max(0, (until - one.due).days) if one.due else 0)
            for one in left
        ),
        to_pay=to_pay,
        account=einvoices.account_for(creditor, currency, until),
        purpose=_purpose(words, [(one.number, one.issued) for one in asked], "", kind=DocumentKind.INVOICE.value)
        if asked
        else "",
    )


def _purpose(words: Mapping[str, Any], documents: Sequence[tuple[str, date]], reference: str, *, kind: str) -> str:
    locale = next(iter(words))
    return parts.purpose(
        portal.terms_of(locale).labels,
        locale,
        list(dict.fromkeys(documents)),
        is_order=kind == DocumentKind.REQUEST,
        reference=reference,
    )


def _payer(payment: Payment) -> Customer | None:
    """The only customer whose debts a payment settled."""
    found = Customer.objects.filter(receivable__allocation__payment=payment).distinct()[:2]
    return found[0] if len(found) == 1 else None


def _head(creditor: Creditor, customer: Customer, on: date) -> Letterhead:
    writer = writer_of(creditor, customer, on)
    contact = tuple(one for one in (writer.name, writer.phone, writer.email) if one and one != creditor.name)
    return Letterhead(creditor.name, contact, load_papers.logo(creditor.pk))


def _words(languages: str, locale: str, creditor: Creditor) -> Mapping[str, Any]:
    """The words of one language or two; the customer's own, else ours, where none is named."""
    usual = next((one for one in (locale, creditor.locale) if one in LOCALES), "en")
    chosen = [one.strip() for one in languages.split(",") if one.strip()] or [usual]
    if len(chosen) > LANGUAGES_MAX or not set(chosen) <= set(LOCALES):
        raise LanguagesUnfit(text=languages)
    return {one: words(one) for one in chosen}


@cache
def words(locale: str) -> Mapping[str, Any]:
    return tomllib.loads((files("dunwell") / "content" / "papers" / f"{locale}.toml").read_text("utf-8"))


def year_before(until: date) -> date:
    """Where a period begins that nobody named: the first of January, or of last year where that is too near."""
    first = until.replace(month=1, day=1)
    return first if until - first >= timedelta(days=90) else first.replace(year=first.year - 1)
