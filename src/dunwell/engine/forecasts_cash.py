"""Cash to come: many invoices drawn together, because a customer who is late is late with all of them.

Summing independent invoices would give bands far too narrow. Each draw therefore gives every customer one common mood
beside the luck of each invoice (a one-factor Gaussian copula), and bands are read off the draws. Money stays whole
minor units, currencies are never added.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import polars as pl

DRAWS = 1000
# Share of an invoice's luck that it has in common with the customer's other invoices.
CUSTOMER_SHARE = 0.5
BANDS = {50: (0.25, 0.75), 80: (0.1, 0.9), 95: (0.025, 0.975)}
SCHEMA = {
    "currency": pl.String,
    "date": pl.Date,
    "expected": pl.Int64,
    **{f"{side}_{band}": pl.Int64 for band in BANDS for side in ("low", "high")},
}
# The normal distribution as a table: exact to the fourth decimal, which is far below the noise of the draws.
NORMAL_X = np.linspace(-6.0, 6.0, 2401)
NORMAL_P = np.array([NormalDist().cdf(x) for x in NORMAL_X])


def receipts(answered: pl.DataFrame, days: int, seed: int, customer_share: float = CUSTOMER_SHARE) -> pl.DataFrame:
    """Expected receipts and bands, cumulative by day, one line per currency and day of the next `days`.

    `answered`: forecasts at one origin with `customer_id`, `currency`, `balance` (minor units), `origin`, `first_date`
    and `cumulative`. Columns: currency, date, expected, and `low_50`, `high_50`, … for each band, all in minor units.
    """
    random = np.random.default_rng(seed)
    parts = [
        _bands(part, currency, days, random, customer_share)
        for (currency,), part in answered.group_by("currency", maintain_order=True)
    ]
    return pl.concat(parts).sort("currency", "date") if parts else pl.DataFrame(schema=SCHEMA)


def _bands(
    part: pl.DataFrame, currency: object, days: int, random: np.random.Generator, customer_share: float
) -> pl.DataFrame:
    balances = part["balance"].to_numpy()
    sums = np.zeros((DRAWS, days), np.int64)
    for draw, day in enumerate(_days_of_payment(part, random, customer_share)):
        within = day < days
        np.add.at(sums[draw], day[within], balances[within])
    sums = sums.cumsum(axis=1)
    bands = {
        f"{side}_{band}": np.quantile(sums, level, axis=0).round().astype(np.int64)
        for band, levels in BANDS.items()
        for side, level in zip(("low", "high"), levels, strict=True)
    }
    dates = pl.date_range(part["origin"][0], pl.lit(part["origin"][0]).dt.offset_by(f"{days - 1}d"), eager=True)
    expected = sums.mean(axis=0).round().astype(np.int64)
    return pl.DataFrame({"currency": [currency] * days, "date": dates, "expected": expected, **bands}, schema=SCHEMA)


def _days_of_payment(part: pl.DataFrame, random: np.random.Generator, customer_share: float) -> npt.NDArray[np.int64]:
    """By draw and invoice: days from the origin to the payment; beyond the horizon it never comes."""
    cumulative = part["cumulative"].to_numpy()
    wait = (part["first_date"] - part["origin"]).dt.total_days().to_numpy()
    customer = part["customer_id"].rank("dense").to_numpy().astype(np.int64) - 1
    mood = random.standard_normal((DRAWS, customer.max(initial=0) + 1))[:, customer]
    luck = random.standard_normal((DRAWS, part.height))
    together = np.sqrt(customer_share) * mood + np.sqrt(1.0 - customer_share) * luck
    level = np.interp(together, NORMAL_X, NORMAL_P)
    day = np.empty(level.shape, np.int64)
    for line, row in enumerate(cumulative):
        found = np.searchsorted(row, level[:, line])
        day[:, line] = np.where(found < len(row), wait[line] + found, np.iinfo(np.int32).max)
    return day
