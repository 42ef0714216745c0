"""After a late payment its cause is recorded, and other terms are proposed that would prevent the next."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.core import late_causes as rules
from dunwell.core.late_causes import LateCause, Remedy
from dunwell.run import late_payments, stories
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
