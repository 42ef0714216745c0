"""Rows of a sheet of payments become payments: money received, never negative."""

from __future__ import annotations

import hashlib

import polars as pl

from dunwell.core import frames_import as frames
from dunwell.core.records import Severity
from dunwell.plugins.importers import columns, parties, rows
from dunwell.plugins.importers.rows import Check, Forms

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
# What makes a payment without an id of its own the same again.
IDENTIFYING = (
    "date",
    "currency",
    "amount",
    "customer_key",
    "payer_name",
    "payer_account",
    "remittance",
    "reference",
    "invoice_number",
)


def parsed(texts: pl.DataFrame, forms: Forms) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Each row by itself: IMPORT_PAYMENTS columns with `is_bad`, and findings."""
    default = forms.currency_default
    read = texts.with_columns(
        columns.dates(texts["date"], forms.orders.get("date", "dmy")).alias("date.v"),
        columns.amounts(texts["amount"], forms.marks.get("amount", ".")).alias("amount.m"),
        columns.currencies(texts["currency"]).alias("currency.v"),
        columns.cell_currencies(texts["amount"], default).alias("currency.cell"),
        *parties.keys(),
    )
    blank = forms.recognised.header_currency or default
    code = (
        pl.when(pl.col("currency").is_null())
        .then(pl.coalesce("currency.cell", pl.lit(blank)))
        .otherwise(pl.col("currency.v"))
    )
    read = read.with_columns(code.alias("currency.code"))
    read = read.with_columns(columns.milli_per_minor(read["currency.code"]).alias("step"))
    checks = _checks(forms)
    found = rows.findings(read, checks, forms)
    values = {
        "date": pl.col("date.v"),
        "amount": pl.col("amount.m") // pl.col("step"),
        "currency": pl.col("currency.code"),
        "payer_account": pl.col("payer_account").str.to_uppercase().str.replace_all(r"[\s\-]", ""),
    }
    record = [values.get(name, pl.col(name)).cast(kind).alias(name) for name, kind in frames.IMPORT_PAYMENTS.items()]
    return _with_ids(read.select(*record, rows.is_bad(checks).alias("is_bad"))), found


def assembled(read: pl.DataFrame, forms: Forms) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Payments of parsed rows that hold *all* rows of each external id among them, and the findings about repeated
    ids.
    """
    good = read.filter(~pl.col("is_bad"))
    if not good["external_id"].is_duplicated().any():
        return good.select(*frames.IMPORT_PAYMENTS), frames.empty(frames.IMPORT_FINDINGS)
    good = good.sort("line").with_columns(
        forms=pl.struct(IDENTIFYING).n_unique().over("external_id"),
        first=pl.col("line") == pl.col("line").min().over("external_id"),
        named=~pl.col("external_id").str.starts_with("row:"),
    )
    checks = [
        Check(
            "payment_id_repeated",
            ERROR,
            "external_id",
            pl.col("forms") > 1,
            "This payment number stands in the file more than once with other facts. None of these rows went in.",
            "Leave the right row and import again.",
            holds=True,
        ),
        Check(
            "payment_repeated",
            WARNING,
            "external_id",
            (pl.col("forms") == 1) & ~pl.col("first") & ~pl.col("named"),
            "An equal payment stands in the file before; they were taken for one.",
            "If both are real, give each its own number in a column “payment id”.",
            holds=True,
        ),
        Check(
            "row_repeated",
            NOTE,
            "external_id",
            (pl.col("forms") == 1) & ~pl.col("first") & pl.col("named"),
            "The same row stands in the file before; it was read once.",
            "Nothing to do if the row was exported twice.",
        ),
    ]
    payments = good.filter((pl.col("forms") == 1) & pl.col("first"))
    return payments.select(*frames.IMPORT_PAYMENTS), rows.findings(good, checks, forms)


def _with_ids(read: pl.DataFrame) -> pl.DataFrame:
    facts = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in IDENTIFYING], separator="\x1f")
    unnamed = read.select(pl.when(pl.col("external_id").is_null()).then(facts)).to_series()
    hashed = [text and "row:" + hashlib.sha256(text.encode()).hexdigest()[:32] for text in unnamed]
    return read.with_columns(pl.col("external_id").fill_null(pl.Series(hashed, dtype=pl.String)))


def _checks(forms: Forms) -> list[Check]:
    inexact = pl.col("amount.m") % pl.col("step") != 0
    return [
        *rows.common_checks(forms),
        Check(
            "date_missing",
            ERROR,
            "date",
            pl.col("date").is_null(),
            "The row has no date.",
            "Give the day on which the money arrived.",
            holds=True,
        ),
        Check(
            "date_unreadable",
            ERROR,
            "date",
            pl.col("date").is_not_null() & pl.col("date.v").is_null(),
            "This is not a date.",
            "Write the date as 31.12.2026 or 2026-12-31.",
            holds=True,
        ),
        Check(
            "amount_missing",
            ERROR,
            "amount",
            pl.col("amount").is_null(),
            "The row has no amount.",
            "Give the sum received.",
            holds=True,
        ),
        Check(
            "amount_unreadable",
            ERROR,
            "amount",
            pl.col("amount").is_not_null() & pl.col("amount.m").is_null(),
            "This is not an amount of money.",
            "Write it as 1234.56.",
            holds=True,
        ),
        Check(
            "amount_decimals",
            ERROR,
            "amount",
            inexact,
            "The amount has more decimals than its currency.",
            "Correct it.",
            holds=True,
        ),
        Check(
            "payment_not_positive",
            ERROR,
            "amount",
            pl.col("amount.m") <= 0,
            "Money received is more than zero; a refund or a charge-back is not a payment.",
            "Leave it out, and say by hand what it undid.",
            holds=True,
        ),
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
            "payer_unknown",
            WARNING,
            "payer_name",
            pl.all_horizontal(
                pl.col(
                    "customer_key", "payer_name", "payer_account", "invoice_number", "reference", "remittance"
                ).is_null()
            ),
            "Nothing says who paid, or what for.",
            "Give the payer, or the invoice number.",
        ),
    ]
