"""Findings are exported, repaired and imported again."""

from __future__ import annotations

import csv
import io

from dunwell.plugins.importers import findings_csv
from importing.sheets import codes, imported

HEADER = "Invoice No,Customer,Invoice Date,Due Date,Total,Currency\n"


def exported(batch) -> str:
    out = io.StringIO()
    findings_csv.write(batch.findings, out)
    return out.getvalue()


def test_a_repaired_export_goes_in_whole():
    batch = imported(
        HEADER
        + 'A-1,"Acme, Ltd",2026-01-05,2026-02-05,a lot,EUR\nA-2,Acme,2026-01-05,,1.00,XYZ\nA-3,Acme,2026-01-05,,1.00,EUR\n'
    )
    text = exported(batch)
    assert "This is not an amount of money." in text
    repaired = imported(text.replace("a lot", "5.00").replace("XYZ", "BGN"))
    assert repaired.invoices.select("number", "customer_name", "total", "currency").rows() == [
        ("A-1", "Acme, Ltd", 500, "EUR"),
        ("A-2", "Acme", 100, "BGN"),
    ]
    assert codes(repaired) == []


def test_formulas_are_harmless_in_the_export_and_unchanged_after_it():
    row = '=1+1,"=HYPERLINK(""http://evil.example"")",2026-01-05,2026-02-05,(5.00),EUR\n@SUM(1),+cmd|\' /C calc\'!A0,2026-01-05,,-6.00,EUR\n'
    batch = imported(HEADER + row)
    cells = [cell for line in csv.reader(io.StringIO(exported(batch))) for cell in line]
    assert "'=1+1" in cells and "'+cmd|' /C calc'!A0" in cells and "-6.00" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    again = imported(exported(batch))
    assert again.invoices.drop("line", "raw").rows() == batch.invoices.drop("line", "raw").rows()
