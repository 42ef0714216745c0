"""Distributions as matrices: one line per question, one column per day from its first possible day on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from dunwell.core.forecast import DELAY_MAX, DELAY_MIN, HORIZON_DAYS

Numbers = npt.NDArray[np.floating]
Counts = npt.NDArray[np.integer]


def days(column: pl.Series) -> Counts:
    """Dates as whole days since 1970."""
    return column.cast(pl.Date).to_physical().to_numpy().astype(np.int64)


def first_delays(rows: pl.DataFrame) -> Counts:
    """The delay that a payment on the first possible day would have."""
    return days(rows["first_date"]) - days(rows["due_date"])


def along_days(by_delay: Numbers, line: Counts, first_delay: Counts, width: int = HORIZON_DAYS) -> Numbers:
    """Cut each question's days out of hazards by delay.

    Before the earliest delay on the grid nobody pays; after the latest the last but one stands for all (the last holds
    whatever lies beyond, so its hazard is not that of one day).
    """
    delay = first_delay[:, None] + np.arange(width)
    hazard = by_delay[line[:, None], np.clip(delay - DELAY_MIN, 0, DELAY_MAX - DELAY_MIN - 1)]
    return np.where(delay < DELAY_MIN, 0.0, hazard)


def cumulative(hazard: Numbers) -> Numbers:
    return 1.0 - np.cumprod(1.0 - hazard, axis=1)


def as_forecast(rows: pl.DataFrame, by_day: Numbers) -> pl.DataFrame:
    """`expected_date` and `cumulative`, as the protocol asks for them."""
    by_day = np.maximum.accumulate(np.clip(by_day, 0.0, 1.0), axis=1).astype(np.float32)
    median = np.minimum((by_day < 0.5).sum(axis=1), HORIZON_DAYS - 1)
    expected = pl.Series((days(rows["first_date"]) + median).astype(np.int32)).cast(pl.Date)
    return pl.DataFrame(
        {"expected_date": expected, "cumulative": pl.Series(by_day, dtype=pl.Array(pl.Float32, HORIZON_DAYS))}
    )


def hazards_of(by_day: Numbers) -> Numbers:
    """The share of those still unpaid that pays on each day: what `cumulative` undoes."""
    unpaid = 1.0 - by_day
    before = np.concatenate([np.ones((len(unpaid), 1)), unpaid[:, :-1]], axis=1)
    return np.clip(1.0 - unpaid / np.maximum(before, 1e-7), 0.0, 1.0)


def crps_seen(by_day: Numbers, paid_in: Counts, is_paid: npt.NDArray[np.bool_], seen: Counts) -> Numbers:
    """Continuous ranked probability score per line, in days, over the first `seen` + 1 columns.

    `paid_in` is the column of the payment. Every line is scored as far as *a payment of it would have been seen*, whether
    it was paid or not: scoring the paid ones further than the unpaid ones would reward whoever promises money early.
    """
    column = np.arange(by_day.shape[1])
    happened = is_paid[:, None] & (column >= paid_in[:, None])
    return np.where(column <= seen[:, None], (by_day - happened) ** 2, 0.0).sum(axis=1)
