"""What an import of a sheet of invoices would record, in the terms of `dunwell inspect`."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from dunwell.core.money import minor_digits
from dunwell.core.records import InvoiceKind, RecordKind, Severity
from dunwell.plugins.importers.table import SheetImport
from dunwell.run.inspect import WARNINGS_MAX, Answer


def told(sheet: SheetImport) -> Answer:
    """The invoices of the sheet, read by the very reader of the import; empty while it leaves a question open.

    Credit notes count below zero. `sum_total` is plain decimal text, or one per currency where there are several.
    """
    if sheet.questions or sheet.kind is not RecordKind.INVOICES:
        return {}
    batches = list(sheet.batches())
    invoices = pl.concat([batch.invoices for batch in batches]).sort("line")
    signed = invoices.with_columns(
        amount=pl.coalesce("total", "balance")
        * pl.when(pl.col("kind") == InvoiceKind.CREDIT_NOTE).then(-1).otherwise(1)
    )
    sums = {
        currency: _plain(amount, currency)
        for currency, amount in signed.group_by("currency").agg(pl.col("amount").sum()).sort("currency").rows()
    }
    return {
        "n_rows": sheet.rows,
        "n_invoices": len(invoices),
        "sum_total": next(iter(sums.values()), "0") if len(sums) < 2 else sums,
        "currency": next(iter(sums), None) if len(sums) < 2 else list(sums),
        "first": next((_first(row) for row in signed.head(1).iter_rows(named=True)), None),
        "warnings": _warnings(pl.concat([batch.findings for batch in batches])),
    }


def _first(row: dict[str, object]) -> Answer:
    currency = str(row["currency"])
    return {
        "number": row["number"],
        "customer": row["customer_name"],
        "issue_date": _day(row["issue_date"]),
        "due_date": _day(row["due_date"]),
        "total": _plain(row["amount"], currency),
        "currency": currency,
    }


def _warnings(findings: pl.DataFrame) -> list[str]:
    serious = findings.filter(pl.col("severity") != Severity.NOTE).sort("line")
    shown = [f"{line or ''} {message}".strip() for line, message in serious.select("line", "message").rows()]
    rest = len(shown) - WARNINGS_MAX
    return [*shown[:WARNINGS_MAX], *([f"{rest} more findings."] if rest > 0 else [])]


def _plain(minor: object, currency: str) -> str | None:
    return None if minor is None else format(Decimal(str(minor)).scaleb(-minor_digits(currency)), "f")


def _day(day: object) -> str | None:
    return None if day is None else str(day)
