"""Who is reached today: the deciding step of each customer with its contact, its copies and the governor's word."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from dunwell.core.frames import Portfolio, Schema
from dunwell.core.ledger import Purpose, TaskKind
from dunwell.engine import audience, governor, slots
from dunwell.engine.facts import Day
from dunwell.engine.ladder import RUNGS_PER_POLICY, THANKS

THANKS_DAYS = 7
"""A thank-you that comes later than a week after the payment is no longer one."""

_NO_THANKS: Schema = {"customer_id": pl.Int64, "person_key": pl.String, "purpose": pl.String, "rung": pl.Int32}


def reached(first: pl.DataFrame, day: Day, *, taken: pl.Series) -> pl.DataFrame:
    """The deciding rows with contact, copies and the governor's word: `is_allowed`, else `refused` and `allowed_on`."""
    portfolio = day.portfolio
    known = portfolio.customers.select(
        "customer_id",
        "kind",
        "jurisdiction",
        "state",
        customer_locale="locale",
        announces_stop=pl.col("may_stop_work").fill_null(False) & pl.col("stopped_on").is_null(),
        place=day.calendar.place(pl.col("country")),
    )
    if "gap" not in first.columns:
        first = first.with_columns(day.table.column("gap"))
    columns = ["customer_id", "receivable_id", "rung", "gap", *slots.STRICTEST_FIRST[:-1]]
    wanted = first.select(columns).join(known, on="customer_id", how="left")
    chosen = audience.choose(wanted, portfolio.contacts, portfolio.steps_done, day.table)
    copied = audience.copies(chosen, portfolio.contacts, day.table).join(
        chosen.select("customer_id", "kind", "jurisdiction", "gap", "place"), on="customer_id"
    )
    asked = pl.concat([chosen.with_columns(is_copy=False), copied.with_columns(is_copy=True)], how="diagonal")
    asked = asked.filter(pl.col("unreachable").is_null()).with_row_index("contact_no")
    refusals = governor.refuse(asked, portfolio.touches, portfolio.jurisdictions, day.as_of, day.calendar)
    asked = rest(asked.join(refusals, on="contact_no", how="left"), day)
    mains = _one_per_person(asked.filter(~pl.col("is_copy")), day, taken)
    kept = _copies(asked.filter("is_copy"), mains, taken)
    answered = mains.select("customer_id", refused="reason", allowed_on="allowed_on")
    return (
        chosen.join(answered, on="customer_id", how="left")
        .join(kept, on="customer_id", how="left")
        .with_columns(
            copies=pl.col("copies").fill_null([]),
            is_known=_has_open_task(portfolio),
            purpose=pl.lit(Purpose.REQUEST.value),
        )
        .with_columns(
            is_allowed=pl.col("refused").is_null() & ~(pl.col("unreachable").is_not_null() & pl.col("is_known")),
            approve=pl.coalesce(
                pl.when(day.table.column("approval")).then(pl.lit("by_policy")),
                pl.when(_is_first_above() & day.table.column("task").is_null()).then("role"),
                "copied_above",
            ),
        )
    )


def thanks(day: Day) -> pl.DataFrame:
    """A thank-you for each customer who settled something these days; refused by caps, but not for the minimum gap.

    Where work had waited for the payment, the letter says that it goes on, whatever the policy thanks for.
    """
    if day.portfolio.settled.is_empty():
        return pl.DataFrame(schema=_NO_THANKS)
    thankful = [number for number, policy in enumerate(day.portfolio.policies) if policy.thanks]
    since = day.as_of - timedelta(THANKS_DAYS)
    resumes = day.portfolio.customers.filter(pl.col("resumed_on") <= day.as_of)["customer_id"]
    is_told = pl.col("policy").is_in(thankful) | pl.col("customer_id").is_in(resumes.implode())
    settled = (
        day.portfolio.settled.filter(pl.col("settled_on").is_between(since, day.as_of) & is_told)
        .sort("customer_id", "policy", "receivable_id")
        .unique("customer_id", keep="first", maintain_order=True)
        .select("customer_id", "receivable_id", rung=(pl.col("policy") * RUNGS_PER_POLICY + THANKS).cast(pl.Int32))
    )
    working = day.calendar.forward(pl.lit(day.number, pl.Int32), day.calendar.place(pl.col("country"))) == day.number
    free = day.portfolio.customers.filter(pl.col("state").is_null() & working)["customer_id"]
    settled = settled.filter(pl.col("customer_id").is_in(free.implode()))
    nothing = pl.lit(None, pl.Int32)
    wanted = settled.with_columns(
        wakes=pl.lit(False), level=0, offset=0, is_request=pl.lit(False), due=nothing, gap=nothing
    )
    found = reached(wanted, day, taken=pl.Series([], dtype=pl.String))
    return found.filter(pl.col("is_allowed") & pl.col("contact_id").is_not_null()).with_columns(
        purpose=pl.when(pl.col("customer_id").is_in(resumes.implode()))
        .then(pl.lit(Purpose.LIFTED.value))
        .otherwise(pl.lit(Purpose.THANKS.value)),
        copies=pl.lit([], pl.List(pl.Int64)),
    )


