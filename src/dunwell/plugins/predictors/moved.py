"""The market's spread around each customer's own centre: how far off their usual delay the creditor's customers pay.

A customer with few payments has a usual delay long before it has a shape of its own. So the shape is taken from all
customers alike, from those known as well as this one, and laid around its centre. Open invoices are censored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from dunwell.core.forecast import HORIZON_DAYS
from dunwell.plugins.predictors.answers import Answers
from dunwell.plugins.predictors.curves import Counts, Numbers, days, first_delays

# Days off the centre; what lies outside is counted on the nearest edge.
OFF_MIN, OFF_MAX = -150, 250
# Customers with so many payments share one shape.
KNOWN_FROM = (0, 3, 10)
# The shape of one such group is pulled to that of all with the weight of so many invoices.
SHAPE_WEIGHT = 40.0
# Before anything is known: in the tail every twenty-fifth a day, with the weight of a few days.
TAIL_FROM, TAIL_HAZARD, TAIL_DAYS, TAIL_WEIGHT = 40, 0.04, 5.0, 2.0
NEIGHBOURS = np.array([0.25, 0.5, 0.25])


@dataclass(frozen=True)
class Moved:
    """`hazard`: the share of those unpaid so far that pays so many days off the centre, by group of `KNOWN_FROM`."""

    hazard: Numbers

    def hazards(self, rows: pl.DataFrame) -> Numbers:
        """Daily hazard by question and day from the first possible one on."""
        off = (first_delays(rows) - _centres(rows))[:, None] + np.arange(HORIZON_DAYS) - OFF_MIN
        found = self.hazard[_groups(rows)[:, None], np.clip(off, 0, OFF_MAX - OFF_MIN - 1)]
        return np.where(off < 0, 0.0, found)


def fitted(rows: pl.DataFrame, answers: Answers) -> Moved:
    """The shapes seen on new invoices; those of the open book would tell the same payments again."""
    origin = days(rows["due_date"]) + _centres(rows)
    # What was issued after the last day seen was never at risk.
    is_new = (days(rows["issue_date"]) >= days(rows["origin"])) & (answers.last >= answers.first)
    first, last = answers.first - origin, answers.last - origin
    groups = _groups(rows)
    everybody = _paid_and_at_risk(first, last, answers.is_paid, is_new)
    market = _market_hazard(*everybody)
    unpaid = np.cumprod(1.0 - market)
    weight = SHAPE_WEIGHT * np.concatenate([[1.0], unpaid[:-1]]) + 1e-6
    shapes = []
    for group in range(len(KNOWN_FROM)):
        paid, at_risk = _paid_and_at_risk(first, last, answers.is_paid, is_new & (groups == group))
        shapes.append((paid + weight * market) / (at_risk + weight))
    return Moved(np.clip(shapes, 0.0, 1.0))


def _market_hazard(paid: Numbers, at_risk: Numbers) -> Numbers:
    late = slice(TAIL_FROM - OFF_MIN, None)
    tail = (paid[late].sum() + TAIL_HAZARD * TAIL_DAYS) / (at_risk[late].sum() + TAIL_DAYS)
    is_late = np.arange(OFF_MIN, OFF_MAX + 1) > 0
    return (paid + TAIL_WEIGHT * tail * is_late) / (at_risk + TAIL_WEIGHT)


def _paid_and_at_risk(first: Counts, last: Counts, is_paid: np.ndarray, lines: np.ndarray) -> tuple[Numbers, Numbers]:
    """Payments, and invoices that could have been paid, by days off the centre; neighbouring days speak for each other."""
    width = OFF_MAX - OFF_MIN + 1
    entered = np.bincount(np.clip(first[lines] - OFF_MIN, 0, width - 1), minlength=width).cumsum()
    ended = np.clip(last - OFF_MIN, 0, width - 1)
    left = np.bincount(ended[lines], minlength=width).cumsum()
    paid = np.bincount(ended[lines & is_paid], minlength=width)
    at_risk = entered - np.concatenate([[0], left[:-1]])
    return np.convolve(paid, NEIGHBOURS, "same"), np.convolve(at_risk, NEIGHBOURS, "same")


def _centres(rows: pl.DataFrame) -> Counts:
    """The customer's median delay in whole days, pulled to the market's mean with the weight of one payment."""
    market = pl.col("market_delay").fill_null(0.0)
    payments = pl.col("payments")
    centre = (payments * pl.col("delay_median").fill_null(0.0) + market) / (payments + 1)
    return rows.select(centre.round()).to_series().to_numpy().astype(np.int64)


def _groups(rows: pl.DataFrame) -> Counts:
    return np.digitize(rows["payments"].to_numpy(), KNOWN_FROM) - 1
