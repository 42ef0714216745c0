"""How good a forecast proved: measures of answers whose outcome is known by now, paid and unpaid alike."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from dunwell.core.forecast import EARLY_LEVEL, LATE_LEVEL, Measured
from dunwell.engine import forecasts

BINS = 10
HORIZONS = (7, 14, 30, 60)


def measured(answered: pl.DataFrame, until: date) -> Measured:
    """Measures over answers with `paid_date` (null = not paid by `until`, the last day seen).

    Each question is scored over the days on which a payment of it would have been seen, so that the slow payers count as
    the quick ones do; errors in days speak of those paid.
    """
    cumulative = answered["cumulative"].to_numpy()
    paid_in = _column(answered, pl.col("paid_date"))
    seen = _column(answered, pl.lit(until))
    day = np.arange(cumulative.shape[1])
    is_paid = ~np.isnan(paid_in)
    came = is_paid[:, None] & (day >= np.nan_to_num(paid_in, nan=np.inf)[:, None])
    crps = np.where(day <= seen[:, None], (cumulative - came) ** 2, 0.0).sum(axis=1)
    low, middle, high = ((cumulative < level).sum(axis=1) for level in (EARLY_LEVEL, 0.5, LATE_LEVEL))
    paid = paid_in[is_paid]
    return Measured(
        questions=answered.height,
        crps=_mean(crps),
        mae=_mean(np.abs(paid - middle[is_paid])),
        covered=_mean((paid >= low[is_paid]) & (paid <= high[is_paid])),
        calibration=_calibration(answered, until),
    )


def by_horizon(answered: pl.DataFrame, until: date) -> pl.DataFrame:
    """By days ahead: invoices, share said to be paid, share paid, Brier score; of questions seen for so long."""
    rows = []
    origin_on = (answered["first_date"] - answered["origin"]).dt.total_days().to_numpy()
    cumulative = answered["cumulative"].to_numpy()
    paid_in, seen = _column(answered, pl.col("paid_date")), _column(answered, pl.lit(until))
    for horizon in HORIZONS:
        column = horizon - 1 - origin_on
        known = (seen >= column) & (column >= 0)
        said = cumulative[np.arange(len(cumulative)), np.clip(column, 0, cumulative.shape[1] - 1)][known]
        came = (paid_in <= column)[known]
        rows.append((horizon, int(known.sum()), _mean(said), _mean(came), _mean((said - came) ** 2)))
    return pl.DataFrame(rows, schema=["days", "invoices", "said", "came", "brier"], orient="row")


def _calibration(answered: pl.DataFrame, until: date) -> tuple[tuple[float, float, int], ...]:
    """Equal groups by the probability of "paid by the due date": what was said, what came, how many."""
    known = answered.filter(pl.col("due_date") <= until)
    said = forecasts.by_delay(known, [0])[:, 0] if known.height else np.zeros(0)
    came = (known["paid_date"] <= known["due_date"]).fill_null(False).to_numpy()
    groups = np.array_split(np.argsort(said, kind="stable"), BINS)
    return tuple((_mean(said[one]), _mean(came[one]), len(one)) for one in groups if len(one))


def _column(answered: pl.DataFrame, day: pl.Expr) -> np.ndarray:
    """Days from the first possible one, NaN where there is none."""
    days = answered.select((day - pl.col("first_date")).dt.total_days().cast(pl.Float64)).to_series()
    return days.fill_null(float("nan")).to_numpy()


def _mean(values: np.ndarray) -> float:
    return round(float(np.mean(values)), 4) if len(values) else 0.0
