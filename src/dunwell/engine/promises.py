"""Which promises and payment plans were kept, kept in part or broken: pure arithmetic over dates and receipts.

A promise is kept when at least the promised sum came between the day it was made and its date plus the policy's grace; it is
broken on the day after that, with whatever part of it came. Until then it holds the receivable.

Trust is earned: after a promise that was not kept the customer's next ones get no grace, and are shorter where they choose
the day by themselves. It comes back by itself after a year.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from dunwell.core import frames

TRUST_DAYS = 365
TRUST_GRACE_DAYS = 5
"""A promise that came so many days late is no breach of trust, whatever the policy's grace is."""
BREAKS_MAX = 3
"""After so many within a year a person agrees the next day with the client."""


def pauses(promises: pl.DataFrame, grace_days: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Promises as pauses (`core.frames.PAUSES`), broken ones marked; kept ones no longer pause.

    `promises` has promise_id, customer_id, receivable_id, kind, amount, since, until and `received` (a list of on, amount);
    `grace_days` has receivable_id and grace_days. After a broken one the kind `promise` becomes `promise_again`.
    """
    distrusted = pl.col("breaks") > 0
    grace = pl.when(distrusted).then(0).otherwise(pl.col("grace_days").fill_null(0))
    judged = (
        promises.join(grace_days, on="receivable_id", how="left")
        .join(_breaks_before(promises, as_of), on="promise_id", how="left")
        .with_columns(last_day=pl.col("until") + pl.duration(days=grace))
    )
    is_kept = pl.col("came").fill_null(0) >= pl.col("amount")
    is_over = pl.col("last_day") < as_of
    broken = pl.when(pl.col("came") > 0).then(pl.lit("broken_in_part")).otherwise(pl.lit("broken"))
    return frames.conform(
        judged.join(_came(judged), on="promise_id", how="left")
        .filter(~(is_kept & is_over))
        .with_columns(
            customer_id=pl.lit(None, pl.Int64),
            kind=pl.when(distrusted & (pl.col("kind") == "promise")).then(pl.lit("promise_again")).otherwise("kind"),
            until="last_day",
            reason=pl.when(is_over).then(broken).otherwise(pl.lit("promised")),
            broken_on=pl.when(is_over).then(pl.col("last_day") + pl.duration(days=1)),
        ),
        frames.PAUSES,
    )


def breaks(promises: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The promises that were not kept, a few days' lateness forgiven: customer_id and the day `on` which that was certain."""
    judged = promises.with_columns(last_day=pl.col("until") + pl.duration(days=TRUST_GRACE_DAYS))
    return (
        judged.join(_came(judged), on="promise_id", how="left")
        .filter((pl.col("last_day") < as_of) & (pl.col("came").fill_null(0) < pl.col("amount")))
        .select("customer_id", on=pl.col("last_day") + pl.duration(days=1))
    )


def breaks_of_year(promises: pl.DataFrame, as_of: date) -> int:
    """How many promises of one customer were broken within the year before a day."""
    return breaks(promises, as_of).filter(pl.col("on") > as_of - timedelta(TRUST_DAYS)).height


def days_allowed(days_max: int, broken: int) -> int:
    """How far ahead a client may promise by themselves: each broken promise halves it."""
    return days_max >> broken


def _breaks_before(promises: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Per promise, how many of its customer's were broken within the year before it was made."""
    lately = pl.col("on").is_between(pl.col("since") - pl.duration(days=TRUST_DAYS), pl.col("since"), closed="right")
    return (
        promises.select("promise_id", "customer_id", "since")
        .join(breaks(promises, as_of), on="customer_id")
        .filter(lately)
        .group_by("promise_id")
        .agg(breaks=pl.len())
    )


def _came(judged: pl.DataFrame) -> pl.DataFrame:
    """What came of each promise, from the day it was made to its `last_day`."""
    return (
        judged.select("promise_id", "since", "last_day", "received")
        .explode("received")
        .unnest("received")
        .filter(pl.col("on").is_between("since", "last_day"))
        .group_by("promise_id")
        .agg(came=pl.col("amount").sum())
    )
