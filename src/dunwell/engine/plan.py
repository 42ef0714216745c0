"""What should happen today for every open receivable: an action or a non-action, each with its reasons.

    facts ─► ladder (which step is next) ─► rules (what holds it) ─► one message per customer ─► audience ─► governor

The same function plans one customer and a million: frames go in, frames come out, nothing is read and nothing is written.
Customers are planned apart from each other, but for a person whom several of them share: load those customers together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from dunwell.core.frames import ACTION_ITEMS, ACTIONS, LAPSES, OUTCOMES, Portfolio, Proposal, Schema, conform
from dunwell.core.ledger import CustomerState, Purpose, TaskKind
from dunwell.core.reasons import SEPARATOR
from dunwell.engine import audience, days, facts, governor, ladder, rules, slots
from dunwell.engine.days import Days
from dunwell.engine.ladder import RUNGS_PER_POLICY, THANKS, Rungs
from dunwell.engine.rules import Rule

_NO_THANKS: Schema = {"customer_id": pl.Int64, "person_key": pl.String, "purpose": pl.String, "rung": pl.Int32}

THANKS_DAYS = 7
"""A thank-you that comes later than a week after the payment is no longer one."""


def propose(portfolio: Portfolio, as_of: date, *, assume_contact: str | None = None) -> Proposal:
    """The plan of one day. `assume_contact` names a channel on which customers without a contact get one (rehearsal only)."""
    portfolio = facts.with_assumed_contacts(portfolio, assume_contact) if assume_contact else portfolio
    day = _Day(
        portfolio,
        as_of,
        days.tables(portfolio.calendars, portfolio.creditor_calendar, as_of),
        ladder.rungs(portfolio.policies),
    )
    thanks = _thanks(day)
    rows, lapses = facts.gather(portfolio, day.table, day.calendar, thanked=thanks["customer_id"])
    asked = rules.table(day.calendar, is_fresh=facts.is_fresh(portfolio, as_of))
    rows = rules.decide(rows, asked)

    due, first = slots.deciding(rows, asked, day.table)
    asks = _reached(first, day, taken=thanks["person_key"])
    joined = slots.members(due, first)
    handed = slots.strictest(rows.filter(pl.col("rule").is_null() & pl.col("is_hand_over")))

    actions = _number(pl.concat([thanks, asks.filter("is_allowed"), _hand_over(handed, day)], how="diagonal"), day)
    items = _items(actions, rows, asked, joined, day)
    decided = (_ruled(rows, asked), _due(joined, asks, day), _handed(rows, day))
    outcomes = pl.concat(part.select(*OUTCOMES) for part in decided)
    return Proposal(
        as_of=as_of,
        outcomes=_sorted(outcomes, OUTCOMES, "receivable_id"),
        actions=_sorted(_with_reasons(actions, items, rows, day), ACTIONS, "action_id"),
        items=_sorted(items, ACTION_ITEMS, "action_id", "receivable_id"),
        lapses=_sorted(_lapses(lapses, rows, asked), LAPSES, "receivable_id", "step"),
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
    told = _told_apart(actions, now.actions)
    differ = _differing_items(told, items, now.items)
    fate = _first_fate(actions, items, now.outcomes)
    return (
        told.join(fate, on="action_id", how="left")
        .with_columns(
            reason=pl.when(pl.col("now_id").is_null())
            .then(pl.col("fate").fill_null("nothing_open"))
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
    recipient = pl.concat_str("channel", "contact_id", pl.col("copies").cast(pl.List(pl.String)).list.join(","), separator=" ")
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


@dataclass(frozen=True)
class _Day:
    """What every part of one plan needs."""

    portfolio: Portfolio
    as_of: date
    calendar: Days
    table: Rungs

    @property
    def number(self) -> int:
        return self.calendar.as_of


def _thanks(day: _Day) -> pl.DataFrame:
    """A thank-you for each customer who settled something these days; refused by caps, but not for the minimum gap."""
    if day.portfolio.settled.is_empty():
        return pl.DataFrame(schema=_NO_THANKS)
    thankful = [number for number, policy in enumerate(day.portfolio.policies) if policy.thanks]
    since = day.as_of - timedelta(THANKS_DAYS)
    settled = (
        day.portfolio.settled.filter(pl.col("settled_on").is_between(since, day.as_of) & pl.col("policy").is_in(thankful))
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
    found = _reached(wanted, day, taken=pl.Series([], dtype=pl.String))
    return found.filter(pl.col("is_allowed") & pl.col("contact_id").is_not_null()).with_columns(
        purpose=pl.lit(Purpose.THANKS.value), copies=pl.lit([], pl.List(pl.Int64))
    )


def _reached(first: pl.DataFrame, day: _Day, *, taken: pl.Series) -> pl.DataFrame:
    """The deciding rows with contact, copies and the governor's word: `is_allowed`, else `refused` and `allowed_on`."""
    portfolio = day.portfolio
    known = portfolio.customers.select(
        "customer_id", "kind", "jurisdiction", "state", customer_locale="locale", place=day.calendar.place(pl.col("country"))
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
    asked = _rest(asked.join(refusals, on="contact_no", how="left"), day)
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
                pl.when(day.table.column("approval")).then(pl.lit("step")),
                pl.when(_is_first_above() & day.table.column("task").is_null()).then("role"),
                "copied_above",
            ),
        )
    )


