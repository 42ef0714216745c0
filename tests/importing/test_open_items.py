"""A sheet exported every day: what it adds to what is known."""

from __future__ import annotations

from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.core import frames_import as frames
from dunwell.engine import open_items
from importing.sheets import imported

HEADER = "Invoice No,Customer,Invoice Date,Due Date,Total,Paid,Paid on,Balance,Status\n"
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def sheet(*rows: str) -> pl.DataFrame:
    return imported(HEADER + "\n".join(rows) + "\n").invoices


def remembered(known: pl.DataFrame, compared: open_items.Comparison, on: date) -> pl.DataFrame:
    """What a store knows after it has written a comparison."""
    new = compared.new.with_columns(
        invoice_id=pl.int_range(1, pl.len() + 1, dtype=pl.Int64) + len(known),
        received=pl.lit(0, pl.Int64),
        credited=pl.lit(0, pl.Int64),
        reported_on=pl.lit(on),
    )
    together = pl.concat([known, new.select(*frames.KNOWN_INVOICES)])
    for row in compared.amendments.iter_rows(named=True):
        value = pl.lit(row["new"]).cast(frames.KNOWN_INVOICES[row["field"]])
        together = together.with_columns(
            pl.when(invoice_id=row["invoice_id"]).then(value).otherwise(row["field"]).alias(row["field"])
        )
    money = (
        compared.payments.with_columns(number="invoice_number")
        .group_by(open_items.IDENTITY)
        .agg(more=pl.col("amount").sum())
    )
    joined = together.join(money, on=open_items.IDENTITY, how="left", maintain_order="left")
    return joined.with_columns(pl.col("received") + pl.col("more").fill_null(0), reported_on=pl.lit(on)).drop("more")


NOTHING = frames.empty(frames.KNOWN_INVOICES)


def test_the_first_sheet_brings_invoices_and_what_was_paid():
    compared = open_items.compare(
        sheet("1,A,2026-01-05,2026-02-05,100.00,40.00,2026-01-10,60.00,", "2,A,2026-01-05,2026-02-05,100.00,10.00,,,"),
        NOTHING,
        on=MONDAY,
    )
    assert compared.new["number"].to_list() == ["1", "2"]
    assert compared.payments.select("invoice_number", "amount", "date", "date_is_import").rows() == [
        ("1", 4000, date(2026, 1, 10), False),
        ("2", 1000, MONDAY, True),
    ]


def test_the_same_row_again_is_nothing():
    row = "1,A,2026-01-05,2026-02-05,100.00,40.00,,60.00,"
    known = remembered(NOTHING, open_items.compare(sheet(row), NOTHING, on=MONDAY), MONDAY)
    again = open_items.compare(sheet(row), known, on=TUESDAY)
    assert (len(again.new), len(again.amendments), len(again.payments), len(again.findings), again.same) == (
        0,
        0,
        0,
        0,
        1,
    )


def test_a_changed_row_is_an_amendment_with_old_and_new():
    known = remembered(
        NOTHING, open_items.compare(sheet("1,A,2026-01-05,2026-02-05,100.00,,,,open"), NOTHING, on=MONDAY), MONDAY
    )
    changed = open_items.compare(sheet("1,A,2026-01-05,2026-02-20,90.00,,,,"), known, on=TUESDAY)
    assert changed.amendments.select("field", "old", "new").rows() == [
        ("due_date", "2026-02-05", "2026-02-20"),
        ("total", "10000", "9000"),
    ]
    assert changed.new.is_empty()


def test_only_the_difference_is_a_payment_whatever_source_brought_the_rest():
    known = remembered(
        NOTHING, open_items.compare(sheet("1,A,2026-01-05,,100.00,,,100.00,"), NOTHING, on=MONDAY), MONDAY
    )
    from_bank = known.with_columns(received=pl.lit(3000, pl.Int64))
    assert open_items.compare(sheet("1,A,2026-01-05,,100.00,,,40.00,"), from_bank, on=TUESDAY).payments[
        "amount"
    ].to_list() == [3000]


def test_a_sheet_that_knows_the_balance_alone():
    known = remembered(NOTHING, open_items.compare(sheet("1,A,2026-01-05,,,,,100.00,"), NOTHING, on=MONDAY), MONDAY)
    assert known["total"].to_list() == [10000]
    later = open_items.compare(sheet("1,A,2026-01-05,,,,,25.00,"), known, on=TUESDAY)
    assert later.payments["amount"].to_list() == [7500] and later.amendments.is_empty()


def test_less_paid_than_known_is_for_a_person():
    known = remembered(
        NOTHING, open_items.compare(sheet("1,A,2026-01-05,,100.00,40.00,,,"), NOTHING, on=MONDAY), MONDAY
    )
    fallen = open_items.compare(sheet("1,A,2026-01-05,,100.00,10.00,,,"), known, on=TUESDAY)
    assert (
        fallen.findings.select("code", "number", "holds").rows() == [("paid_fell", "1", True)]
        and fallen.payments.is_empty()
    )


def test_a_cancelled_invoice_was_not_paid():
    known = remembered(NOTHING, open_items.compare(sheet("1,A,2026-01-05,,100.00,,,,"), NOTHING, on=MONDAY), MONDAY)
    cancelled = open_items.compare(sheet("1,A,2026-01-05,,100.00,,,0.00,void"), known, on=TUESDAY)
    assert cancelled.payments.is_empty()
    assert cancelled.amendments.select("field", "new").rows() == [("status", "cancelled")]


def test_an_older_sheet_changes_nothing():
    known = remembered(
        NOTHING, open_items.compare(sheet("1,A,2026-01-05,,100.00,40.00,,,"), NOTHING, on=TUESDAY), TUESDAY
    )
    older = open_items.compare(sheet("1,A,2026-01-05,2026-02-01,100.00,10.00,,,"), known, on=MONDAY)
    assert older.older == 1 and older.amendments.is_empty() and older.findings.is_empty()


def test_a_row_missing_from_a_complete_file_holds():
    known = remembered(
        NOTHING,
        open_items.compare(sheet("1,A,2026-01-05,,100.00,,,,", "2,A,2026-01-05,,100.00,,,,"), NOTHING, on=MONDAY),
        MONDAY,
    )
    gone = open_items.missing(sheet("2,A,2026-01-05,,100.00,,,,"), known, on=TUESDAY)
    assert gone.select("code", "number", "customer_key", "holds").rows() == [("row_missing", "1", "name:a", True)]
    assert open_items.missing(sheet("2,A,2026-01-05,,100.00,,,,"), known, on=date(2026, 1, 1)).is_empty()


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(0, 100), min_size=1, max_size=4))
def test_i9_a_sheet_every_day_sums_to_what_was_paid_in_the_end(amounts):
    known, received = NOTHING, 0
    for day, paid in enumerate(sorted(amounts), start=1):
        for _ in range(2):
            compared = open_items.compare(sheet(f"1,A,2026-01-05,,100.00,{paid}.00,,,"), known, on=date(2026, 3, day))
            received += compared.payments["amount"].sum()
            known = remembered(known, compared, date(2026, 3, day))
    assert received == max(amounts) * 100
