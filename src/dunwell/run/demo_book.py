"""A year of the demo creditor's books, made from a seed: documents, what was paid when, and what people wrote down meanwhile.

Everything hangs on the day of the demo; the same seed and day give the same books. Nothing here knows the program: the books
become files, and the files are imported like anybody's.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count

from dunwell.core.calendar import Calendar
from dunwell.run import demo_people, demo_words
from dunwell.run.demo_people import Client

SEED = 20260316
YEAR_DAYS = 365
BUSINESS_INVOICES, PERSON_INVOICES = (4, 13), (1, 4)
REQUEST_SHARE = 0.15
"""So many clients have a request before work open or just paid."""
SUMS = {"EUR": (12_000, 480_000), "GBP": (10_000, 390_000), "RUB": (900_000, 45_000_000)}
PERSON_SUMS = {"EUR": (4_000, 60_000), "GBP": (4_000, 50_000), "RUB": (350_000, 6_000_000)}
BANK_FEES = (120, 150, 190, 600)
"""What a bank on the way keeps of a transfer from abroad, minor units."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One document of the books, total in minor units."""

    number: str
    kind: str  # invoice | request | credit_note
    client: Client
    issued: date
    due: date | None
    valid_until: date | None
    total: int
    what_for: str
    credits: str = ""
    sent_on: date | None = None
    instalments: int = 1


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money received: for `numbers` of the books, with what the payer wrote; what the bank kept is missing in `amount`."""

    on: date
    client: Client | None
    payer: str
    currency: str
    amount: int
    text: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """What a colleague wrote down on a day: `what` names the verb, `number` the document or client."""

    on: date
    what: str
    number: str
    until: date | None = None
    amount: int | None = None


@dataclass
class Book:
    clients: list[Client]
    papers: list[Paper] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    _by_number: dict[str, list[Receipt]] = field(default_factory=lambda: defaultdict(list))
    _credits: dict[str, list[Paper]] = field(default_factory=lambda: defaultdict(list))

    def issue(self, papers: Iterable[Paper]) -> None:
        for one in papers:
            self.papers.append(one)
            self._credits[one.credits].append(one)

    def receive(self, receipts: Iterable[Receipt]) -> None:
        for one in receipts:
            self.receipts.append(one)
            for number in one.numbers:
                self._by_number[number].append(one)

    def owed(self, paper: Paper, on: date) -> int:
        """What the books say is open on a document on the evening of a day."""
        credited = sum(one.total for one in self._credits[paper.number] if one.issued <= on)
        whole = any(len(one.numbers) > 1 and one.on <= on for one in self._by_number[paper.number])
        return 0 if whole else paper.total - credited - sum(part for day, part in self.parts(paper) if day <= on)

    def parts(self, paper: Paper) -> list[tuple[date, int]]:
        """What came for one document alone, by day."""
        return [(one.on, one.amount) for one in self._by_number[paper.number] if len(one.numbers) == 1]


def make(as_of: date, calendar: Calendar, *, start: date) -> Book:
    """The books of the year before `as_of`; what people wrote down lies between `start` and `as_of`."""
    chance = random.Random(SEED)
    book = Book(demo_people.clients(chance))
    book.issue(_papers(chance, book.clients, as_of, calendar))
    _pay(chance, book, as_of, calendar)
    _strange_money(book, as_of, calendar)
    _happen(chance, book, as_of, start, calendar)
    book.receipts.sort(key=lambda one: (one.on, one.payer, one.numbers))
    book.events.sort(key=lambda one: one.on)
    return book


def _papers(chance: random.Random, clients: list[Client], as_of: date, calendar: Calendar) -> list[Paper]:
    drafts = [paper for client in clients for paper in _papers_of(chance, client, as_of, calendar)]
    series = {"sofia": count(2_000_004_101), "moscow": count(1_401)}
    numbered = []
    for paper in sorted(drafts, key=lambda one: (one.issued, one.client.number)):
        office = paper.client.office
        number = next(series[office])
        numbered.append(replace(paper, number=str(number) if office == "sofia" else f"М-{number}"))
        if paper.kind == "invoice" and chance.random() < 0.02:
            numbered.append(_credit(numbered[-1], f"{next(series[office])}", as_of, calendar))
    return [one for one in numbered if one.issued <= as_of]


def _papers_of(chance: random.Random, client: Client, as_of: date, calendar: Calendar) -> Iterator[Paper]:
    is_business = client.kind == "business"
    low, high = BUSINESS_INVOICES if is_business else PERSON_INVOICES
    terms = chance.choice((14, 21, 30) if is_business else (10, 14))
    for _ in range(chance.randint(low, high)):
        issued = calendar.previous_business_day(as_of - timedelta(chance.randint(0, YEAR_DAYS)))
        paper = _paper(chance, client, "invoice", issued)
        is_split = is_business and client.office == "sofia" and chance.random() < 0.015
        yield replace(
            paper,
            due=issued + timedelta(terms),
            sent_on=issued if chance.random() < 0.7 else None,
            instalments=3 if is_split else 1,
        )
    if chance.random() < REQUEST_SHARE:
        issued = calendar.previous_business_day(as_of - timedelta(chance.randint(0, 26)))
        yield replace(_paper(chance, client, "request", issued), valid_until=issued + timedelta(14))


def _paper(chance: random.Random, client: Client, kind: str, issued: date) -> Paper:
    low, high = (SUMS if client.kind == "business" else PERSON_SUMS)[client.currency]
    # Small sums are more frequent than large ones, and work is priced in round figures.
    total = round((low * (high / low) ** chance.random()) / 500) * 500
    what = chance.choice(demo_words.WORKS[client.language])
    return Paper("", kind, client, issued, None, None, total, what)


def _credit(paper: Paper, number: str, as_of: date, calendar: Calendar) -> Paper:
    """A credit note for a tenth of an invoice, some days later."""
    issued = calendar.next_business_day(paper.issued + timedelta(9))
    return replace(
        paper,
        number=number if paper.client.office == "sofia" else f"М-{number}",
        kind="credit_note",
        issued=issued,
        due=None,
        total=paper.total // 1_000 * 100,
        credits=paper.number,
        sent_on=None,
        instalments=1,
    )


# --- money


def _pay(chance: random.Random, book: Book, as_of: date, calendar: Calendar) -> None:
    """Each client pays in their manner; nothing that comes after the day of the demo is known."""
    together: dict[tuple[str, date], list[Paper]] = {}
    for paper in book.papers:
        if paper.kind == "credit_note":
            continue
        on = calendar.next_business_day(_day_of_payment(chance, paper, as_of))
        if paper.client.collects and paper.kind == "invoice" and paper.instalments == 1:
            together.setdefault((paper.client.number, _month_end(on, calendar)), []).append(paper)
        elif on < as_of:
            # Drawn up first, entered then: a second part reads what is owed before the first one came.
            book.receive([one for one in _receipts(chance, book, paper, on, calendar) if one.on < as_of])
    for (_, on), papers in together.items():
        if on < as_of:
            book.receive([_receipt(chance, papers, on, sum(book.owed(one, as_of) for one in papers))])


def _day_of_payment(chance: random.Random, paper: Paper, as_of: date) -> date:
    if paper.due is None:
        assert paper.valid_until is not None
        return paper.issued + timedelta(chance.choice((2, 4, 6, 9, 400)))
    _, first, last = demo_people.MANNERS[paper.client.manner]
    # Who is silent now paid once, slowly: a book in which somebody never paid would be another story.
    if paper.client.manner == "silent" and paper.due < as_of - timedelta(75):
        first, last = 20, 60
    return max(paper.issued + timedelta(1), paper.due + timedelta(chance.randint(first, last)))


def _receipts(chance: random.Random, book: Book, paper: Paper, on: date, calendar: Calendar) -> Iterator[Receipt]:
    owed = book.owed(paper, on)
    if paper.instalments > 1:
        for number in range(paper.instalments):
            day = calendar.next_business_day(on + timedelta(30 * number))
            yield _receipt(chance, [paper], day, _instalment(paper.total, paper.instalments, number))
    elif chance.random() < 0.05:
        half = owed // 200 * 100
        yield _receipt(chance, [paper], on, half)
        yield _receipt(chance, [paper], calendar.next_business_day(on + timedelta(chance.randint(18, 40))), owed - half)
    elif paper.client.currency != "RUB" and paper.client.language == "en" and chance.random() < 0.12:
        yield _receipt(chance, [paper], on, owed - chance.choice(BANK_FEES))
    else:
        yield _receipt(chance, [paper], on, owed)


def _instalment(total: int, parts: int, number: int) -> int:
    each = total // parts // 100 * 100
    return each if number < parts - 1 else total - each * (parts - 1)


def instalments(paper: Paper) -> list[tuple[date, int]]:
    """Due date and sum of each part of a document that is paid in parts, a month apart."""
    assert paper.due is not None
    return [
        (paper.due + timedelta(30 * number), _instalment(paper.total, paper.instalments, number))
        for number in range(paper.instalments)
    ]


def _receipt(chance: random.Random, papers: list[Paper], on: date, amount: int) -> Receipt:
    client = papers[0].client
    numbers = tuple(one.number for one in papers)
    text = chance.choice(demo_words.REMITTANCE[client.language]).format(", ".join(numbers))
    return Receipt(on, client, client.name, client.currency, amount, text, numbers)


def _month_end(day: date, calendar: Calendar) -> date:
    first = (day.replace(day=28) + timedelta(4)).replace(day=1)
    return calendar.previous_business_day(first - timedelta(1))


def _strange_money(book: Book, as_of: date, calendar: Calendar) -> None:
    """What every bank statement has: a payer nobody knows, a number that does not exist, the same bill paid twice."""
    days = [calendar.add_business_days(as_of, -back) for back in (1, 3, 6)]
    sofia = [one for one in book.receipts if one.client and one.client.office == "sofia" and len(one.numbers) == 1]
    known = sofia[len(sofia) // 2].client
    twice = max((one for one in sofia if one.on < days[2]), key=lambda one: one.on)
    assert known is not None
    book.receive(
        [
            Receipt(days[0], None, "Лозен Пропърти ЕООД", "EUR", 84_000, "по договор", ()),
            Receipt(
                days[1],
                known,
                known.name,
                known.currency,
                31_250,
                demo_words.REMITTANCE[known.language][0].format("2000009917"),
                (),
            ),
            replace(twice, on=days[2], numbers=()),
        ]
    )


# --- what people wrote down


def _happen(chance: random.Random, book: Book, as_of: date, start: date, calendar: Calendar) -> None:
    """Promises kept and broken, disputes, pauses, wishes: spread over the days that the program lives through."""
    late = [
        paper
        for paper in book.papers
        if paper.kind == "invoice"
        and paper.instalments == 1
        and not paper.client.collects
        and paper.due is not None
        and paper.due < as_of - timedelta(4)
        and book.owed(paper, as_of) > paper.total // 2
    ]
    chance.shuffle(late)
    one_each = list({paper.client.number: paper for paper in late}.values())
    turn = iter(one_each)

    def day(paper: Paper) -> date:
        assert paper.due is not None
        first = max(start + timedelta(3), paper.due + timedelta(2))
        return calendar.previous_business_day(min(first + timedelta(chance.randint(0, 6)), as_of - timedelta(2)))

    for kept in (False, False, False, True, True, True):
        paper = next(turn)
        on = day(paper)
        until = calendar.next_business_day(on + timedelta(5))
        book.events.append(Event(on, "promise", paper.number, until, book.owed(paper, on)))
        if kept and until < as_of:
            book.receive([_receipt(chance, [paper], until, book.owed(paper, as_of))])
    for what, part in (("quality", None), ("documents", None), ("wrong_sum", 4)):
        paper = next(turn)
        book.events.append(
            Event(day(paper), f"dispute:{what}", paper.number, None, part and paper.total // part // 100 * 100)
        )
    for reason, days in (("asked_for_time", 12), ("claimed_paid", 6), ("hardship", None)):
        paper = next(turn)
        on = day(paper)
        book.events.append(Event(on, f"hold:{reason}", paper.number, on + timedelta(days) if days else None))
    for what in (
        "relationship",
        "opt_out",
        "opt_out",
        "insolvent",
        "owes:answer",
        "owes:document",
        "contacted",
        "contacted",
        "bounce",
        "bounce",
    ):
        paper = next(turn)
        book.events.append(Event(day(paper), what, paper.client.number))
