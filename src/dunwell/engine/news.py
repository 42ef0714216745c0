"""Letters that ask for nothing: an apology, the end of a pause, new bank details. People and facts decide on them, no step does.

They go the way of every letter: to usable addresses, within the caps and hours of law and courtesy. The minimum gap between two
requests is none of theirs, but for what a person writes by hand.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from dunwell.core.frames import ACTION_ITEMS, ACTIONS, LAPSES, OUTCOMES, Portfolio, Proposal, Schema, conform, empty
from dunwell.core.ledger import Purpose, Role
from dunwell.engine import facts, governor, reach

WANTED: Schema = {"customer_id": pl.Int64, "purpose": pl.String, "contact_id": pl.Int64, "channel": pl.String}
OWN_WORDS = {Purpose.ANSWER.value: "own_words", Purpose.BY_HAND.value: "own_words"}
"""Purposes whose letters are a person's own words; the others name their text themselves."""
REFUSED: Schema = {"customer_id": pl.Int64, "reason": pl.String, "allowed_on": pl.Date}


def propose(
    portfolio: Portfolio, as_of: date, wanted: pl.DataFrame, told: pl.DataFrame
) -> tuple[Proposal, pl.DataFrame]:
    """The letters wanted (WANTED, `copies`, and `gap` where one is to be kept; one a customer) as a proposal, and those refused with the day they may go.

    `told` names the receivables that each is about: customer_id, receivable_id, currency. The content is the purpose's own.
    """
    day = facts.day(portfolio, as_of)
    asked = _addressed(wanted, day)
    # Whoever asked is answered: that counts in no limit, and no limit stands in its way.
    counted = asked.filter(pl.col("purpose") != Purpose.ANSWER.value)
    asked = asked.join(
        governor.refuse(counted, portfolio.touches, portfolio.jurisdictions, day.as_of, day.calendar),
        on="contact_no",
        how="left",
    )
    asked = reach.rest(asked, day).with_columns(reason=pl.coalesce("unfit", "reason"))
    mains, copies = asked.filter(~pl.col("is_copy")), asked.filter("is_copy")
    kept = copies.filter(pl.col("reason").is_null()).group_by("customer_id").agg(copies="contact_id")
    hours = governor.hours(mains, portfolio.jurisdictions, day.as_of)
    actions = (
        mains.filter(pl.col("reason").is_null())
        .drop("copies", strict=False)
        .join(hours, on=["jurisdiction", "kind", "timezone"], how="left", nulls_equal=True)
        .join(kept, on="customer_id", how="left")
        .sort("customer_id")
        .with_row_index("action_id", offset=1)
        .with_columns(pl.lit(None).alias(name) for name in ("policy", "step", "task", "pay_by"))
        .with_columns(
            pl.col("copies").fill_null([]),
            content=pl.col("purpose").replace(OWN_WORDS),
            level=pl.lit(0),
            needs_approval=pl.lit(False),
            reasons="purpose",
        )
    )
    nothing = [
        pl.lit(None).alias("step"),
        pl.lit("told").alias("part"),
        pl.lit(0).alias("amount"),
        pl.lit(0).alias("credit"),
    ]
    items = told.join(actions.select("customer_id", "action_id"), on="customer_id").with_columns(nothing)
    proposal = Proposal(
        day.as_of, empty(OUTCOMES), conform(actions, ACTIONS), conform(items, ACTION_ITEMS), empty(LAPSES)
    )
    return proposal, conform(mains.filter(pl.col("reason").is_not_null()), REFUSED)


def _addressed(wanted: pl.DataFrame, day: facts.Day) -> pl.DataFrame:
    """One row a person, numbered; `unfit` says why somebody is not written to at all."""
    customers = day.portfolio.customers.select(
        "customer_id", "kind", "jurisdiction", "state", place=day.calendar.place(pl.col("country"))
    )
    people = day.portfolio.contacts.select(
        "customer_id", "contact_id", "channel", "role", "person_key", "timezone", "locale", "unusable_reason"
    ).unique(["customer_id", "contact_id", "channel"], keep="first", maintain_order=True)
    if "gap" not in wanted.columns:
        wanted = wanted.with_columns(gap=pl.lit(None, pl.Int32))
    mains = wanted.with_columns(is_copy=pl.lit(False))
    copied = wanted.explode("copies").drop_nulls("copies").with_columns(contact_id="copies", is_copy=pl.lit(True))
    stopped = pl.col("state").is_not_null() & (pl.col("role") != Role.REPRESENTATIVE.value)
    return (
        pl.concat([mains.drop("copies"), copied.drop("copies")])
        .join(customers, on="customer_id", how="left")
        .join(people, on=["customer_id", "contact_id", "channel"], how="left")
        .with_columns(
            unfit=pl.when(pl.col("person_key").is_null())
            .then(pl.lit("no_contact"))
            .when(stopped)
            .then("customer_state=" + pl.col("state"))
            .otherwise("unusable_reason"),
        )
        .with_row_index("contact_no")
    )
