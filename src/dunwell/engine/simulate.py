"""A policy run over a stretch of the past, day by day, without touching the ledger.

Every day sees only what was known on it; what the plan would send becomes a fact of the following days, as if nobody had
reacted to it: money arrives when it really did, and in days to come when the forecast expects it. A person's task counts as done on its day, an approval as given. What the
frames do not date (unmatched money, credit, our own debts) is taken as in order; a customer's state holds throughout.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from dunwell.core.frames import (
    CUSTOMERS,
    INSTALMENTS,
    PAUSES,
    RECEIVABLES,
    SETTLED,
    SIGNS,
    STEPS_DONE,
    TOUCHES,
    UNDER_WAY,
    History,
    Portfolio,
    Proposal,
    Schema,
    conform,
    empty,
)
from dunwell.core.ledger import TaskKind
from dunwell.engine import facts, forecasts, plan

REFUSED = ("minimum_gap", "cap_reached", "person_shared")

SENT: Schema = {
    "on": pl.Date,
    "customer_id": pl.Int64,
    "purpose": pl.String,
    "step": pl.String,
    "level": pl.Int32,
    "channel": pl.String,
    "task": pl.String,
    "contact_id": pl.Int64,
    "person_key": pl.String,
    "receivables": pl.UInt32,
    "needs_approval": pl.Boolean,
}
DENIED: Schema = {
    "on": pl.Date,
    "receivable_id": pl.Int64,
    "customer_id": pl.Int64,
    "step": pl.String,
    "reason": pl.String,
}


@dataclass(frozen=True)
class Simulation:
    """What would have been sent (SENT), the steps it took (STEPS_DONE), and what the governor would have denied (DENIED)."""

    since: date
    until: date
    sent: pl.DataFrame
    denied: pl.DataFrame
    days_open: int
    done: pl.DataFrame
    spared: int

    def counts(self) -> dict[str, int]:
        """The figures of a report; the busiest person's are over all channels and customers."""
        messages = self.sent.filter(pl.col("task").is_null())
        per_customer = messages.group_by("customer_id").len()
        return {
            "messages": messages.height,
            "tasks": self.sent.height - messages.height,
            "customers": messages["customer_id"].n_unique(),
            "approvals": self.sent.filter("needs_approval").height,
            "spared": self.spared,
            "denied": self.denied.select("customer_id", "on").unique().height,
            "messages_per_customer_max": per_customer.select(pl.max("len")).item() or 0,
            "messages_per_person_week_max": _busiest_week(messages),
        }

    def by(self, *columns: str) -> pl.DataFrame:
        """How often, per step, channel, customer …"""
        return self.sent.group_by(*columns).len("count").sort(*columns, nulls_last=True)


def simulate(history: History, *, since: date, until: date, assume_contact: str | None = None) -> Simulation:
    """The days from `since` to `until`, both included."""
    portfolio = history.portfolio
    if assume_contact is not None:
        portfolio = facts.with_assumed_contacts(portfolio, assume_contact)
    remembered = _Memory(replace(history, portfolio=portfolio), since)
    sent, denied, days_open = [empty(SENT)], [empty(DENIED)], 0
    for on in _days(since, until):
        seen = remembered.portfolio(on)
        proposal = plan.propose(seen, on)
        days_open += seen.receivables.height
        sent.append(_sent(proposal, seen))
        denied.append(_denied(proposal))
        remembered.learn(proposal, seen)
    return Simulation(
        since, until, pl.concat(sent), pl.concat(denied), days_open, remembered.done(since), remembered.spared(since)
    )


def side_by_side(simulations: Mapping[str, Simulation]) -> pl.DataFrame:
    """One row per figure, one column per policy."""
    counts = {name: simulation.counts() for name, simulation in simulations.items()}
    figures = list(next(iter(counts.values())))
    return pl.DataFrame(
        {"figure": figures} | {name: [found[figure] for figure in figures] for name, found in counts.items()}
    )


