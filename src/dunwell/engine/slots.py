"""Two searches, one message: which step a customer hears today, and of which receivables the message speaks.

The first search finds the step that decides: the strictest (then the largest offset, then the oldest due date) gives text,
channel and audience. The second finds everything the message lists. Every step that is due at that customer is done by the
message; while a receivable stands at a higher level, lower steps of the others do not trigger a message of their own.
Invoices and requests before work never share a sum: the stricter speaks, the other is shown apart. The reminder of an agreed
payment speaks of its own schedule alone.
"""

from __future__ import annotations

import polars as pl

from dunwell.engine.ladder import RUNGS_PER_POLICY, Rungs
from dunwell.engine.rules import NEVER, Rule

STRICTEST_FIRST = ["wakes", "level", "offset", "is_request", "due", "receivable_id"]
DESCENDING = [True, True, True, False, False, False]

_DUE = (
    *(
        "customer_id",
        "receivable_id",
        "policy",
        "rung",
        "step",
        "level",
        "offset",
        "due",
        "place",
        "rule",
        "last_place",
    ),
    *("wakes", "is_request", "is_the_request", "agreed", "is_hand_over", "broke", "is_partly_disputed", "is_compared"),
)
_DAYS_MAX = 1 << 20


def deciding(rows: pl.DataFrame, rules: tuple[Rule, ...], table: Rungs) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The receivables whose step is due, with `is_suppressed` and when the stricter one speaks; and per customer the one
    that decides. A wake-up decides before all else: an old book is entered gently."""
    due = rows.lazy().select(*_DUE).filter(pl.col("rule").is_null() & ~pl.col("is_hand_over")).collect()
    due = (
        due.lazy()
        .join(_standing(rows, due, rules, table).lazy(), on=["customer_id", "is_request"], how="left")
        .with_columns(
            is_suppressed=(pl.col("level") < pl.col("standing")).fill_null(False)
            & (_last_level(table) < pl.col("standing"))
            & ~pl.col("is_the_request")
            & pl.col("agreed").is_null()
        )
        .collect()
    )
    first = strictest(due.filter(~pl.col("is_suppressed")))
    return due, first


def strictest(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per customer, in order of customers."""
    # Only what decides is sorted: to move all columns of all rows costs four times as much.
    first = (
        rows.lazy()
        .select("customer_id", *STRICTEST_FIRST)
        .with_row_index("row")
        .sort(STRICTEST_FIRST, descending=DESCENDING, nulls_last=True)
        .group_by("customer_id")
        .agg(pl.col("row").first())
        .sort("customer_id")
        .collect()
    )
    return rows[first["row"]]


def members(due: pl.DataFrame, first: pl.DataFrame) -> pl.DataFrame:
    """The due receivables with the deciding step of their customer and `is_member`: whether the message does their step."""
    decider = first.select(
        "customer_id",
        first_rung="rung",
        first_step="step",
        first_level="level",
        first_wakes="wakes",
        first_is_request="is_request",
        first_agreed="agreed",
    )
    is_member = (
        (pl.col("is_request") == pl.col("first_is_request"))
        & pl.col("agreed").eq_missing(pl.col("first_agreed"))
        & (~pl.col("first_wakes") | pl.col("wakes") | (pl.col("level") <= pl.col("first_level")))
    )
    return due.join(decider, on="customer_id", how="left").with_columns(is_member=is_member.fill_null(False))


def items(rows: pl.DataFrame, rules: tuple[Rule, ...], joined: pl.DataFrame, acting: pl.DataFrame) -> pl.DataFrame:
    """What the messages of `acting` (customer_id, action_id, is_request) speak of: ACTION_ITEMS without the step's order.

    In a message about invoices: the due ones are asked or listed, all else is shown apart; where nothing is due yet, those
    whose step it is are asked. A message about requests before work speaks of requests alone, one about an agreed payment of what
    its schedule covers.
    """
    listable = [number for number, rule in enumerate(rules) if rule.may_be_listed]
    done = joined.lazy().filter("is_member").select("receivable_id", done="step")
    about_agreed = joined.lazy().select("customer_id", about_agreed="first_agreed").unique()
    about = pl.col("is_request") == pl.col("about_requests")
    is_due = (pl.col("due") <= pl.col("as_of")).fill_null(False)
    asks_due = (is_due & pl.col("done").is_not_null()).any().over("action_id")
    asked = about & pl.col("done").is_not_null() & (is_due | ~asks_due | pl.col("agreed").is_not_null())
    return (
        rows.lazy()
        .filter((pl.col("rule").is_null() & ~pl.col("is_hand_over")) | pl.col("rule").is_in(listable))
        .join(acting.lazy().select("customer_id", "action_id", "as_of", about_requests="is_request"), on="customer_id")
        .join(about_agreed, on="customer_id", how="left")
        .filter(
            (pl.col("is_request") | ~pl.col("about_requests")) & pl.col("agreed").eq_missing(pl.col("about_agreed"))
        )
        .join(done, on="receivable_id", how="left")
        .with_columns(
            part=pl.when(asked)
            .then(pl.lit("asked"))
            .when(about & is_due)
            .then(pl.lit("listed"))
            .otherwise(pl.lit("not_due"))
        )
        .select(
            "action_id",
            "receivable_id",
            "part",
            "currency",
            step="done",
            amount="undisputed",
            credit=pl.col("credit_used").fill_null(0),
            broke="broke",
            is_partly_disputed="is_partly_disputed",
            wakes="wakes",
            else_place="else_place",
            task_step="task_step",
        )
        .collect()
    )


def _standing(rows: pl.DataFrame, due: pl.DataFrame, rules: tuple[Rule, ...], table: Rungs) -> pl.DataFrame:
    """Per customer and kind of document: the highest level at which a receivable stands that will be asked for again."""
    # What waits for a person or a fact has no next message of its own that others could join.
    waiting = [number for number, rule in enumerate(rules) if rule.outcome == "wait" and rule.until is not NEVER]
    # Level and day in one number: its maximum is the highest level and, among those, the earliest day.
    stands = _last_level(table).cast(pl.Int64) * _DAYS_MAX + (_DAYS_MAX - 1 - pl.col("step_on"))
    return (
        rows.lazy()
        .filter((pl.col("rule").is_null() | pl.col("rule").is_in(waiting)) & ~pl.col("is_hand_over"))
        .filter(pl.col("last_place") >= 0)
        .join(due.lazy().select("customer_id").unique(), on="customer_id", how="semi")
        .select("customer_id", "is_request", stands=stands)
        .group_by("customer_id", "is_request")
        .agg(pl.col("stands").max())
        .select(
            "customer_id",
            "is_request",
            standing=(pl.col("stands") // _DAYS_MAX).cast(pl.Int32),
            stricter_on=(_DAYS_MAX - 1 - pl.col("stands") % _DAYS_MAX).cast(pl.Int32),
        )
        .collect()
    )


def _last_level(table: Rungs) -> pl.Expr:
    """The level of the last done step, −1 where none was done or the policy does not have it."""
    place = pl.col("last_place")
    level = pl.lit(table.frame["level"]).gather(pl.when(place >= 0).then(place + pl.col("policy") * RUNGS_PER_POLICY))
    return level.fill_null(-1)
