"""The demo: a creditor with offices in Sofia and Moscow, a year of books, and the last four weeks lived through in rehearsal.

Nothing is invented beside the program: the books are files that the importer reads, what people do goes through the functions
that people use, every day is an ordinary run. The demo's creditor can never go live.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from dunwell.core.calendar import Calendar
from dunwell.core.channel import Reply
from dunwell.core.money import Money
from dunwell.run import calendars, day, deliver, demo_book, demo_files, demo_report, ingest, jurisdictions, people, ways
from dunwell.run.day import Day
from dunwell.run.demo_book import Event
from dunwell.run.demo_people import bulgarian_iban, control_digit_inn, eik
from dunwell.store import bounces, outbox, outbox_view, scope
from dunwell.store.models import BankAccount, Creditor, Message, Recipient, Run, Staff

SLUG = "demo"
BOOKS_DAYS, LIVED_DAYS = 27, 22
"""Business days before the demo: when the books were taken over, and when the first run was."""
MOSCOW = "moscow"
ACCOUNT_WEIGHTS = (7, 1, 3) * 8
Say = Callable[[str], None]


@dataclass(frozen=True)
class Demo:
    """The demo's creditor, its last day, and what there is to see of it, as text."""

    creditor: Creditor
    as_of: date
    day: Day
    report: str


def run(*, as_of: date, folder: Path, now: datetime, by: str, say: Say) -> Demo:
    """Live through the demo up to `as_of` (the last business day of Sofia up to it); `folder` is the program's data folder.

    The same day again finds the creditor of the day and runs its last day again, which sends nothing. Rehearsal files go to
    `folder`/rehearsal, the books to `folder`/demo.
    """
    calendar = _calendar(as_of)
    today = calendar.previous_business_day(as_of)
    creditor, is_new = _creditor(today)
    if is_new:
        say(f"Making the books of “{creditor.name}”: 200 customers in three languages, a year of invoices.")
        _Life(creditor, calendar, today, folder, by, say).live()
    else:
        say("The demo of this day exists already: its last day is run again, which writes nothing twice.")
    say(f"Running {today:%A %d %B %Y}.")
    done = _run_day(creditor, today, folder, by, now=now)
    return Demo(creditor, today, done, demo_report.write(creditor, done, folder))


def _calendar(as_of: date) -> Calendar:
    years = range(as_of.year - 2, as_of.year + 2)
    return calendars.load({"BG"}, years, jurisdictions.load_all(), {})["BG"]


def _creditor(today: date) -> tuple[Creditor, bool]:
    """The demo's creditor of this day, made when there is none; one of an earlier day keeps its name and its history."""
    for slug in _slugs(today):
        found = Creditor.objects.filter(slug=slug).first()
        if found is None:
            return _founded(slug, today), True
        with scope.of(found.pk):
            if Run.objects.filter(effective_on=today).exists():
                return found, False
    raise AssertionError("the names never end")


def _slugs(today: date) -> Iterator[str]:
    yield SLUG
    yield f"{SLUG}-{today}"
    yield from (f"{SLUG}-{today}-{number}" for number in count(2))


def _founded(slug: str, today: date) -> Creditor:
    creditor = Creditor.objects.create(
        slug=slug,
        name="Mayak Studio",
        registered_name="„Маяк Студио“ ООД",
        registration_number=eik("99900000"),
        tax_id=f"BG{eik('99900000')}",
        address="София 1000, ул. „Шипка“ 18",
        country="BG",
        locale="bg",
        timezone="Europe/Sofia",
        currency="EUR",
        is_demo=True,
        reply_address="accounts@mayak-studio.example",
    )
    since = today - timedelta(2 * demo_book.YEAR_DAYS)
    both = {"since": since, "proposed_by": "Мария Иванова", "confirmed_by": "Пламен Георгиев"}
    with scope.of(creditor.pk):
        for number, currency in enumerate(("EUR", "GBP"), 1):
            BankAccount.objects.create(
                creditor=creditor, currency=currency, holder="Mayak Studio OOD", bank="Primerna Banka AD",
                iban=bulgarian_iban(10_000_000 + number), bic="XMPLBGSF", **both,
            )  # fmt: skip
        BankAccount.objects.create(
            creditor=creditor, currency="RUB", holder="Представительство «Маяк Студио ООД»", bank="АО «Пример Банк», Москва",
            bic="044599777", account=_keyed("40702810", "000000000017", "777"), correspondent=_keyed("30101810", "000000000777", "099"),
            tax_id=control_digit_inn("999900001"), kpp="999901001", **both,
        )  # fmt: skip
        _staff(creditor)
    return creditor


