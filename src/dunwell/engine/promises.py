"""Which promises and payment plans were broken: pure arithmetic over dates and receipts.

A promise is kept when at least the promised sum came between the day it was made and its date plus the policy's grace; it is
broken on the day after that, with whatever part of it came. Until then it holds the receivable.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from dunwell.core import frames


def pauses(promises: pl.DataFrame, grace_days: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Promises as pauses (`core.frames.PAUSES`), broken ones marked; kept ones no longer pause.

    `promises` has receivable_id, kind, amount, since, until and `received` (a list of on, amount); `grace_days` has
    receivable_id and grace_days.
    """
    judged = promises.join(grace_days, on="receivable_id", how="left").with_columns(
        last_day=pl.col("until") + pl.duration(days=pl.col("grace_days").fill_null(0))
    )
    came = (
        judged.select("promise_id", "since", "last_day", "received")
        .explode("received")
        .unnest("received")
        .filter(pl.col("on").is_between("since", "last_day"))
        .group_by("promise_id")
        .agg(came=pl.col("amount").sum())
    )
    is_kept = pl.col("came").fill_null(0) >= pl.col("amount")
    is_over = pl.col("last_day") < as_of
    return frames.conform(
        judged.join(came, on="promise_id", how="left")
        .filter(~(is_kept & is_over))
        .with_columns(
            customer_id=pl.lit(None, pl.Int64),
            until="last_day",
            reason=pl.when(is_over).then(pl.lit("broken")).otherwise(pl.lit("promised")),
            broken_on=pl.when(is_over).then(pl.col("last_day") + pl.duration(days=1)),
        ),
        frames.PAUSES,
    )
