"""Terms as data: read, refused, counted; held against what a file says."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.core import agreed_terms, months
from dunwell.core.agreed_terms import AgreedTerms
from dunwell.run import rights
from dunwell.store import scope
from dunwell.store.models import FindingRecord, Receivable


@pytest.mark.parametrize(
    ("terms", "base", "due"),
    [
        ({"net_days": "30"}, "2026-03-02", "2026-04-01"),
        ({"net_days": "0"}, "2026-03-02", "2026-03-02"),
        ({"net_days": "30", "month_end": "yes"}, "2026-03-02", "2026-04-30"),
        ({"net_days": "0", "month_end": "yes"}, "2026-02-10", "2026-02-28"),
        ({"net_days": "10", "pay_day": "15"}, "2026-03-02", "2026-03-15"),
        ({"net_days": "14", "pay_day": "15"}, "2026-03-02", "2026-04-15"),
        ({"net_days": "5", "pay_day": "31"}, "2028-02-01", "2028-02-29"),
    ],
)
def test_the_due_date_follows_the_terms(terms, base, due) -> None:
    assert agreed_terms.read(terms).due_date(date.fromisoformat(base)) == date.fromisoformat(due)


@pytest.mark.parametrize(
    "terms",
    [
        {"net_days": "soon"},
        {"net_days": "-3"},
        {"counted_from": "full moon"},
        {"prepayment": "130%"},
        {"month_end": "maybe"},
        {"early_discount": "a little"},
        {"pay_day": "32"},
    ],
)
def test_what_is_no_term_is_refused(terms) -> None:
    with pytest.raises(agreed_terms.TermUnreadable):
        agreed_terms.read(terms)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 120), st.integers(0, 31), st.booleans())
def test_nobody_gets_fewer_days_than_agreed(base, days, pay_day, month_end) -> None:
    due = AgreedTerms(net_days=days, pay_day=pay_day, month_end=month_end).due_date(base)
    assert due is not None and base + timedelta(days) <= due <= base + timedelta(days + 62)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 60))
def test_a_month_later_is_the_same_day_or_the_last(day, count) -> None:
    later = months.after(day, count)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == count
    assert later.day == day.day or (later == months.last_day(later) and later.day < day.day)


def test_a_missing_due_date_is_counted_and_an_earlier_one_holds(firm) -> None:
    firm.client()
    terms = {"net_days": "30", "month_end": "yes", "credit_limit": "5000.00 EUR"}
    day = date(2026, 1, 5)
    rights.agree(firm.creditor, "C1", terms, agreed_on=day, evidence="contract 7", on=day, by="anna")
    summary = firm.take(
        "Customer ID,Document type,Invoice number,Invoice date,Due date,Amount,Currency\n"
        "C1,invoice,A1,2026-02-02,,100.00,EUR\n"
        "C1,invoice,A2,2026-02-02,2026-02-20,100.00,EUR\n"
        "C1,invoice,A3,2026-02-02,2026-03-30,100.00,EUR\n"
        "C1,invoice,A4,2026-01-02,2026-01-20,100.00,EUR\n"
    )
    assert [one.code for one in summary.findings] == ["contradicts_agreement"]
    with scope.of(firm.creditor.pk):
        due = dict(Receivable.objects.values_list("invoice__number", "due_date"))
        assert due["A1"] == date(2026, 3, 30), "30 days from the end of February"
        (finding,) = FindingRecord.objects.filter(code="contradicts_agreement")
        assert finding.holds and "2026-03-30" in finding.message


@pytest.mark.parametrize("said", ["2% within 10 days", "2 % за 10 дней", "2% в рамките на 10 дни"])
def test_a_discount_for_paying_early_is_read_in_each_language(said: str) -> None:
    assert agreed_terms.read({"early_discount": said}).early_discount == agreed_terms.Discount(Decimal(2), 10)
