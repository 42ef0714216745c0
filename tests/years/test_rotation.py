"""Rotation: the newest stays, each kept period has its newest, and nothing is kept without reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dunwell.engine import rotation

START = datetime(2026, 3, 2, 2, tzinfo=UTC)
moments = st.lists(st.integers(0, 3 * 365 * 24).map(lambda hours: START + timedelta(hours=hours)), max_size=60)


@given(moments)
def test_the_newest_stays_and_what_went_is_missed_by_no_period(taken):
    kept = rotation.kept(taken)

    assert kept <= set(taken)
    assert len(kept) <= rotation.DAYS + rotation.WEEKS + rotation.MONTHS
    assert not taken or max(taken) in kept
    for gone in set(taken) - kept:
        assert (
            any(one > gone and one.date() == gone.date() for one in kept)
            or sum(
                one > gone for one in {max(x for x in taken if x.date() == day) for day in {x.date() for x in taken}}
            )
            >= rotation.DAYS
        )


@given(moments)
def test_letting_go_twice_lets_go_no_more(taken):
    kept = rotation.kept(taken)

    assert rotation.kept(kept) == kept


def test_a_year_of_nights_leaves_days_weeks_and_months():
    nights = [START + timedelta(days=n) for n in range(365)]

    kept = sorted(rotation.kept(nights), reverse=True)

    assert kept[:7] == sorted(nights, reverse=True)[:7]
    assert {f"{one:%Y-%m}" for one in kept} >= set(sorted({f"{one:%Y-%m}" for one in nights})[-12:])
    assert 15 <= len(kept) <= 24
