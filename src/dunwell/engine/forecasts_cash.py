"""Cash to come: many invoices drawn together, because a customer who is late is late with all of them.

Summing independent invoices would give bands far too narrow. Each draw therefore gives every customer one common mood
beside the luck of each invoice (a one-factor Gaussian copula), and bands are read off the draws. Money stays whole
minor units, currencies are never added.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import polars as pl

DRAWS_MAX, DRAWS_MIN = 1000, 200
# Of many invoices fewer draws are enough: their luck levels out.
CELLS_MAX = 20_000_000
CELLS_AT_ONCE = 2_000_000
# Share of an invoice's luck that it has in common with the customer's other invoices.
CUSTOMER_SHARE = 0.5
BANDS = {50: (0.25, 0.75), 80: (0.1, 0.9), 95: (0.025, 0.975)}
WEEK = 7
SCHEMA = {
    "currency": pl.String,
    "date": pl.Date,
    "expected": pl.Int64,
    **{f"{side}_{band}": pl.Int64 for band in BANDS for side in ("low", "high")},
}
# The normal distribution as a table looked up at the nearest place: exact to the fourth decimal, far below the noise of the draws.
NORMAL_MAX, NORMAL_STEPS = 6.0, 2_000
NORMAL_P = np.array([NormalDist().cdf(x / NORMAL_STEPS) for x in range(-12_000, 12_001)], np.float32)

Draws = Mapping[str, npt.NDArray[np.int64]]  # by currency: what comes in, by draw and day


def draws_for(invoices: int) -> int:
    """How often so many invoices are drawn."""
    return min(max(CELLS_MAX // max(invoices, 1), DRAWS_MIN), DRAWS_MAX)


def drawn(
    answered: pl.DataFrame,
    days: int,
    seed: int | tuple[int, ...],
    *,
    draws: int = DRAWS_MAX,
    customer_share: float = CUSTOMER_SHARE,
) -> Draws:
    """What comes in on each of the next `days`, many times over.

    `answered`: forecasts at one origin with `customer_id`, `currency`, `balance` (minor units), `origin`, `first_date`
    and `cumulative`. A customer's invoices belong into one call; what several calls gave is put `together`.
    """
    random = np.random.default_rng(seed)
    return {
        str(currency): _sums(part, days, random, draws, customer_share)
        for (currency,), part in answered.sort("currency", maintain_order=True).group_by(
            "currency", maintain_order=True
        )
    }


def together(one: Draws, other: Draws) -> Draws:
    """What comes in of two groups of customers, drawn the same number of times."""
    both = {currency: one[currency] + other[currency] for currency in one.keys() & other.keys()}
    return dict(sorted({**one, **other, **both}.items()))


def running(draws: Draws, dates: pl.Series) -> pl.DataFrame:
    """Receipts from the first day on, summed up: one line per currency and day of `dates`, with all bands."""
    return _told({currency: sums.cumsum(axis=1) for currency, sums in draws.items()}, dates)


def by_day(draws: Draws, dates: pl.Series) -> pl.DataFrame:
    """Receipts of each day by itself."""
    return _told(draws, dates)


def by_week(draws: Draws, dates: pl.Series) -> pl.DataFrame:
    """Receipts of each seven days by themselves, named by the first; a rest of days is left out."""
    weeks = len(dates) // WEEK
    summed = {
        currency: sums[:, : weeks * WEEK].reshape(len(sums), weeks, WEEK).sum(axis=2)
        for currency, sums in draws.items()
    }
    return _told(summed, dates.gather_every(WEEK).head(weeks))


def promised(answered: pl.DataFrame, kept_share: float) -> pl.DataFrame:
    """Forecasts in which an open promise (`promised_on`) brings the money on its day with probability `kept_share`.

    What else may happen stands as it was forecast, and the promise is one more way for the money to come in time.
    """
    lines = answered["promised_on"].is_not_null().arg_true().to_numpy()
    if not lines.size:
        return answered
    wait = (answered["promised_on"] - answered["first_date"]).dt.total_days().to_numpy()[lines]
    cumulative = answered["cumulative"].to_numpy().copy()
    is_kept = np.arange(cumulative.shape[1])[None, :] >= np.maximum(wait, 0)[:, None]
    # Before the promised day a client who promised does not pay sooner than usual.
    cumulative[lines] = (1.0 - kept_share) * cumulative[lines] + kept_share * is_kept
    return answered.with_columns(cumulative=pl.Series(cumulative, dtype=answered.schema["cumulative"]))


def sooner(answered: pl.DataFrame, days: int) -> pl.DataFrame:
    """Forecasts as they would be if everybody paid so many days sooner; below nought, later."""
    cumulative = answered["cumulative"].to_numpy()
    column = np.arange(cumulative.shape[1]) + days
    moved = np.where(column < 0, 0.0, cumulative[:, np.clip(column, 0, cumulative.shape[1] - 1)])
    return answered.with_columns(cumulative=pl.Series(moved.astype(np.float32), dtype=answered.schema["cumulative"]))


def _sums(
    part: pl.DataFrame, days: int, random: np.random.Generator, draws: int, customer_share: float
) -> npt.NDArray[np.int64]:
    customer = part["customer_id"].rank("dense").to_numpy().astype(np.int64) - 1
    mood = random.standard_normal((customer.max(initial=-1) + 1, draws), np.float32)
    sums = np.zeros(draws * days, np.int64)
    for start in range(0, part.height, step := max(CELLS_AT_ONCE // draws, 1)):
        rows = part.slice(start, step)
        luck = random.standard_normal((rows.height, draws), np.float32)
        both = np.sqrt(customer_share) * mood[customer[start : start + step]] + np.sqrt(1.0 - customer_share) * luck
        day = _days_of_payment(rows, _probability(both.astype(np.float32)))
        within = day < days
        cell = (np.arange(draws) * days + day)[within]
        balances = np.broadcast_to(rows["balance"].to_numpy()[:, None], day.shape)[within]
        # Whole numbers stay whole: below 2^53 minor units a sum of them is exact.
        sums += np.bincount(cell, weights=balances, minlength=draws * days).astype(np.int64)
    return sums.reshape(draws, days)


def _told(sums: Draws, dates: pl.Series) -> pl.DataFrame:
    parts = [
        pl.DataFrame(
            {
                "currency": [currency] * len(dates),
                "date": dates,
                "expected": drawn_sums.mean(axis=0).round().astype(np.int64),
                **{
                    f"{side}_{band}": np.quantile(drawn_sums, level, axis=0).round().astype(np.int64)
                    for band, levels in BANDS.items()
                    for side, level in zip(("low", "high"), levels, strict=True)
                },
            },
            schema=SCHEMA,
        )
        for currency, drawn_sums in sums.items()
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema=SCHEMA)


def _days_of_payment(rows: pl.DataFrame, level: npt.NDArray[np.float32]) -> npt.NDArray[np.int32]:
    """By invoice and draw: days from the origin to the payment; beyond the horizon it never comes."""
    cumulative = rows["cumulative"].to_numpy()
    wait = (rows["first_date"] - rows["origin"]).dt.total_days().to_numpy().astype(np.int32)
    day = np.empty(level.shape, np.int32)
    for line, row in enumerate(cumulative):
        day[line] = np.searchsorted(row, level[line])
    return np.where(day < cumulative.shape[1], wait[:, None] + day, np.iinfo(np.int32).max)


def _probability(normal: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    place = np.clip(normal, -NORMAL_MAX, NORMAL_MAX) * NORMAL_STEPS + NORMAL_MAX * NORMAL_STEPS
    found: npt.NDArray[np.float32] = NORMAL_P[np.rint(place).astype(np.int32)]
    return found
