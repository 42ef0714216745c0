"""The frames that cross a room: column names and types, in one place.

Money is whole minor units; dates are days without a zone; instants are UTC. Nulls mean "not so", never "unknown".
A loader of the store fills a `Portfolio`; `engine.plan` answers with a `Proposal`; `store.record` writes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from dunwell.core.calendar import Calendar
from dunwell.core.jurisdiction import Jurisdiction
from dunwell.core.policy import Policy

Schema = dict[str, pl.DataType | type[pl.DataType]]

INSTANT = pl.Datetime("us", "UTC")

# One row per open receivable: an instalment of an invoice or of a request before work, with a balance above zero.
RECEIVABLES: Schema = {
    "receivable_id": pl.Int64,
    "customer_id": pl.Int64,
    "invoice_id": pl.Int64,
    "document": pl.String,  # invoice | request
    "currency": pl.String,
    "balance": pl.Int64,  # invoiced − credited − allocated − written off + charges
    "disputed": pl.Int64,  # contested part of the balance; the whole balance when the dispute names no sum
    "is_credited": pl.Boolean,  # what is contested merely awaits a credit note of ours
    "issue_date": pl.Date,
    "due_date": pl.Date,  # null for a request
    "valid_until": pl.Date,  # null for an invoice
    "known_on": pl.Date,  # the day the program first knew it
    "requested_on": pl.Date,  # the request itself was sent by other means on that day (import), else null
    "policy": pl.Int32,  # index into Portfolio.policies, resolved by precedence: invoice, customer, segment, creditor
    "is_cancelled": pl.Boolean,
    "is_invoiced": pl.Boolean,  # a request that became an invoice: cancelled, for the best of reasons
    "is_imported_late": pl.Boolean,  # was overdue on the day it became known: enters by the wake-up step
    "debit_pending_until": pl.Date,  # an automatic charge or a payment in progress is expected by then
}

# One row per customer with an open receivable or a thank-you to come.
CUSTOMERS: Schema = {
    "customer_id": pl.Int64,
    "kind": pl.String,  # business | person
    "country": pl.String,
    "locale": pl.String,  # ru | bg | en
    "jurisdiction": pl.String,
    "state": pl.String,  # core.ledger.CustomerState, null when none
    "credit_by_currency": pl.List(pl.Struct({"currency": pl.String, "amount": pl.Int64})),  # on account, deducted
    "unmatched_hold": pl.Boolean,  # unapplied money at or above the tolerance, or a proposal that names this customer
    "woken_on": pl.Date,  # the wake-up was sent on that day
    "owes": pl.String,  # what our side owes (core.ledger.OurDebt), null when in order
    "may_stop_work": pl.Boolean,  # contract or law gives the right to stop work until it is paid
    "stopped_on": pl.Date,  # their work has stood still since, null while it goes on
    "resumed_on": pl.Date,  # what had been named was paid on that day, and they were not told yet that work goes on
}

# Contacts of those customers; a person is the same wherever `person_key` is the same.
CONTACTS: Schema = {
    "contact_id": pl.Int64,
    "customer_id": pl.Int64,
    "role": pl.String,
    "rank": pl.Int32,  # the customer's own order among contacts of one role
    "channel": pl.String,  # one row per contact and channel: email, sms, call, letter, visit
    "address": pl.String,
    "person_key": pl.String,  # normalised address or phone, hashed
    "locale": pl.String,
    "timezone": pl.String,
    "is_preferred": pl.Boolean,
    "is_usable": pl.Boolean,  # not opted out of this channel, not bounced, consent where the channel needs it
    "unusable_reason": pl.String,  # opted_out | bounced | no_consent
    "is_approved": pl.Boolean,  # the first message to a contact above the usual recipient has been approved
}

# Steps that were done (sent, or a task closed with an outcome), lapsed or were spared by record, per receivable.
STEPS_DONE: Schema = {
    "receivable_id": pl.Int64,
    "step": pl.String,
    "on": pl.Date,
    "state": pl.String,  # done | lapsed | spared
    "channel": pl.String,
    "contact_id": pl.Int64,
    "had_link": pl.Boolean,
}

# Open tasks and messages that are under way: their receivables wait.
UNDER_WAY: Schema = {
    "receivable_id": pl.Int64,
    "step": pl.String,
    "state": pl.String,  # task | waiting_approval | queued | unknown | failed_permanent
    "task": pl.String,  # core.ledger.TaskKind of a task, else null; a `no_contact` task holds no step up
    "since": pl.Date,
}

# Dated pauses: scope is one of the ids, the others null; `until` null = until lifted.
PAUSES: Schema = {
    "kind": pl.String,  # hold | promise | promise_again | plan | finding | reply
    "receivable_id": pl.Int64,
    "customer_id": pl.Int64,
    "reason": pl.String,
    "since": pl.Date,
    "until": pl.Date,
    "broken_on": pl.Date,  # a promise or plan that was not kept, after its grace
}

# One row per payment of an agreed schedule and receivable; `came` is what has come for the whole schedule since it was agreed.
PLAN_PARTS: Schema = {
    "plan_id": pl.Int64,
    "receivable_id": pl.Int64,
    "since": pl.Date,
    "day": pl.Date,
    "amount": pl.Int64,
    "grace_days": pl.Int64,
    "reminder_days": pl.Int64,
    "came": pl.Int64,
}

# The next payment of each schedule that stands, once for each of its receivables; `left` is what is still to come of that payment.
INSTALMENTS: Schema = {
    "receivable_id": pl.Int64,
    "plan_id": pl.Int64,
    "number": pl.Int32,
    "parts": pl.Int32,
    "day": pl.Date,
    "left": pl.Int64,
    "remind_on": pl.Date,  # null: it is not reminded of
}

# Everything we began with a person, by program or by hand, and everything heard from them.
TOUCHES: Schema = {
    "person_key": pl.String,
    "customer_id": pl.Int64,
    "channel": pl.String,
    "on": pl.Date,
    "counts": pl.Boolean,  # answers to the person's own request do not
    "purpose": pl.String,
    "is_draft": pl.Boolean,  # waits for approval: the plan of the day makes it anew
}

# Signs of life of a customer: opened | replied | paid | bounced.
SIGNS: Schema = {"customer_id": pl.Int64, "kind": pl.String, "on": pl.Date}

# Payments that settled a receivable wholly and were not thanked for yet.
SETTLED: Schema = {"receivable_id": pl.Int64, "customer_id": pl.Int64, "settled_on": pl.Date, "policy": pl.Int32}

# Per open receivable: how likely it is paid without us within `days`. Empty without a model.
FORECASTS: Schema = {"receivable_id": pl.Int64, "days": pl.Int32, "probability": pl.Float64}

# What may be called about early: how likely it is still unpaid after core.forecast.LOSS_DAYS.
FEARED: Schema = {"receivable_id": pl.Int64, "unpaid": pl.Float64}

# --- what the plan answers -------------------------------------------------------------------------------------------

# One row per open receivable: an action or a non-action, with reasons.
OUTCOMES: Schema = {
    "receivable_id": pl.Int64,
    "customer_id": pl.Int64,
    "code": pl.String,  # act | join | task | wait | hold | none  (core.reasons.OUTCOMES)
    "step": pl.String,  # the step this outcome speaks of, null when none
    "reasons": pl.String,  # "code" or "code=value", separated by "; ": nothing in it changes from day to day by itself
    "next_on": pl.Date,  # when something will happen by itself, null when only a person or a fact can move it
}

# One row per message or task to make: at most one per customer and slot.
ACTIONS: Schema = {
    "action_id": pl.Int64,  # number within the proposal
    "customer_id": pl.Int64,
    "purpose": pl.String,
    "policy": pl.Int32,
    "step": pl.String,  # the deciding step
    "content": pl.String,
    "level": pl.Int32,
    "channel": pl.String,  # a channel, or the task kind when a person acts
    "task": pl.String,  # core.ledger.TaskKind, null for a message
    "contact_id": pl.Int64,  # null for a task without a contact
    "copies": pl.List(pl.Int64),
    "locale": pl.String,
    "needs_approval": pl.Boolean,
    "reasons": pl.String,
    "not_before": INSTANT,
    "not_after": INSTANT,
    "pay_by": pl.Date,
}

# Which receivables an action speaks of, and how.
ACTION_ITEMS: Schema = {
    "action_id": pl.Int64,
    "receivable_id": pl.Int64,
    "step": pl.String,  # done by the action; null when merely listed, thanked for, or when nobody can be reached
    "part": pl.String,  # asked | listed (both in the sum asked for) | not_due (shown apart) | thanked | told (news about it)
    "amount": pl.Int64,  # the undisputed balance; null for what is thanked for
    "credit": pl.Int64,  # money on account that is deducted from this amount; the sum asked for is amount − credit
    "currency": pl.String,
}

# What became of steps without a message, where no other fact would show it later; read back as STEPS_DONE.
LAPSES: Schema = {
    "receivable_id": pl.Int64,
    "step": pl.String,
    "state": pl.String,  # lapsed (its `only_if` does not hold) | spared (postponed: the forecast expects the money)
    "reason": pl.String,
}

# --- what a simulation looks at --------------------------------------------------------------------------------------

# Money that came in or went off a receivable on a day (payment, credit, write-off), as a positive amount.
MOVEMENTS: Schema = {
    "receivable_id": pl.Int64,
    "on": pl.Date,
    "amount": pl.Int64,
    "kind": pl.String,  # payment | credit | write_off
}


@dataclass(frozen=True)
class Portfolio:
    """Everything one creditor's plan looks at, as of a day; the frames' schemas are above."""

    receivables: pl.DataFrame
    customers: pl.DataFrame
    contacts: pl.DataFrame
    steps_done: pl.DataFrame
    under_way: pl.DataFrame
    pauses: pl.DataFrame
    touches: pl.DataFrame
    signs: pl.DataFrame
    settled: pl.DataFrame
    forecasts: pl.DataFrame
    policies: tuple[Policy, ...]
    jurisdictions: dict[str, Jurisdiction]
    calendars: dict[str, Calendar]  # by country
    creditor_calendar: Calendar
    covered_until: date | None  # last covered day of the freshest... of the stalest required money source
    max_age_days: int = 1
    instalments: pl.DataFrame = field(default_factory=lambda: empty(INSTALMENTS))


@dataclass(frozen=True)
class History:
    """A stretch of the past for a simulation: `portfolio.receivables` holds all that ever stood open, `balance` as invoiced.

    `portfolio.steps_done` and `touches` hold what was done before the first simulated day; `movements` the money of all days.
    `outlook`: the forecast of days to come, by which steps may be spared (receivable_id, due_date, first_date, cumulative); none for a past.
    """

    portfolio: Portfolio
    movements: pl.DataFrame
    outlook: pl.DataFrame | None = None


@dataclass(frozen=True)
class Proposal:
    """The plan of one day: outcomes for all, actions for some, lapses to record."""

    as_of: date
    outcomes: pl.DataFrame
    actions: pl.DataFrame
    items: pl.DataFrame
    lapses: pl.DataFrame


def empty(schema: Schema) -> pl.DataFrame:
    return pl.DataFrame(schema=schema)


def conform(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """The frame with exactly the schema's columns, types and order; a missing column is a bug and crashes."""
    return frame.select(pl.col(name).cast(dtype) for name, dtype in schema.items())


