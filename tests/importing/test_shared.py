"""Real files, where they lie beside the repository."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from dunwell.core.frames_import import Batch
from dunwell.core.refusal import Refusal
from dunwell.plugins.importers import table

SHARED = Path(os.environ.get("DUNWELL_SHARED", Path(__file__).parents[2] / "../shared"))
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared files do not lie beside the repository")


def read(path: Path, **options) -> table.SheetImport:
    return table.read(path, currency_default="EUR", file_name=path.name, **options)


def everything(learned: table.SheetImport) -> tuple[pl.DataFrame, pl.DataFrame]:
    batches = list(learned.batches())
    return pl.concat([Batch().invoices, *(each.invoices for each in batches)]), pl.concat(
        [Batch().findings, *(each.findings for each in batches)]
    )


@pytest.mark.parametrize(
    ("name", "rows", "still_open"),
    [("ibm_dev.csv", 1706, 96), ("hr_dev.csv.gz", 25918, 1629), ("cassandra_dev.csv", 5910, 253)],
)
def test_the_canonical_ledgers_go_in_whole(name, rows, still_open):
    invoices, findings = everything(read(SHARED / "data" / name))
    assert len(invoices) == rows
    assert invoices["paid"].null_count() == still_open
    assert findings.filter(severity="error").is_empty()


EXPORTS = [
    "akaunting__invoices.xlsx",
    "bigcapital__sale-invoices.csv",
    "invoice-api__SalesInvoiceTemplate.csv",
    "invoice-paymen__WA_Fn-UseC_-Accounts-Receivable_with_missing.csv",
    "invoiceninja__freshbooks_invoices.csv",
]


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_of_other_programs(name):
    expected = next(line["expected"] for line in manifest() if line["file"] == f"invoice_table/{name}")
    invoices, _ = everything(read(SHARED / "corpus/invoice_table" / name))
    first = invoices.sort("line").row(0, named=True)
    told = expected["first"]
    assert (first["number"], first["issue_date"].isoformat()) == (told["number"], told["issue_date"])
    assert told["customer"] in (first["customer_name"], first["customer_id"])
    totals = told["total"] if isinstance(told["total"], list) else [told["total"]]
    assert Decimal(first["total"]) / 100 in [Decimal(total) for total in totals]
    if "n_invoices" in expected:
        assert len(invoices) == expected["n_invoices"]


@pytest.mark.parametrize(
    "path", sorted((SHARED / "corpus").glob("[bi]*/*.*")) if SHARED.is_dir() else [], ids=lambda path: path.name
)
def test_no_file_crashes_the_reader(path):
    try:
        learned = read(path)
        if not learned.questions:
            everything(learned)
    except Refusal as refusal:
        assert str(refusal)


def manifest() -> list[dict]:
    return [json.loads(line) for line in (SHARED / "corpus/manifest.jsonl").read_text(encoding="utf-8").splitlines()]
