"""What should happen today for every open receivable: an action or a non-action, each with its reasons.

    facts ─► ladder (which step is next) ─► rules (what holds it) ─► one message per customer ─► audience ─► governor

The same function plans one customer and a million: frames go in, frames come out, nothing is read and nothing is written.
Customers are planned apart from each other, but for a person whom several of them share: load those customers together.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from dunwell.core.frames import ACTION_ITEMS, ACTIONS, LAPSES, OUTCOMES, Portfolio, Proposal, Schema, conform
from dunwell.engine import answers, facts, reach, rules, slots


def propose(portfolio: Portfolio, as_of: date, *, assume_contact: str | None = None) -> Proposal:
    """The plan of one day. `assume_contact` names a channel on which customers without a contact get one (rehearsal only)."""
    portfolio = facts.with_assumed_contacts(portfolio, assume_contact) if assume_contact else portfolio
    day = facts.day(portfolio, as_of)
    thanks = reach.thanks(day)
    asked = rules.table(day.calendar, is_fresh=facts.is_fresh(portfolio, as_of))
    prepared, lapsed = facts.gather(day, thanked=thanks["customer_id"])
    rows = rules.decide(prepared, asked)
    del prepared  # of a million receivables each of these frames is a hundred megabytes

    due, first = slots.deciding(rows, asked, day.table)
    asks = reach.reached(first, day, taken=thanks["person_key"])
    joined = slots.members(due, first)
    del due
    handed = reach.hand_over(slots.strictest(rows.filter(pl.col("rule").is_null() & pl.col("is_hand_over"))), day)

    actions = answers.number(pl.concat([thanks, asks.filter("is_allowed"), handed], how="diagonal"), day)
    items = answers.items(actions, rows, asked, joined, day)
    lapses = answers.lapses(lapsed, rows, asked)
    decided = (answers.ruled(rows, asked), answers.due(joined, asks, day), answers.handed_over(rows, day))
    del rows, joined
    return Proposal(
        as_of=as_of,
        outcomes=_sorted(pl.concat(part.select(*OUTCOMES) for part in decided), OUTCOMES, "receivable_id"),
        actions=_sorted(answers.with_reasons(actions, items), ACTIONS, "action_id"),
        items=_sorted(items, ACTION_ITEMS, "action_id", "receivable_id"),
        lapses=_sorted(lapses, LAPSES, "receivable_id", "step"),
    )


def is_still_right(
    portfolio: Portfolio, as_of: date, *, actions: pl.DataFrame, items: pl.DataFrame, assume_contact: str | None = None
) -> pl.DataFrame:
    """The planner's own question asked again a moment before sending: action_id, is_right, reason (null when right).

    `actions` and `items` are the messages in question, one or many, as they were planned; the portfolio is read anew for their
    customers, without these messages themselves among what is under way. A message is right when the plan of this moment has
    the very same one: same step, same recipients, same receivables and amounts.
    """
    now = propose(portfolio, as_of, assume_contact=assume_contact)
    is_thanks = pl.col("purpose").is_in(answers.THANKFUL)
    told = _told_apart(actions, now.actions)
    differ = _differing_items(told, items, now.items)
    fate = _first_fate(actions, items, now.outcomes)
    return (
        told.join(fate, on="action_id", how="left")
        .with_columns(
            reason=pl.when(pl.col("now_id").is_null())
            .then(pl.coalesce("fate", pl.when(is_thanks).then(pl.lit("no_longer_planned")), pl.lit("nothing_open")))
            .when(~pl.col("same_step"))
            .then(pl.lit("changed=step"))
            .when(~pl.col("same_recipient"))
            .then(pl.lit("changed=recipient"))
            .when(pl.col("action_id").is_in(differ.implode()))
            .then(pl.lit("changed=amount"))
        )
        .select("action_id", "reason", is_right=pl.col("reason").is_null())
        .sort("action_id")
    )


def _told_apart(actions: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Each message beside the one that the plan has now for its customer and slot."""
    recipient = pl.concat_str(
        "channel", "contact_id", pl.col("copies").cast(pl.List(pl.String)).list.join(","), separator=" "
    )
    said = pl.concat_str("policy", "step", separator=" ")
    key = ["customer_id", "purpose"]
    there = now.filter(pl.col("task").is_null()).select(*key, now_id="action_id", now_said=said, now_to=recipient)
    return (
        actions.select("action_id", *key, said=said, to=recipient)
        .join(there, on=key, how="left")
        .with_columns(same_step=pl.col("said") == pl.col("now_said"), same_recipient=pl.col("to") == pl.col("now_to"))
    )


def _differing_items(told: pl.DataFrame, items: pl.DataFrame, now: pl.DataFrame) -> pl.Series:
    """The messages of which one item or more, or an amount, is no longer the same."""
    facts_of = list(ACTION_ITEMS)
    pairs = told.select("action_id", "now_id").drop_nulls()
    there = now.rename({"action_id": "now_id"}).join(pairs, on="now_id").select(facts_of)
    gone = items.select(facts_of).join(there, on=facts_of, how="anti", nulls_equal=True)
    new = there.join(items, on=facts_of, how="anti", nulls_equal=True)
    return pl.concat([gone["action_id"], new["action_id"]]).unique()


def _first_fate(actions: pl.DataFrame, items: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Why the receivable whose step decided is not asked for any more."""
    return (
        actions.select("action_id", decided="step")
        .join(items.filter(pl.col("part") == "asked"), on="action_id")
        .join(outcomes.select("receivable_id", fate="reasons"), on="receivable_id", how="left")
        .sort(pl.col("step").eq_missing(pl.col("decided")), "receivable_id", descending=[True, False])
        .unique("action_id", keep="first", maintain_order=True)
        .select("action_id", "fate")
    )


def _sorted(frame: pl.DataFrame, schema: Schema, *keys: str) -> pl.DataFrame:
    return conform(frame, schema).sort(*keys)
