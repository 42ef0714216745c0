"""A clause in words: what is understood in three languages, and that nothing is half read."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.core import clause_text
from dunwell.core.money import Money
from dunwell.core.rates import Clause, Tariff
from dunwell.core.refusal import Refusal


def read(text: str) -> Clause:
    return clause_text.read(text, currency="RUB", year=None, table="cbr_key_rate")


@pytest.mark.parametrize(
    "text",
    [
        "0.1% a day",
        "0,1 % в день",
        "0.1%/day",
        "0.1 percent per day",
        "0.1% daily",
        "0,1% на ден",
        "0,1% за каждый день просрочки",
    ],
)
def test_a_percentage_a_day(text: str) -> None:
    assert read(text).tariff == Tariff(Decimal("0.1"), 1)


@pytest.mark.parametrize("text", ["12% a year", "12 % годовых", "12% p.a.", "12% годишно", "12% per annum"])
def test_a_percentage_a_year_takes_the_days_of_the_law(text: str) -> None:
    assert read(text).tariff == Tariff(Decimal(12), None)
    assert read(f"{text} /360").tariff == Tariff(Decimal(12), 360)


@pytest.mark.parametrize(
    "text", ["1/300", "1/300 of the key rate a day", "1/300 ключевой ставки в день", "1/300 key rate"]
)
def test_a_part_of_the_rate(text: str) -> None:
    assert read(text).tariff == Tariff(Decimal(0), 300, "cbr_key_rate")


def test_cap_grace_and_fixed_sum() -> None:
    found = read("fixed 500 RUB, 0.5% a day; cap 10000.00, grace 3 days")
    assert (found.fixed, found.cap, found.grace_days) == (Money(50000, "RUB"), Money(1000000, "RUB"), 3)
    assert read("0.5% a day, не более 10 %").cap_percent == Decimal(10)
    assert read("0.5% a day, cap=7%").cap_percent == Decimal(7)


def test_either_or() -> None:
    assert not read("0.5% a day").is_beside_law
    assert not read("0.5% a day instead of 395").is_beside_law
    assert read("0.5% a day and 395").is_beside_law


@pytest.mark.parametrize(
    "text",
    ["", "0.1", "-0.1% a day", "０.1% a day", "0% a day", "0.1% a day or more", "nan% a day", "0.1% a day 0.2% a day", "1e3% a day",
     "cap 10%", "0.1% a day, 12% a year", "0.1% a day, cap 10.001", "x" * 1000],
)  # fmt: skip
def test_what_is_not_wholly_understood_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        read(text)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read(text)
    except Refusal as refusal:
        assert str(refusal)
