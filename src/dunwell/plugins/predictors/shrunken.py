"""The forecast that needs no training: each customer's own history, pulled to that of all customers.

Kaplan and Meier's estimate per customer (open invoices are censored, not dropped), with the market's hazard added as if
it had been seen on `MARKET_WEIGHT` further invoices. So it speaks from the first invoice on, and for a new customer
says what is usual here.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from dunwell.core.forecast import Features, Influence
from dunwell.plugins.predictors.curves import Numbers, along_days, as_forecast, cumulative, first_delays

MARKET_WEIGHT = 8.0


class Shrunken:
    def __init__(self, seed: int = 0) -> None:
        del seed  # nothing here is drawn by lot

    def fit(self, features: Features) -> None:
        """Nothing to learn: the histories arrive with the questions."""

    def forecast(self, features: Features) -> pl.DataFrame:
        return as_forecast(features.rows, shrunken_by_day(features))

    def explain(self, features: Features) -> pl.DataFrame:
        """The habit alone: the market's mean delay less the customer's pulled one, in log odds as a day each."""
        rows = features.rows
        habit = (pl.col("market_delay") - pl.col("delay_usual")).fill_null(0.0)
        return rows.select(
            habit.alias(Influence.HABIT), *[pl.lit(0.0).alias(i) for i in Influence if i != Influence.HABIT]
        )


def shrunken_by_day(features: Features) -> Numbers:
    rows = features.rows
    return cumulative(along_days(hazards(features), rows["history"].to_numpy(), first_delays(rows)))


def hazards(features: Features) -> Numbers:
    """Daily hazard by delay, one line per history."""
    histories = features.histories
    market = features.rows.select("history", "market").unique("history", maintain_order=True).sort("history")["market"]
    market_hazard = features.markets["hazard"].to_numpy()
    unpaid = np.cumprod(1.0 - market_hazard, axis=1)
    before = np.concatenate([np.ones((len(unpaid), 1), np.float32), unpaid[:, :-1]], axis=1)
    weight = (MARKET_WEIGHT * before + 1e-6)[market.to_numpy()]
    paid, at_risk = histories["paid"].to_numpy(), histories["at_risk"].to_numpy()
    return (paid + weight * market_hazard[market.to_numpy()]) / (at_risk + weight)
