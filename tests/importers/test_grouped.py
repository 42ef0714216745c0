"""Reports that name each customer once, above its documents."""

from dunwell.plugins.importers import table
from importers.reading import invoices

QUICKBOOKS = """My Company LLC
Open Invoices
"As of November 20, 2026"

,Date,Transaction Type,Num,Terms,Due Date,Open Balance
Amy's Bird Sanctuary,,,,,,
,10/15/2026,Invoice,1021,Net 30,11/14/2026,459.00
,10/20/2026,Invoice,1025,Net 30,11/19/2026,"1,239.00"
Total for Amy's Bird Sanctuary,,,,,,"$1,698.00"
Total Ltd,,,,,,
,10/25/2026,Invoice,1027,Net 30,11/24/2026,85.00
Total for Total Ltd,,,,,,$85.00
TOTAL,,,,,,"$1,783.00"

"Friday, November 20, 2026 10:01 AM GMT-08:00 - Accrual Basis"
"""
XERO = """Aged Receivables Detail
Invoice Date,Due Date,Invoice Number,Invoice Total
Ridgeway University,,,
2026-10-01,2026-10-31,INV-1,100.00
2026-10-02,2026-11-01,INV-2,250.00
Total Ridgeway University,,,350.00
A note that no total repeats,,,
"""


def test_each_document_has_the_customer_above_it():
    found = invoices("invoice_table", QUICKBOOKS).documents
    assert [(each.number, each.buyer.name) for each in found] == [
        ("1021", "Amy's Bird Sanctuary"),
        ("1025", "Amy's Bird Sanctuary"),
        ("1027", "Total Ltd"),
    ]


def test_a_title_in_the_dates_column_is_a_customer_where_a_total_repeats_it():
    found = invoices("invoice_table", XERO).documents
    assert {each.buyer.name for each in found} == {"Ridgeway University"}


def test_a_title_that_no_total_repeats_is_no_customer():
    loose = XERO.replace("Total Ridgeway University,,,350.00\n", "")
    assert {each.buyer.name for each in invoices("invoice_table", loose).documents} == {""}


def test_an_import_knows_the_customers_too(tmp_path):
    path = tmp_path / "open.csv"
    path.write_text(QUICKBOOKS)
    read = table.read(path, kind="invoices", currency_default="USD", file_name="open.csv")
    batches = list(read.batches())
    names = [name for batch in batches if batch.customers is not None for name in batch.customers["customer_name"]]
    assert sorted(names) == ["Amy's Bird Sanctuary", "Total Ltd"]
    assert sum(len(batch.invoices) for batch in batches if batch.invoices is not None) == 3
