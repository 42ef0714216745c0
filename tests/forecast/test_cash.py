from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from dunwell.core.forecast import HORIZON_DAYS
from dunwell.engine import forecasts_cash

ORIGIN = date(2025, 5, 5)


def receipts(answered: pl.DataFrame, days: int, seed: int, **options: float) -> pl.DataFrame:
    return forecasts_cash.running(forecasts_cash.drawn(answered, days, seed, **options), dates(days))


def dates(days: int) -> pl.Series:
    return pl.Series([ORIGIN + timedelta(n) for n in range(days)])


def answered(hazard: float, invoices: int = 40, currency: str = "EUR", customers: int = 4) -> pl.DataFrame:
    cumulative = np.tile(1 - (1 - hazard) ** np.arange(1, HORIZON_DAYS + 1), (invoices, 1)).astype(np.float32)
    return pl.DataFrame(
        {
            "customer_id": [f"C{line % customers}" for line in range(invoices)],
            "currency": [currency] * invoices,
            "balance": [1000] * invoices,
            "origin": [ORIGIN] * invoices,
            "first_date": [ORIGIN] * invoices,
            "cumulative": pl.Series(cumulative, dtype=pl.Array(pl.Float32, HORIZON_DAYS)),
        }
    )


def test_what_is_certain_comes_in_full_on_its_day():
    told = receipts(answered(1.0), days=3, seed=1)
    assert told["date"].to_list() == [date(2025, 5, 5), date(2025, 5, 6), date(2025, 5, 7)]
    assert told["expected"].to_list() == told["low_95"].to_list() == told["high_95"].to_list() == [40_000] * 3


def test_the_mean_is_the_sum_of_the_probabilities():
    told = receipts(answered(0.05), days=30, seed=1)
    expected = 40_000 * (1 - 0.95 ** np.arange(1, 31))
    assert told["expected"].to_numpy() == pytest.approx(expected, rel=0.06)


def test_customers_who_are_late_with_everything_make_the_bands_wide():
    def width(share: float) -> int:
        last = receipts(answered(0.05), days=14, seed=1, customer_share=share).row(-1, named=True)
        return last["high_80"] - last["low_80"]

    assert width(0.5) > 1.5 * width(0.0)


def test_bands_hold_each_other_and_never_fall():
    told = receipts(answered(0.05), days=30, seed=1)
    for inner, outer in ((50, 80), (80, 95)):
        assert (told[f"low_{outer}"] <= told[f"low_{inner}"]).all()
        assert (told[f"high_{inner}"] <= told[f"high_{outer}"]).all()
    assert (told["low_80"].diff().drop_nulls() >= 0).all()


def test_currencies_stand_apart():
    both = pl.concat([answered(1.0), answered(1.0, invoices=10, currency="USD")])
    told = receipts(both, days=1, seed=1)
    assert dict(told.select("currency", "expected").iter_rows()) == {"EUR": 40_000, "USD": 10_000}


def test_the_same_seed_gives_the_same_bands():
    assert receipts(answered(0.05), days=9, seed=4).equals(receipts(answered(0.05), days=9, seed=4))


def test_an_empty_book_brings_nothing():
    assert receipts(answered(0.05).clear(), days=9, seed=4).is_empty()


def test_days_and_weeks_are_the_same_money_cut_otherwise():
    draws = forecasts_cash.drawn(answered(0.05), 28, 3)
    daily, weekly = forecasts_cash.by_day(draws, dates(28)), forecasts_cash.by_week(draws, dates(28))
    assert weekly["date"].to_list() == [ORIGIN + timedelta(7 * n) for n in range(4)]
    assert weekly["expected"].sum() == pytest.approx(daily["expected"].sum(), abs=20)
    # A week's luck levels out: its band is narrower than its days' bands laid end to end.
    assert weekly["high_80"][0] < daily.head(7)["high_80"].sum()


def test_a_promise_brings_the_money_forward_as_far_as_promises_are_kept():
    slow = answered(0.001, invoices=2, customers=2).with_columns(
        promised_on=pl.Series([ORIGIN + timedelta(9), None], dtype=pl.Date)
    )
    told = forecasts_cash.promised(slow, kept_share=0.8)["cumulative"].to_numpy()
    assert told[0, 8] < 0.02
    assert told[0, 9] == pytest.approx(0.8, abs=0.02)
    np.testing.assert_allclose(told[1], slow["cumulative"].to_numpy()[1])