def _rest(asked: pl.DataFrame, day: _Day) -> pl.DataFrame:
    """On a day of rest of the customer's country nobody there is contacted."""
    working_on = day.calendar.forward(pl.lit(day.number, pl.Int32), pl.col("place")).cast(pl.Int32)
    rests = pl.col("reason").is_null() & (working_on > day.number)
    return asked.with_columns(
        reason=pl.when(rests).then(pl.lit("rest_day")).otherwise("reason"),
        allowed_on=pl.when(rests).then(working_on.cast(pl.Date)).otherwise("allowed_on"),
    )


def _one_per_person(mains: pl.DataFrame, day: _Day, taken: pl.Series) -> pl.DataFrame:
    """One message per person and day, the strictest, also where several customers share the person."""
    free = mains.filter(pl.col("reason").is_null())
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


def _hand_over(handed: pl.DataFrame, day: _Day) -> pl.DataFrame:
    known = day.portfolio.customers.select("customer_id", "kind", "jurisdiction", "locale")
    return handed.select("customer_id", "receivable_id", "rung", "is_request", "wakes").join(
        known, on="customer_id", how="left"
    ).with_columns(purpose=pl.lit(Purpose.REQUEST.value), channel=pl.lit(TaskKind.HAND_OVER.value), is_handed=True)


def _number(actions: pl.DataFrame, day: _Day) -> pl.DataFrame:
    """The actions in order, numbered, with the instants between which they may go out."""
    table = day.table
    nobody = pl.col("unreachable").is_not_null()
    hours = governor.hours(actions, day.portfolio.jurisdictions, day.as_of)
    pay_by = day.calendar.forward(day.number + table.column("pay_by_days"), pl.col("place"))
    no_contact = pl.lit(TaskKind.NO_CONTACT.value)
    return (
        actions.join(hours, on=["jurisdiction", "kind", "timezone"], how="left", nulls_equal=True)
        .sort("customer_id", "purpose", "is_handed", "rung", nulls_last=False)
        .with_row_index("action_id", offset=1)
        .with_columns(
            pl.col("action_id").cast(pl.Int64),
            table.column("step"),
            table.column("content"),
            table.column("level"),
            policy=pl.col("rung") // RUNGS_PER_POLICY,
            task=pl.when(nobody).then(no_contact).otherwise(table.column("task")),
            channel=pl.when(nobody).then(no_contact).otherwise("channel"),
            needs_approval=pl.col("approve").is_not_null() & ~nobody,
            copies=pl.col("copies").fill_null([]),
            pay_by=pl.when(table.column("pay_by_days") > 0).then(pay_by).cast(pl.Int32).cast(pl.Date),
            as_of=pl.lit(day.number, pl.Int32),
        )
    )


