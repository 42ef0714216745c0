"""Reading a forecast: probabilities by delay, quantiles, and the measures by which forecasts are judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from dunwell.core.forecast import SPARE_DAYS, SPARE_PAST_DUE_DAYS

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


def waits(answered: pl.DataFrame, on: date) -> pl.Series:
    """Within how many days of a day money must come for a courtesy to be spared: a week, or until shortly after the due date."""
    past_due = (pl.col("due_date") - pl.lit(on)).dt.total_days() + SPARE_PAST_DUE_DAYS
    return answered.select(pl.max_horizontal(pl.lit(SPARE_DAYS), past_due).cast(pl.Int32)).to_series()


def on_day(answered: pl.DataFrame, on: date) -> pl.DataFrame:
    """What the forecasts say on a later day of what is still unpaid then: receivable_id, days, probability (FORECASTS)."""
    at = answered.with_columns(origin=pl.lit(on))
    days = waits(at, on)
    before = within(at, pl.zeros(at.height, pl.Int32, eager=True)).to_numpy()
    came = within(at, days).to_numpy() - before
    left = 1.0 - before
    share = np.divide(came, left, out=np.zeros_like(came), where=left > 0)
    return pl.DataFrame({"receivable_id": at["receivable_id"], "days": days, "probability": share})


def quantile_dates(answered: pl.DataFrame, level: float) -> pl.Series:
    """The first day by which the payment has come with probability `level`; null where it never does."""
    cumulative = answered["cumulative"].to_numpy()
    days = (cumulative < level).sum(axis=1)
    dates = answered["first_date"].dt.offset_by(pl.Series(days).cast(pl.String) + "d")
    return pl.select(pl.when(pl.Series(days < cumulative.shape[1])).then(dates)).to_series()
