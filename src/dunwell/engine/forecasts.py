"""Reading a forecast: probabilities by delay, quantiles, and the measures by which forecasts are judged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers = npt.NDArray[np.floating]
Days = npt.NDArray[np.integer]


def by_delay(answered: pl.DataFrame, delays: Sequence[int]) -> Numbers:
    """P(paid on or before due date + delay), one line per answer; nought before the first possible day."""
    cumulative = answered["cumulative"].to_numpy()
    first = (answered["first_date"] - answered["due_date"]).dt.total_days().to_numpy()
    column = np.asarray(delays)[None, :] - first[:, None]
    found = np.take_along_axis(cumulative, np.clip(column, 0, cumulative.shape[1] - 1), axis=1)
    return np.where(column < 0, 0.0, found)


def within(answered: pl.DataFrame, days: pl.Series) -> pl.Series:
    """P(paid before the origin + days), a number of days for each answer."""
    cumulative = answered["cumulative"].to_numpy()
    wait = (answered["first_date"] - answered["origin"]).dt.total_days().to_numpy()
    column = days.to_numpy() - 1 - wait
    found = cumulative[np.arange(len(cumulative)), np.clip(column, 0, cumulative.shape[1] - 1)]
    return pl.Series(np.where(column < 0, 0.0, found).astype(np.float64))


def quantile_dates(answered: pl.DataFrame, level: float) -> pl.Series:
    """The first day by which the payment has come with probability `level`; null where it never does."""
    cumulative = answered["cumulative"].to_numpy()
    days = (cumulative < level).sum(axis=1)
    dates = answered["first_date"].dt.offset_by(pl.Series(days).cast(pl.String) + "d")
    return pl.select(pl.when(pl.Series(days < cumulative.shape[1])).then(dates)).to_series()
