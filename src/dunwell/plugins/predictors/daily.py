"""Questions times days: what a daily hazard model sees of one invoice on one possible day of payment."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from dunwell.core.forecast import DELAY_MAX, DELAY_MIN, Features
from dunwell.plugins.predictors.curves import Counts, Numbers, cumulative, days, first_delays
from dunwell.plugins.predictors.shrunken import hazards

DAY_NUMBERS = (
    "delay", "workdays", "weekday", "day_of_month", "days_to_month_end", "days_since_issue", "days_since_origin",
    "delay_over_median", "delay_over_recent", "delay_over_high", "delay_over_low", "delay_over_last_3",
    "history_hazard", "history_cumulative", "weekday_share", "days_after_payment",
)  # fmt: skip

REPEATED_WEIGHT = 0.5
# n invoices of one payer asked about at once are paid together more often than not: they weigh as much as √n alone.
TOGETHER = -0.5


@dataclass(frozen=True)
class Questions:
    """Features as plain arrays, so that millions of days can be laid out quickly."""

    due: Counts
    issued: Counts
    origin: Counts
    first_delay: Counts
    history: Counts
    hazard_log: Numbers  # by history and delay
    cumulative: Numbers  # by history and delay
    weekday_share: Numbers  # by question and weekday
    anchors: Numbers  # by question: the delays to compare with
    days_since_payment: Numbers
    weight: Numbers  # by question, in training
    static: Numbers  # by question

    def take(self, lines: Counts) -> Questions:
        """Some of the questions; the histories stay whole."""
        by_question = (
            "due", "issued", "origin", "first_delay", "history", "weekday_share", "anchors", "days_since_payment",
            "weight", "static",
        )  # fmt: skip
        return replace(self, **{name: getattr(self, name)[lines] for name in by_question})

    @property
    def is_new(self) -> npt.NDArray[np.bool_]:
        return self.issued >= self.origin

    def __len__(self) -> int:
        return len(self.due)


def lay_out(features: Features, static_columns: list[pl.Expr]) -> Questions:
    rows = features.rows
    hazard = hazards(features).astype(np.float32)
    paid_on = rows.select(f"paid_on_{day}" for day in range(1, 8)).to_numpy()
    anchors = ["delay_median", "delay_recent", "delay_high", "delay_low", "delay_last_3"]
    return Questions(
        due=days(rows["due_date"]),
        issued=days(rows["issue_date"]),
        origin=days(rows["origin"]),
        first_delay=first_delays(rows),
        history=rows["history"].to_numpy(),
        hazard_log=np.log(np.clip(_smoothed(hazard), 1e-5, 1.0)),
        cumulative=cumulative(hazard),
        weekday_share=(paid_on + 1.0) / (paid_on.sum(axis=1, keepdims=True) + 7.0),
        anchors=_floats(rows.select(anchors)),
        days_since_payment=_floats(rows.select("days_since_payment"))[:, 0],
        weight=_weights(rows),
        static=_floats(rows.select(static_columns)),
    )


def _weights(rows: pl.DataFrame) -> Numbers:
    """What one question may teach, 1 on average.

    An invoice asked again month after month must not outweigh one paid at once: the repetitions share one weight. Nor may
    one payer's large book drown all others: its invoices are one decision, seen many times.
    """
    is_new = pl.col("issue_date") >= pl.col("origin")
    repeated = REPEATED_WEIGHT / pl.len().over("invoice_id", is_new)
    together = pl.len().over("customer_id", "origin").cast(pl.Float64).pow(TOGETHER)
    weight = rows.select(pl.when(is_new).then(1.0).otherwise(repeated) * together).to_series()
    return (weight / (weight.mean() or 1.0)).to_numpy()


def matrix(questions: Questions, line: Counts, delay: Counts) -> Numbers:
    """One line per (question, day): DAY_NUMBERS, then the question's static columns."""
    day = questions.due[line] + delay
    dates = day.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    month_start = months.astype("datetime64[D]").astype(np.int64)
    month_end = (months + 1).astype("datetime64[D]").astype(np.int64) - 1
    weekday = (day + 3) % 7  # the first of January 1970 was a Thursday
    cell = np.clip(delay - DELAY_MIN, 0, DELAY_MAX - DELAY_MIN)
    history = questions.history[line]
    lead = day - questions.origin[line]
    out = np.empty((len(line), len(DAY_NUMBERS) + questions.static.shape[1]), np.float32)
    out[:, 0] = delay
    out[:, 1] = _workdays(day) - _workdays(questions.due[line])
    out[:, 2] = weekday + 1
    out[:, 3] = day - month_start + 1
    out[:, 4] = month_end - day
    out[:, 5] = day - questions.issued[line]
    out[:, 6] = lead
    out[:, 7:12] = delay[:, None] - questions.anchors[line]
    out[:, 12] = questions.hazard_log[history, cell]
    out[:, 13] = questions.cumulative[history, cell]
    out[:, 14] = questions.weekday_share[line, weekday]
    out[:, 15] = lead + questions.days_since_payment[line]
    out[:, len(DAY_NUMBERS) :] = questions.static[line]
    return out


def _workdays(day: Counts) -> Counts:
    """Mondays to Fridays before this day, counted from Monday, 29 December 1969."""
    weeks, weekday = np.divmod(day + 3, 7)
    return weeks * 5 + np.minimum(weekday, 5)


def _smoothed(hazard: Numbers) -> Numbers:
    """Each day with a quarter of either neighbour: a payment on day 6 says something about days 5 and 7."""
    wide = np.pad(hazard, ((0, 0), (1, 1)), mode="edge")
    return 0.25 * wide[:, :-2] + 0.5 * wide[:, 1:-1] + 0.25 * wide[:, 2:]


def _floats(frame: pl.DataFrame) -> Numbers:
    return np.ascontiguousarray(frame.select(pl.all().cast(pl.Float32).fill_null(float("nan"))).to_numpy())
