"""Rows of a sheet of invoices become invoices, their lines and their instalments.

Two steps: `parsed` reads each row by itself; `assembled` puts rows of one document together and finds documents that
are named twice. What a row says of money received (*balance*, *paid*, *paid on*, *status*) is brought to one form here:
`paid` up to now, `paid_on`, `balance`. Where these contradict one another the reading that asks for less is taken and
the chase is held.
"""

from __future__ import annotations

import polars as pl

from dunwell.core import frames_import as frames
from dunwell.core.records import InvoiceKind, InvoiceStatus, Severity
from dunwell.plugins.importers import columns, invoice_checks, parties, rows
from dunwell.plugins.importers.invoice_checks import AMOUNTS, DATES
from dunwell.plugins.importers.rows import Check, Forms

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
WORDS = {"status": "status", "kind": "kind", "disputed": "disputed"}
ITEM_FIELDS = frozenset({"line_description", "line_quantity", "line_total", "line_price"})
DOCUMENT = ["kind", "series", "number_key", "issue_date"]
# What must be the same in all rows of one document.
DOCUMENT_FACTS = [name for name in frames.INVOICE_FACTS if name not in ("what_for", "note")]


def number_key(number: pl.Expr) -> pl.Expr:
    """A number in the form in which two of them are compared: without blanks and case; leading zeros stay."""
    return number.str.to_uppercase().str.replace_all(r"\s+", "")


def is_itemised(forms: Forms) -> bool:
    """Whether a row is a line of an invoice, or an instalment, so that several rows make one document."""
    fields = set(forms.recognised.fields)
    return (
        "instalment" in fields
        or bool(fields & {"line_total", "line_price"})
        or {"line_description", "line_quantity"} <= fields
    )


