"""A sheet of invoices exported again: what is new, what changed, what was paid, what is no longer there.

The sheet says how much has been received *up to now*; the ledger knows what it has received from any source. The
difference is money that came in meanwhile. So the same sheet again adds nothing, and a bank statement beside the sheet
is not counted twice. Pure: frames in, frames out.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import polars as pl

from dunwell.core import frames_import as frames
from dunwell.core.records import InvoiceStatus, Severity

IDENTITY = ["kind", "series", "number", "issue_date"]
# Facts that a newer sheet may change. A blank cell changes nothing: it does not say that the fact is gone.
AMENDABLE = [
    name
    for name in frames.KNOWN_INVOICES
    if name not in ("invoice_id", "received", "credited", "reported_on", *IDENTITY)
]


class Comparison(NamedTuple):
    """Invoices to add (IMPORT_INVOICES), changed facts (AMENDMENTS), money received (REPORTED_PAYMENTS), and findings.

    `same` counts rows that say nothing new, `older` rows of a sheet older than what is known: those change nothing.
    """

    new: pl.DataFrame
    amendments: pl.DataFrame
    payments: pl.DataFrame
    findings: pl.DataFrame
    same: int
    older: int


def compare(reported: pl.DataFrame, known: pl.DataFrame, *, on: date) -> Comparison:
    """Compare a sheet of the day `on` (IMPORT_INVOICES, each identity once) with what is remembered (KNOWN_INVOICES, of
    those identities).
    """
    both = reported.join(
        known.rename({name: f"{name}.known" for name in known.columns if name not in IDENTITY}),
        on=IDENTITY,
        how="left",
        nulls_equal=True,
    )
    is_known = pl.col("invoice_id.known").is_not_null()
    is_older = is_known & (pl.col("reported_on.known") > on).fill_null(False)
    older = both.filter(is_older)
    both = both.filter(~is_older).with_columns(
        pl.col("disputed.known").fill_null(False),
        # Who knows the balance alone first said what was open: that is the sum of a new invoice, and of a known one the
        # sum stays.
        total=pl.coalesce("total", "total.known", "balance"),
        # A balance is less by credits too; a sheet that says only what was *paid* speaks of money alone.
        received=pl.when("is_paid_told")
        .then(pl.col("received.known") - pl.col("credited.known"))
        .otherwise("received.known")
        .fill_null(0),
    )
    # A cancelled invoice has no balance, and yet nobody paid it.
    by_balance = pl.when(pl.col("status").ne_missing(InvoiceStatus.CANCELLED)).then(pl.col("total") - pl.col("balance"))
    # A sheet that tells payments by its status alone: open again after it was paid means that nothing was.
    by_status = pl.when((pl.col("status.known") == InvoiceStatus.PAID) & (pl.col("status") == InvoiceStatus.OPEN)).then(
        0
    )
    both = both.with_columns(paid=pl.coalesce("paid", by_balance, by_status))
    amendments = _amendments(both.filter(is_known))
    payments = _payments(both, on)
    findings = pl.concat([_fallen(both), _revived(both)])
    touched = pl.concat([frame.select("line") for frame in (amendments, payments, findings)]).unique()
    return Comparison(
        new=both.filter(~is_known).select(*frames.IMPORT_INVOICES),
        amendments=amendments,
        payments=payments,
        findings=findings,
        same=len(both.filter(is_known).join(touched, on="line", how="anti")),
        older=len(older),
    )


def missing(reported: pl.DataFrame, known_open: pl.DataFrame, *, on: date) -> pl.DataFrame:
    """Findings about open invoices (KNOWN_INVOICES) of this source that a file marked *complete* no longer holds.

    The file does not say why: paid, cancelled, or left out. So the chase waits until a person says which. An invoice
    issued after `on` cannot be in it.
    """
    gone = known_open.filter(pl.col("issue_date") <= on).join(
        reported.select(IDENTITY), on=IDENTITY, how="anti", nulls_equal=True
    )
    return _findings(
        gone.with_columns(line=pl.lit(None, pl.Int64), value=pl.col("number")).sort(IDENTITY),
        code="row_missing",
        field="number",
        message="The invoice was open, and a complete file no longer holds it. Nothing is sent about it.",
        remedy="Say whether it is paid, cancelled or still open.",
    )


def _amendments(both: pl.DataFrame) -> pl.DataFrame:
    changes = [
        both.filter(pl.col(name).is_not_null() & pl.col(name).ne_missing(pl.col(f"{name}.known"))).select(
            pl.col("invoice_id.known").alias("invoice_id"),
            "line",
            "number",
            pl.lit(name).alias("field"),
            pl.col(f"{name}.known").cast(pl.String).alias("old"),
            pl.col(name).cast(pl.String).alias("new"),
        )
        for name in AMENDABLE
    ]
    return pl.concat([frames.empty(frames.AMENDMENTS), *changes]).sort("line", "field")


def _payments(both: pl.DataFrame, on: date) -> pl.DataFrame:
    """Money received since: what the sheet says in all, less what is known. A credit note receives none."""
    rising = both.filter((pl.col("paid") > pl.col("received")) & (pl.col("kind") != "credit_note"))
    named = pl.concat_str(
        pl.lit("open-items"),
        *[pl.col(name).cast(pl.String) for name in IDENTITY],
        pl.col("paid").cast(pl.String),
        separator="|",
    )
    values = {
        "external_id": named,
        "date": pl.col("paid_on").fill_null(on),
        "date_is_import": pl.col("paid_on").is_null(),
        "amount": pl.col("paid") - pl.col("received"),
        "invoice_number": pl.col("number"),
    }
    given = set(rising.columns)
    columns = [
        values.get(name, pl.col(name) if name in given else pl.lit(None)).cast(kind).alias(name)
        for name, kind in frames.REPORTED_PAYMENTS.items()
    ]
    return rising.select(columns)


def _fallen(both: pl.DataFrame) -> pl.DataFrame:
    """Sheets that now say less was paid than is known to have come in: a correction that only a person can make."""
    return _findings(
        both.filter(pl.col("paid") < pl.col("received")).with_columns(value=pl.col("paid").cast(pl.String)),
        code="paid_fell",
        field="paid",
        message="The sheet says that less was paid than is recorded. Nothing is changed, and nothing is sent about it.",
        remedy="Undo the allocation if the payment was not real, or correct the sheet.",
    )


def _revived(both: pl.DataFrame) -> pl.DataFrame:
    """Invoices that an older sheet called cancelled and this one does not: whether they are owed, only a person knows."""
    was_cancelled = pl.col("status.known") == InvoiceStatus.CANCELLED
    return _findings(
        both.filter(was_cancelled & (pl.col("status") != InvoiceStatus.CANCELLED)).with_columns(value=pl.col("status")),
        code="open_again",
        field="status",
        message="The sheet called the invoice cancelled before and does not any more. It stays cancelled; nothing is sent about it.",
        remedy="If it is owed after all, enter it again under another number.",
    )


def _findings(rows: pl.DataFrame, *, code: str, field: str, message: str, remedy: str) -> pl.DataFrame:
    values = {
        "severity": pl.lit(str(Severity.WARNING)),
        "code": pl.lit(code),
        "holds": pl.lit(True),
        "field": pl.lit(field),
        "header": pl.lit(""),
        "message": pl.lit(message),
        "remedy": pl.lit(remedy),
    }
    given = set(rows.columns)
    return rows.select(
        values.get(name, pl.col(name) if name in given else pl.lit(None)).cast(kind).alias(name)
        for name, kind in frames.IMPORT_FINDINGS.items()
    )