def _items(
    actions: pl.DataFrame, rows: pl.DataFrame, asked: tuple[Rule, ...], joined: pl.DataFrame, day: _Day
) -> pl.DataFrame:
    is_handed, is_thanks = pl.col("is_handed").fill_null(False), pl.col("purpose") == Purpose.THANKS.value
    asking = slots.items(rows, asked, joined, actions.filter(~is_handed & ~is_thanks))
    unreached = actions.filter(pl.col("unreachable").is_not_null())["action_id"]
    asking = asking.with_columns(
        step=pl.when(~pl.col("action_id").is_in(unreached.implode())).then("step")
    )
    handed = (
        rows.lazy().filter(pl.col("rule").is_null() & pl.col("is_hand_over"))
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


def _with_reasons(actions: pl.DataFrame, items: pl.DataFrame, rows: pl.DataFrame, day: _Day) -> pl.DataFrame:
    said = (
        items.filter(pl.col("part") != "thanked")
        .with_columns(is_asked=pl.col("part") == "asked")
        .group_by("action_id")
        .agg(
            woke=(pl.col("wakes") & pl.col("is_asked")).any(),
            broke=(pl.col("is_broken") & pl.col("is_asked")).any(),
            rest=(pl.col("is_partly_disputed") & pl.col("is_asked")).any(),
            deducts=(pl.col("credit") > 0).any(),
            undone=pl.col("task_step").filter(pl.col("else_place").is_not_null() & pl.col("is_asked")).min(),
        )
    )
    is_thanks, is_handed = pl.col("purpose") == Purpose.THANKS.value, pl.col("is_handed").fill_null(False)
    nobody, represented = pl.col("unreachable"), pl.col("state") == CustomerState.REPRESENTED.value
    parts = [
        pl.when(is_thanks).then(pl.lit("thanks")),
        pl.when(is_handed).then(pl.lit("hand_over")),
        pl.when(nobody.is_not_null()).then("no_contact=" + nobody),
        pl.when(~is_thanks & ~is_handed).then("step_due=" + pl.col("step")),
        pl.when("woke").then(pl.lit("wake_up")),
        "task_not_done=" + pl.col("undone"),
        pl.when("broke").then(pl.lit("promise_broken")),
        pl.when("rest").then(pl.lit("undisputed_rest")),
        pl.when("deducts").then(pl.lit("credit_deducted")),
        pl.when("is_other_way").then("other_way=" + pl.col("channel")),
        pl.when("falls_back").then(pl.lit("usual_recipient")),
        pl.when(represented & ~is_handed).then(pl.lit("to_representative")),
        pl.when("copy_left_out").then(pl.lit("copy_left_out")),
        pl.when("needs_approval").then("needs_approval=" + pl.col("approve")),
        pl.when(pl.col("contact_id") < 0).then(pl.lit("assumed_contact")),
    ]
    return actions.join(said, on="action_id", how="left").with_columns(
        reasons=pl.concat_str(parts, separator=SEPARATOR, ignore_nulls=True)
    )


def _ruled(rows: pl.DataFrame, asked: tuple[Rule, ...]) -> pl.DataFrame:
    """The outcomes that a rule decided."""
    values = [pl.when(pl.col("rule") == n).then(rule.value) for n, rule in enumerate(asked) if rule.value is not None]
    until = [pl.when(pl.col("rule") == n).then(rule.until) for n, rule in enumerate(asked)]
    codes = pl.Series([rule.outcome for rule in asked])
    reasons = pl.Series([rule.reason for rule in asked])
    return rows.lazy().filter(pl.col("rule").is_not_null()).select(
        "receivable_id",
        "customer_id",
        "step",
        code=pl.lit(codes).gather("rule"),
        reasons=pl.concat_str(
            pl.lit(reasons).gather("rule"), "=" + pl.coalesce(*values), separator="", ignore_nulls=True
        ),
        next_on=pl.coalesce(*until).cast(pl.Int32).cast(pl.Date),
    ).collect()


def _due(joined: pl.DataFrame, asks: pl.DataFrame, day: _Day) -> pl.DataFrame:
    """The outcomes of receivables whose step is due: done by today's message, or waiting for a reason of the customer's."""
    answered = asks.select(
        "customer_id", "is_allowed", "refused", "unreachable", "allowed_on", "approve", first_task=day.table.column("task")
    )
    allowed_on = day.calendar.forward(pl.col("allowed_on").to_physical().cast(pl.Int32), pl.col("place"))
    tomorrow = day.calendar.forward(pl.lit(day.number + 1, pl.Int32), pl.col("place"))
    member, goes, nobody = pl.col("is_member"), pl.col("is_allowed"), pl.col("unreachable").is_not_null()
    own = pl.col("rung") == pl.col("first_rung")
    no_decider, other = pl.col("first_rung").is_null(), pl.col("is_request") != pl.col("first_is_request")
    return joined.join(answered, on="customer_id", how="left").select(
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
            pl.when(member & goes & pl.col("is_broken")).then(pl.lit("promise_broken")),
            pl.when(member & goes & pl.col("is_partly_disputed")).then(pl.lit("undisputed_rest")),
            pl.when(member & goes & ~nobody).then("needs_approval=" + pl.col("approve")),
            separator=SEPARATOR,
            ignore_nulls=True,
        ),
        next_on=pl.when(no_decider)
        .then("stricter_on")
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


def _handed(rows: pl.DataFrame, day: _Day) -> pl.DataFrame:
    return rows.filter(pl.col("rule").is_null() & pl.col("is_hand_over")).select(
        "receivable_id",
        "customer_id",
        "step",
        code=pl.lit("task"),
        reasons=pl.lit("hand_over"),
        next_on=pl.lit(day.as_of),
    )


def _lapses(lapsed: pl.DataFrame, rows: pl.DataFrame, asked: tuple[Rule, ...]) -> pl.DataFrame:
    """Steps passed over by `only_if` and steps newly spared, of receivables that nothing else holds."""
    moves = [number for number, rule in enumerate(asked) if rule.outcome == "wait"]
    free = rows.lazy().filter(pl.col("rule").is_null() | pl.col("rule").is_in(moves))
    spares = [number for number, rule in enumerate(asked) if rule.reason == "spared"]
    spared = free.filter(pl.col("rule").is_in(spares) & ~pl.col("was_spared")).select(
        "receivable_id", "step", state=pl.lit("spared"), reason=pl.lit("spared")
    )
    gone = lapsed.lazy().join(free, on="receivable_id", how="semi").with_columns(state=pl.lit("lapsed"))
    return pl.concat([gone.select("receivable_id", "step", "state", "reason"), spared]).collect()


def _sorted(frame: pl.DataFrame, schema: Schema, *keys: str) -> pl.DataFrame:
    return conform(frame, schema).sort(*keys)
