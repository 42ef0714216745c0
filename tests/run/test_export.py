"""What a user takes along: whole, in plain decimals, and harmless in a spreadsheet."""

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.run import export, ingest, reconcile
from dunwell.store import export as queries
from dunwell.store import scope
from dunwell.store.models import Audit, Charge, Receivable, WriteOff

DAY = date(2026, 3, 9)
SHEET = """Customer,Invoice number,Invoice date,Due date,Amount,Currency
"=HYPERLINK(""http://evil.example"")",1042,2026-02-01,2026-02-15,100.00,EUR
Балкан Трейд ООД,1043,2026-02-03,2026-02-17,5000,JPY
"""
PAID = "Payment date,Amount,Currency,Payer,Remittance information\n2026-03-01,130.00,EUR,,invoice 1042\n"


@pytest.fixture
def books(creditor, tmp_path: Path):
    for name, text in (("open.csv", SHEET), ("payments.csv", PAID)):
        (tmp_path / name).write_text(text, "utf-8")
        ingest.file(creditor, tmp_path / name, as_of=DAY, by="anna")
    reconcile.run(creditor, DAY, by="anna")
    with scope.of(creditor.pk):
        owed = Receivable.objects.get(invoice__number="1043")
        values = {"creditor": creditor, "effective_on": DAY, "by": "anna", "receivable": owed, "currency": "JPY"}
        Charge.objects.create(**values, amount=40, kind="interest")
        WriteOff.objects.create(**values, amount=15)
    return creditor


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


def test_every_table_is_written_in_every_format(books, tmp_path):
    for format in export.WRITERS:
        written = export.write(books, tmp_path / format, format=format, on=DAY, by="anna")
        assert set(written) == set(queries.QUERIES)
        assert {path.stem for path in (tmp_path / format).iterdir()} == set(written)
    with scope.of(books.pk):
        assert Audit.objects.filter(kind="export").count() == 3
    invoices = json.loads((tmp_path / "json" / "invoices.json").read_text("utf-8"))
    assert [(one["number"], one["total"], one["open"]) for one in invoices] == [
        ("1042", "100.00", "0.00"),
        ("1043", "5000", "5025"),
    ]
    sheet = openpyxl.load_workbook(tmp_path / "xlsx" / "customers.xlsx").active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_no_text_is_a_formula(books, tmp_path):
    export.write(books, tmp_path / "out", format="csv", only=["customers"], on=DAY, by="anna")
    assert rows(tmp_path / "out", "customers")[0]["name"].startswith("'=HYPERLINK")


def test_the_journal_adds_up_to_what_is_open_and_what_is_left(books, tmp_path):
    """Receivables and money, each per currency, are what the ledger says."""
    export.write(books, tmp_path / "out", format="csv", only=["journal", "invoices"], on=DAY, by="anna")
    journal, invoices = rows(tmp_path / "out", "journal"), rows(tmp_path / "out", "invoices")
    for currency in ("EUR", "JPY"):
        owed = sum(Decimal(row["receivable"]) for row in journal if row["currency"] == currency)
        assert owed == sum(Decimal(row["open"]) for row in invoices if row["currency"] == currency)
    assert sum(Decimal(row["money"]) for row in journal) == 30, "what was paid too much"
    assert {row["kind"] for row in journal} == {"invoice", "payment", "allocation", "interest", "write-off"}


def test_an_unknown_table_is_refused(books, tmp_path):
    with pytest.raises(export.NothingToExport):
        export.write(books, tmp_path / "out", format="csv", only=["secrets"], on=DAY, by="anna")


@given(st.lists(st.text(max_size=20), max_size=5))
def test_any_text_is_made_harmless_and_numbers_stay(texts):
    safe = export.harmless(pl.DataFrame({"a": texts}, schema={"a": pl.String}))["a"].to_list()
    for before, after in zip(texts, safe, strict=True):
        assert after in (before, "'" + before)
        assert not (after[:1] in tuple("=@\t\r\n＝＠") and after)
    numbers = pl.DataFrame({"a": ["-12.50", "+359 2 000 000", "=1", "+cmd|x", "-2+3"]})
    assert export.harmless(numbers)["a"].to_list() == ["-12.50", "+359 2 000 000", "'=1", "'+cmd|x", "'-2+3"]
