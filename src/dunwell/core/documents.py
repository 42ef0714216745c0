"""What a document says, in one form for all formats.

An *invoice document* and a *statement* are read from files of many programs; here is what of them is kept, with the
accountant's names. Amounts are decimals exactly as written (a line may have more decimals than its currency has; money
is made of them when the document is recorded), dates are dates, and whatever a document does not say is empty or None:
nothing is supplied that was not there. Signs are the document's own; `kind` tells a credit note.

A statement arrives as a stream, because a bank's file may hold a million entries: `StatementOpened`, its entries in
the file's order, then `StatementClosed` with the balances; findings stand where they arise.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from dunwell.core.accounts import account_key
from dunwell.core.refusal import Finding

# Findings that are questions: what was read is a proposal until a person has answered.
QUESTIONS = frozenset({"dates_ambiguous", "amounts_ambiguous", "signs_ambiguous"})

DocumentKind = Literal["invoice", "credit_note"]
EntryStatus = Literal["booked", "pending", "information"]


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number that names a party, and whose numbering it is: VAT, ИНН, КПП, ЕИК, LEI or an ISO 6523 code such as 0088."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class Address:
    lines: tuple[str, ...] = ()
    city: str = ""
    postcode: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Seller, buyer or payee; `other_name` is the trading or full name where the document gives two."""

    name: str = ""
    other_name: str = ""
    identifiers: tuple[Identifier, ...] = ()
    address: Address = Address()
    contact_name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PaymentMeans:
    """A way to pay: UN/CEFACT 4461 code (30 and 58 transfer, 59 direct debit), account, and what to quote."""

    code: str = ""
    account: str = ""
    bank: str = ""
    account_name: str = ""
    reference: str = ""
    mandate: str = ""


@dataclass(frozen=True, slots=True)
class Instalment:
    due_date: date
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DocumentLine:
    id: str = ""
    name: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    price: Decimal | None = None
    net: Decimal | None = None
    tax_percent: Decimal | None = None
    tax_category: str = ""


@dataclass(frozen=True, slots=True)
class TaxSum:
    """One line of the VAT breakdown (EN 16931 BG-23): UNTDID 5305 category, rate, base, tax, and why there is none."""

    category: str = ""
    percent: Decimal | None = None
    base: Decimal | None = None
    amount: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """EN 16931 BT-106 to BT-115; what the document leaves out is None, `payable` never is."""

    payable: Decimal
    lines: Decimal | None = None
    allowances: Decimal | None = None
    charges: Decimal | None = None
    net: Decimal | None = None
    tax: Decimal | None = None
    gross: Decimal | None = None
    prepaid: Decimal | None = None
    rounding: Decimal | None = None


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """An invoice or credit note as its issuer wrote it.

    `currency` is an ISO code, `currency_written` what stands there when it is none (руб); `operation` is the business
    operation of a 1C document.
    """

    number: str
    kind: DocumentKind
    issue_date: date | None
    currency: str
    totals: Totals
    type_code: str = ""
    due_date: date | None = None
    instalments: tuple[Instalment, ...] = ()
    seller: Party = Party()
    buyer: Party = Party()
    payee: Party | None = None
    payment_means: tuple[PaymentMeans, ...] = ()
    terms: str = ""
    buyer_reference: str = ""
    order_reference: str = ""
    contract_reference: str = ""
    preceding: tuple[str, ...] = ()
    operation: str = ""
    currency_written: str = ""
    lines: tuple[DocumentLine, ...] = ()
    taxes: tuple[TaxSum, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """What one file of invoices gave; `row_count` is the number of data rows of a table."""

    documents: tuple[InvoiceDocument, ...]
    findings: tuple[Finding, ...] = ()
    row_count: int = 0


@dataclass(frozen=True, slots=True)
class Counterparty:
    name: str = ""
    account: str = ""
    bank: str = ""
    tax_number: str = ""


@dataclass(frozen=True, slots=True)
class References:
    """What identifies a payment: the bank's own number, the payer's end-to-end id, the creditor's structured reference."""

    bank: str = ""
    end_to_end: str = ""
    customer: str = ""
    structured: str = ""
    mandate: str = ""


@dataclass(frozen=True, slots=True)
class EntryPart:
    """One payment within a batch; its amount may be missing and need not add up to the entry's."""

    amount: Decimal | None
    currency: str
    counterparty: Counterparty = Counterparty()
    references: References = References()
    remittance: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement of the account: `amount` is positive for money in, negative for money out, reversals included.

    `additional` is what the bank itself says of it. `is_counter_entry` marks the other side of the entry before: one
    document that moved money between two accounts of the same file.
    """

    amount: Decimal
    currency: str
    booking_date: date | None = None
    value_date: date | None = None
    status: EntryStatus = "booked"
    is_reversal: bool = False
    counterparty: Counterparty = Counterparty()
    references: References = References()
    remittance: str = ""
    additional: str = ""
    code: str = ""
    is_counter_entry: bool = False
    parts: tuple[EntryPart, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class StatementOpened:
    """The following entries are of this account (IBAN or the bank's own number, as written).

    May come again for the same account, where a file mixes the entries of several.
    """

    account: str
    currency: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class StatementClosed:
    """The account's frame: balances are positive when the account is in credit."""

    account: str
    currency: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None
    from_date: date | None = None
    to_date: date | None = None
    currencies: tuple[str, ...] = field(default=())


StatementEvent = StatementOpened | Entry | StatementClosed | Finding
StatementStream = Iterator[StatementEvent]


def identities(events: Iterable[StatementEvent]) -> Iterator[tuple[str, str, Entry]]:
    """Account, identity and entry of a statement: the same entry has the same identity in every file that holds it (I9).

    The identity is made of what the bank does not change afterwards: account, day, amount, its own reference, and where
    it gives none, the counterparty and the text. Equal entries of one day are told apart by their order on that day, so
    statements may overlap and come again, as long as a day is not cut in two. It says nothing of `status`: a pending
    entry that is booked later under the same reference is the same one.
    """
    account = ""
    seen: Counter[str] = Counter()
    for event in events:
        if isinstance(event, StatementOpened):
            account = account_key(event.account)
        elif isinstance(event, Entry):
            key = entry_key(account, event)
            seen[key] += 1
            yield account, f"{key}.{seen[key]}", event


def entry_key(account: str, entry: Entry) -> str:
    """What the same entry has in every file that holds it; equal entries of one day share it."""
    return hashlib.sha256("\x1f".join(_lasting_words(account, entry)).encode()).hexdigest()[:32]


def _lasting_words(account: str, entry: Entry) -> tuple[str, ...]:
    day = entry.booking_date or entry.value_date
    words = (account, day.isoformat() if day else "", f"{entry.amount.normalize():f}", entry.currency)
    if entry.references.bank:
        return (*words, "reference", entry.references.bank)
    told = (entry.counterparty.account, entry.references.end_to_end, entry.references.customer, entry.remittance)
    return (*words, "text", *("".join(text.split()).casefold() for text in told))
