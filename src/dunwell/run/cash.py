"""What money will come in: every open receivable forecast, all drawn together, per currency; and what would be if."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from dunwell.core.forecast import HORIZON_DAYS
from dunwell.core.refusal import Refusal
from dunwell.engine import forecasts_cash
from dunwell.run import forecasting, reports, subjects
from dunwell.store.models import Creditor

DAYS, DAYS_MAX = 84, 252
SEED = 0
# Before any promise came to its end: three of four are kept, with the weight of four promises.
KEPT_BEFORE, KEPT_WEIGHT = 3, 4


class DaysOutOfRange(Refusal):
    """The outlook reaches from 7 to 252 days, whole weeks best; {days} is outside."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A supposition: customers (their numbers) lost with all they owe, and everybody paying so many days sooner."""

    lost: tuple[int, ...] = ()
    sooner_days: int = 0


@dataclass(frozen=True, slots=True)
class Outlook:
    """Receipts to come in minor units: `daily` and `weekly` by themselves, `running` summed up; see `engine.forecasts_cash`.

    `open` is what is owed by currency; `is_learned` says whether a model that proved itself speaks, or the histories.
    """

    as_of: date
    daily: pl.DataFrame
    weekly: pl.DataFrame
    running: pl.DataFrame
    open: dict[str, int]
    is_learned: bool


def outlook(creditor: Creditor, as_of: date, *, days: int = DAYS, what_if: WhatIf | None = None) -> Outlook:
    """The next days from `as_of` on, as the books stood before it. Natural persons as `forecasting` treats them."""
    if not forecasts_cash.WEEK <= days <= DAYS_MAX:
        raise DaysOutOfRange(days=days)
    answers = forecasting.answered(creditor, as_of)
    assumed, kept_share = what_if or WhatIf(), _kept_share(creditor, as_of)
    times = forecasts_cash.draws_for(answers.invoices)
    draws: forecasts_cash.Draws = {}
    owed: Counter[str] = Counter()
    for number, answered in enumerate(answers.parts):
        supposed = _supposed(answered, assumed, kept_share)
        draws = forecasts_cash.together(draws, forecasts_cash.drawn(supposed, days, (SEED, number), draws=times))
        owed.update(dict(supposed.group_by("currency").agg(pl.col("balance").sum()).iter_rows()))
    dates = pl.Series([as_of + timedelta(n) for n in range(days)], dtype=pl.Date)
    return Outlook(
        as_of,
        forecasts_cash.by_day(draws, dates),
        forecasts_cash.by_week(draws, dates),
        forecasts_cash.running(draws, dates),
        dict(sorted(owed.items())),
        answers.is_learned,
    )


def _supposed(answered: pl.DataFrame, assumed: WhatIf, kept_share: float) -> pl.DataFrame:
    """The forecasts with what was promised and what is supposed."""
    left = answered.filter(~pl.col("customer_id").is_in(assumed.lost))
    found = forecasts_cash.promised(left, kept_share)
    days = max(-HORIZON_DAYS, min(assumed.sooner_days, HORIZON_DAYS))
    return forecasts_cash.sooner(found, days) if days else found


def _kept_share(creditor: Creditor, as_of: date) -> float:
    """How many promises of the last year were kept, pulled to what is usual."""
    found = reports.promises(creditor, months=12, as_of=as_of)
    kept = sum(one.kept for one in found)
    ended = sum(one.kept + one.partial + one.broken for one in found)
    return (kept + KEPT_BEFORE) / (ended + KEPT_WEIGHT)


def customers(creditor: Creditor, names: Sequence[str]) -> tuple[int, ...]:
    """The numbers of customers named by id or exact name."""
    return tuple(subjects.customer(creditor, name).pk for name in names)