def hand_over(handed: pl.DataFrame, day: Day) -> pl.DataFrame:
    known = day.portfolio.customers.select("customer_id", "kind", "jurisdiction", "locale")
    return (
        handed.select("customer_id", "receivable_id", "rung", "is_request", "wakes")
        .join(known, on="customer_id", how="left")
        .with_columns(purpose=pl.lit(Purpose.REQUEST.value), channel=pl.lit(TaskKind.HAND_OVER.value), is_handed=True)
    )


def rest(asked: pl.DataFrame, day: Day) -> pl.DataFrame:
    """On a day of rest of the customer's country nobody there is contacted."""
    working_on = day.calendar.forward(pl.lit(day.number, pl.Int32), pl.col("place")).cast(pl.Int32)
    rests = pl.col("reason").is_null() & (working_on > day.number)
    return asked.with_columns(
        reason=pl.when(rests).then(pl.lit("rest_day")).otherwise("reason"),
        allowed_on=pl.when(rests).then(working_on.cast(pl.Date)).otherwise("allowed_on"),
    )


def _one_per_person(mains: pl.DataFrame, day: Day, taken: pl.Series) -> pl.DataFrame:
    """One message per person and day, the strictest, also where several customers share the person."""
    free = mains.filter(pl.col("reason").is_null()).select("contact_no", "person_key", *slots.STRICTEST_FIRST)
    ordered = free.sort([*slots.STRICTEST_FIRST], descending=slots.DESCENDING, nulls_last=True)
    named = ordered.filter(pl.col("person_key").is_not_null())
    spoken = named.unique("person_key", keep="first", maintain_order=True)
    speaks = pl.concat([spoken, ordered.filter(pl.col("person_key").is_null())]).filter(
        ~pl.col("person_key").is_in(taken.implode()).fill_null(False)
    )["contact_no"]
    is_shared = pl.col("reason").is_null() & ~pl.col("contact_no").is_in(speaks.implode())
    later = pl.lit(day.as_of) + pl.duration(days=pl.max_horizontal(pl.col("gap"), 1))
    return mains.with_columns(
        reason=pl.when(is_shared).then(pl.lit("person_shared")).otherwise("reason"),
        allowed_on=pl.when(is_shared).then(later).otherwise("allowed_on"),
    )


def _copies(copied: pl.DataFrame, mains: pl.DataFrame, taken: pl.Series) -> pl.DataFrame:
    """Per customer the copies that go along, whether one is left out, and whom a person approves first."""
    busy = pl.concat([mains.filter(pl.col("reason").is_null())["person_key"], taken])
    goes = pl.col("reason").is_null() & ~pl.col("person_key").is_in(busy.implode()).fill_null(False)
    goes = goes & (pl.col("person_key").is_null() | pl.struct("person_key", "reason").is_first_distinct())
    return (
        copied.sort("customer_id", "contact_no")
        .with_columns(goes=goes)
        .group_by("customer_id", maintain_order=True)
        .agg(
            copies=pl.col("contact_id").filter("goes"),
            copied_roles=pl.col("role").filter("goes"),
            copy_left_out=(~pl.col("goes")).any(),
            copied_above=pl.col("role").filter(pl.col("goes") & _is_first_above()).first(),
        )
    )


def _is_first_above() -> pl.Expr:
    return audience.is_above_usual() & ~pl.col("is_approved").fill_null(False)


def _has_open_task(portfolio: Portfolio) -> pl.Expr:
    waiting = portfolio.under_way.filter((pl.col("state") == "task") & (pl.col("task") == TaskKind.NO_CONTACT.value))
    customers = portfolio.receivables.join(waiting, on="receivable_id", how="semi")["customer_id"]
    return pl.col("customer_id").is_in(customers.unique().implode())
