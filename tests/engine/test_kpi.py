"""The formulas give what the field's own worked examples give, to the fraction."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.engine import kpi

SUM = st.integers(0, 10**12)


def test_cei_of_a_quarter() -> None:
    assert kpi.cei(opening=100, sales=300, closing=120, current=80, months=3) == Fraction(200, 3)


def test_dso_best_possible_and_days_delinquent_of_the_same_quarter() -> None:
    assert kpi.dso(closing=120, sales=300, days=90) == 36
    assert kpi.dso_best_possible(current=80, sales=300, days=90) == 24
    assert kpi.delinquent_days(closing=120, current=80, sales=300, days=90) == 12


def test_count_back_takes_the_latest_months_first() -> None:
    months = [(31, 300), (28, 150), (31, 200)]  # March, February, January
    assert kpi.dso_count_back(closing=500, months=months) == Fraction("66.75")


def test_a_month_without_sales_adds_its_days() -> None:
    assert kpi.dso_count_back(closing=100, months=[(31, 0), (30, 200)]) == 31 + 15


def test_what_is_older_than_the_history_is_said_so() -> None:
    assert kpi.dso_count_back(closing=651, months=[(31, 300), (28, 150), (31, 200)]) is None
    assert kpi.dso_count_back(closing=650, months=[(31, 300), (28, 150), (31, 200)]) == 90


@pytest.mark.parametrize("months", [[], [(31, 300)]])
def test_nothing_owed_took_no_time(months: list[tuple[int, int]]) -> None:
    assert kpi.dso_count_back(closing=0, months=months) == 0


def test_without_sales_or_anything_to_collect_there_is_no_answer() -> None:
    assert kpi.dso(closing=100, sales=0, days=90) is None
    assert kpi.delinquent_days(closing=100, current=0, sales=0, days=90) is None
    assert kpi.cei(opening=0, sales=300, closing=100, current=100, months=3) is None
    assert kpi.share(0, 0) is None


@given(closing=SUM, part=st.integers(0, 100), sales=st.integers(1, 10**12), days=st.integers(28, 366))
def test_the_best_possible_is_never_worse_than_what_is(closing: int, part: int, sales: int, days: int) -> None:
    late = kpi.delinquent_days(closing=closing, current=closing * part // 100, sales=sales, days=days)
    assert late is not None
    assert late >= 0


@given(opening=SUM, sales=SUM, closing=SUM)
def test_all_collected_that_was_due_is_a_hundred_percent(opening: int, sales: int, closing: int) -> None:
    found = kpi.cei(opening=opening, sales=sales, closing=closing, current=closing, months=1)
    assert found in (None, 100)


@given(closing=SUM, months=st.lists(st.tuples(st.integers(28, 31), SUM), max_size=24))
def test_owing_more_never_counts_back_fewer_days(closing: int, months: list[tuple[int, int]]) -> None:
    less, more = (kpi.dso_count_back(closing=one, months=months) for one in (closing, closing + 1))
    assert more is None or (less is not None and less <= more)