def _keyed(balance_account: str, rest: str, bank: str) -> str:
    """A Russian account of 20 digits whose ninth digit is its key (order of the Bank of Russia 515)."""
    accounts = (f"{balance_account}{key}{rest[1:]}" for key in range(10))
    return next(account for account in accounts if _key_sum(bank + account) % 10 == 0)


def _key_sum(digits: str) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, ACCOUNT_WEIGHTS, strict=False))


def _staff(creditor: Creditor) -> None:
    Staff.objects.create(
        creditor=creditor, name="Мария Иванова", gender="f", title="счетоводител", email="maria.ivanova@mayak-studio.example",
        phone="+359 2 000 0999",
        names_by_locale={"en": {"name": "Maria Ivanova", "title": "Accounts"}, "ru": {"name": "Мария Иванова", "title": "бухгалтер"}},
    )  # fmt: skip
    Staff.objects.create(
        creditor=creditor, name="Анна Соколова", gender="f", title="счетоводител, московски офис",
        email="anna.sokolova@mayak-studio.example", phone="+7 495 000-09-99",
        names_by_locale={"en": {"name": "Anna Sokolova", "title": "Accounts, Moscow office"}, "ru": {"name": "Анна Соколова", "title": "бухгалтер"}},
    )  # fmt: skip


class _Life:
    """The weeks before the day of the demo: files come in, things happen, days are run, a colleague works through the list."""

    def __init__(self, creditor: Creditor, calendar: Calendar, today: date, folder: Path, by: str, say: Say) -> None:
        self.creditor, self.today, self.folder, self.by, self.say = creditor, today, folder, by, say
        self.start = calendar.add_business_days(today, -BOOKS_DAYS)
        self.first_run = calendar.add_business_days(today, -LIVED_DAYS)
        self.days = [one for one in _days(self.first_run, today) if calendar.is_business_day(one)]
        self.book = demo_book.make(today, calendar, start=self.first_run)
        self.files = folder / creditor.slug
        self.chance = random.Random(demo_book.SEED)

    def live(self) -> None:
        self.files.mkdir(parents=True, exist_ok=True)
        self._take_over()
        before = self.start
        for number, on in enumerate(self.days, 1):
            self._morning(before, on)
            if on < self.today:
                _run_day(self.creditor, on, self.folder, self.by)
                _Colleague(self.creditor, on, self.folder, self.chance).work()
                self.say(f"Lived through {on:%d %B} ({number} of {len(self.days)} days).")
            before = on

    def _take_over(self) -> None:
        """The books as they were on the day they were taken over."""
        known = [one for one in self.book.papers if one.issued <= self.start]
        self._import(demo_files.customers(self.book.clients, self.files / "customers.csv"), self.start, "customers")
        self._import(demo_files.invoices(known, self.files / "invoices.csv"), self.start, "invoices")
        self._import(
            demo_files.in_parts(self.book.papers, self.files / "invoices in instalments.csv"), self.start, "invoices"
        )
        sheet = demo_files.open_items(self.book, self.start, self.files / "open items ru.xlsx", since=date.min)
        self._import(sheet, self.start, "invoices", source=MOSCOW)
        received = [one for one in self.book.receipts if one.on < self.start]
        self._import(demo_files.payments(received, self.files / "payments.csv"), self.start, "payments")

    def _morning(self, before: date, on: date) -> None:
        """What came since the last day that the program knows: invoices, money, and what people wrote down."""
        new = [one for one in self.book.papers if before < one.issued <= on]
        self._import(demo_files.invoices(new, self.files / f"invoices {on}.csv"), on, "invoices")
        received = [one for one in self.book.receipts if before <= one.on < on]
        self._import(demo_files.payments(received, self.files / f"payments {on}.csv"), on, "payments")
        sheet = self.files / f"open items ru {on}.xlsx"
        since = on - timedelta(demo_files.SHOWN_DAYS)
        lost = self._lost_row(on)
        demo_files.open_items(self.book, on, sheet, since=since, without=lost)
        self._import(sheet, on, "invoices", source=MOSCOW, complete=bool(lost))
        for source in ("bank, Sofia", "open items, Moscow"):
            people.cover(self.creditor, source, on - timedelta(1), on=on, by=self.by, why="imported this morning")
        for event in self.book.events:
            if before < event.on <= on:
                self._happened(event, on)

    def _lost_row(self, on: date) -> frozenset[str]:
        """On the last day the sheet of Moscow is said to be complete, and somebody has deleted a row that was open."""
        if on != self.days[-1]:
            return frozenset()
        yesterday = on - timedelta(1)
        still_open = [
            one.number
            for one in self.book.papers
            if one.client.office == "moscow" and one.kind == "invoice" and one.issued < yesterday and one.due and one.due < on
            and self.book.owed(one, yesterday) > 0
        ]  # fmt: skip
        return frozenset(still_open[-1:])

    def _import(
        self, path: Path | None, on: date, kind: str, *, source: str = ingest.SOURCE, complete: bool = False
    ) -> None:
        if path is not None:
            ingest.file(self.creditor, path, as_of=on, by=self.by, kind=kind, source=source, complete=complete)

    def _happened(self, event: Event, on: date) -> None:
        """One thing that a person wrote down, by the function that people use for it."""
        creditor, number = self.creditor, event.number
        verb, _, detail = event.what.partition(":")
        said: dict[str, Any] = {"on": on, "by": "Мария Иванова"}
        if verb == "promise":
            assert event.until is not None
            people.promise(creditor, number, promised_date=event.until, amount=None, why="by telephone", **said)
        elif verb == "dispute":
            currency = next(one.client.currency for one in self.book.papers if one.number == number)
            amount = Money(event.amount, currency) if event.amount else None
            people.dispute(creditor, number, cause=detail, amount=amount, why="wrote to us", **said)
        elif verb == "hold":
            people.hold(creditor, number=number, reason=detail, until=event.until, why="asked by e-mail", **said)
        elif verb == "relationship":
            people.hold(
                creditor,
                customer_name=number,
                reason=verb,
                until=None,
                why="the director talks to them himself",
                **said,
            )
        elif verb == "opt_out":
            people.opt_out(creditor, self._address(number), channel="email", why="answered STOP", **said)
        elif verb == "insolvent":
            people.state(creditor, number, verb, why="published in the commercial register", **said)
        elif verb == "owes":
            people.our_side(creditor, number, detail, done=False, why="asked for it; we have not answered yet", **said)
        elif verb == "contacted":
            people.contacted(creditor, number, channel="call", note="met at the trade fair; will look into it", **said)
        elif verb == "bounce":
            _bounce(creditor, number, on)

    def _address(self, number: str) -> str:
        return next(one for one in self.book.clients if one.number == number).people[0].email


