"""What all invoice documents have in common: their refusals, and the questions asked of every one of them."""

from __future__ import annotations

from decimal import Decimal

from dunwell.core.documents import InvoiceDocument, Read
from dunwell.core.money import CURRENCIES, MINOR_DIGITS, MINOR_DIGITS_DEFAULT
from dunwell.core.refusal import Finding, Refusal
from dunwell.plugins.importers.text import SHORT_TEXT_MAX, WITHDRAWN_CURRENCIES, FieldTooLong, is_wrong_iban, squeezed

# UNTDID 1001 codes that reduce what is owed, in the EN 16931 code list; all others of that list are invoices.
CREDIT_NOTE_CODES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})
NUMBER_MAX = 200
# Programs add lines up before or after rounding them; a cent for each line is not worth a word.
CENTS_PER_LINE = 1


class NumberMissing(Refusal):
    """The document has no number; without one a payment cannot be told to belong to it."""


class AmountsIncomplete(Refusal):
    """The document does not say what is to be paid."""


def short(text: str | None, field: str = "text") -> str:
    """A name, code or reference; raises `FieldTooLong` beyond what any real one has."""
    plain = squeezed(text)
    if len(plain) > SHORT_TEXT_MAX:
        raise FieldTooLong(field=field, length=len(plain))
    return plain


def number_text(text: str | None) -> str:
    """A document's number: text, for leading zeros and letters are part of it."""
    plain = squeezed(text)
    if len(plain) > NUMBER_MAX:
        raise FieldTooLong(field="number", length=len(plain))
    return plain


def checked(document: InvoiceDocument, findings: list[Finding]) -> Read:
    """The document with everything about it that a bookkeeper would ask back about."""
    return Read((document,), (*findings, *doubts(document)))


def doubts(document: InvoiceDocument) -> list[Finding]:
    """What does not fit together in a document that can be read."""
    return [
        *_date_doubts(document),
        *_amount_doubts(document),
        *_sum_doubts(document),
        *_party_doubts(document),
        *_account_doubts(document),
    ]


def _date_doubts(document: InvoiceDocument) -> list[Finding]:
    if document.issue_date is None:
        return [Finding("issue_date_missing", "The document has no issue date.", field="issue_date")]
    if document.due_date and document.due_date < document.issue_date:
        return [
            Finding(
                "due_before_issue",
                f"It is due on {document.due_date}, before it was issued on {document.issue_date}.",
                field="due_date",
                remedy="Do not chase it before the date has been settled.",
            )
        ]
    return []


def _amount_doubts(document: InvoiceDocument) -> list[Finding]:
    payable = document.totals.payable
    found = []
    if document.kind == "invoice" and payable < 0:
        found.append(
            Finding(
                "negative_invoice", "An invoice with a negative sum: it is a credit and owes nothing.", field="payable"
            )
        )
    if document.kind == "credit_note" and payable < 0:
        found.append(
            Finding(
                "negative_credit_note", "A credit note with a negative sum: it may raise the debt.", field="payable"
            )
        )
    if document.currency in WITHDRAWN_CURRENCIES:
        found.append(Finding("currency_withdrawn", f"{document.currency} is no longer in use.", field="currency"))
    elif document.currency in CURRENCIES and payable != round(payable, _digits(document.currency)):
        found.append(
            Finding("too_many_decimals", f"{payable} has more decimals than {document.currency}.", field="payable")
        )
    return found


def _digits(currency: str) -> int:
    return MINOR_DIGITS.get(currency, MINOR_DIGITS_DEFAULT)


def _sum_doubts(document: InvoiceDocument) -> list[Finding]:
    totals = document.totals
    allowed = Decimal(CENTS_PER_LINE * max(2, len(document.lines))).scaleb(-_digits(document.currency))
    found = []

    def compare(what: str, stated: Decimal | None, computed: Decimal | None) -> None:
        if stated is not None and computed is not None and abs(stated - computed) > allowed:
            found.append(
                Finding("totals_differ", f"{what} is {stated}, but the parts give {computed}.", field=what.lower())
            )

    if document.lines and all(line.net is not None for line in document.lines):
        compare(
            "The sum of the lines", totals.lines, sum((line.net or Decimal(0) for line in document.lines), Decimal(0))
        )
    if totals.net is not None and totals.tax is not None:
        compare("The sum with tax", totals.gross, totals.net + totals.tax)
    if totals.gross is not None:
        compare(
            "The sum to pay",
            totals.payable,
            totals.gross - (totals.prepaid or Decimal(0)) + (totals.rounding or Decimal(0)),
        )
    return found


def _party_doubts(document: InvoiceDocument) -> list[Finding]:
    return [
        Finding(f"{role}_missing", f"The document names no {role}.", field=role)
        for role, party in (("seller", document.seller), ("buyer", document.buyer))
        if not party.name
    ]


def _account_doubts(document: InvoiceDocument) -> list[Finding]:
    return [
        Finding(
            "iban_wrong",
            "The check digits of the IBAN are wrong.",
            field="account",
            value=means.account,
            remedy="Do not print it on a request before it has been checked.",
        )
        for means in document.payment_means
        if is_wrong_iban(means.account)
    ]