# --- reports: what was owed when, over the whole history. Requests before work are no debts and are left out.

# One row per instalment of an invoice; `cancelled_on` null while it stands.
DEBTS: Schema = {
    "receivable_id": pl.Int64,
    "customer_id": pl.Int64,
    "owner": pl.String,
    "currency": pl.String,
    "amount": pl.Int64,
    "issued_on": pl.Date,
    "due_on": pl.Date,
    "cancelled_on": pl.Date,
}

# What changed a debt: charges are positive; money set against it and write-offs negative. `is_payment` = real money.
DEBT_MOVES: Schema = {"receivable_id": pl.Int64, "on": pl.Date, "amount": pl.Int64, "is_payment": pl.Boolean}

# Credit notes issued, and money received (a reversal is negative).
SUMS_BY_DAY: Schema = {"currency": pl.String, "on": pl.Date, "amount": pl.Int64}

# Promises that were not taken back or replaced.
PROMISES_MADE: Schema = {
    "promise_id": pl.Int64,
    "receivable_id": pl.Int64,
    "currency": pl.String,
    "amount": pl.Int64,
    "made_on": pl.Date,
    "promised_date": pl.Date,
}

# Days on which a customer was written to or spoken with.
CONTACTS_MADE: Schema = {"customer_id": pl.Int64, "on": pl.Date}


@dataclass(frozen=True)
class Books:
    """Everything that reports are made of: frames of DEBTS, DEBT_MOVES, SUMS_BY_DAY (twice), PROMISES_MADE, CONTACTS_MADE; and what is
    unapplied today, in minor units by currency."""

    debts: pl.DataFrame
    moves: pl.DataFrame
    credit_notes: pl.DataFrame
    received: pl.DataFrame
    promises: pl.DataFrame
    contacts: pl.DataFrame
    unapplied: dict[str, int]