class _Colleague:
    """A person who works through the list on most days: allows the formal letters, makes the calls."""

    def __init__(self, creditor: Creditor, on: date, folder: Path, chance: random.Random) -> None:
        self.creditor, self.on, self.folder, self.chance = creditor, on, folder, chance

    def work(self) -> None:
        if self._allow():
            _deliver_rest(self.creditor, self.on, self.folder)
        self._call()

    def _allow(self) -> int:
        with scope.of(self.creditor.pk):
            waiting = [(one.pk, one.content_hash) for one in outbox_view.waiting(self.creditor.pk)]
        chosen = [one for one in waiting if self.chance.random() < 0.7]
        for number, content_hash in chosen:
            outbox.approve(
                self.creditor.pk,
                number,
                content_hash=content_hash,
                by="Пламен Георгиев",
                on=self.on,
                why="read and right",
            )
        return len(chosen)

    def _call(self) -> None:
        with scope.of(self.creditor.pk):
            calls = [
                (one.pk, one.customer.external_id, one.kind)
                for one in outbox_view.open_tasks(self.creditor.pk)
                if one.kind == "call" and one.due_on < self.on
            ]
        for number, client, kind in calls:
            if self.chance.random() < 0.6:
                outcome = self.chance.choice(
                    ("will pay this week", "asked for the documents again", "nobody answered twice")
                )
                people.close_task(self.creditor, number, outcome=outcome, is_done=True, on=self.on, by="Мария Иванова")
                people.contacted(self.creditor, client, channel=kind, note=outcome, on=self.on, by="Мария Иванова")


def _run_day(creditor: Creditor, on: date, folder: Path, by: str, *, now: datetime | None = None) -> Day:
    at = now or datetime.combine(on, time(6), UTC)
    return day.run(creditor, on, now=at, today=on, by=by, folder=folder / "rehearsal")


def _deliver_rest(creditor: Creditor, on: date, folder: Path) -> None:
    """What was allowed during the day leaves on the same day."""
    for moment in outbox_view.first_moments(creditor.pk, on):
        with ways.opened(creditor, rehearsal=True, folder=folder / "rehearsal") as out:
            deliver.deliver(creditor.pk, moment + timedelta(minutes=1), out, rehearsal=True)


def _bounce(creditor: Creditor, number: str, on: date) -> None:
    """The last letter to a client came back: the mailbox is gone."""
    with scope.of(creditor.pk):
        message = (
            Message.objects.filter(customer__external_id=number, state="sent", channel="email").order_by("-pk").first()
        )
        if message is not None:
            address = Recipient.objects.filter(message=message, copy=False).values_list("address", flat=True)[0]
            reply = Reply(address, 550, "5.1.1 user unknown")
            bounces.record(message.pk, refused=[reply], said=str(reply), went=False, on=on)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(number) for number in range((last - first).days + 1)]
