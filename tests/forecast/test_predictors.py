"""What every predictor owes, and what each is for."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dunwell.core.forecast import DELAY_MIN, HORIZON_DAYS, Features, Influence
from dunwell.engine import features
from dunwell.plugins.predictors import PREDICTORS
from dunwell.plugins.predictors.curves import crps_seen, days
from dunwell.run.forecast import learning_features
from forecast import ledgers

SPLIT = date(2025, 6, 23)


def questions(ledger: pl.DataFrame, origin: date) -> Features:
    open_now = (pl.col("paid_date") >= origin) | pl.col("paid_date").is_null()
    asked = ledger.filter(open_now & (pl.col("issue_date") < origin)).with_columns(origin=pl.lit(origin))
    return features.build(ledger, asked, features.market(ledger, asked["origin"]))


@pytest.fixture(scope="module")
def ledger() -> pl.DataFrame:
    return ledgers.make(customers=24, weeks=40, weekday=3)


@pytest.fixture(scope="module", params=sorted(PREDICTORS))
def predictor(request, ledger):
    made = PREDICTORS[request.param](7)
    made.fit(learning_features(ledger, SPLIT, 7))
    return made


def test_probabilities_are_probabilities_and_never_fall(predictor, ledger):
    asked = questions(ledger, SPLIT)
    forecast = predictor.forecast(asked)
    cumulative = forecast["cumulative"].to_numpy()
    assert cumulative.shape == (asked.rows.height, HORIZON_DAYS)
    assert np.isfinite(cumulative).all()
    assert cumulative.min() >= 0
    assert cumulative.max() <= 1
    assert (np.diff(cumulative, axis=1) >= 0).all()
    assert (forecast["expected_date"] >= asked.rows["first_date"]).all()


def test_the_same_seed_gives_the_same_forecast(predictor, ledger):
    again = type(predictor)(7)
    again.fit(learning_features(ledger, SPLIT, 7))
    asked = questions(ledger, SPLIT)
    assert_frame_equal(predictor.forecast(asked), again.forecast(asked), check_exact=True)


def test_a_forecast_does_not_depend_on_who_else_is_asked_for(predictor, ledger):
    asked = questions(ledger, SPLIT)
    half = Features(asked.rows[::2], asked.histories, asked.markets)
    whole = predictor.forecast(asked)["cumulative"].to_numpy()[::2]
    np.testing.assert_allclose(predictor.forecast(half)["cumulative"].to_numpy(), whole, atol=1e-6)


def test_late_payers_are_explained_as_late_and_early_ones_as_early(predictor, ledger):
    asked = questions(ledger, SPLIT)
    influences = predictor.explain(asked).with_columns(customer=asked.rows["customer_id"])
    assert set(Influence) <= set(influences.columns)
    habit = {name: influences.filter(pl.col("customer") == name)[Influence.HABIT].mean() for name in ("C12", "C23")}
    assert habit["C23"] < 0  # pays 25 days late, the latest of all
    assert habit["C23"] < habit["C12"]


def test_the_learned_model_finds_the_weekday_that_histories_cannot(ledger):
    asked = questions(ledger, SPLIT)
    known = asked.rows.with_columns(asked.rows["paid_date"]).filter(pl.col("paid_date").is_not_null())
    asked = Features(known, asked.histories, asked.markets)
    column = days(known["paid_date"]) - days(known["first_date"])
    score = {}
    for name, make in PREDICTORS.items():
        made = make(7)
        made.fit(learning_features(ledger, SPLIT, 7))
        by_day = made.forecast(asked)["cumulative"].to_numpy()
        score[name] = crps_seen(by_day, column, np.ones(len(column), bool), column + 300).mean()
    assert score["learned"] < 0.9 * score["shrunken"]


def test_three_payments_are_no_ground_for_a_model():
    tiny = ledgers.make(customers=1, weeks=3)
    made = PREDICTORS["learned"](0)
    made.fit(learning_features(tiny, date(2025, 3, 1), 0))
    assert made.model is None


def test_the_shrunken_history_of_a_new_customer_is_the_market():
    ledger = ledgers.make(customers=4, weeks=20)
    origin = date(2025, 5, 5)
    stranger = ledger.head(1).with_columns(
        customer_id=pl.lit("new"), origin=pl.lit(origin), issue_date=pl.lit(origin), due_date=pl.lit(date(2025, 5, 19))
    )
    asked = features.build(ledger, stranger, features.market(ledger, stranger["origin"]))
    by_day = PREDICTORS["shrunken"](0).forecast(asked)["cumulative"].to_numpy()[0]
    hazard = asked.markets["hazard"].to_numpy()[0][-14 - DELAY_MIN :]
    np.testing.assert_allclose(by_day[:30], 1 - np.cumprod(1 - hazard[:30]), rtol=1e-4)
