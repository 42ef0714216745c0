"""Sums as people type them: one reading for the console, the pay page and the command line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.core.money import AmountUnreadable, Money


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1250", 125000),
        ("1250,5", 125050),
        ("1 250,50", 125050),
        ("1\u00a0250.50", 125050),
        ("1,200", 120000),
        ("1.200", 120000),
        ("1,234,567", 123456700),
        ("1.200,50", 120050),
        ("1,200.50", 120050),
        ("1'200.50", 120050),
        ("-5", -500),
    ],
)
def test_a_sum_is_read_as_it_was_meant(text, minor):
    assert Money.typed(text, "EUR") == Money(minor, "EUR")


@pytest.mark.parametrize(
    "text", ["", "abc", "NaN", "Infinity", "1e5", "1.2.3", "12,34,567", "1,200,50", "1234.567", "9" * 16, "٣"]
)
def test_what_is_no_sum_is_refused(text):
    with pytest.raises(AmountUnreadable):
        Money.typed(text, "EUR")


def test_a_lone_mark_means_what_the_currency_has():
    assert Money.typed("1.200", "KWD") == Money(1200, "KWD")
    assert Money.typed("1,200.500", "KWD") == Money(1200500, "KWD")
    assert Money.typed("1,200", "JPY") == Money(1200, "JPY")
    with pytest.raises(AmountUnreadable):
        Money.typed("12.50", "JPY")


@given(st.integers(0, 10**12))
def test_what_is_shown_can_be_typed(minor):
    amount = Money(minor, "EUR")
    for marks in (",.", " ,", ".,", "_."):
        grouped = f"{amount.decimal:,.2f}".replace(",", "|").replace(".", marks[1]).replace("|", marks[0].strip("_"))
        assert Money.typed(grouped, "EUR") == amount
