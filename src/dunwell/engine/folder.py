"""Papers for people: the folder of a visit, the agenda of a talk, a proposal to pay in parts, the end of a contract.

Nothing of them is sent by the program: a person takes them along, or signs them.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dunwell.core.claims import Party, Signatory
from dunwell.core.money import Money, total_by_currency
from dunwell.core.paper import (
    WINDOWS,
    Block,
    Bullets,
    Document,
    Heading,
    Letterhead,
    NewPage,
    PaperTable,
    Paragraph,
    Signature,
    SmallPrint,
    Title,
)
from dunwell.engine import terms

KINDS = ("visit", "talk", "restructuring", "termination")
LETTERS = KINDS[2:]


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    number: str
    issue_date: date
    due_date: date
    left: Money


@dataclass(frozen=True, slots=True)
class Gift:
    """What may be brought: at most so much, by which rule."""

    limit: Money
    basis: str


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """Everything these papers say. `gift` is none where nothing may be given; `retainer` none without a year's history."""

    kind: str
    on: date
    locale: str
    sender: Party
    writer: Signatory
    customer: str
    address: tuple[str, ...]
    since: date
    results: tuple[tuple[date, str], ...]
    open: tuple[OpenInvoice, ...]
    parts: tuple[tuple[date, Money], ...] = ()
    retainer: Money | None = None
    gift: Gift | None = None
    contract: str = ""
    basis: str = ""
    ends_on: date | None = None
    answer_by: date | None = None


def split(amount: Money, parts: int) -> tuple[Money, ...]:
    """Equal parts; what does not divide goes into the first."""
    each, rest = divmod(amount.minor, parts)
    return tuple(Money(each + (rest if not place else 0), amount.currency) for place in range(parts))


def monthly(first: date, count: int) -> tuple[date, ...]:
    """The same day of each month, the last one of a month that is shorter."""
    months = [divmod(first.year * 12 + first.month - 1 + n, 12) for n in range(count)]
    return tuple(
        date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1])) for year, month in months
    )


def document(facts: FolderFacts, words: Mapping[str, Any]) -> Document:
    own = words[facts.kind]
    say = _Say(facts, own)
    body = {"visit": _visit, "talk": _talk, "restructuring": _restructuring, "termination": _termination}[facts.kind]
    return Document(
        title=say("title"),
        author=facts.sender.name,
        day=facts.on,
        locale=facts.locale,
        footer=", ".join(filter(None, (facts.sender.name, facts.sender.tax_id))),
        letter=_letterhead(facts, words) if facts.kind in LETTERS else None,
        blocks=(Title(say("title")), *body(facts, say, words)),
    )


def subject(facts: FolderFacts, words: Mapping[str, Any], *, is_person: bool) -> str:
    """Of the letter that brings a paper: its title; a natural person's screen shows nothing of money."""
    if is_person:
        return str(words["subject_person"]).format(sender=terms.clean(facts.sender.name))
    return _Say(facts, words[facts.kind])("title")


def covering(facts: FolderFacts, words: Mapping[str, Any]) -> str:
    """What the letter around a paper of LETTERS says: the paper's own sentences, so that both say the same."""
    say, locale = _Say(facts, words[facts.kind]), facts.locale
    thanks, what, rest, last = say.all("body")
    if facts.kind == "restructuring":
        parts = (f"{terms.long_date(on, locale)}: {terms.money(part, locale)}" for on, part in facts.parts)
        said = [thanks, "\n".join([what, *parts])]
    else:
        said = [thanks, what, rest if facts.open else say("nothing_open")]
    invoices = (
        f"{terms.clean(one.number)}, {terms.numeric_date(one.issue_date, locale)}: {terms.money(one.left, locale)}"
        for one in facts.open
    )
    return "\n\n".join(filter(None, [*said, "\n".join(invoices), last, say.fill(words["enclosed"])]))


class _Say:
    """The paper's sentences with the facts filled in."""

    def __init__(self, facts: FolderFacts, own: Mapping[str, Any]) -> None:
        self.own, locale = own, facts.locale
        day = terms.long_date
        owed = " + ".join(
            terms.money(one, locale) for one in total_by_currency(one.left for one in facts.open).values()
        )
        self.values = {
            "customer": terms.clean(facts.customer),
            "day": day(facts.on, locale),
            "since": day(facts.since, locale),
            "address": ", ".join(facts.address[1:]) or terms.clean(facts.customer),
            "open": owed,
            "oldest": day(min(one.due_date for one in facts.open), locale) if facts.open else "",
            "parts": str(len(facts.parts)),
            "first": day(facts.parts[0][0], locale) if facts.parts else "",
            "retainer": terms.money(facts.retainer, locale) if facts.retainer else "",
            "limit": terms.money(facts.gift.limit, locale) if facts.gift else "",
            "contract": terms.clean(facts.contract),
            "ends_on": day(facts.ends_on, locale) if facts.ends_on else "",
            "answer_by": day(facts.answer_by, locale) if facts.answer_by else "",
        }
        self.values["basis"] = facts.gift.basis if facts.gift else terms.clean(facts.basis)

    def __call__(self, key: str) -> str:
        return self.fill(str(self.own[key]))

    def fill(self, sentence: str) -> str:
        return sentence.format(**self.values).replace("г..", "г.")

    def all(self, key: str) -> tuple[str, ...]:
        return tuple(map(self.fill, self.own[key]))


