"""Amounts and dates: what one cell says and what only its column can say."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.plugins.importers.cells import date_order, decimal_mark, parse_amount, parse_date


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234.56", "1234.56"),
        ("1\u202f234,56", "1234.56"),
        ("1'234.50", "1234.50"),
        ("12,34,567.89", "1234567.89"),
        ("(200.00)", "-200.00"),
        ("300.00-", "-300.00"),
        ("−5,10", "-5.10"),
        ("+31070,11", "31070.11"),
        ("€ 1.234,50", "1234.50"),
        ("-$5.00", "-5.00"),
        ("1 234,56 руб.", "1234.56"),
        ("12,00 лв.", "12.00"),
        ("10,00 DR", "-10.00"),
        ("10,00 CR", "10.00"),
        ("5,-", "5"),
        (".50", "0.50"),
    ],
)
def test_amounts_that_leave_no_doubt(text, amount):
    assert parse_amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "1E5", "１２", "1.234.56", "1,234,56", "12 апр", "abc", "", "0x10", "--5", "1_000"]
)
def test_what_is_no_amount_is_not_read(text):
    assert parse_amount(text) is None


def test_a_thousand_or_a_fraction_is_decided_by_the_column():
    assert decimal_mark(["1.234", "5,10"]).mark == ","
    assert decimal_mark(["1.234", "5.10"]).mark == "."
    assert not decimal_mark(["1.234", "5.678"]).settled
    assert parse_amount("1.234", ",") == 1234
    assert parse_amount("1.234", ".") == Decimal("1.234")


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_every_way_to_write_an_amount_gives_the_same_amount(amount):
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    for text in (
        english,
        german,
        german.replace(".", " "),
        english.replace(",", "'"),
        english + " EUR",
        f"USD {english}",
    ):
        assert parse_amount(text) == amount


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("05.01.2026 г.", date(2026, 1, 5)),
        ("5.2.2026", date(2026, 2, 5)),
        ("06 фев 2026", date(2026, 2, 6)),
        ("1 януари 2026 г.", date(2026, 1, 1)),
        ("15 января 2026 г.", date(2026, 1, 15)),
        ("Jan 5, 2026", date(2026, 1, 5)),
        ("05-Jan-26", date(2026, 1, 5)),
        ("20260105", date(2026, 1, 5)),
        ("2026-01-05T10:00:00+02:00", date(2026, 1, 5)),
        ("05.01.2026 12:33:22", date(2026, 1, 5)),
        (Decimal(46027), date(2026, 1, 5)),
    ],
)
def test_dates(text, day):
    assert parse_date(text) == day


@pytest.mark.parametrize(
    "text", ["30.02.2026", "32.01.2026", "0000-00-00", "01.01.0001", "１.1.2026", "12.50", "soon", ""]
)
def test_what_is_no_date_is_not_read(text):
    assert parse_date(text) is None


def test_the_order_is_decided_by_the_column():
    assert date_order(["03/04/2026", "13/04/2026"]).form == "dmy"
    assert date_order(["03/04/2026", "04/13/2026"]).form == "mdy"
    assert not date_order(["03/04/2026", "05/04/2026"]).settled
    assert date_order(["13/04/2026", "04/13/2026"]).conflict
    assert date_order(["03.04.2026"]).settled
    assert date_order(["03/03/2026"]).settled


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)))
def test_both_orders_read_back(day):
    assert parse_date(f"{day:%d/%m/%Y}", "dmy") == day
    assert parse_date(f"{day:%m/%d/%y}", "mdy") == day
