"""The book of one story: what the store would know of its customer on each morning, as rows of the frames of a plan.

Events change the book, and so does every proposal: its messages count as sent and approved on the same day, its tasks stay
open until the story closes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

from dunwell.core import frames, offers
from dunwell.core.capacity import WEEK_DAYS, Week
from dunwell.core.frames import Proposal, Schema
from dunwell.core.jurisdiction import Jurisdiction
from dunwell.core.ledger import DocumentKind, TaskKind
from dunwell.core.money import Money
from dunwell.core.policy import Policy
from dunwell.core.policy_rules import WAKE_UP_CONTENT
from dunwell.core.scenario import Document, Event, Scenario
from dunwell.engine import instalments, promises
from dunwell.run.jurisdictions import of_country, timezone_of
from dunwell.run.scenario_places import Place, Places

Row = dict[str, Any]

FORECAST_DAYS = 14
CREDITOR_COUNTRY = "BG"
"""Where the creditor of a story is, unless it says so: it matters for the freshness of the money data alone."""

_PROMISED: Schema = {
    **{"promise_id": pl.Int64, "customer_id": pl.Int64, "receivable_id": pl.Int64, "kind": pl.String},
    **{"amount": pl.Int64, "since": pl.Date, "until": pl.Date},
    "received": pl.List(pl.Struct({"on": pl.Date, "amount": pl.Int64})),
}

IDS_PER_STORY = 1000
"""Room for the receivables and contacts of one story when many are played together."""


@dataclass
class Book:
    """`number` tells stories apart that are played together; it is also the customer's. Inside the book receivables and
    contacts count from 1, in the order of the story; `places` are the portfolio's policies by name."""

    number: int
    scenario: Scenario
    policy: Policy
    places: Mapping[str, int]
    jurisdictions: Mapping[str, Jurisdiction]
    balances: list[int] = field(default_factory=list)
    disputed: dict[int, int] = field(default_factory=dict)
    cancelled: set[int] = field(default_factory=set)
    invoiced: set[int] = field(default_factory=set)
    debits: dict[int, date] = field(default_factory=dict)
    offered: list[tuple[str, int, int, date]] = field(default_factory=list)  # kind, receivable, amount, last day
    reviewed: set[int] = field(default_factory=set)
    promises: list[Row] = field(default_factory=list)
    received: dict[int, list[Row]] = field(default_factory=dict)
    plan: pl.DataFrame = field(default_factory=lambda: frames.empty(frames.PLAN_PARTS))
    holds: list[Row] = field(default_factory=list)
    signs: list[Row] = field(default_factory=list)
    touches: list[Row] = field(default_factory=list)
    done: list[Row] = field(default_factory=list)
    tasks: list[Row] = field(default_factory=list)
    settled: dict[int, date] = field(default_factory=dict)
    unusable: dict[tuple[int, str], str] = field(default_factory=dict)
    approved: set[int] = field(default_factory=set)
    state: str | None = None
    owes: str | None = None
    credit: Money | None = None
    unmatched: bool = False
    woken_on: date | None = None
    stopped_on: date | None = None
    stopped_for: set[int] = field(default_factory=set)
    resumed_on: date | None = None
    missing: tuple[date, date] | None = None
    calendar: Places = field(init=False)

    def __post_init__(self) -> None:
        self.balances = [document.amount.minor for document in self.documents]
        self.state = self.scenario.customer.state
        # A story counts our holidays as worked: what it tells is the order of places.
        self.calendar = Places(Week(self.scenario.week_days, lambda day: day.weekday() < WEEK_DAYS))
        self.approved = {number for number, person in self._people() if person.is_approved}

    @property
    def documents(self) -> tuple[Document, ...]:
        return self.scenario.documents

    @property
    def creditor_country(self) -> str:
        return self.scenario.creditor_country or CREDITOR_COUNTRY

    def place_of(self, receivable_id: int, on: date) -> Place | None:
        """The start of work that a letter of the day tells."""
        return self.calendar.running(receivable_id % IDS_PER_STORY, on)

    def keep_places(self, on: date) -> None:
        """As before each plan of a day: every open request whose work is known has its place."""
        for number, one in enumerate(self.documents, 1):
            is_open = one.known <= on and self.balances[number - 1] > 0 and number not in self.cancelled | self.invoiced
            if self.scenario.week_days and one.work_days and one.valid_until and is_open and one.valid_until >= on:
                self.calendar.tell(number, one.work_days, one.valid_until, on)

    def name_of(self, receivable_id: int) -> str:
        return self.documents[receivable_id % IDS_PER_STORY - 1].number

    def role_of(self, contact_id: int | None) -> str:
        return "" if contact_id is None else str(self.scenario.customer.contacts[contact_id % IDS_PER_STORY - 1].role)

    def covered_until(self, as_of: date) -> date:
        if self.missing is not None and self.missing[0] <= as_of < self.missing[1]:
            return self.missing[0] - timedelta(1)
        return as_of

    def _id(self, number: int) -> int:
        return self.number * IDS_PER_STORY + number

    # --- what happens ------------------------------------------------------------------------------------------------

    def apply(self, event: Event) -> None:
        """The event as facts. The catalogue of kinds is `core.scenario.EVENTS`; the match is total."""
        receivable = next(n for n, one in enumerate(self.documents, 1) if event.number in ("", one.number))
        currency = self.documents[receivable - 1].amount.currency
        match event.kind:
            case "paid":
                self._pay(receivable, Money.parse(event.value, currency).minor, event.on)
            case "promised":
                self._promise(receivable, event.value, event.on)
            case "instalments":
                self._agree(receivable, event)
            case "discount" | "cashback":
                amount = Money.parse(event.value, currency).minor
                self.offered.append((event.kind, receivable, amount, event.until or event.on))
            case "reviewed":
                self.reviewed.add(receivable)
            case "disputed":
                whole = self.balances[receivable - 1]
                self.disputed[receivable] = whole if event.value == "all" else Money.parse(event.value, currency).minor
            case "dispute_ended":
                self.disputed.pop(receivable, None)
            case "held":
                self._hold(event, receivable if event.number else None)
            case "lifted":
                self.holds.clear()
            case "replied" | "opened":
                self.signs.append({"customer_id": self.number, "kind": event.kind, "on": event.on})
            case "bounced":
                self._bounce(event)
            case "opted_out":
                self._opt_out(event.value)
            case "state":
                self.state = event.value
            case "contacted":
                self._touch(event.on, 1, event.value, "request")
            case "done":
                self._close(event)
            case "payments_missing":
                self.missing = (event.on, event.until or date.max)
            case "our_side_owes":
                self.owes = event.value
            case "our_side_done":
                self.owes = None
            case "money_unmatched" | "money_allocated":
                self.unmatched = event.kind == "money_unmatched"
            case "on_account":
                self.credit = Money.parse(event.value, currency)
            case "debit_pending":
                self.debits[receivable] = event.value
            case "invoiced":
                self.invoiced.add(receivable)
            case "cancelled":
                self.cancelled.add(receivable)
            case "other_asks":
                self.calendar.other_asks(event.value)
            case "other_takes":
                self.calendar.other_takes(event.on)
            case "away" | "approved":
                pass  # the player leaves these days out, and asks for the approval itself
            case unknown:
                raise AssertionError(unknown)

    def _pay(self, receivable: int, amount: int, on: date) -> None:
        self.balances[receivable - 1] -= amount
        self.received.setdefault(receivable, []).append({"on": on, "amount": amount})
        self.signs.append({"customer_id": self.number, "kind": "paid", "on": on})
        if self.balances[receivable - 1] <= 0:
            self.settled[receivable] = on
            self.calendar.paid.add(receivable)
        if self.stopped_on and all(self.balances[number - 1] <= 0 for number in self.stopped_for):
            self.stopped_on, self.resumed_on = None, on

    def _agree(self, receivable: int, event: Event) -> None:
        currency = self.documents[receivable - 1].amount.currency
        parts = {
            "plan_id": self._id(receivable),
            "receivable_id": receivable,
            "since": event.on,
            "grace_days": self.policy.promise_grace_days,
            "reminder_days": self.policy.instalments.reminder_days,
            "came": -self.balances[receivable - 1],  # and its balance of the day that is asked about
        }
        rows = [parts | {"day": day, "amount": Money.parse(amount, currency).minor} for day, amount in event.value]
        self.plan = pl.DataFrame(rows, schema=frames.PLAN_PARTS)

    def _plan(self) -> pl.DataFrame:
        """The agreed schedule with what has come for it."""
        left = pl.Series(self.balances, dtype=pl.Int64).gather(self.plan["receivable_id"] - 1)
        return self.plan.with_columns(came=-pl.col("came") - left)

    def _earned(self, wanted: str) -> list[tuple[int, int]]:
        """Receivable and sum of each offer of a kind that was earned."""
        return [(of, amount) for kind, of, amount, until in self.offered
                if kind == wanted and self._is_earned(kind, of, amount, until)]  # fmt: skip

    def _is_earned(self, kind: str, receivable: int, amount: int, last_day: date) -> bool:
        came = offers.came_by([(one["on"], one["amount"]) for one in self.received.get(receivable, [])], last_day)
        enough = self.documents[receivable - 1].amount.minor - (amount if kind == "discount" else 0)
        return came >= enough and (kind == "discount" or receivable in self.reviewed)

    def _set_aside(self, receivable: int) -> int:
        """What an earned discount leaves open until its credit note is there."""
        return sum(amount for of, amount in self._earned("discount") if of == receivable)

    def _credit(self) -> list[Row]:
        """Money on account and cashbacks earned."""
        currency = self.credit.currency if self.credit else self.documents[0].amount.currency
        credit = (self.credit.minor if self.credit else 0) + sum(amount for _, amount in self._earned("cashback"))
        return [{"currency": currency, "amount": credit}] if credit else []

    def _promise(self, receivable: int, until: date, on: date) -> None:
        """All that is open, by a day."""
        promise = {"promise_id": len(self.promises), "customer_id": self.number, "receivable_id": receivable}
        amount = self.balances[receivable - 1]
        self.promises.append(promise | {"kind": "promise", "amount": amount, "since": on, "until": until})

    def _hold(self, event: Event, receivable: int | None) -> None:
        customer = None if receivable else self.number
        hold = {"kind": "hold", "receivable_id": receivable, "customer_id": customer, "reason": event.value}
        self.holds.append(hold | {"since": event.on, "until": event.until})

    def _bounce(self, event: Event) -> None:
        """The last message did not arrive: its steps are not done, and the address is not used again."""
        last = max((one["on"] for one in self.done if one["channel"] == event.value), default=None)
        if last is None:
            return
        lost = [one for one in self.done if one["channel"] == event.value and one["on"] == last]
        self.done = [one for one in self.done if one not in lost]
        self.signs.append({"customer_id": self.number, "kind": "bounced", "on": event.on})
        for one in lost:
            self.unusable[one["contact_id"], event.value] = "bounced"

    def _opt_out(self, channel: str) -> None:
        for number, _ in self._people():
            self.unusable[number, channel] = "opted_out"

    def _close(self, event: Event) -> None:
        """A person did the open tasks of that kind; nothing happens where none is open."""
        closed = [task for task in self.tasks if task["task"] == event.value]
        self.tasks = [task for task in self.tasks if task not in closed]
        for task in closed:
            if event.value != TaskKind.NO_CONTACT:
                done = _done(task["receivable_id"], task["step"], event.on, event.value, None, had_link=False)
                self.done.append(done)
        if closed and event.value == TaskKind.STOP_WORK:
            self.stopped_on, self.stopped_for = event.on, {task["receivable_id"] for task in closed}
        if closed and event.value == TaskKind.CALL:
            self._touch(event.on, 1, "call", "request")

    # --- what the program did ----------------------------------------------------------------------------------------

    def going(self, proposal: Proposal) -> pl.DataFrame:
        """What leaves of this story's actions: drafts that nobody approved that day are planned anew on the next."""
        mine = proposal.actions.filter(pl.col("customer_id") == self.number)
        approvals = {event.on for event in self.scenario.events if event.kind == "approved"}
        return mine.filter(~pl.col("needs_approval")) if approvals and proposal.as_of not in approvals else mine

    def record(self, proposal: Proposal) -> None:
        """What the proposal says of this story's customer, as if every message that goes had arrived."""
        on = proposal.as_of
        actions = self.going(proposal)
        for item in proposal.items.join(actions.drop("step", "purpose"), on="action_id").to_dicts():
            item["receivable_id"] %= IDS_PER_STORY
            if item["part"] == "thanked":
                self.settled.pop(item["receivable_id"], None)
                self.resumed_on = None
            elif item["task"] is not None:
                self._open_task(item, on)
            elif item["step"] is not None:
                self._record_step(item, on)
        for action in actions.filter(pl.col("task").is_null()).to_dicts():
            for contact in (action["contact_id"], *action["copies"]):
                self._touch(on, contact % IDS_PER_STORY, action["channel"], action["purpose"])
                self.approved.add(contact % IDS_PER_STORY)
        for lapse in proposal.lapses.filter(pl.col("receivable_id") // IDS_PER_STORY == self.number).to_dicts():
            lapsed = _done(lapse["receivable_id"] % IDS_PER_STORY, lapse["step"], on, None, None, had_link=False)
            self.done.append(lapsed | {"state": lapse["state"]})

    def _record_step(self, item: Row, on: date) -> None:
        receivable, contact = item["receivable_id"], item["contact_id"] % IDS_PER_STORY
        if item["content"] == WAKE_UP_CONTENT:
            self.woken_on = on
        self.tasks = [task for task in self.tasks if task["receivable_id"] != receivable]
        self.done.append(_done(receivable, item["step"], on, item["channel"], contact, had_link=self.scenario.has_page))

    def _open_task(self, item: Row, on: date) -> None:
        task = {
            "receivable_id": item["receivable_id"],
            "step": item["step"],
            "state": "task",
            "task": item["task"],
            "since": on,
        }
        if all((one["receivable_id"], one["task"]) != (task["receivable_id"], task["task"]) for one in self.tasks):
            self.tasks.append(task)

    def _touch(self, on: date, contact: int | None, channel: str, purpose: str) -> None:
        key = None if contact is None else self._person_key(contact)
        touch = {
            "person_key": key,
            "customer_id": self.number,
            "channel": channel,
            "on": on,
            "counts": True,
            "purpose": purpose,
            "is_draft": False,
        }
        self.touches.append(touch)

    # --- what the plan sees ------------------------------------------------------------------------------------------

    def rows(self, as_of: date) -> dict[str, list[Row]]:
        """The story's part of each frame of a portfolio, by its name there."""
        known = [number for number, document in enumerate(self.documents, 1) if document.known <= as_of]
        open_now = [number for number in known if self.balances[number - 1] > 0]
        return {
            "receivables": [self._receivable(number) for number in open_now],
            "customers": [self._customer()],
            "contacts": self._contacts(),
            "steps_done": self._numbered(self.done),
            "under_way": self._numbered(self.tasks),
            "pauses": self._numbered([*self._pauses(as_of), *instalments.pauses(self._plan(), as_of).to_dicts()]),
            "instalments": self._numbered(instalments.upcoming(self._plan(), as_of).to_dicts()),
            "touches": self.touches,
            "signs": self.signs,
            "settled": [self._settlement(number, on) for number, on in self.settled.items()],
            "forecasts": [self._forecast(number) for number in open_now],
        }

    def _numbered(self, rows: list[Row]) -> list[Row]:
        """The rows with the portfolio's numbers in place of the book's own."""
        return [
            row | {key: self._id(row[key]) for key in ("receivable_id", "contact_id") if row.get(key) is not None}
            for row in rows
        ]

    def _receivable(self, number: int) -> Row:
        document = self.documents[number - 1]
        balance = self.balances[number - 1]
        return {
            "receivable_id": self._id(number),
            "customer_id": self.number,
            "invoice_id": self._id(number),
            "document": DocumentKind.INVOICE if document.due else DocumentKind.REQUEST,
            "currency": document.amount.currency,
            "balance": balance,
            "disputed": min(self.disputed.get(number, 0) + self._set_aside(number), balance),
            "is_credited": self._set_aside(number) > 0 and number not in self.disputed,
            "issue_date": document.issued,
            "due_date": document.due,
            "valid_until": document.valid_until,
            "known_on": document.known,
            "requested_on": document.sent_elsewhere,
            "policy": self._policy_of(number),
            "is_cancelled": number in self.cancelled | self.invoiced,
            "is_invoiced": number in self.invoiced,
            "is_imported_late": document.due is not None and document.due < document.known,
            "debit_pending_until": self.debits.get(number),
        }

    def _policy_of(self, number: int) -> int:
        return self.places[self.documents[number - 1].policy or self.policy.name]

    def _customer(self) -> Row:
        customer = self.scenario.customer
        return {
            "customer_id": self.number,
            "kind": customer.kind,
            "country": customer.country,
            "locale": {"RU": "ru", "BG": "bg"}.get(customer.country, "en"),
            "jurisdiction": of_country(customer.country, self.jurisdictions).code,
            "state": self.state,
            "credit_by_currency": self._credit(),
            "unmatched_hold": self.unmatched,
            "woken_on": self.woken_on,
            "owes": self.owes,
            "may_stop_work": customer.may_stop_work,
            "stopped_on": self.stopped_on,
            "resumed_on": self.resumed_on,
        }

    def _contacts(self) -> list[Row]:
        zone = timezone_of(self.scenario.customer.country, self.jurisdictions)
        return [
            {
                "contact_id": self._id(number),
                "customer_id": self.number,
                "role": person.role,
                "rank": number,
                "channel": channel,
                "address": f"{person.role}-{number}@example.test",
                "person_key": self._person_key(number),
                "timezone": zone,
                "is_preferred": False,
                "is_usable": (number, channel) not in self.unusable,
                "unusable_reason": self.unusable.get((number, channel)),
                "is_approved": number in self.approved,
            }
            for number, person in self._people()
            for channel in person.channels
        ]

    def _pauses(self, as_of: date) -> list[Row]:
        if not self.promises:
            return self.holds
        rows = [one | {"received": self.received.get(one["receivable_id"], [])} for one in self.promises]
        numbers = sorted({one["receivable_id"] for one in rows})
        grace_days = pl.DataFrame({"receivable_id": numbers}).with_columns(grace_days=self.policy.promise_grace_days)
        return [*self.holds, *promises.pauses(pl.DataFrame(rows, schema=_PROMISED), grace_days, as_of).to_dicts()]

    def _settlement(self, number: int, on: date) -> Row:
        return {
            "receivable_id": self._id(number),
            "customer_id": self.number,
            "settled_on": on,
            "policy": self._policy_of(number),
        }

    def _forecast(self, number: int) -> Row:
        probability = self.documents[number - 1].forecast
        return {"receivable_id": self._id(number), "days": FORECAST_DAYS, "probability": probability}

    def _person_key(self, contact: int) -> str:
        return f"person-{self._id(contact)}"

    def _people(self) -> list[tuple[int, Any]]:
        return list(enumerate(self.scenario.customer.contacts, 1))


def _done(receivable: int, step: str, on: date, channel: str | None, contact: int | None, *, had_link: bool) -> Row:
    return {
        "receivable_id": receivable,
        "step": step,
        "on": on,
        "state": "done",
        "channel": channel,
        "contact_id": contact,
        "had_link": had_link,
    }
