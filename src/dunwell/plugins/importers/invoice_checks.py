"""What can be wrong in a row of an invoice sheet, as a table that can be read aloud.

Columns: `name` is the text of a field, `name.v` its value (null where it could not be read), `name.m` an amount in
thousandths, `name.none` a way to write "no amount".
"""

from __future__ import annotations

import polars as pl

from dunwell.core.records import InvoiceStatus, Severity
from dunwell.plugins.importers import rows
from dunwell.plugins.importers.rows import Check, Forms

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
DATES = ("issue_date", "due_date", "valid_until", "starts_on", "paid_on", "sent_on", "last_reminded")
DATES_OPTIONAL = frozenset({"valid_until", "starts_on", "sent_on", "last_reminded"})
AMOUNTS = ("total", "paid", "balance", "line_total", "line_price")
DATE_REMEDY = "Write the date as 31.12.2026 or 2026-12-31."


def checks(forms: Forms) -> list[Check]:
    """Errors first; every error holds the invoice that it names, if it names one."""
    amount = pl.coalesce("total.m", "line_total.m", "line_price.m", "balance.m")
    return [
        *rows.common_checks(forms),
        Check(
            "number_missing",
            ERROR,
            "number",
            pl.col("number").is_null(),
            "The row has no invoice number.",
            "Give each invoice its number.",
        ),
        Check(
            "issue_date_missing",
            ERROR,
            "issue_date",
            pl.col("issue_date").is_null(),
            "The row has no invoice date.",
            DATE_REMEDY,
            holds=True,
        ),
        Check(
            "customer_missing",
            ERROR,
            "customer_name",
            pl.col("customer_key").is_null(),
            "The row names no customer.",
            "Give a name, a tax number or a customer number.",
            holds=True,
        ),
        *(_date_check(name) for name in DATES),
        *(_amount_check(name) for name in AMOUNTS),
        *(_decimals_check(name) for name in AMOUNTS if name != "line_price"),
        Check(
            "currency_unknown",
            ERROR,
            "currency",
            pl.col("currency").is_not_null() & pl.col("currency.v").is_null(),
            "This currency is not known.",
            "Write the three letters of ISO 4217, such as EUR or RUB.",
            holds=True,
        ),
        Check(
            "currency_contradicts",
            ERROR,
            "currency",
            pl.col("currency.v") != pl.col("currency.cell"),
            "The amount names another currency than the column.",
            "Correct one of them.",
            holds=True,
        ),
        Check(
            "amount_missing",
            ERROR,
            "total",
            amount.is_null() & ~_any_unreadable(),
            "The row has no amount.",
            "Give the sum of the invoice.",
            holds=True,
        ),
        Check(
            "paid_negative",
            ERROR,
            "paid",
            (pl.col("paid.v") < 0) & (pl.col("total.v") >= 0),
            "Money received cannot be negative.",
            "Correct it.",
            holds=True,
        ),
        Check(
            "draft_left_out",
            ERROR,
            "status",
            pl.col("status.v") == InvoiceStatus.DRAFT,
            "A draft is not owed yet; it was left out.",
            "Issue it first.",
        ),
        Check(
            "negative_total",
            NOTE,
            "total",
            pl.col("total.v") < 0,
            "A negative invoice was read as a credit note.",
            "Nothing to do if it is one.",
        ),
        Check(
            "zero_total",
            WARNING,
            "total",
            pl.col("total.v") == 0,
            "The invoice is zero: it is kept, and nothing is asked for.",
            "Check its sum.",
        ),
        Check(
            "due_before_issue",
            WARNING,
            "due_date",
            pl.col("due_date.v") < pl.col("issue_date.v"),
            "The due date lies before the invoice date. Nothing is sent about it until someone has looked.",
            "Correct one of the dates.",
            holds=True,
        ),
        Check(
            "start_before_end",
            WARNING,
            "starts_on",
            pl.col("starts_on.v") <= pl.col("valid_until.v"),
            "The work starts before the offer ends. The start is kept, and letters do not name it.",
            "Let the offer end before the start, or correct the start.",
        ),
        Check(
            "does_not_tie",
            WARNING,
            "balance",
            ((pl.col("total.v") - pl.col("paid.v")) != pl.col("balance.v"))
            & (pl.col("status.v").fill_null("") != InvoiceStatus.CANCELLED),
            "The sum less what is paid is not the balance.",
            "Correct the row; until then nothing is sent about it.",
            holds=True,
        ),
        Check(
            "part_unknown",
            WARNING,
            "status",
            (pl.col("status.v") == InvoiceStatus.PART_PAID)
            & pl.col("paid.v").is_null()
            & pl.col("balance.v").is_null(),
            "The invoice is partly paid, and the sheet does not say how much.",
            "Add the sum paid or the balance; until then nothing is sent about it.",
            holds=True,
        ),
        Check(
            "status_contradicts",
            WARNING,
            "status",
            (
                (pl.col("status.v") == InvoiceStatus.PAID)
                & (pl.coalesce("balance.v", pl.col("total.v") - pl.col("paid.v")) > 0)
            ).fill_null(False),
            "The status says paid, and yet something is open.",
            "Correct the row; until then nothing is sent about it.",
            holds=True,
        ),
        Check(
            "status_unknown",
            WARNING,
            "status",
            pl.col("status").is_not_null() & pl.col("status.v").is_null() & pl.col("status").is_first_distinct(),
            "This status is not known; sums and dates were read without it.",
            "Write open, paid, partially paid, cancelled or disputed.",
        ),
        Check(
            "kind_unknown",
            WARNING,
            "kind",
            pl.col("kind").is_not_null() & pl.col("kind.v").is_null() & pl.col("kind").is_first_distinct(),
            "This kind of document is not known; it was read by its sign.",
            "Write invoice, proforma or credit note.",
        ),
        Check(
            "text_is_formula",
            WARNING,
            "number",
            pl.any_horizontal(pl.col("number", "customer_name").str.contains(r"^[=@]")),
            "A text begins like a formula. It is kept as text and made harmless when written into a sheet.",
            "Check where the file comes from.",
        ),
    ]


def _date_check(name: str) -> Check:
    severity = WARNING if name in DATES_OPTIONAL else ERROR
    mask = pl.col(name).is_not_null() & pl.col(f"{name}.v").is_null()
    return Check("date_unreadable", severity, name, mask, "This is not a date.", DATE_REMEDY, holds=severity is ERROR)


def _unreadable(name: str) -> pl.Expr:
    return pl.col(name).is_not_null() & pl.col(f"{name}.m").is_null() & ~pl.col(f"{name}.none")


def _any_unreadable() -> pl.Expr:
    return pl.any_horizontal(_unreadable(name) for name in AMOUNTS)


def _amount_check(name: str) -> Check:
    return Check(
        "amount_unreadable",
        ERROR,
        name,
        _unreadable(name),
        "This is not an amount of money.",
        "Write it as 1234.56.",
        holds=True,
    )


def _decimals_check(name: str) -> Check:
    message = "The amount has more decimals than its currency."
    return Check(
        "amount_decimals", ERROR, name, ~pl.col(f"{name}.exact"), message, "Round it as the invoice does.", holds=True
    )
