"""The book of one story: what the store would know of its customer on each morning, as the frames that a plan looks at.

Events change the book, and so does every proposal: its messages count as sent and approved on the same day, its tasks stay
open until the story closes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

from dunwell.core import frames
from dunwell.core.calendar import Calendar
from dunwell.core.frames import Portfolio, Proposal, Schema
from dunwell.core.jurisdiction import Jurisdiction
from dunwell.core.ledger import DocumentKind, TaskKind
from dunwell.core.money import Money
from dunwell.core.policy import Policy
from dunwell.core.scenario import Document, Event, Scenario
from dunwell.run.jurisdictions import of_country, timezone_of

Row = dict[str, Any]

CUSTOMER = 1
FORECAST_DAYS = 14


@dataclass
class Book:
    """Receivables are numbered from 1 in the order of the story's documents; so are contacts."""

    scenario: Scenario
    policies: tuple[Policy, ...]
    jurisdictions: Mapping[str, Jurisdiction]
    calendars: Mapping[str, Calendar]
    balances: list[int] = field(default_factory=list)
    disputed: dict[int, int] = field(default_factory=dict)
    cancelled: set[int] = field(default_factory=set)
    debits: dict[int, date] = field(default_factory=dict)
    promises: dict[int, date] = field(default_factory=dict)
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
    missing: tuple[date, date] | None = None

    def __post_init__(self) -> None:
        self.balances = [document.amount.minor for document in self.documents]
        self.state = self.scenario.customer.state
        self.approved = {number for number, person in self._people() if person.is_approved}

    @property
    def documents(self) -> tuple[Document, ...]:
        return self.scenario.documents

    def number_of(self, receivable_id: int) -> str:
        return self.documents[receivable_id - 1].number

    def role_of(self, contact_id: int | None) -> str:
        return "" if contact_id is None else str(self.scenario.customer.contacts[contact_id - 1].role)

    # --- what happens ------------------------------------------------------------------------------------------------

    def apply(self, event: Event) -> None:
        """The event as facts. The catalogue of kinds is `core.scenario.EVENTS`; the match is total."""
        receivable = next(n for n, one in enumerate(self.documents, 1) if event.number in ("", one.number))
        currency = self.documents[receivable - 1].amount.currency
        match event.kind:
            case "paid":
                self._pay(receivable, Money.parse(event.value, currency).minor, event.on)
            case "promised":
                self.promises[receivable] = event.value
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
                self.signs.append({"customer_id": CUSTOMER, "kind": event.kind, "on": event.on})
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
            case "cancelled":
                self.cancelled.add(receivable)
            case "away":
                pass  # the player leaves these days out
            case unknown:
                raise AssertionError(unknown)

    def _pay(self, receivable: int, amount: int, on: date) -> None:
        self.balances[receivable - 1] -= amount
        self.signs.append({"customer_id": CUSTOMER, "kind": "paid", "on": on})
        if self.balances[receivable - 1] <= 0:
            self.settled[receivable] = on
            self.promises.pop(receivable, None)

    def _hold(self, event: Event, receivable: int | None) -> None:
        hold = _pause("hold", receivable=receivable, since=event.on, until=event.until, reason=event.value)
        self.holds.append(hold)

    def _bounce(self, event: Event) -> None:
        """The last message did not arrive: its steps are not done, and the address is not used again."""
        last = max((one["on"] for one in self.done if one["channel"] == event.value), default=None)
        if last is None:
            return
        lost = [one for one in self.done if one["channel"] == event.value and one["on"] == last]
        self.done = [one for one in self.done if one not in lost]
        self.signs.append({"customer_id": CUSTOMER, "kind": "bounced", "on": event.on})
        for one in lost:
            self.unusable[one["contact_id"], event.value] = "bounced"

    def _opt_out(self, channel: str) -> None:
        for number, _ in self._people():
            self.unusable[number, channel] = "opted_out"

    def _close(self, event: Event) -> None:
        for task in [task for task in self.tasks if task["task"] == event.value]:
            self.tasks.remove(task)
            if event.value != TaskKind.NO_CONTACT:
                self.done.append(
                    _done(task["receivable_id"], task["step"], event.on, event.value, None, had_link=False)
                )
        if event.value == TaskKind.CALL:
            self._touch(event.on, 1, "call", "request")

    # --- what the program did ----------------------------------------------------------------------------------------

    def record(self, proposal: Proposal) -> None:
        """The proposal as if every message had been approved and had arrived on its day."""
        on = proposal.as_of
        steps = proposal.items.join(proposal.actions.drop("step", "purpose"), on="action_id").to_dicts()
        for item in steps:
            if item["part"] == "thanked":
                self.settled.pop(item["receivable_id"], None)
            elif item["task"] is not None:
                self._open_task(item, on)
            elif item["step"] is not None:
                self._record_step(item, on)
        for action in proposal.actions.filter(pl.col("task").is_null()).to_dicts():
            for contact in (action["contact_id"], *(action["copies"] or ())):
                self._touch(on, contact, action["channel"], action["purpose"])
                self.approved.add(contact)
        for lapse in proposal.lapses.to_dicts():
            done = _done(lapse["receivable_id"], lapse["step"], on, None, None, had_link=False)
            self.done.append(done | {"state": lapse["state"]})

    def _record_step(self, item: Row, on: date) -> None:
        receivable, step = item["receivable_id"], item["step"]
        wake_up = self.policies[item["policy"]].wake_up
        if wake_up is not None and step == wake_up.name:
            self.woken_on = on
        self.tasks = [task for task in self.tasks if task["receivable_id"] != receivable]
        self.done.append(
            _done(receivable, step, on, item["channel"], item["contact_id"], had_link=self.scenario.has_page)
        )

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
        key = None if contact is None else _person_key(contact)
        touch = {
            "person_key": key,
            "customer_id": CUSTOMER,
            "channel": channel,
            "on": on,
            "counts": True,
            "purpose": purpose,
        }
        self.touches.append(touch)

    # --- what the plan sees ------------------------------------------------------------------------------------------

    def portfolio(self, as_of: date) -> Portfolio:
        known = [number for number, document in enumerate(self.documents, 1) if document.known <= as_of]
        open_now = [number for number in known if self.balances[number - 1] > 0]
        creditor_country = self.scenario.creditor_country or self.scenario.customer.country
        return Portfolio(
            receivables=_frame([self._receivable(number) for number in open_now], frames.RECEIVABLES),
            customers=_frame([self._customer(as_of)], frames.CUSTOMERS),
            contacts=_frame(self._contacts(), frames.CONTACTS),
            steps_done=_frame(self.done, frames.STEPS_DONE),
            under_way=_frame(self.tasks, frames.UNDER_WAY),
            pauses=_frame(self._pauses(as_of), frames.PAUSES),
            touches=_frame(self.touches, frames.TOUCHES),
            signs=_frame(self.signs, frames.SIGNS),
            settled=_frame([self._settlement(number, on) for number, on in self.settled.items()], frames.SETTLED),
            forecasts=_frame([self._forecast(number) for number in open_now], frames.FORECASTS),
            policies=self.policies,
            jurisdictions=dict(self.jurisdictions),
            calendars=dict(self.calendars),
            creditor_calendar=self.calendars[creditor_country],
            covered_until=self._covered_until(as_of),
        )

    def _receivable(self, number: int) -> Row:
        document = self.documents[number - 1]
        balance = self.balances[number - 1]
        return {
            "receivable_id": number,
            "customer_id": CUSTOMER,
            "invoice_id": number,
            "document": DocumentKind.INVOICE if document.due else DocumentKind.REQUEST,
            "currency": document.amount.currency,
            "balance": balance,
            "disputed": min(self.disputed.get(number, 0), balance),
            "issue_date": document.issued,
            "due_date": document.due,
            "valid_until": document.valid_until,
            "known_on": document.known,
            "requested_on": document.sent_elsewhere,
            "policy": self._policy_of(number),
            "is_cancelled": number in self.cancelled,
            "is_imported_late": document.due is not None and document.due < document.known,
            "debit_pending_until": self.debits.get(number),
        }

    def _policy_of(self, number: int) -> int:
        name = self.documents[number - 1].policy
        return next((place for place, policy in enumerate(self.policies) if policy.name == name), 0)

    def _customer(self, as_of: date) -> Row:
        customer = self.scenario.customer
        credit = [{"currency": self.credit.currency, "amount": self.credit.minor}] if self.credit else []
        return {
            "customer_id": CUSTOMER,
            "kind": customer.kind,
            "country": customer.country,
            "locale": {"RU": "ru", "BG": "bg"}.get(customer.country, "en"),
            "jurisdiction": of_country(customer.country, self.jurisdictions).code,
            "state": self.state,
            "credit_by_currency": credit,
            "unmatched_hold": self.unmatched,
            "woken_on": self.woken_on,
            "owes": self.owes,
        }

    def _contacts(self) -> list[Row]:
        zone = timezone_of(self.scenario.customer.country, self.jurisdictions)
        return [
            {
                "contact_id": number,
                "customer_id": CUSTOMER,
                "role": person.role,
                "rank": number,
                "channel": channel,
                "address": f"{person.role}-{number}@example.test",
                "person_key": _person_key(number),
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
        grace = timedelta(self.policies[0].promise_grace_days)
        promises = []
        for receivable, promised in self.promises.items():
            until = promised + grace
            broken_on = until + timedelta(1) if until < as_of else None
            promises.append(_pause("promise", receivable=receivable, until=until, broken_on=broken_on))
        return [*self.holds, *promises]

    def _settlement(self, number: int, on: date) -> Row:
        return {"receivable_id": number, "customer_id": CUSTOMER, "settled_on": on, "policy": self._policy_of(number)}

    def _forecast(self, number: int) -> Row:
        probability = self.documents[number - 1].forecast
        return {"receivable_id": number, "days": FORECAST_DAYS, "probability": probability}

    def _covered_until(self, as_of: date) -> date:
        if self.missing is not None and self.missing[0] <= as_of < self.missing[1]:
            return self.missing[0] - timedelta(1)
        return as_of

    def _people(self) -> list[tuple[int, Any]]:
        return list(enumerate(self.scenario.customer.contacts, 1))


def _frame(rows: list[Row], schema: Schema) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def _pause(kind: str, *, receivable: int | None, **facts: Any) -> Row:
    return {"kind": kind, "receivable_id": receivable, "customer_id": None if receivable else CUSTOMER, **facts}


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


def _person_key(contact: int) -> str:
    return f"person-{contact}"
