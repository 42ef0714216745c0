"""Whose forecast is made anew today: of a small book everybody's, of a large one theirs for whom it would say something new.

That is whoever has none, whoever's customer paid, was invoiced or promised since, and, where a proven model speaks, whatever
the plan may spare today. The rest takes its turn, `REST_A_DAY` a day, first what has been out of date longest: its expected day
has gone by, or it is old. So a quiet book of a million costs no more than its changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import polars as pl

REST_A_DAY = 10_000
GOOD_DAYS = 60
"""So long a forecast is as good as new while nothing happens and its day has not come."""
EARLY_DAYS, LATE_DAYS = 5, 14
"""So long before its day a step may be taken (a day of rest moves it), and so long after it may wait its turn."""


def digests(ledger: pl.DataFrame) -> pl.DataFrame:
    """One number per customer over all that a forecast knows of them: customer_id, digest. In any order of rows the same."""
    row = pl.struct("invoice_id", "issue_date", "due_date", "paid_date", "amount", "balance", "promised_on").hash(
        seed=0
    )
    # Two numbers below 2^31 each, summed apart, so that no sum overflows.
    low, high = (row % 2**31).sum(), (row // 2**32 % 2**31).sum()
    return (
        ledger.group_by("customer_id")
        .agg(low=low, high=high)
        .select("customer_id", digest=pl.struct("low", "high").hash(seed=0))
    )


def chosen(
    asked: pl.DataFrame,
    ledger: pl.DataFrame,
    kept: pl.DataFrame,
    as_of: date,
    *,
    courtesies: Iterable[tuple[str, int]],
) -> pl.DataFrame:
    """The questions with `known` (the digest of what they rest on), `is_turn`, and `is_explained`: its reasons are told anew too.

    `kept` holds the forecasts made last (invoice_id, known, made_on, expected_on); `courtesies` the days of the steps that may be spared, as
    the name of a ledger's date and an offset.
    """
    known = pl.struct("digest", "is_profiled").hash(seed=0).reinterpret(signed=True)
    beside = (
        asked.join(digests(ledger), on="customer_id", how="left", maintain_order="left")
        .with_columns(known=known)
        .join(kept.rename({"known": "known_then"}), on="invoice_id", how="left", maintain_order="left")
    )
    is_new = pl.col("known_then").ne_missing(pl.col("known"))
    in_turn = (
        beside.filter(~is_new)
        .select("invoice_id", good_until=pl.min_horizontal("expected_on", pl.col("made_on") + timedelta(GOOD_DAYS)))
        .sort("good_until", "invoice_id")
        .head(REST_A_DAY)["invoice_id"]
    )
    is_explained = is_new | pl.col("invoice_id").is_in(in_turn.implode())
    may_be_spared = pl.any_horizontal(
        pl.lit(False),
        *(
            pl.col(anchor).is_between(as_of - timedelta(offset + LATE_DAYS), as_of - timedelta(offset - EARLY_DAYS))
            for anchor, offset in courtesies
        ),
    )
    return beside.select(
        *asked.columns, "known", is_explained=is_explained, is_turn=is_explained | may_be_spared.fill_null(False)
    )