class _Memory:
    """The facts so far: those of the history, and what the simulated days have added."""

    def __init__(self, history: History, since: date) -> None:
        self.history = history
        past = history.portfolio
        self.steps_done = conform(past.steps_done.filter(pl.col("on") < since), STEPS_DONE)
        self.touches = conform(past.touches.filter(pl.col("on") < since), TOUCHES)
        self.waiting = empty(UNDER_WAY)
        self.woken = past.customers.select("customer_id", "woken_on").filter(pl.col("woken_on") < since)
        self.wake_ups = sorted({policy.wake_up.name for policy in past.policies if policy.wake_up is not None})
        self.thanked = pl.Series([], dtype=pl.Int64)
        self.customer_of = past.receivables.select("receivable_id", "customer_id", "policy")

    def portfolio(self, on: date) -> Portfolio:
        past = self.history.portfolio
        moved = self.history.movements.filter(pl.col("on") <= on)
        paid = moved.group_by("receivable_id").agg(moved=pl.col("amount").sum(), moved_on=pl.col("on").max())
        known = past.receivables.filter(pl.col("known_on") <= on).join(paid, on="receivable_id", how="left")
        known = known.with_columns(
            balance=pl.col("balance") - pl.col("moved").fill_null(0), debit_pending_until=pl.lit(None, pl.Date)
        )
        settled = known.filter((pl.col("balance") <= 0) & ~pl.col("receivable_id").is_in(self.thanked.implode()))
        return replace(
            past,
            receivables=conform(known.filter(pl.col("balance") > 0), RECEIVABLES),
            customers=conform(
                past.customers.drop("woken_on")
                .join(self.woken, on="customer_id", how="left")
                .with_columns(
                    unmatched_hold=False, owes=None, stopped_on=None, resumed_on=None, credit_by_currency=pl.lit([])
                ),
                CUSTOMERS,
            ),
            steps_done=self.steps_done,
            touches=self.touches,
            under_way=self.waiting,
            pauses=conform(_pauses_seen(past.pauses, on), PAUSES),
            signs=conform(pl.concat([past.signs.filter(pl.col("on") <= on), self._paid(moved)], how="diagonal"), SIGNS),
            settled=conform(settled.rename({"moved_on": "settled_on"}), SETTLED),
            covered_until=on,
            instalments=empty(INSTALMENTS),  # judged for the last day alone
            forecasts=past.forecasts if self.history.outlook is None else forecasts.on_day(self.history.outlook, on),
        )

    def learn(self, proposal: Proposal, seen: Portfolio) -> None:
        on = pl.lit(proposal.as_of)
        done = proposal.items.filter(pl.col("step").is_not_null()).join(proposal.actions.drop("step"), on="action_id")
        self.steps_done = pl.concat(
            [
                self.steps_done,
                conform(done.with_columns(on=on, state=pl.lit("done"), had_link=pl.lit(False)), STEPS_DONE),
                conform(
                    proposal.lapses.with_columns(
                        on=on, channel=pl.lit(None), contact_id=pl.lit(None), had_link=pl.lit(False)
                    ),
                    STEPS_DONE,
                ),
            ]
        )
        self.touches = pl.concat([self.touches, touches(proposal, seen)])
        fresh = done.filter(pl.col("step").is_in(self.wake_ups)).select("customer_id", woken_on=on).unique()
        self.woken = pl.concat([self.woken.join(fresh, on="customer_id", how="anti"), fresh])
        thanked = proposal.items.filter(pl.col("part") == "thanked")["receivable_id"]
        self.thanked = pl.concat([self.thanked, thanked])
        nobody = proposal.actions.filter(pl.col("task") == TaskKind.NO_CONTACT.value)
        unreached = proposal.items.join(nobody.select("action_id", "task"), on="action_id")
        waits = unreached.with_columns(state=pl.lit("task"), since=on, step=pl.lit(None, pl.String))
        self.waiting = pl.concat([self.waiting, conform(waits, UNDER_WAY)])

    def done(self, since: date) -> pl.DataFrame:
        """The steps that the simulated days took."""
        return self.steps_done.filter((pl.col("on") >= since) & (pl.col("state") == "done"))

    def spared(self, since: date) -> int:
        """How many steps the simulated days spared."""
        return self.steps_done.filter((pl.col("on") >= since) & (pl.col("state") == "spared")).height

    def _paid(self, moved: pl.DataFrame) -> pl.DataFrame:
        paid = moved.filter(pl.col("kind") == "payment").join(self.customer_of, on="receivable_id")
        return paid.select("customer_id", "on", kind=pl.lit("paid"))


def _days(since: date, until: date) -> Iterator[date]:
    return (since + timedelta(n) for n in range((until - since).days + 1))


def _pauses_seen(pauses: pl.DataFrame, on: date) -> pl.DataFrame:
    return pauses.filter(pl.col("since") <= on).with_columns(
        broken_on=pl.when(pl.col("broken_on") <= on).then("broken_on")
    )


def _people(seen: Portfolio) -> pl.DataFrame:
    return seen.contacts.select("contact_id", "person_key").unique("contact_id")


def _sent(proposal: Proposal, seen: Portfolio) -> pl.DataFrame:
    sizes = proposal.items.group_by("action_id").len("receivables")
    rows = proposal.actions.join(sizes, on="action_id", how="left").join(_people(seen), on="contact_id", how="left")
    return conform(rows.with_columns(on=pl.lit(proposal.as_of)), SENT)


def touches(proposal: Proposal, seen: Portfolio) -> pl.DataFrame:
    columns = ["customer_id", "channel", "purpose"]
    mains = proposal.actions.select("contact_id", *columns)
    copied = proposal.actions.select("copies", *columns).explode("copies").rename({"copies": "contact_id"})
    reached = pl.concat([mains, copied.select(mains.columns)]).drop_nulls("contact_id")
    rows = reached.join(_people(seen), on="contact_id").with_columns(
        on=pl.lit(proposal.as_of), counts=pl.lit(True), is_draft=pl.lit(False)
    )
    return conform(rows, TOUCHES)


def _denied(proposal: Proposal) -> pl.DataFrame:
    reason = pl.col("reasons").str.extract(r"^([a-z_]+)")
    rows = proposal.outcomes.with_columns(on=pl.lit(proposal.as_of), reason=reason)
    return conform(rows.filter(pl.col("reason").is_in(REFUSED)), DENIED)


def _busiest_week(messages: pl.DataFrame) -> int:
    """The most messages any person gets within seven days."""
    weeks = (
        messages.filter(pl.col("person_key").is_not_null())
        .sort("on")
        .rolling("on", period="7d", group_by="person_key")
        .agg(pl.len())
    )
    return weeks.select(pl.max("len")).item() or 0
