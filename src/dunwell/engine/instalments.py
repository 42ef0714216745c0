"""How agreed schedules stand on a day: what comes next, what was missed, and which receivables they hold. Pure arithmetic.

Money pays the parts in their order, whichever of the schedule's receivables it was set against. A schedule stands while every part whose
day and grace have passed is covered; a missed one gives the rest back to the ladder, and what comes later makes it stand again.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from dunwell.core import frames


def judge(parts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """One row per schedule that is not paid in full: its next part, and since when it is broken (null: it stands).

    `parts` (`core.frames.PLAN_PARTS`) has a row per part and receivable; `came` is what has come for the whole schedule.
    """
    whole = ["plan_id", "since", "grace_days", "reminder_days", "came"]
    covers = pl.col("amount").cum_sum().over("plan_id", order_by="day")
    nth = pl.col("day").rank("ordinal").over("plan_id").cast(pl.Int32)
    days = parts.group_by(*whole, "day").agg(pl.col("amount").sum())
    ends = pl.col("day") + pl.duration(days=pl.col("grace_days"))
    return (
        days.with_columns(covers=covers, number=nth, parts=pl.len().over("plan_id").cast(pl.Int32))
        .filter(pl.col("covers") > pl.col("came"))
        .sort("plan_id", "day")
        .unique("plan_id", keep="first", maintain_order=True)
        .select(
            "plan_id",
            "since",
            "number",
            "parts",
            day="day",
            left=pl.col("covers") - pl.max_horizontal("came", 0),
            until=ends,
            broken_on=pl.when(ends < as_of).then(ends + pl.duration(days=1)),
            remind_on=pl.when(pl.col("reminder_days") > 0).then(
                pl.max_horizontal(pl.col("day") - pl.duration(days=pl.col("reminder_days")), "since")
            ),
        )
    )


def pauses(parts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The schedules as pauses of their receivables (`core.frames.PAUSES`), broken ones marked; those paid in full pause nothing."""
    return frames.conform(
        _receivables(parts)
        .join(judge(parts, as_of), on="plan_id")
        .with_columns(
            customer_id=pl.lit(None, pl.Int64),
            kind=pl.lit("plan"),
            reason=pl.when(pl.col("broken_on").is_not_null()).then(pl.lit("broken")).otherwise(pl.lit("promised")),
        ),
        frames.PAUSES,
    )


def upcoming(parts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The next part of each schedule that stands, for each of its receivables (`core.frames.INSTALMENTS`)."""
    standing = judge(parts, as_of).filter(pl.col("broken_on").is_null())
    return frames.conform(_receivables(parts).join(standing, on="plan_id"), frames.INSTALMENTS)


def _receivables(parts: pl.DataFrame) -> pl.DataFrame:
    return parts.select("plan_id", "receivable_id").unique(maintain_order=True)
