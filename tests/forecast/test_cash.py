from datetime import date

import numpy as np
import polars as pl
import pytest

from dunwell.core.forecast import HORIZON_DAYS
from dunwell.engine.forecasts_cash import receipts

ORIGIN = date(2025, 5, 5)


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
