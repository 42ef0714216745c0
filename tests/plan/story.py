"""A small portfolio told as a story: customers, invoices and what happened to them, then the plan of a day.

Dates are written as in a letter of May 2026 ("4 May"); Monday 4 May is an ordinary working day in the story's country, whose
only holidays are those the book is given.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl

from dunwell.core import frames
from dunwell.core.calendar import Calendar
from dunwell.core.frames import Portfolio, Proposal
from dunwell.core.jurisdiction import Cap, Hours, Jurisdiction
from dunwell.core.ledger import CustomerKind, DocumentKind, Role, TaskKind
from dunwell.core.policy import Anchor, OnlyIf, Policy, Step
from dunwell.engine import plan

OFFICE = (Role.PAYABLE, Role.REQUESTER)
LEADERS = (Role.DIRECTOR, Role.PAYABLE, Role.REQUESTER)


def step(name: str, offset_days: int, level: int, **more: Any) -> Step:
    more = {"anchor": Anchor.DUE, "content": name, "audience": OFFICE, "tone": "plain"} | more
    return Step(name=name, offset_days=offset_days, level=level, **more)


STEPS = (
    step("request", 0, 0, anchor=Anchor.ISSUE),
    step("upcoming", -7, 1, courtesy=True),
    step("due_day", 0, 2, courtesy=True),
    step("reached", 3, 3, only_if=OnlyIf.SILENCE, other_channel=True),
    step("reminder", 7, 4),
    step("firm", 21, 5, audience=(Role.PAYABLE,), copies=(Role.MANAGER,), pay_by_days=7),
    step("call", 28, 6, task=TaskKind.CALL, task_days=5, else_step="formal"),
    step("formal", 40, 7, audience=LEADERS),
    step("final", 55, 8, audience=LEADERS, approval=True),
)
WAKE_UP = step("wake_up", 7, 3)
STANDARD = Policy("standard", "1", DocumentKind.INVOICE, None, STEPS, WAKE_UP)
FIRM = replace(STANDARD, name="firm", gap_days_min=2)
BEFORE_WORK = Policy(
    "before-work",
    "1",
    DocumentKind.REQUEST,
    None,
    (
        step("order_request", 0, 0, anchor=Anchor.ISSUE),
        step("order_reminder", -7, 1, anchor=Anchor.VALIDITY),
        step("order_last", -2, 2, anchor=Anchor.VALIDITY),
        step("order_closed", 1, 1, anchor=Anchor.VALIDITY),
    ),
    None,
)

LAW, COURTESY = "law", "courtesy"
CALLS, MESSAGES, EMAILS = frozenset({"call"}), frozenset({"email", "sms"}), frozenset({"email"})
JURISDICTION = Jurisdiction(
    code="bg",
    countries=frozenset({"BG"}),
    timezone="Europe/Sofia",
    currency="EUR",
    caps={
        CustomerKind.PERSON: (
            Cap(CALLS, 1, 1, LAW, ""),
            Cap(CALLS, 2, 7, LAW, ""),
            Cap(MESSAGES, 2, 1, LAW, ""),
            Cap(MESSAGES, 4, 7, LAW, ""),
            Cap(MESSAGES, 6, 30, LAW, ""),
        ),
        CustomerKind.BUSINESS: (Cap(CALLS, 2, 7, COURTESY, ""), Cap(EMAILS, 3, 7, COURTESY, "")),
    },
    hours={
        CustomerKind.PERSON: Hours((time(9), time(19)), None, COURTESY, ""),
        CustomerKind.BUSINESS: Hours((time(9), time(18)), None, COURTESY, ""),
    },
    stop_words=(),
    required_lines=(),
    verified_on="2026-05-01",
)


def day(text: str | date) -> date:
    """ "4 May" is in 2026; an ISO date says its own year."""
    if isinstance(text, date):
        return text
    if "-" in text:
        return date.fromisoformat(text)
    return datetime.strptime(f"{text} 2026", "%d %b %Y").date()  # noqa: DTZ007


@dataclass
class Book:
    """Facts are added by methods that read as sentences and return numbers; `plan` asks what should happen on a day."""

    policies: tuple[Policy, ...] = (STANDARD, FIRM, BEFORE_WORK)
    holidays: tuple[str, ...] = ()
    fresh: bool = True
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _next: int = 0

    def customer(self, *, contacts: tuple[str, ...] = ("payable",), **facts: Any) -> int:
        number = self._number()
        self._add(
            "customers",
            {"customer_id": number, "kind": "business", "country": "BG", "locale": "bg", "jurisdiction": "bg"}
            | {"credit_by_currency": [], "unmatched_hold": False}
            | facts,
        )
        for role in contacts:
            self.contact(number, role)
        return number

    def contact(self, customer: int, role: str = "payable", channel: str = "email", **facts: Any) -> int:
        number = facts.pop("contact_id", None) or self._number()
        self._add(
            "contacts",
            {"contact_id": number, "customer_id": customer, "role": role, "rank": 0, "channel": channel}
            | {"address": f"{number}@example.com", "person_key": f"person {number}", "locale": "bg"}
            | {"timezone": "Europe/Sofia", "is_preferred": False, "is_usable": True, "is_approved": False}
            | facts,
        )
        return number

    def invoice(self, customer: int, due: str, amount: int = 100_00, **facts: Any) -> int:
        """An invoice of thirty days, known on the day of issue, whose request was sent by other means that day."""
        due_date = day(due)
        issued = facts.pop("issued", None)
        issue_date = day(issued) if issued else due_date - timedelta(30)
        facts = {key: day(value) if key.endswith(("_on", "_until")) else value for key, value in facts.items()}
        number = self._number()
        self._add(
            "receivables",
            {"receivable_id": number, "customer_id": customer, "invoice_id": number, "document": "invoice"}
            | {"currency": "EUR", "balance": amount, "disputed": 0, "issue_date": issue_date, "due_date": due_date}
            | {"known_on": issue_date, "requested_on": issue_date, "policy": 0, "is_cancelled": False}
            | {"is_imported_late": False}
            | facts,
        )
        return number

    def old_invoice(self, customer: int, due: str, known: str, **facts: Any) -> int:
        return self.invoice(customer, due, known_on=known, is_imported_late=True, **facts)

    def request(self, customer: int, issued: str, valid: str, **facts: Any) -> int:
        number = self.invoice(customer, issued, issued=issued, **facts)
        self.rows["receivables"][-1] |= {
            "document": "request",
            "due_date": None,
            "valid_until": day(valid),
            "policy": 2,
            "requested_on": None,
        }
        return number

    def done(self, receivable: int, name: str, on: str, **facts: Any) -> None:
        self._add("steps_done", {"receivable_id": receivable, "step": name, "on": day(on), "state": "done"} | facts)

    def under_way(self, receivable: int, name: str | None, state: str, since: str, **facts: Any) -> None:
        self._add("under_way", {"receivable_id": receivable, "step": name, "state": state, "since": day(since)} | facts)

    def pause(self, kind: str, *, since: str, until: str | None = None, **facts: Any) -> None:
        broken = facts.pop("broken", None)
        self._add(
            "pauses",
            {"kind": kind, "since": day(since), "until": day(until) if until else None}
            | {"broken_on": day(broken) if broken else None}
            | facts,
        )

    def touch(self, contact: int | None, on: str, *, channel: str = "email", **facts: Any) -> None:
        person = None if contact is None else self.person(contact)
        self._add(
            "touches",
            {"person_key": person, "channel": channel, "on": day(on), "counts": True, "purpose": "request"} | facts,
        )

    def sign(self, customer: int, kind: str, on: str) -> None:
        self._add("signs", {"customer_id": customer, "kind": kind, "on": day(on)})

    def settled(self, customer: int, on: str) -> int:
        number = self._number()
        self._add("settled", {"receivable_id": number, "customer_id": customer, "settled_on": day(on), "policy": 0})
        return number

    def forecast(self, receivable: int, probability: float, days: int = 5) -> None:
        self._add("forecasts", {"receivable_id": receivable, "days": days, "probability": probability})

    def person(self, contact: int) -> str:
        return next(row["person_key"] for row in self.rows["contacts"] if row["contact_id"] == contact)

    def change(self, frame: str, number: int, **facts: Any) -> None:
        """A fact of the book that has changed since."""
        key = {"receivables": "receivable_id", "customers": "customer_id", "contacts": "contact_id"}[frame]
        for row in self.rows[frame]:
            if row[key] == number:
                row |= facts

    def remove(self, receivable: int) -> None:
        """It was paid: a settled receivable is not in the portfolio."""
        self.rows["receivables"] = [row for row in self.rows["receivables"] if row["receivable_id"] != receivable]

    def portfolio(self, as_of: str | date) -> Portfolio:
        calendar = Calendar("BG", frozenset(day(text) for text in self.holidays))
        return Portfolio(
            **{name: self._frame(name, schema) for name, schema in SCHEMAS.items()},
            policies=self.policies,
            jurisdictions={"bg": JURISDICTION},
            calendars={"BG": calendar},
            creditor_calendar=calendar,
            covered_until=day(as_of) - timedelta(1 if self.fresh else 9),
        )

    def plan(self, as_of: str | date, **options: Any) -> Plan:
        return Plan(plan.propose(self.portfolio(as_of), day(as_of), **options))

    def live(self, as_of: str | date) -> Plan:
        """The plan of a day, carried out: what it sends has been sent, what it asks a person to do waits."""
        planned = self.plan(as_of)
        for action in planned.actions:
            self._carry_out(action, planned.items(action["action_id"]), day(as_of))
        for lapse in planned.proposal.lapses.iter_rows(named=True):
            self.done(lapse["receivable_id"], lapse["step"], day(as_of), state=lapse["state"])
        return planned

    def _carry_out(self, action: dict[str, Any], items: list[dict[str, Any]], on: date) -> None:
        steps = [(item["receivable_id"], item["step"]) for item in items if item["step"] or action["task"]]
        if action["task"] is not None:
            for receivable, name in steps:
                self.under_way(receivable, name, "task", on, task=action["task"])
            return
        for receivable, name in steps:
            self.done(receivable, name, on, channel=action["channel"], contact_id=action["contact_id"])
        for contact in (action["contact_id"], *action["copies"]):
            self.touch(
                contact, on, channel=action["channel"], customer_id=action["customer_id"], purpose=action["purpose"]
            )
        if action["content"] == "wake_up":
            self.change("customers", action["customer_id"], woken_on=on)
        if action["purpose"] == "thanks":
            self.rows["settled"] = [row for row in self.rows["settled"] if row["customer_id"] != action["customer_id"]]

    def _number(self) -> int:
        self._next += 1
        return self._next

    def _add(self, frame: str, row: dict[str, Any]) -> None:
        self.rows.setdefault(frame, []).append(row)

    def _frame(self, name: str, schema: frames.Schema) -> pl.DataFrame:
        rows = [{column: row.get(column) for column in schema} for row in self.rows.get(name, [])]
        return pl.DataFrame(rows, schema=schema)


@dataclass(frozen=True)
class Plan:
    proposal: Proposal

    @property
    def actions(self) -> list[dict[str, Any]]:
        return self.proposal.actions.to_dicts()

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [action for action in self.actions if action["task"] is None]

    @property
    def tasks(self) -> list[dict[str, Any]]:
        return [action for action in self.actions if action["task"] is not None]

    def message(self, customer: int) -> dict[str, Any]:
        (found,) = [action for action in self.messages if action["customer_id"] == customer]
        return found

    def items(self, action: int) -> list[dict[str, Any]]:
        return [item for item in self.proposal.items.to_dicts() if item["action_id"] == action]

    def parts(self, action: int) -> dict[int, tuple[str, str | None]]:
        return {item["receivable_id"]: (item["part"], item["step"]) for item in self.items(action)}

    def outcome(self, receivable: int) -> dict[str, Any]:
        (found,) = [row for row in self.proposal.outcomes.to_dicts() if row["receivable_id"] == receivable]
        return found

    def says(self, receivable: int) -> tuple[str, str]:
        found = self.outcome(receivable)
        return found["code"], found["reasons"]


SCHEMAS: dict[str, frames.Schema] = {
    "receivables": frames.RECEIVABLES,
    "customers": frames.CUSTOMERS,
    "contacts": frames.CONTACTS,
    "steps_done": frames.STEPS_DONE,
    "under_way": frames.UNDER_WAY,
    "pauses": frames.PAUSES,
    "touches": frames.TOUCHES,
    "signs": frames.SIGNS,
    "settled": frames.SETTLED,
    "forecasts": frames.FORECASTS,
}
