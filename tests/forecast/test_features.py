from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from dunwell.core.forecast import NUMBERS, ProfilingBasis, may_profile
from dunwell.engine import features
from forecast import ledgers

LEDGER = ledgers.make(customers=6, weeks=16, seed=3)
day = st.integers(0, 140).map(lambda days: ledgers.START + timedelta(days=days))


def known(ledger: pl.DataFrame, asked: pl.DataFrame):
    return features.build(ledger, asked, features.market(ledger, asked["origin"]))


def as_of(ledger: pl.DataFrame, origin: date) -> pl.DataFrame:
    """The ledger as a person would have exported it on the morning of that day."""
    return ledger.filter(pl.col("issue_date") < origin).with_columns(
        paid_date=pl.when(pl.col("paid_date") < origin).then("paid_date")
    )


@settings(max_examples=25, deadline=None)
@given(origin=day, customers=st.sets(st.sampled_from([f"C{i}" for i in range(6)]), min_size=1))
def test_cutting_off_the_future_changes_no_feature(origin, customers):
    asked = LEDGER.filter(pl.col("customer_id").is_in(customers)).with_columns(origin=pl.lit(origin)).drop("paid_date")
    whole, cut = known(LEDGER, asked), known(as_of(LEDGER, origin), asked)
    assert_frame_equal(whole.rows, cut.rows)
    assert_frame_equal(whole.histories, cut.histories)
    assert_frame_equal(whole.markets, cut.markets)


def test_training_and_scoring_see_the_same():
    origin = date(2025, 3, 3)
    asked = LEDGER.filter(pl.col("issue_date").is_between(origin, origin + timedelta(days=6)))
    trained = features.questions(LEDGER, date(2025, 5, 1))
    trained = known(LEDGER, trained).rows.filter((pl.col("origin") == origin) & (pl.col("issue_date") >= origin))
    scored = known(as_of(LEDGER, origin), asked.with_columns(origin=pl.lit(origin))).rows
    assert_frame_equal(trained.select("invoice_id", *NUMBERS), scored.select("invoice_id", *NUMBERS))


def test_a_question_of_the_past_has_the_answer_known_then():
    asked = features.questions(LEDGER, date(2025, 2, 10))
    assert asked["last_date"].max() < date(2025, 2, 10)
    assert (asked.filter(~pl.col("is_paid"))["last_date"] == date(2025, 2, 9)).all()
    assert (asked["origin"] < date(2025, 2, 10)).all()


def test_nothing_is_looked_up_about_a_person_who_may_not_be_profiled():
    origin = pl.lit(date(2025, 4, 7)).alias("origin")
    asked = LEDGER.filter(pl.col("customer_id").is_in(["C0", "C5"])).with_columns(origin, is_profiled=pl.lit(False))
    seen = known(LEDGER, asked)
    assert seen.rows["payments"].sum() == 0
    assert seen.rows["delay_median"].null_count() == seen.rows.height
    assert seen.histories["at_risk"].to_numpy().sum() == 0


def test_a_person_is_profiled_on_a_stated_basis_alone():
    assert may_profile("business", None)
    assert not may_profile("person", None)
    assert not may_profile("person", ProfilingBasis("  ", "owner"))
    assert may_profile("person", ProfilingBasis("legitimate interest, assessment of 3 May", "owner"))
