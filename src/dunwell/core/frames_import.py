"""Every frame that crosses a room: column names and types, and nothing else.

Money is Int64 minor units beside a `currency` column; a date is a Date; text that was blank is null, never "".
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

Schema = dict[str, pl.DataType | type[pl.DataType]]

# --- import ----------------------------------------------------------------------------------------------------------

# How an imported row names its customer. `customer_key` is "id:<external id>", else "tax:<digits and letters>", else
# "name:<name_key>": the strongest that the row has. A store that knows the customer by a weaker sign resolves
# id -> tax_id -> name_key; a name_key that fits two customers is a finding, never a choice.
CUSTOMER_OF_ROW: Schema = {
    "customer_key": pl.String,
    "customer_id": pl.String,
    "customer_tax_id": pl.String,
    "customer_name": pl.String,
    "customer_name_key": pl.String,  # case, quotes, punctuation and runs of blanks levelled
}

# One row per customer of the file (not per line): unique in `customer_key`, also when read from a sheet of invoices.
IMPORT_CUSTOMERS: Schema = {
    "line": pl.Int64,  # of the first row that names the customer
    **CUSTOMER_OF_ROW,
    "kind": pl.String,  # records.CustomerKind, null = not said
    "registration_number": pl.String,
    "country": pl.String,  # ISO 3166 alpha-2
    "language": pl.String,  # ru, bg, en
    "timezone": pl.String,  # IANA name
    "address": pl.String,
    "policy": pl.String,
    "owner": pl.String,
    "group": pl.String,
    "segment": pl.String,
    "payment_terms": pl.String,
    "preferred_channel": pl.String,
    "preferred_method": pl.String,  # message.PaymentMethod's code: transfer, card, cash
}

# One row per (customer, address or phone), unique in all columns but `line`.
IMPORT_CONTACTS: Schema = {
    "line": pl.Int64,
    "customer_key": pl.String,
    "name": pl.String,
    "role": pl.String,
    "email": pl.String,  # lower case, checked for form
    "phone": pl.String,  # as written, without blanks
    "language": pl.String,
}

# One row per document. Identity: (kind, series, number, issue_date), unique within a file. `total` is never negative: a
# negative invoice is a credit note (with a warning). Null only in a sheet that knows the balance alone: then a new
# invoice's total is its balance, and a known one's fall in balance is money received (see engine.open_items).
IMPORT_INVOICES: Schema = {
    "line": pl.Int64,
    "external_id": pl.String,
    "kind": pl.String,  # records.InvoiceKind
    "series": pl.String,  # "" where the file has none
    "number": pl.String,
    "issue_date": pl.Date,
    "due_date": pl.Date,  # null: the store counts it from the agreement
    "valid_until": pl.Date,
    "starts_on": pl.Date,  # when the work begins if the order is paid in time
    "currency": pl.String,
    "total": pl.Int64,
    **CUSTOMER_OF_ROW,
    "credited_number": pl.String,  # credit note: the invoice it reduces
    "order_number": pl.String,
    "what_for": pl.String,
    "payment_terms": pl.String,
    "policy": pl.String,
    "owner": pl.String,
    "note": pl.String,
    "paid": pl.Int64,  # received up to now, by this file; null = the file does not say
    "is_paid_told": pl.Boolean,  # the sheet itself says what was paid: money alone, without credits
    "paid_on": pl.Date,  # null = unknown: the import's date, marked so
    "balance": pl.Int64,
    "status": pl.String,  # records.InvoiceStatus
    "disputed": pl.Boolean,
    "sent_on": pl.Date,
    "last_reminded": pl.Date,  # a contact made by hand
    "raw": pl.String,  # JSON {header: text} of the row as it stood
}
# What makes a row "the same again": all but its place in the file and its raw form.
INVOICE_FACTS = tuple(name for name in IMPORT_INVOICES if name not in ("line", "raw"))

IMPORT_INVOICE_LINES: Schema = {
    "line": pl.Int64,
    "series": pl.String,
    "number": pl.String,
    "issue_date": pl.Date,
    "position": pl.Int64,  # from 1, in the order of the file
    "description": pl.String,
    "quantity": pl.String,  # plain decimal
    "amount": pl.Int64,  # minor units of the invoice's currency
}

# Only for invoices that the file itself splits (a column *instalment*); an ordinary invoice has none here.
IMPORT_INSTALMENTS: Schema = {
    "line": pl.Int64,
    "series": pl.String,
    "number": pl.String,
    "issue_date": pl.Date,
    "position": pl.Int64,
    "due_date": pl.Date,
    "amount": pl.Int64,
}

# `external_id` is the file's, else "row:" and a hash of the row's facts, so that the same file again, or its pieces,
# name the same payments. Two rows of one file that are equal in all facts and have no id are one payment, and a finding
# that holds.
IMPORT_PAYMENTS: Schema = {
    "line": pl.Int64,
    "external_id": pl.String,
    "date": pl.Date,
    "currency": pl.String,
    "amount": pl.Int64,  # > 0
    **CUSTOMER_OF_ROW,
    "payer_name": pl.String,
    "payer_account": pl.String,  # capitals, without blanks
    "remittance": pl.String,
    "reference": pl.String,
    "invoice_number": pl.String,  # the column that says what is paid
    "raw": pl.String,
}

# An invoice as it is remembered, to compare a newer sheet with: what was last said of it, and the money it has received
# from any source (payments, credits, write-offs). `customer_key` must have been brought to one form in both frames.
# `reported_on` is the day of the newest sheet that named it, null for none.
KNOWN_INVOICES: Schema = {
    "invoice_id": pl.Int64,
    **{
        name: IMPORT_INVOICES[name]
        for name in (
            "kind",
            "series",
            "number",
            "issue_date",
            "due_date",
            "valid_until",
            "starts_on",
            "currency",
            "total",
        )
    },
    "customer_key": pl.String,
    **dict.fromkeys(
        ("credited_number", "order_number", "what_for", "payment_terms", "policy", "owner", "note", "status"), pl.String
    ),
    "disputed": pl.Boolean,
    "received": pl.Int64,
    "credited": pl.Int64,  # the part of `received` that was no money: credits and write-offs
    "reported_on": pl.Date,
}

# One row per changed fact; `old` and `new` as text (dates ISO, money in minor units).
AMENDMENTS: Schema = {
    "invoice_id": pl.Int64,
    "line": pl.Int64,
    "number": pl.String,
    "field": pl.String,
    "old": pl.String,
    "new": pl.String,
}

# Money that an open-items sheet reports, and the invoice it was for. `date_is_import`: the sheet does not say when, so
# it is the import's day.
REPORTED_PAYMENTS: Schema = {
    **IMPORT_PAYMENTS,
    "date_is_import": pl.Boolean,
    "kind": pl.String,
    "series": pl.String,
    "issue_date": pl.Date,
}

# One row per thing wrong in a row, or in a record (`line` is then null). `severity` says whether the row went in. Where
# `holds` is true, the chase of the invoice `number`, or of the customer `customer_key` where the number is null, waits
# until a person has looked.
IMPORT_FINDINGS: Schema = {
    "line": pl.Int64,
    "severity": pl.String,  # records.Severity
    "code": pl.String,
    "holds": pl.Boolean,
    "field": pl.String,
    "header": pl.String,  # the column as the file calls it
    "value": pl.String,
    "message": pl.String,
    "remedy": pl.String,
    "number": pl.String,
    "customer_key": pl.String,
    "raw": pl.String,
}

# Booked entries of a bank statement: money in is positive. `key` is what the entry has in every file that holds it;
# `words` is its text without blanks and case.
BANK_ENTRIES: Schema = {
    "line": pl.Int64,  # its place in the file, from 1
    "key": pl.String,
    "day": pl.Date,
    "currency": pl.String,
    "amount": pl.Int64,
    "name": pl.String,
    "account": pl.String,  # of the other side, capitals without blanks
    "tax_number": pl.String,
    "bank_reference": pl.String,
    "end_to_end": pl.String,
    "reference": pl.String,  # structured and customer references, as far as they say something
    "remittance": pl.String,
    "words": pl.String,
    "is_reversal": pl.Boolean,
    "is_own": pl.Boolean,  # the other side is another account of the creditor
    "raw": pl.String,
}

# What is remembered of the entries of some days; `is_whole_day` = a whole statement told of everything on that day.
KNOWN_ENTRIES: Schema = {
    "entry_id": pl.Int64,
    "statement_id": pl.Int64,
    **{
        name: BANK_ENTRIES[name]
        for name in ("key", "day", "currency", "amount", "bank_reference", "end_to_end", "account", "words")
    },
    "is_whole_day": pl.Boolean,
}


def empty(schema: Schema) -> pl.DataFrame:
    """A frame without rows."""
    return pl.DataFrame(schema=schema)


@dataclass(frozen=True)
class Batch:
    """Records of some rows of one file, in the order in which a store can write them, with what was wrong beside
    them.
    """

    rows: int = 0  # data rows read for this batch
    customers: pl.DataFrame = field(default_factory=lambda: empty(IMPORT_CUSTOMERS))
    contacts: pl.DataFrame = field(default_factory=lambda: empty(IMPORT_CONTACTS))
    invoices: pl.DataFrame = field(default_factory=lambda: empty(IMPORT_INVOICES))
    invoice_lines: pl.DataFrame = field(default_factory=lambda: empty(IMPORT_INVOICE_LINES))
    instalments: pl.DataFrame = field(default_factory=lambda: empty(IMPORT_INSTALMENTS))
    payments: pl.DataFrame = field(default_factory=lambda: empty(IMPORT_PAYMENTS))
    findings: pl.DataFrame = field(default_factory=lambda: empty(IMPORT_FINDINGS))


# --- end of import ---------------------------------------------------------------------------------------------------

# --- cash application ------------------------------------------------------------------------------------------------

# What can be paid. `receivable_id` and `customer_id` are the store's keys, opaque here. Order of age: due_date,
# issue_date, receivable_id.
RECEIVABLES: Schema = {
    "receivable_id": pl.Int64,
    "customer_id": pl.Int64,
    "invoice_id": pl.Int64,
    "number": pl.String,
    "issue_date": pl.Date,
    "due_date": pl.Date,
    "currency": pl.String,
    "balance": pl.Int64,  # open before this run; 0 for one settled lately
    "order_number": pl.String,
    "reference": pl.String,  # what its document asked payers to quote, null = nothing of its own
    "may_allocate_oldest_first": pl.Boolean,  # by the policy in force
}

# Money that can be applied: a payment, or a credit note with its invoice's number in `invoice_number`.
MONEY: Schema = {
    "money_id": pl.Int64,
    "kind": pl.String,  # payment | credit_note
    "date": pl.Date,
    "currency": pl.String,
    "received": pl.Int64,  # in all
    "unapplied": pl.Int64,  # of it, before this run
    "customer_id": pl.Int64,  # known customer, null = by the payer's signs
    "payer_name_key": pl.String,
    "payer_account": pl.String,
    "payer_tax_id": pl.String,
    "remittance": pl.String,
    "reference": pl.String,
    "invoice_number": pl.String,
}

# Signs by which a payer is recognised; `sign` is tax_id, account or name_key. A sign that two customers share decides
# nothing. The sign `group` says which customers belong together: one may pay for the other.
PAYER_SIGNS: Schema = {"customer_id": pl.Int64, "sign": pl.String, "value": pl.String}

ALLOCATIONS: Schema = {
    "money_id": pl.Int64,
    "kind": pl.String,
    "receivable_id": pl.Int64,
    "customer_id": pl.Int64,
    "currency": pl.String,
    "amount": pl.Int64,
    "basis": pl.String,  # reconcile.Basis
    "evidence": pl.String,  # the words or values that decided
}

# What stays unapplied, and why. It holds the chase of its customer; where that is null, of those whom a proposal names.
UNAPPLIED: Schema = {
    "money_id": pl.Int64,
    "kind": pl.String,
    "customer_id": pl.Int64,
    "currency": pl.String,
    "amount": pl.Int64,
    "reason": pl.String,  # reconcile.Reason
    "detail": pl.String,
}

# What a person might do with unapplied money, best first (`rank` from 1).
PROPOSALS: Schema = {
    "money_id": pl.Int64,
    "kind": pl.String,
    "rank": pl.Int64,
    "receivable_id": pl.Int64,
    "customer_id": pl.Int64,
    "amount": pl.Int64,
    "reason": pl.String,
    "points": pl.Int64,  # 0–99; what is certain needs no proposal
    "signs": pl.String,  # what speaks for it, reconcile.Sign separated by commas
}

# --- end of cash application -----------------------------------------------------------------------------------------
