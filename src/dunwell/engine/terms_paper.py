"""Agreed terms as a readable document: who works with whom, how invoices are paid, what else holds. Pure; words come from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dunwell.core import agreed_terms
from dunwell.core.claims import Party
from dunwell.core.paper import Block, Bullets, Column, Columns, Document, Heading, Paragraph, Title
from dunwell.engine import terms


@dataclass(frozen=True, slots=True)
class TermsFacts:
    """All that the document says; `terms` as recorded. What only we go by, such as a credit limit, is not printed."""

    creditor: Party
    customer: Party
    terms: Mapping[str, str]
    day: date
    locale: str
    evidence: str = ""


def document(facts: TermsFacts, words: Mapping[str, Any]) -> Document:
    """The terms to read, confirm and keep."""
    return Document(
        title=words["title"],
        author=facts.creditor.name,
        day=facts.day,
        locale=facts.locale,
        footer=f"{facts.creditor.name} · {words['title']}",
        blocks=tuple(_blocks(facts, words)),
    )


def confirmation(facts: TermsFacts, words: Mapping[str, Any]) -> str:
    """What confirming means, in one sentence."""
    return str(words["confirms"].format(customer=facts.customer.name))


def rules(facts: TermsFacts, words: Mapping[str, Any]) -> Iterator[str]:
    """What holds, a sentence each."""
    said = {name: terms.clean(str(value)) for name, value in facts.terms.items()}
    found = agreed_terms.read(said)
    if contract := said.get("contract"):
        yield words["contract"].format(value=contract)
    if found.net_days is not None:
        base = found.counted_from.value
        days = terms.counted(found.net_days, words["days"], facts.locale)
        if found.month_end:
            yield words["net_month_end"].format(days=days, base_day=words["base_day"][base])
        elif found.net_days:
            yield words["net"].format(days=days, base=words["base"][base])
        else:
            yield words["net_at_once"].format(base=words["base_at_once"][base])
    if found.pay_day:
        yield words["pay_day"].format(value=found.pay_day)
    if found.prepayment_percent:
        yield words["prepayment"].format(percent=_number(found.prepayment_percent, facts.locale))
    if found.early_discount:
        days = terms.counted(found.early_discount.days, words["days"], facts.locale)
        percent = _number(found.early_discount.percent, facts.locale)
        yield words["early_discount"].format(days=days, percent=percent)
    if clause := said.get("late_payment"):
        reference = said.get("late_payment_ref", "")
        yield words["late_payment"].format(value=clause, ref=f" ({reference})" if reference else "")
    if stop_work := said.get("stop_work"):
        yield words["stop_work"].format(value=stop_work)
    yield words["otherwise"]


def _blocks(facts: TermsFacts, words: Mapping[str, Any]) -> Iterator[Block]:
    yield Title(words["title"])
    day = terms.long_date(facts.day, facts.locale)
    yield Paragraph(_ended(words["lead"].format(creditor=facts.creditor.name, customer=facts.customer.name, day=day)))
    yield Columns((_party(facts.creditor, words["creditor"]), _party(facts.customer, words["customer"])))
    yield Heading(words["rules"])
    yield Bullets(tuple(rules(facts, words)))
    yield Paragraph(confirmation(facts, words))
    if facts.evidence:
        yield Paragraph(_ended(words["confirmed"].format(day=day, evidence=facts.evidence)))


def _party(party: Party, head: str) -> Column:
    lines = (party.name, party.tax_id, party.registration_number, party.address)
    return Column(head, tuple(dict.fromkeys(terms.clean(line) for line in lines if line)))


def _number(value: Decimal, locale: str) -> str:
    text = f"{value.normalize():f}"
    return text if locale == "en" else text.replace(".", ",")


def _ended(sentence: str) -> str:
    """The full stop of `г.` ends the sentence too."""
    return sentence.replace("г..", "г.")
