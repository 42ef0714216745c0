"""Small sheets as a test writes them: read in one breath."""

from __future__ import annotations

import io
from typing import Any

import polars as pl

from dunwell.core.frames_import import Batch
from dunwell.plugins.importers import table

FRAMES = ("customers", "contacts", "invoices", "invoice_lines", "instalments", "payments", "findings")


def learn(data: str | bytes, **options: Any) -> table.SheetImport:
    source = io.BytesIO(data.encode() if isinstance(data, str) else data)
    return table.read(source, **{"currency_default": "EUR", "file_name": "sheet.csv", **options})


def imported(data: str | bytes, batch_rows: int = table.BATCH_ROWS, **options: Any) -> Batch:
    """All batches of a sheet as one."""
    batches = list(learn(data, **options).batches(batch_rows))
    whole = {name: pl.concat([getattr(Batch(), name), *(getattr(batch, name) for batch in batches)]) for name in FRAMES}
    return Batch(rows=sum(batch.rows for batch in batches), **whole)


def codes(batch: Batch) -> list[tuple[int | None, str]]:
    return sorted(batch.findings.select("line", "code").iter_rows())
