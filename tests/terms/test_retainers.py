"""A retainer from the last twelve whole months: the median, only reasons that hold, looked at before it is sent; letters about terms."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.core import months
from dunwell.core import retainer as rules
from dunwell.core.instalments import Wish
from dunwell.core.money import Money
from dunwell.core.retainer import Reason, SeveralCurrencies, TooLittleHistory
from dunwell.core.roles import DeskRole
from dunwell.run import books, instalments, news, proposals, retainers, subjects
from dunwell.store import scope
from dunwell.store.models import PaymentPlan
from regressions.world import DAY

MINORS = st.lists(st.integers(0, 10**9), min_size=12, max_size=12)


def computed(minors: list[int], invoices: int = 12) -> rules.Retainer:
    first, _ = rules.window(DAY)
    by_month = {months.after(first, number): minor for number, minor in enumerate(minors)}
    return rules.compute(by_month, invoices, "EUR", DAY, customer="C1")


def test_the_window_is_twelve_whole_months_before_this_one():
    assert rules.window(date(2026, 3, 2)) == (date(2025, 3, 1), date(2026, 2, 28))
    assert rules.window(date(2026, 12, 31)) == (date(2025, 12, 1), date(2026, 11, 30))


@given(minors=MINORS, invoices=st.integers(0, 60))
def test_it_is_the_median_and_says_nothing_that_the_months_do_not_bear_out(minors, invoices):
    if sum(minor > 0 for minor in minors) < rules.BUSY_MIN:
        with pytest.raises(TooLittleHistory):
            computed(minors, invoices)
        return
    found = computed(minors, invoices)
    assert (
        sum(minor < found.sum.minor for minor in minors) <= 6 and sum(minor > found.sum.minor for minor in minors) <= 6
    )
    assert (Reason.LESS in found.reasons) == (12 * found.sum.minor < sum(minors))
    assert (Reason.SAME in found.reasons) == (12 * found.sum.minor == sum(minors))
    assert (Reason.FEWER in found.reasons) == (invoices > 12)
    if Reason.STEADY in found.reasons:
        assert 2 * sum(3 * found.sum.minor <= 4 * minor <= 5 * found.sum.minor for minor in minors) >= 12


def test_one_large_month_does_not_set_the_price():
    assert computed([10000] * 11 + [900000]).sum.minor == 10000


@pytest.fixture
def year(firm):
    """A client with 100.00 invoiced in each month of the year before, and twice in November."""
    firm.client("C1")
    with scope.of(firm.creditor.pk):
        who = subjects.customer(firm.creditor, "C1")
    days = [date(2025, month, 10) for month in range(3, 13)] + [
        date(2026, 1, 10),
        date(2026, 2, 10),
        date(2025, 11, 20),
    ]
    for number, day in enumerate(days):
        books.add_document(
            firm.creditor, who, kind="invoice", number=f"{number}", issued=day, due=day, total=Money(10000, "EUR"),
            on=day, by="anna",
        )  # fmt: skip
    return who


def test_the_letter_prints_its_rule_and_nothing_goes_before_it_was_looked_at(firm, year):
    prepared = retainers.letter(firm.creditor, year, DAY)
    text = prepared.letter.draft.text.replace("\u00a0", " ")
    for said in ("100.00", "median", "March 2025", "February 2026", "1,200.00", "1,300.00", "instead of the 13"):
        assert said in text, (said, text)
    assert not firm.messages()
    assert news.send(firm.creditor, prepared, by="anna", why="") == 1
    assert [one.purpose for one in firm.messages()] == ["retainer_proposed"]


def test_credit_notes_are_taken_off_and_two_currencies_are_refused(firm, year):
    books.add_document(
        firm.creditor, year, kind="credit_note", number="K1", issued=date(2025, 11, 21), due=date(2025, 11, 21),
        total=Money(10000, "EUR"), on=DAY, by="anna",
    )  # fmt: skip
    assert retainers.compute(firm.creditor, year, DAY).was.minor == 120000
    books.add_document(
        firm.creditor, year, kind="invoice", number="G1", issued=date(2025, 12, 1), due=date(2025, 12, 1),
        total=Money(10000, "GBP"), on=DAY, by="anna",
    )  # fmt: skip
    with pytest.raises(SeveralCurrencies):
        retainers.compute(firm.creditor, year, DAY)


def test_terms_go_out_as_a_letter_with_the_page_to_confirm_them(firm, year):
    prepared = proposals.terms_letter(firm.creditor, year, {"net_days": "14", "prepayment": "30%"}, DAY)
    text = prepared.letter.draft.text
    assert "within 14" in text and "30%" in text and prepared.letter.link is not None and "/p/" in text


@pytest.mark.parametrize("allowed", [True, False])
def test_a_decision_about_a_schedule_is_told_with_its_days_or_its_reason(firm, year, allowed):
    found = instalments.of_invoices(firm.creditor, ["0"], DAY)
    parts = instalments.parts_of(found, Wish(4, date(2026, 6, 1)), DAY)
    plan = instalments.ask(found, parts, instalments.Fact(DAY, "page"), locale="en", evidence="page")
    instalments.decide(firm.creditor, plan.pk, instalments.Fact(DAY, "anna"), allow=allowed, role=DeskRole.ADMIN)
    with scope.of(firm.creditor.pk):
        plan = PaymentPlan.objects.select_related("customer").get()
    prepared = proposals.plan_letter(firm.creditor, plan, DAY, allowed=allowed, why="Four months are too long for us.")
    text = prepared.letter.draft.text.replace("\u00a0", " ")
    assert ("1 June 2026: €25.00" in text) == allowed
    assert ("Four months are too long" in text) != allowed
