"""Promises judged by dates and receipts: kept, still running, broken."""

from datetime import date

import polars as pl
import pytest

from dunwell.engine import promises

MADE, UNTIL = date(2026, 3, 2), date(2026, 3, 10)


def judged(as_of: date, *received: tuple[date, int]) -> list[dict]:
    schema = {
        "promise_id": pl.Int64,
        "customer_id": pl.Int64,
        "receivable_id": pl.Int64,
        "kind": pl.String,
        "amount": pl.Int64,
        "since": pl.Date,
        "until": pl.Date,
        "received": pl.List(pl.Struct({"on": pl.Date, "amount": pl.Int64})),
    }
    came = [{"on": on, "amount": amount} for on, amount in received] or None
    made = pl.DataFrame([(1, 3, 7, "promise", 10000, MADE, UNTIL, came)], schema=schema, orient="row")
    grace = pl.DataFrame({"receivable_id": [7], "grace_days": [2]})
    return promises.pauses(made, grace, as_of).to_dicts()


@pytest.mark.parametrize("day", [10, 12])
def test_it_holds_until_its_day_and_the_grace_after(day):
    (pause,) = judged(date(2026, 3, day))
    assert (pause["until"], pause["broken_on"], pause["reason"]) == (date(2026, 3, 12), None, "promised")


def test_it_is_broken_on_the_day_after_the_grace_when_less_came():
    (pause,) = judged(date(2026, 3, 13), (date(2026, 3, 9), 9999))
    assert (pause["broken_on"], pause["reason"]) == (date(2026, 3, 13), "broken_in_part")


def test_one_that_was_kept_within_the_grace_no_longer_pauses():
    assert judged(date(2026, 3, 13), (date(2026, 3, 5), 4000), (date(2026, 3, 12), 6000)) == []


def test_money_from_before_the_promise_does_not_keep_it():
    (pause,) = judged(date(2026, 3, 13), (date(2026, 3, 1), 10000))
    assert pause["broken_on"] is not None