def parsed(texts: pl.DataFrame, forms: Forms) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Each row by itself: a frame of IMPORT_INVOICES columns with helpers (`number_key`, `is_bad`, item columns), and
    findings.
    """
    read = _with_values(texts, forms)
    checks = invoice_checks.checks(forms)
    found = rows.findings(read, checks, forms)
    read = read.with_columns(rows.is_bad(checks).alias("is_bad"))
    helpers = ["number_key", "is_bad", "line_amount", "line_description", "line_quantity"]
    return read.select(*_record(forms), *helpers), found


def assembled(read: pl.DataFrame, forms: Forms) -> tuple[frames.Batch, pl.DataFrame]:
    """Invoices of parsed rows that hold *all* rows of each document among them, and the findings about whole
    documents.
    """
    if is_itemised(forms):
        return _of_items(read, forms)
    good = read.filter(~pl.col("is_bad"))
    if not good.select(pl.struct("series", "number_key").is_duplicated().any()).item():
        return frames.Batch(invoices=good.select(*frames.IMPORT_INVOICES)), frames.empty(frames.IMPORT_FINDINGS)
    good = good.sort("line").with_columns(
        times=pl.len().over(DOCUMENT),
        forms=pl.struct(*frames.INVOICE_FACTS).n_unique().over(DOCUMENT),
        first=(pl.col("line") == pl.col("line").min().over(DOCUMENT)),
        dates=pl.col("issue_date")
        .n_unique()
        .over("customer_key", "kind", "series", "number_key", pl.col("issue_date").dt.year()),
    )
    checks = [
        Check(
            "number_repeated",
            ERROR,
            "number",
            pl.col("forms") > 1,
            "This number stands in the file more than once for one date, with other facts. None of these rows went in.",
            "Leave the right row and import again.",
            holds=True,
        ),
        Check(
            "row_repeated",
            NOTE,
            "number",
            (pl.col("forms") == 1) & ~pl.col("first"),
            "The same row stands in the file before; it was read once.",
            "Nothing to do if the row was exported twice.",
        ),
        Check(
            "number_reused",
            WARNING,
            "number",
            pl.col("dates") > 1,
            "The customer has this number twice in a year, with two dates. Both went in; nothing is sent about them.",
            "Say which is right, or that both are.",
            holds=True,
        ),
    ]
    invoices = good.filter((pl.col("forms") == 1) & pl.col("first"))
    return frames.Batch(invoices=invoices.select(*frames.IMPORT_INVOICES)), rows.findings(good, checks, forms)


# --- a row by itself


def _with_values(texts: pl.DataFrame, forms: Forms) -> pl.DataFrame:
    default = forms.currency_default
    read = texts.with_columns(
        *(columns.dates(texts[name], forms.orders.get(name, "dmy")).alias(f"{name}.v") for name in DATES),
        *(columns.amounts(texts[name], forms.marks.get(name, ".")).alias(f"{name}.m") for name in AMOUNTS),
        *(columns.is_none_amount(texts[name]).alias(f"{name}.none") for name in AMOUNTS),
        *(columns.words(texts[name], group).alias(f"{name}.v") for name, group in WORDS.items()),
        columns.currencies(texts["currency"]).alias("currency.v"),
        pl.coalesce(columns.cell_currencies(texts[name], default) for name in ("total", "balance", "line_total")).alias(
            "currency.cell"
        ),
        *parties.keys(),
        number_key(pl.col("number")).alias("number_key"),
    )
    blank = forms.recognised.header_currency or default
    code = (
        pl.when(pl.col("currency").is_null())
        .then(pl.coalesce("currency.cell", pl.lit(blank)))
        .otherwise(pl.col("currency.v"))
    )
    read = read.with_columns(code.alias("currency.code"))
    read = read.with_columns(columns.milli_per_minor(read["currency.code"]).alias("step"))
    exact = [(pl.col(f"{name}.m") % pl.col("step") == 0).alias(f"{name}.exact") for name in AMOUNTS]
    minor = [(pl.col(f"{name}.m") // pl.col("step")).alias(f"{name}.v") for name in AMOUNTS]
    return (
        read.with_columns(*exact, *minor)
        .with_columns(_quantity(read["line_quantity"], forms))
        .with_columns(_line_amount())
    )


def _quantity(column: pl.Series, forms: Forms) -> pl.Series:
    return columns.amounts(column, forms.marks.get("line_quantity", ".")).alias("quantity.m")


def _line_amount() -> pl.Expr:
    """Minor units of a line: its total, else quantity times price where that is exact."""
    product = pl.col("quantity.m").fill_null(1000) * pl.col("line_price.m")
    exact = pl.when(product % (1000 * pl.col("step")) == 0).then(product // (1000 * pl.col("step")))
    return pl.coalesce("line_total.v", exact).alias("line_amount")


def _record(forms: Forms) -> list[pl.Expr]:
    """The columns of IMPORT_INVOICES from a row's values, with money received in one form."""
    signed = pl.coalesce("total.v", "line_amount", "balance.v")
    is_credit = (pl.col("kind.v") == InvoiceKind.CREDIT_NOTE).fill_null(False) | (signed < 0)
    is_request = pl.col("valid_until.v").is_not_null() & pl.col("due_date.v").is_null() & pl.col("kind.v").is_null()
    kind = (
        pl.when(is_credit)
        .then(pl.lit(str(InvoiceKind.CREDIT_NOTE)))
        .when(is_request)
        .then(pl.lit(str(InvoiceKind.REQUEST)))
        .otherwise(pl.col("kind.v").fill_null(str(InvoiceKind.INVOICE)))
    )
    sign = pl.when(signed < 0).then(-1).otherwise(1)
    total, balance = pl.col("total.v") * sign, pl.col("balance.v") * sign
    status = pl.col("status.v").fill_null("")
    # A day of payment without a sum means all of it, unless the sheet says otherwise.
    is_all_paid = (status == InvoiceStatus.PAID) | (
        pl.col("paid_on.v").is_not_null() & balance.is_null() & (status == "")
    )
    # A cancelled invoice has no balance, and yet nobody paid it.
    by_balance = pl.when(status != InvoiceStatus.CANCELLED).then(total - balance)
    # A column that says whether an invoice is contested says it alone; without one, the word of its status does.
    is_contested = status == InvoiceStatus.DISPUTED
    by_status = pl.when(status != "").then(is_contested) if "disputed" not in forms.recognised.fields else pl.lit(None)
    paid = pl.coalesce(pl.col("paid.v") * sign, by_balance, pl.when(is_all_paid).then(total))
    values = {
        "line": pl.col("line"),
        "kind": kind,
        "series": pl.col("series").fill_null(""),
        "total": total,
        "currency": pl.col("currency.code"),
        "paid": paid,
        "is_paid_told": pl.col("paid.v").is_not_null(),
        "balance": pl.coalesce(balance, total - paid),
        "status": pl.col("status.v"),
        "disputed": pl.when(is_contested).then(True).otherwise(pl.coalesce(pl.col("disputed.v") == "yes", by_status)),
        **{name: pl.col(f"{name}.v") for name in DATES},
    }
    record = [
        values.get(name, pl.col(name)).cast(kind_of).alias(name) for name, kind_of in frames.IMPORT_INVOICES.items()
    ]
    return [*record, is_all_paid.alias("is_all_paid")]


