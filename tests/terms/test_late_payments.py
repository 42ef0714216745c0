"""After a late payment its cause is recorded, and other terms are proposed that would prevent the next."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.core import late_causes as rules
from dunwell.core.late_causes import LateCause, Remedy
from dunwell.run import allocations, late_payments, stories
from dunwell.store import scope
from dunwell.store.models import Allocation, Customer, Payment
from regressions.world import DAY


@given(causes=st.lists(st.sampled_from(LateCause), max_size=12))
def test_each_remedy_is_proposed_once_and_nothing_is_asked_for_what_was_not_theirs(causes):
    found = rules.remedies(causes)
    assert len(found) == len(set(found))
    if all(cause in rules.NOT_THEIRS for cause in causes):
        assert set(found) <= {Remedy.OURSELVES}
    if sum(cause not in rules.NOT_THEIRS for cause in causes) >= rules.TIMES_FOR_PREPAYMENT:
        assert Remedy.PREPAYMENT in found


def test_a_late_payment_is_asked_about_once_and_the_last_word_counts(firm):
    late, in_time = firm.owing("2026-02-20", "2026-02-27")
    firm.paid(f"{DAY},100.00,EUR,C1 Ltd,{late}", f"{DAY},100.00,EUR,C1 Ltd,{in_time}", on=DAY)
    firm.day(DAY)
    (found,) = late_payments.found(firm.creditor, DAY)
    assert (found.number, found.days, found.cause) == (late, 10, None)
    said = late_payments.because(firm.creditor, late, LateCause.FORGOTTEN, on=DAY, by="anna", why="on holiday")
    assert said == (Remedy.AUTOMATIC,)
    said = late_payments.because(firm.creditor, late, LateCause.WRONG_PERSON, on=DAY, by="anna")
    assert said == (Remedy.OTHER_RECIPIENT,)
    assert late_payments.found(firm.creditor, DAY)[0].cause is LateCause.WRONG_PERSON
    (story,) = stories.tell(firm.creditor, late, DAY, rehearsal=True)
    assert [details for _, what, details in story.events if what == "paid late"] == [
        "forgotten: on holiday",
        "wrong_person",
    ]
    with pytest.raises(late_payments.NotPaidLate):
        late_payments.because(firm.creditor, in_time, LateCause.CASH, on=DAY, by="anna")
    assert late_payments.found(firm.creditor, date(2026, 6, 1)) == []


def test_money_that_was_set_there_by_mistake_makes_nobody_late(firm):
    (number,) = firm.owing("2026-02-20")
    firm.paid("2026-02-19,100.00,EUR,C1 Ltd,on account", f"{DAY},100.00,EUR,C1 Ltd,on account", on=DAY)
    with scope.of(firm.creditor.pk):
        in_time, late = Payment.objects.order_by("date").values_list("pk", flat=True)
    word = {"on": DAY, "by": "anna", "why": ""}
    allocations.allocate(firm.creditor, late, number, amount=None, **word)
    assert [one.number for one in late_payments.found(firm.creditor, DAY)] == [number]
    with scope.of(firm.creditor.pk):
        wrong = Allocation.objects.get(payment=late).pk
    allocations.undo_allocation(firm.creditor, wrong, **word)
    allocations.allocate(firm.creditor, in_time, number, amount=None, **word)
    assert late_payments.found(firm.creditor, DAY) == []


def test_what_a_sheet_says_was_paid_meanwhile_makes_nobody_late(firm):
    """The day of such money is the sheet's: it may have come in time."""
    (number,) = firm.owing("2026-02-20")
    with scope.of(firm.creditor.pk):
        payment = Payment.objects.create(
            creditor=firm.creditor, customer=Customer.objects.get(), source="sheet", external_id="1", date=DAY,
            is_date_known=False, currency="EUR", amount=10000, recorded_on=DAY,
        )  # fmt: skip
    allocations.allocate(firm.creditor, payment.pk, number, amount=None, on=DAY, by="anna", why="")
    assert late_payments.found(firm.creditor, DAY) == []
