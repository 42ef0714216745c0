"""An agreed schedule as a readable document: who pays whom, for what, when, and what accepting it means. Pure; words come from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dunwell.core.claims import Party
from dunwell.core.instalments import Part
from dunwell.core.money import Money
from dunwell.core.paper import (
    Block,
    Bullets,
    Column,
    Columns,
    Document,
    Heading,
    PaperTable,
    Paragraph,
    SmallPrint,
    Title,
)
from dunwell.engine import terms


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """All that the document says. `documents` are number, day of issue and what is open; `evidence` says how it was accepted, empty
    while it is only read. `is_asked`: we have not consented yet.
    """

    creditor: Party
    customer: Party
    is_person: bool
    documents: tuple[tuple[str, date, Money], ...]
    parts: tuple[Part, ...]
    grace_days: int
    reminder_days: int
    day: date
    locale: str
    law: str
    evidence: str = ""
    is_asked: bool = False

    @property
    def total(self) -> Money:
        return Money(sum(part.amount.minor for part in self.parts), self.parts[0].amount.currency)


def document(facts: PlanFacts, words: Mapping[str, Any]) -> Document:
    """The schedule to read, accept and keep; the same facts give the same document."""
    title = words["title_single" if len(facts.parts) == 1 else "title"]
    return Document(
        title=title,
        author=facts.creditor.name,
        day=facts.day,
        locale=facts.locale,
        footer=f"{facts.creditor.name} · {title}",
        blocks=tuple(_blocks(facts, words, title)),
    )


def acknowledgement(facts: PlanFacts, words: Mapping[str, Any]) -> str:
    """The one plain sentence: accepting it confirms the debt."""
    name = "acknowledges_person" if facts.is_person else "acknowledges"
    return str(words[name].format(customer=facts.customer.name, sum=terms.money(facts.total, facts.locale)))


def _blocks(facts: PlanFacts, words: Mapping[str, Any], title: str) -> Iterator[Block]:
    yield Title(title)
    names = {"creditor": facts.creditor.name, "customer": facts.customer.name}
    yield Paragraph(_dated(words["lead"], facts, **names))
    yield Columns((_party(facts.creditor, words["creditor"], words), _party(facts.customer, words["customer"], words)))
    yield Heading(words["documents"])
    yield _table(words["columns_documents"], [_document(facts, words, *one) for one in facts.documents])
    yield Heading(words["payments"])
    rows = [
        (str(number), terms.long_date(part.on, facts.locale), _money(facts, part.amount))
        for number, part in enumerate(facts.parts, 1)
    ]
    yield _table(words["columns_payments"], rows, total=("", words["total"], _money(facts, facts.total)))
    yield Heading(words["rules"])
    yield Bullets(tuple(_rules(facts, words)))
    yield Paragraph(acknowledgement(facts, words))
    if facts.evidence:
        yield Paragraph(_dated(words["asked" if facts.is_asked else "accepted"], facts, evidence=facts.evidence))
    if facts.law == "bg":
        yield SmallPrint(words["law_bg"])


def _rules(facts: PlanFacts, words: Mapping[str, Any]) -> Iterator[str]:
    yield words["reminder" if facts.reminder_days else "quiet"]
    if facts.grace_days:
        yield words["late"].format(grace=terms.counted(facts.grace_days, words["grace"], facts.locale))
    else:
        yield words["late_at_once"]
    yield words["earlier"]
    yield words["change"]
    yield words["free" if facts.is_person else "contract"]


def _document(
    facts: PlanFacts, words: Mapping[str, Any], number: str, issued: date, open_: Money
) -> tuple[str, str, str]:
    return words["document"].format(number=number), terms.numeric_date(issued, facts.locale), _money(facts, open_)


def _party(party: Party, head: str, words: Mapping[str, Any]) -> Column:
    number = terms.clean(party.tax_id)
    tax = words["vat" if number[:2].isalpha() else "tax"].format(value=number) if number else ""
    registered = (
        ""
        if party.registration_number in ("", number)
        else words["registration"].format(value=party.registration_number)
    )
    lines = (terms.clean(party.name), tax, registered, terms.clean(party.address))
    return Column(head, tuple(line for line in lines if line))


def _table(head: list[str], rows: list[tuple[str, str, str]], total: tuple[str, ...] = ()) -> PaperTable:
    return PaperTable(tuple(head), tuple(rows), ("left", "left", "right"), ("auto", "fill", "auto"), total)


def _dated(sentence: str, facts: PlanFacts, **values: str) -> str:
    """A sentence with the document's day; the full stop of `г.` ends it too."""
    return sentence.format(day=terms.long_date(facts.day, facts.locale), **values).replace("г..", "г.")


def _money(facts: PlanFacts, amount: Money) -> str:
    return terms.money(amount, facts.locale)
