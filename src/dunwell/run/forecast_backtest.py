"""A ledger's own past, forecast as if it were to come: error and coverage by horizon, for invoices and for cash.

At each of the last origins the open book is forecast from what was known then, and compared with what came. Cash is told
twice: with the customers' common mood, and as if invoices were independent, to show how much too narrow that would be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from dunwell.core.refusal import Refusal
from dunwell.engine import forecast_trial, forecasts_cash
from dunwell.run import forecast_files as files
from dunwell.run.forecast import Forecaster

ORIGINS_MAX, ORIGIN_DAYS = 12, 14
HORIZONS = (7, 14, 30)
OPEN_MIN = 10
"""A smaller book says nothing about bands."""
CENTS = 100


class TooShort(Refusal):
    """{file} is too short for a back-test: it needs open invoices a month before its last event."""


@dataclass(frozen=True, slots=True)
class Came:
    """What was said at one origin about the receipts of one horizon and currency, and what came."""

    days: int
    expected: float
    came: float
    inside: dict[int, bool]  # by band
    inside_alone: dict[int, bool]  # by band, as if invoices were independent


def run(history: Path, seed: int) -> Iterator[str]:
    """The report, line by line."""
    until = files.day_after_last_event(history) - timedelta(1)
    ledger, findings = files.read_ledger(history, until + timedelta(1))
    forecaster, parts, came = Forecaster("learned", seed), [], []
    for origin in _origins(ledger, until):
        for answered in forecaster.answer(ledger, _open_at(ledger, origin), origin):
            parts.append(answered.select("origin", "first_date", "due_date", "paid_date", "cumulative"))
            came += _cash(answered, origin, until, seed)
    if not parts:
        raise TooShort(file=history)
    answered = pl.concat(parts)
    measured = forecast_trial.measured(answered, until)
    yield f"{measured.questions} invoices open at {answered['origin'].n_unique()} origins up to {until}; {len(findings)} findings"
    yield f"error of the day {measured.mae:.1f} days, CRPS {measured.crps:.2f} days, inside the 80 % range {measured.covered:.0%}"
    yield f"{'within':>8}{'invoices':>10}{'said':>8}{'came':>8}{'Brier':>8}"
    for row in forecast_trial.by_horizon(answered, until).iter_rows(named=True):
        yield f"{row['days']:>6} d{row['invoices']:>10}{row['said']:>8.0%}{row['came']:>8.0%}{row['brier']:>8.3f}"
    yield from _cash_lines(came)


def _origins(ledger: pl.DataFrame, until: date) -> list[date]:
    """Every second week, the last of them a month before the end, with a book worth looking at."""
    last = until - timedelta(max(HORIZONS))
    found = [last - timedelta(ORIGIN_DAYS * back) for back in range(ORIGINS_MAX)]
    return sorted(origin for origin in found if _open_at(ledger, origin).height >= OPEN_MIN)


def _open_at(ledger: pl.DataFrame, origin: date) -> pl.DataFrame:
    paid = pl.col("paid_date")
    return ledger.filter((pl.col("issue_date") < origin) & (paid.is_null() | (paid >= origin)))


def _cash(answered: pl.DataFrame, origin: date, until: date, seed: int) -> list[Came]:
    owed = answered.with_columns(balance=(pl.col("amount").fill_null(0) * CENTS).round().cast(pl.Int64))
    dates = pl.Series([origin + timedelta(n) for n in range(max(HORIZONS))], dtype=pl.Date)
    together = forecasts_cash.running(forecasts_cash.drawn(owed, len(dates), seed), dates)
    alone = forecasts_cash.running(forecasts_cash.drawn(owed, len(dates), seed, customer_share=0.0), dates)
    found = []
    for days in HORIZONS:
        last = origin + timedelta(days - 1)
        paid = owed.filter(pl.col("paid_date") <= last).group_by("currency").agg(pl.col("balance").sum())
        received = dict(paid.iter_rows())
        for said, said_alone in zip(
            together.filter(date=last).iter_rows(named=True), alone.filter(date=last).iter_rows(named=True), strict=True
        ):
            actual = received.get(said["currency"], 0)
            found.append(Came(days, said["expected"], actual, _inside(said, actual), _inside(said_alone, actual)))
    return found


def _inside(said: dict[str, int], actual: int) -> dict[int, bool]:
    return {band: said[f"low_{band}"] <= actual <= said[f"high_{band}"] for band in forecasts_cash.BANDS}


def _cash_lines(came: list[Came]) -> Iterator[str]:
    bands = list(forecasts_cash.BANDS)
    yield (
        "cash"
        + " " * 6
        + f"{'error':>8}"
        + "".join(f"{f'in {band} %':>10}" for band in bands)
        + "   if invoices were independent"
    )
    for days in HORIZONS:
        of = [one for one in came if one.days == days]
        error = sum(abs(one.expected - one.came) for one in of) / max(sum(one.came for one in of), 1)
        shares = [f"{np.mean([one.inside[band] for one in of]):>10.0%}" for band in bands]
        alone = [f"{np.mean([one.inside_alone[band] for one in of]):>10.0%}" for band in bands]
        yield f"{days:>6} d  {error:>8.1%}" + "".join(shares) + "".join(alone)
