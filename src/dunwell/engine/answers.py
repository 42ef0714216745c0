"""The answer of a plan as frames: actions with their items and reasons, an outcome for every receivable, lapses to record."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from dunwell.core.ledger import CustomerState, Purpose, TaskKind
from dunwell.core.reasons import SEPARATOR
from dunwell.engine import governor, slots
from dunwell.engine.facts import Day
from dunwell.engine.ladder import RUNGS_PER_POLICY
from dunwell.engine.reach import THANKS_DAYS
from dunwell.engine.rules import Rule

THANKFUL = (Purpose.THANKS.value, Purpose.LIFTED.value)
"""What is said for money that came, not to ask for more."""


def number(actions: pl.DataFrame, day: Day) -> pl.DataFrame:
    """The actions in order, numbered, with the instants between which they may go out."""
    table = day.table
    nobody = pl.col("unreachable").is_not_null()
    hours = governor.hours(actions, day.portfolio.jurisdictions, day.as_of)
    pay_by = day.calendar.forward(day.number + table.column("pay_by_days"), pl.col("place"))
    stops_on = pl.max_horizontal(day.number + table.column("stops_in_days"), pay_by + 1)
    is_announced = pl.col("announces_stop") & table.column("stops_in_days").is_not_null() & ~nobody
    no_contact = pl.lit(TaskKind.NO_CONTACT.value)
    return (
        actions.join(hours, on=["jurisdiction", "kind", "timezone"], how="left", nulls_equal=True)
        .sort("customer_id", "purpose", "is_handed", "rung", nulls_last=False)
        .with_row_index("action_id", offset=1)
        .with_columns(
            pl.col("action_id").cast(pl.Int64),
            table.column("step"),
            content=pl.when(pl.col("purpose") == Purpose.LIFTED.value)
            .then(pl.lit(Purpose.LIFTED.value))
            .otherwise(table.column("content")),
            level=table.column("level"),
            policy=pl.col("rung") // RUNGS_PER_POLICY,
            task=pl.when(nobody).then(no_contact).otherwise(table.column("task")),
            channel=pl.when(nobody).then(no_contact).otherwise("channel"),
            needs_approval=pl.col("approve").is_not_null() & ~nobody,
            copies=pl.col("copies").fill_null([]),
            pay_by=pl.when(table.column("pay_by_days") > 0).then(pay_by).cast(pl.Int32).cast(pl.Date),
            stops_on=pl.when(is_announced)
            .then(day.calendar.forward(stops_on, pl.col("place")))
            .cast(pl.Int32)
            .cast(pl.Date),
            as_of=pl.lit(day.number, pl.Int32),
        )
    )


def items(
    actions: pl.DataFrame, rows: pl.DataFrame, asked: tuple[Rule, ...], joined: pl.DataFrame, day: Day
) -> pl.DataFrame:
    is_handed, is_thanks = pl.col("is_handed").fill_null(False), pl.col("purpose").is_in(THANKFUL)
    asking = slots.items(rows, asked, joined, actions.filter(~is_handed & ~is_thanks))
    unreached = actions.filter(pl.col("unreachable").is_not_null())["action_id"]
    asking = asking.with_columns(step=pl.when(~pl.col("action_id").is_in(unreached.implode())).then("step"))
    handed = (
        rows.lazy()
        .filter(pl.col("rule").is_null() & pl.col("is_hand_over"))
        .join(actions.lazy().filter(is_handed).select("customer_id", "action_id"), on="customer_id")
        .with_columns(part=pl.lit("asked"), amount=pl.col("undisputed"), credit=pl.col("credit_used").fill_null(0))
    )
    since = day.as_of - timedelta(THANKS_DAYS)
    thanked = (
        day.portfolio.settled.filter(pl.col("settled_on").is_between(since, day.as_of))
        .join(actions.filter(is_thanks).select("customer_id", "action_id"), on="customer_id")
        .select("action_id", "receivable_id", part=pl.lit("thanked"))
    )
    columns = asking.columns
    return pl.concat([asking, handed.select(columns).collect(), thanked], how="diagonal")


def with_reasons(actions: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    said = (
        items.filter(pl.col("part") != "thanked")
        .with_columns(is_asked=pl.col("part") == "asked")
        .group_by("action_id")
        .agg(
            woke=(pl.col("wakes") & pl.col("is_asked")).any(),
            broke=pl.col("broke").filter("is_asked").min(),
            rest=(pl.col("is_partly_disputed") & pl.col("is_asked")).any(),
            deducts=(pl.col("credit") > 0).any(),
            undone=pl.col("task_step").filter(pl.col("else_place").is_not_null() & pl.col("is_asked")).min(),
        )
    )
    is_thanks, is_handed = pl.col("purpose").is_in(THANKFUL), pl.col("is_handed").fill_null(False)
    nobody, represented = pl.col("unreachable"), pl.col("state") == CustomerState.REPRESENTED.value
    parts = [
        pl.when(pl.col("purpose") == Purpose.LIFTED.value).then(pl.lit("work_resumes")),
        pl.when(pl.col("purpose") == Purpose.THANKS.value).then(pl.lit("thanks")),
        pl.when(is_handed).then(pl.lit("hand_over")),
        pl.when(nobody.is_not_null()).then("no_contact=" + nobody),
        pl.when(~is_thanks & ~is_handed).then("step_due=" + pl.col("step")),
        pl.when("woke").then(pl.lit("wake_up")),
        "announces_stop=" + pl.col("stops_on").cast(pl.String),
        "task_not_done=" + pl.col("undone"),
        "broke",
        pl.when("rest").then(pl.lit("undisputed_rest")),
        pl.when("deducts").then(pl.lit("credit_deducted")),
        pl.when("is_other_way").then("other_way=" + pl.col("channel")),
        pl.when("falls_back").then(pl.lit("usual_recipient")),
        pl.when(represented & ~is_handed).then(pl.lit("to_representative")),
        pl.when(pl.col("copied_roles").list.len() > 0).then(
            pl.col("copied_roles").list.eval("copied_to=" + pl.element()).list.join(SEPARATOR)
        ),
        pl.when("copy_left_out").then(pl.lit("copy_left_out")),
        pl.when("needs_approval").then("needs_approval=" + pl.col("approve")),
        pl.when(pl.col("contact_id") < 0).then(pl.lit("assumed_contact")),
    ]
    return actions.join(said, on="action_id", how="left").with_columns(
        reasons=pl.concat_str(parts, separator=SEPARATOR, ignore_nulls=True)
    )


def ruled(rows: pl.DataFrame, asked: tuple[Rule, ...]) -> pl.DataFrame:
    """The outcomes that a rule decided."""
    codes, reasons = pl.Series([rule.outcome for rule in asked]), pl.Series([rule.reason for rule in asked])
    return (
        rows.lazy()
        .filter(pl.col("rule").is_not_null())
        .select(
            "receivable_id",
            "customer_id",
            "step",
            code=pl.lit(codes).gather("rule"),
            reasons=pl.concat_str(
                pl.lit(reasons).gather("rule"), "=" + pl.col("value"), separator="", ignore_nulls=True
            ),
            next_on=pl.col("until").cast(pl.Date),
        )
        .collect()
    )


def due(joined: pl.DataFrame, asks: pl.DataFrame, day: Day) -> pl.DataFrame:
    """The outcomes of receivables whose step is due: done by today's message, or waiting for a reason of the customer's."""
    answered = asks.select(
        "customer_id",
        "is_allowed",
        "refused",
        "unreachable",
        "allowed_on",
        "approve",
        first_task=day.table.column("task"),
    )
    allowed_on = day.calendar.forward(pl.col("allowed_on").to_physical().cast(pl.Int32), pl.col("place"))
    tomorrow = day.calendar.forward(pl.lit(day.number + 1, pl.Int32), pl.col("place"))
    member, goes, nobody = pl.col("is_member"), pl.col("is_allowed"), pl.col("unreachable").is_not_null()
    own = pl.col("rung") == pl.col("first_rung")
    no_decider, other = (
        pl.col("first_rung").is_null(),
        (pl.col("is_request") != pl.col("first_is_request")) | pl.col("agreed").ne_missing(pl.col("first_agreed")),
    )
    return (
        joined.lazy()
        .join(answered.lazy(), on="customer_id", how="left")
        .select(
            "receivable_id",
            "customer_id",
            "step",
            code=pl.when(~member)
            .then(pl.lit("wait"))
            .when(nobody | (goes & pl.col("first_task").is_not_null()))
            .then(pl.lit("task"))
            .when(~goes)
            .then(pl.lit("wait"))
            .when(own)
            .then(pl.lit("act"))
            .otherwise(pl.lit("join")),
            reasons=pl.concat_str(
                pl.when(no_decider)
                .then(pl.lit("stricter_first"))
                .when(other)
                .then("other_document_first=" + pl.col("first_step"))
                .when(~member)
                .then(pl.lit("wake_up_first"))
                .when(nobody)
                .then("no_contact=" + pl.col("unreachable"))
                .when(~goes)
                .then("refused")
                .when(own)
                .then("step_due=" + pl.col("step"))
                .otherwise("joins_stricter=" + pl.col("first_step")),
                pl.when(member & goes & pl.col("wakes")).then(pl.lit("wake_up")),
                pl.when(member & goes).then("broke"),
                pl.when(member & goes & pl.col("is_partly_disputed")).then(pl.lit("undisputed_rest")),
                pl.when(member & goes & pl.col("is_compared")).then(pl.lit("spare_compared")),
                pl.when(member & goes & ~nobody).then("needs_approval=" + pl.col("approve")),
                separator=SEPARATOR,
                ignore_nulls=True,
            ),
            next_on=pl.when(no_decider)
            .then(pl.max_horizontal("stricter_on", tomorrow))
            .when(~member)
            .then(tomorrow)
            .when(nobody)
            .then(None)
            .when(~goes)
            .then(allowed_on)
            .otherwise(day.number)
            .cast(pl.Int32)
            .cast(pl.Date),
        )
        .collect()
    )


def handed_over(rows: pl.DataFrame, day: Day) -> pl.DataFrame:
    return rows.filter(pl.col("rule").is_null() & pl.col("is_hand_over")).select(
        "receivable_id",
        "customer_id",
        "step",
        code=pl.lit("task"),
        reasons=pl.lit("hand_over"),
        next_on=pl.lit(day.as_of),
    )


def lapses(lapsed: pl.DataFrame, rows: pl.DataFrame, asked: tuple[Rule, ...]) -> pl.DataFrame:
    """Steps passed over by `only_if` and steps newly spared, of receivables that nothing else holds."""
    moves = [number for number, rule in enumerate(asked) if rule.outcome == "wait"]
    free = rows.lazy().filter(pl.col("rule").is_null() | pl.col("rule").is_in(moves))
    spares = [number for number, rule in enumerate(asked) if rule.reason == "spared"]
    spared = free.filter(pl.col("rule").is_in(spares) & ~pl.col("was_spared")).select(
        "receivable_id", "step", state=pl.lit("spared"), reason=pl.lit("spared")
    )
    gone = lapsed.lazy().join(free, on="receivable_id", how="semi").with_columns(state=pl.lit("lapsed"))
    return pl.concat([gone.select("receivable_id", "step", "state", "reason"), spared]).collect()