# --- several rows, one document


def _of_items(read: pl.DataFrame, forms: Forms) -> tuple[frames.Batch, pl.DataFrame]:
    """Rows that are lines or instalments of their documents: one document of all rows with one number, date and
    customer.
    """
    by_instalment = "instalment" in forms.recognised.fields
    key = [*DOCUMENT, "customer_key"]
    agreeing = ("currency",) if by_instalment else ("currency", "total", "due_date", "paid", "balance", "status")
    part = pl.coalesce("line_amount", "total") if by_instalment else pl.col("line_amount")
    read = read.sort("line").with_columns(
        position=pl.int_range(1, pl.len() + 1).over(key),
        part=part,
        sum=part.sum().over(key),
        is_summable=part.is_not_null().all().over(key),
        is_torn=pl.col("is_bad").any().over(key)
        | (pl.col("customer_key").n_unique().over(DOCUMENT) > 1)
        | pl.any_horizontal(pl.col(name).n_unique().over(key) > 1 for name in agreeing),
    )
    check = Check(
        "document_incomplete",
        ERROR,
        "number",
        ~pl.col("is_bad") & (pl.col("is_torn") | (pl.col("total").is_null() & ~pl.col("is_summable"))),
        "Another row of this invoice was unreadable, or its rows contradict each other; it did not go in.",
        "Correct all rows of the invoice and import again.",
        holds=True,
    )
    good = read.filter(~pl.col("is_bad") & ~check.mask)
    batch = frames.Batch(
        invoices=_headed(good) if not by_instalment else _split(good, key),
        invoice_lines=_lines(good),
        instalments=_instalments(good) if by_instalment else frames.empty(frames.IMPORT_INSTALMENTS),
    )
    return batch, rows.findings(read, [check], forms)


def _headed(good: pl.DataFrame) -> pl.DataFrame:
    """The document of item rows: its first row, with the sum of the lines where the sheet has no total."""
    return _settled(good.with_columns(total=pl.coalesce("total", "sum")).filter(pl.col("position") == 1))


def _split(good: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """The document of instalment rows: their sums, and the last due date."""
    sums = [pl.col(name).sum().over(key).alias(name) for name in ("paid", "balance")]
    known = [
        pl.when(pl.col(name).is_not_null().any().over(key)).then(pl.col(name)).alias(name)
        for name in ("paid", "balance")
    ]
    whole = good.with_columns(known).with_columns(
        *sums, total=pl.col("sum"), due_date=pl.col("due_date").max().over(key)
    )
    return whole.filter(pl.col("position") == 1).select(*frames.IMPORT_INVOICES)


def _settled(documents: pl.DataFrame) -> pl.DataFrame:
    """What is paid, now that the total is known."""
    by_balance = pl.col("total") - pl.col("balance")
    paid = pl.coalesce("paid", by_balance, pl.when("is_all_paid").then(pl.col("total")))
    return documents.with_columns(paid=paid, balance=pl.coalesce("balance", pl.col("total") - paid)).select(
        *frames.IMPORT_INVOICES
    )


def _lines(good: pl.DataFrame) -> pl.DataFrame:
    items = good.filter(pl.col("line_amount").is_not_null() | pl.col("line_description").is_not_null())
    named = items.with_columns(description="line_description", quantity="line_quantity", amount="line_amount")
    return named.select(*frames.IMPORT_INVOICE_LINES)


def _instalments(good: pl.DataFrame) -> pl.DataFrame:
    return good.with_columns(amount="part").select(*frames.IMPORT_INSTALMENTS)