def _visit(facts: FolderFacts, say: _Say, words: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading(say("purpose_title"))
    yield Paragraph(say("purpose"))
    yield Heading(say("where_title"))
    yield Paragraph(say("where"))
    yield Heading(say("bring_title"))
    bring = say.all("bring")
    yield Bullets(bring if facts.gift else bring[:1])
    yield Paragraph(say("gift" if facts.gift else "public_body"))
    yield Heading(say("ask_title"))
    yield Bullets(say.all("ask"))
    yield Heading(say("after_title"))
    yield Paragraph(say("after"))
    yield from _results(facts, say, words)


def _talk(facts: FolderFacts, say: _Say, words: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading(say("purpose_title"))
    yield Paragraph(say("purpose"))
    yield Heading(say("facts_title"))
    yield Paragraph(say("facts" if facts.open else "nothing_open"))
    yield Heading(say("agenda_title"))
    yield Bullets(say.all("agenda"), numbered=True)
    yield Heading(say("ways_title"))
    ways = [say("way_restructure")] if facts.parts else []
    ways += [say("way_retainer")] if facts.retainer else []
    yield Bullets((*ways, say("way_end")))
    yield Heading(say("outcome_title"))
    yield Paragraph(say("outcome"))
    yield from _results(facts, say, words)


def _restructuring(facts: FolderFacts, say: _Say, words: Mapping[str, Any]) -> Iterator[Block]:
    thanks, offer, rest, sign = say.all("body")
    yield Paragraph(thanks)
    yield Paragraph(offer)
    rows = tuple((terms.numeric_date(on, facts.locale), terms.money(part, facts.locale)) for on, part in facts.parts)
    yield PaperTable(say.all("columns"), rows, ("left", "right"), ("fill", "auto"), ("", say.values["open"]))
    yield Paragraph(rest)
    yield Paragraph(sign)
    yield _open(facts, say)
    yield from _signed(facts, words)
    yield SmallPrint(f"{facts.customer}: ______________________ ({words['signature_line']})")


def _termination(facts: FolderFacts, say: _Say, words: Mapping[str, Any]) -> Iterator[Block]:
    opening, ending, owed, way_out = say.all("body")
    yield Paragraph(opening)
    yield Paragraph(ending)
    yield Paragraph(owed if facts.open else say("nothing_open"))
    if facts.open:
        yield _open(facts, say)
    yield Paragraph(way_out)
    yield from _signed(facts, words)


def _results(facts: FolderFacts, say: _Say, words: Mapping[str, Any]) -> Iterator[Block]:
    """What the work brought, without a single sum, on a sheet of its own: it is shown to the client, the first one is ours."""
    yield NewPage()
    yield Title(f"{facts.sender.name} – {facts.customer}\n{say.fill(words['page_results'])}")
    if not facts.results:
        yield Paragraph(say.fill(words["no_results"]))
        return
    rows = tuple((terms.numeric_date(on, facts.locale), terms.clean(what)) for on, what in facts.results)
    yield PaperTable(tuple(words["columns_results"]), rows, ("left", "left"), ("auto", "fill"))


def _open(facts: FolderFacts, say: _Say) -> PaperTable:
    rows = tuple(
        (terms.clean(one.number), terms.numeric_date(one.issue_date, facts.locale), terms.money(one.left, facts.locale))
        for one in facts.open
    )
    head = say.all("columns_invoices")
    return PaperTable(head, rows, ("left", "left", "right"), ("fill", "auto", "auto"), ("", "", say.values["open"]))


def _signed(facts: FolderFacts, words: Mapping[str, Any]) -> Iterator[Block]:
    lines: Sequence[str] = tuple(filter(None, (facts.writer.title, facts.sender.name)))
    yield Signature(words["closing"], facts.writer.name, tuple(lines))


def _letterhead(facts: FolderFacts, words: Mapping[str, Any]) -> Letterhead:
    beside = (
        (words["day"], terms.long_date(facts.on, facts.locale)),
        (words["phone"], facts.writer.phone),
        (words["email"], facts.writer.email),
    )
    return Letterhead(
        window=WINDOWS[facts.locale],
        sender_name=facts.sender.name,
        sender_lines=tuple(filter(None, (facts.sender.address,))),
        return_line=", ".join(filter(None, (facts.sender.name, facts.sender.address))),
        address=facts.address,
        beside=tuple((what, value) for what, value in beside if value),
    )
