"""A scenario is a story about a policy: a customer, invoices, what happens, and what the program is expected to do.

Scenarios lie beside their policy as `<name>.scenarios.toml`, written in dates and words that finance people read; the tests
play every one of them day by day. This module is their value and their reading; `dunwell.run.scenarios` plays them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dunwell.core import toml_text
from dunwell.core.ledger import CustomerKind, CustomerState, HoldReason, OurDebt, Role, TaskKind
from dunwell.core.money import CURRENCIES, AmountUnreadable, Money
from dunwell.core.policy_text import CHANNELS
from dunwell.core.refusal import Finding
from dunwell.core.toml_text import Table

BESIDE_THE_LADDER = ("thanks", "lifted")
"""What an expectation calls the letters that are no step: the thank-you, and the one that says that work goes on."""

COUNTRY_DEFAULT = "GB"

QUIET_DAYS = 60
"""So long nothing may happen where a story says "after" and no end."""


@dataclass(frozen=True, slots=True)
class Person:
    """A contact of the story's customer, reachable by these channels."""

    role: Role
    channels: tuple[str, ...] = ("email", "sms", "call")
    is_approved: bool = False


@dataclass(frozen=True, slots=True)
class Customer:
    kind: CustomerKind
    country: str
    state: CustomerState | None = None
    contacts: tuple[Person, ...] = ()
    may_stop_work: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice, or a request before work (then `valid_until` instead of `due`, and `work_days` that its work takes, 0: not known);
    `policy` empty = the file's own.
    """

    number: str
    issued: date
    due: date | None
    valid_until: date | None
    amount: Money
    known: date
    sent_elsewhere: date | None = None
    policy: str = ""
    forecast: float = 0.0
    work_days: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """What happens in the morning of a day, before the run; `number` names a document, empty = the first one."""

    on: date
    kind: str
    value: Any
    number: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """A message or task on a day (`step`), or nothing at all from `on` to `until`; `line` is where the story says so.

    Empty fields are not compared: a story says what matters to it.
    """

    line: int
    on: date
    until: date
    step: str = ""
    task: str = ""
    channel: str = ""
    to: str = ""
    copies: tuple[str, ...] | None = None
    asks: tuple[Money, ...] = ()
    about: tuple[str, ...] = ()
    approval: bool | None = None
    because: str = ""
    starts: date | None = None
    later: date | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """`starts` is the first day that is compared; everything the program does from then to `ends` must be expected. `week_days` are the
    job-days that a week of ours holds; 0: nobody has said.
    """

    title: str
    file: str
    line: int
    customer: Customer
    documents: tuple[Document, ...]
    events: tuple[Event, ...]
    expected: tuple[Expectation, ...]
    starts: date
    ends: date
    has_page: bool = False
    creditor_country: str = ""
    week_days: int = 0


def read(text: str, file: str) -> tuple[list[Scenario], list[Finding]]:
    """The scenarios of a file and no findings, or every finding of the file."""
    source = toml_text.read(text, file)
    if isinstance(source, Finding):
        return [], [source]
    root = Table.root(source)
    scenarios = [_scenario(table, file) for table in root.tables("scenario")]
    root.finish()
    return ([], root.findings) if root.findings else (scenarios, [])


def _scenario(table: Table, file: str) -> Scenario:
    customer = table.table("customer")
    invoice = table.table("invoice")
    rows = ([invoice] if invoice else []) + table.tables("invoices")
    documents = tuple(_document(row, number) for number, row in enumerate(rows, 1))
    if not documents:
        table.complain(
            "missing_key", "there is no invoice", remedy="Add invoice = { issued = …, due = …, amount = … }."
        )
    expected = tuple(_expectation(row) for row in table.tables("expect"))
    first = min((one.known for one in documents), default=date.min)
    scenario = Scenario(
        title=table.text("title"),
        file=file,
        line=table.line,
        customer=_customer(customer, table.tables("contacts")),
        documents=documents,
        events=tuple(_event(row, documents) for row in table.tables("events")),
        expected=expected,
        starts=table.day("from", first),
        ends=table.day("until", max((one.until for one in expected), default=first)),
        has_page=table.flag("page_links", False),
        creditor_country=table.text("creditor_country", ""),
        week_days=table.whole("week_days", 0, low=0, high=100),
    )
    if not expected:
        table.complain("missing_key", "nothing is expected", remedy='Add expect = [ { on = …, step = "…" } ].')
    table.finish()
    return scenario


def _customer(table: Table | None, contacts: list[Table]) -> Customer:
    if table is None:
        return Customer(CustomerKind.BUSINESS, COUNTRY_DEFAULT, None, _contacts(contacts, CustomerKind.BUSINESS))
    kind = table.member("kind", CustomerKind, CustomerKind.BUSINESS)
    state = table.member_or_none("state", CustomerState)
    may_stop = table.flag("may_stop_work", False)
    customer = Customer(kind, table.text("country", COUNTRY_DEFAULT), state, _contacts(contacts, kind), may_stop)
    table.finish()
    return customer


def _contacts(rows: list[Table], kind: CustomerKind) -> tuple[Person, ...]:
    if not rows:
        return (Person(Role.REQUESTER if kind == CustomerKind.PERSON else Role.PAYABLE),)
    return tuple(_person(row) for row in rows)


def _person(table: Table) -> Person:
    channels = table.choices("channels", CHANNELS, ("email", "sms", "call"))
    person = Person(table.member("role", Role), channels, table.flag("approved", False))
    table.finish()
    return person


def _document(table: Table, number: int) -> Document:
    issued = table.day("issued")
    due, valid_until = table.day("due", None), table.day("valid_until", None)
    if (due is None) == (valid_until is None):
        table.complain(
            "missing_key", "a document has either 'due' or 'valid_until'", remedy="Add one, remove the other."
        )
    document = Document(
        number=table.text("number", str(number)),
        issued=issued,
        due=due,
        valid_until=valid_until,
        amount=_money(table, "amount"),
        known=table.day("known", issued),
        sent_elsewhere=table.day("sent_elsewhere", None),
        policy=table.text("policy", ""),
        forecast=table.share("forecast", 0.0),
        work_days=table.whole("work_days", 0, low=0, high=250),
    )
    table.finish()
    return document


def _money(table: Table, key: str) -> Money:
    return _money_of(table, key, table.text(key))


def _money_of(table: Table, key: str, text: str) -> Money:
    amount, _, currency = text.partition(" ")
    try:
        return Money.parse(amount, currency if currency in CURRENCIES else "EUR")
    except AmountUnreadable as error:
        table.complain("amount_unreadable", str(error), key=key, remedy='Write it like "1240.00 EUR".')
        return Money(0, "EUR")


# What may happen, and how its value is written. Each event has `on` and exactly one of these keys.
EVENTS: dict[str, Callable[[Table, str], Any]] = {
    "paid": Table.text,  # "1240.00"
    "promised": Table.day,  # the day by which the customer promised to pay
    "discount": Table.text,  # "20.00" off, told on that day, for paying the rest by `until`
    "cashback": Table.text,  # "20.00" credited, for paying by `until` and leaving a review
    "reviewed": Table.flag,  # a person has seen the review
    "instalments": lambda table, key: _parts(
        table, key
    ),  # ["2026-04-15 620.00", …]: an agreed schedule of all that is open
    "disputed": Table.text,  # "all", or the contested sum
    "dispute_ended": Table.flag,
    "held": lambda table, key: table.choice(key, tuple(HoldReason)),  # `until` a day, else until lifted
    "lifted": Table.flag,
    "replied": Table.flag,  # an answer that was read and needs nothing more
    "opened": Table.flag,  # the page behind a link
    "bounced": lambda table, key: table.choice(key, CHANNELS),
    "opted_out": lambda table, key: table.choice(key, CHANNELS),
    "state": lambda table, key: table.choice(key, tuple(CustomerState)),
    "contacted": lambda table, key: table.choice(key, CHANNELS),  # by hand
    "done": lambda table, key: table.choice(key, tuple(TaskKind)),  # a task closed with an outcome
    "away": Table.flag,  # the program does not run from `on` until the day before `until`
    "payments_missing": Table.flag,  # the money data end the day before `on`, until the day before `until`
    "our_side_owes": lambda table, key: table.choice(key, tuple(OurDebt)),
    "our_side_done": Table.flag,
    "money_unmatched": Table.flag,
    "money_allocated": Table.flag,
    "on_account": Table.text,  # "300.00": the customer's money with us, in the document's currency
    "debit_pending": Table.day,
    "cancelled": Table.flag,
    "invoiced": Table.flag,  # a request before work became an invoice
    "other_asks": lambda table, key: table.whole(key, low=1, high=250),  # another client asks for work of so many days
    "other_takes": Table.flag,  # … and has paid: the first free place is theirs
    "approved": Table.flag,  # somebody approves what waits that day; a story without it approves everything at once
}


def _parts(table: Table, key: str) -> tuple[tuple[date, str], ...]:
    found = []
    for text in table.texts(key):
        day, _, amount = text.partition(" ")
        try:
            found.append((date.fromisoformat(day), amount))
        except ValueError:
            table.complain("wrong_type", f"{text!r} does not fit", key=key, remedy='Write "2026-04-15 620.00".')
    return tuple(found)


def _event(table: Table, documents: tuple[Document, ...]) -> Event:
    on, until, number = table.day("on"), table.day("until", None), table.text("invoice", "")
    kinds = [key for key in table.values if key in EVENTS]
    if len(kinds) != 1:
        table.complain(
            "event_unclear", "an event says exactly one thing", remedy=f"Known: {', '.join(sorted(EVENTS))}."
        )
        table.finish()
        return Event(on, "lifted", True)
    if number and number not in {document.number for document in documents}:
        table.complain("unknown_value", f"there is no invoice '{number}'", key="invoice", remedy="Use its number.")
    event = Event(on, kinds[0], EVENTS[kinds[0]](table, kinds[0]), number, until)
    table.finish()
    return event


def _expectation(table: Table) -> Expectation:
    is_nothing = table.flag("nothing", False)
    on, until = _span(table, is_nothing=is_nothing)
    step = table.text("step", "")
    if is_nothing == bool(step):
        remedy = 'Write step = "…" or nothing = true.'
        table.complain("expectation_unclear", "it says either a step or nothing", remedy=remedy)
    expectation = Expectation(
        line=table.line,
        on=on,
        until=until,
        step=step,
        task=table.choice("task", tuple(TaskKind), ""),
        channel=table.choice("channel", CHANNELS, ""),
        to=table.choice("to", tuple(Role), ""),
        copies=table.choices("copies", tuple(Role)) if "copies" in table.values else None,
        asks=_sums(table),
        about=table.texts("about", ()),
        approval=table.flag("approval") if "approval" in table.values else None,
        because=table.text("because", ""),
        starts=table.day("starts", None),
        later=table.day("later", None),
    )
    table.finish()
    return expectation


def _span(table: Table, *, is_nothing: bool) -> tuple[date, date]:
    """`on` one day; `from … until`; or `after` a day, which itself does not count, for two months."""
    if "after" in table.values:
        after = table.day("after")
        return after + timedelta(1), table.day("until", after + timedelta(QUIET_DAYS))
    on = table.day("from" if "from" in table.values else "on")
    return on, table.day("until") if "from" in table.values and is_nothing else on


def _sums(table: Table) -> tuple[Money, ...]:
    """`asks = "1240.00 EUR"`, or a list with one sum for each currency."""
    is_one = isinstance(table.values.get("asks"), str)
    texts = (table.text("asks"),) if is_one else table.texts("asks", ())
    return tuple(_money_of(table, "asks", text) for text in texts)
