"""A mail beside what was read in it: its words with the quotations marked, each proposal with what it would record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy

from dunwell.core.inbox import MatchBasis
from dunwell.core.money import Money
from dunwell.run.inbox import Waiting
from dunwell.store import inbox
from dunwell.store.models import Inbound
from dunwell.web.console import labels, look
from dunwell.web.console.templatetags.look import locale

UNSURE_BELOW = 0.5
DAYS = {"until": gettext_lazy("until {day}"), "paid_on": gettext_lazy("paid on {day}")}
WORDS = {"cause": "cause", "reason": "hold", "what": "owes", "channel": "channel"}
"""Values that are codes: their name → the list that has their words."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal as it is shown; `records` is what accepting it writes down, in words."""

    number: int
    kind: str
    quotation: str
    records: str
    confidence: int
    is_unsure: bool
    settled: str
    means: str  # the intent that a person read instead, where one was named
    is_asked: bool  # something is asked of us: it ends with an answer


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail; `parts` are its words, each with whether it is quoted by a proposal."""

    number: int
    customer_id: int | None
    customer: str
    sender: str
    subject: str
    since: date
    holds_until: date | None
    basis: str
    evidence: str
    parts: tuple[tuple[str, bool], ...]
    warnings: tuple[str, ...]
    proposals: tuple[Proposal, ...]


def letters(found: Sequence[Waiting]) -> list[Letter]:
    """The mails of some proposals, in the order of the first of each."""
    by_mail: dict[int, list[Waiting]] = {}
    for one in found:
        by_mail.setdefault(one.mail, []).append(one)
    currencies = inbox.currencies({one.customer_id for one in found})
    return [_letter(proposals, currencies.get(proposals[0].customer_id, "")) for proposals in by_mail.values()]


def of_mail(mail: Inbound) -> Letter:
    """A mail in which nothing was read."""
    content = mail.content
    return Letter(
        mail.pk, mail.customer_id, mail.customer.name if mail.customer else "", content.sender, content.subject,
        mail.effective_on, None, mail.basis, mail.evidence, ((content.text, False),), tuple(content.warnings.splitlines()), (),
    )  # fmt: skip


def _letter(found: Sequence[Waiting], currency: str) -> Letter:
    first = found[0]
    waiting = [one.holds_until for one in found if one.settled is None]
    return Letter(
        number=first.mail,
        customer_id=first.customer_id,
        customer=first.customer,
        sender=first.sender,
        subject=first.subject,
        since=first.since,
        holds_until=max(waiting, default=None),
        basis=first.basis or MatchBasis.PERSON,
        evidence=first.evidence,
        parts=marked(first.text, [one.quotation for one in found]),
        warnings=first.warnings,
        proposals=tuple(_proposal(one, currency) for one in found),
    )


def marked(text: str, quotations: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """A text cut where it is quoted; a quotation that does not stand in it word for word marks nothing."""
    wanted = sorted({one for one in quotations if one}, key=len, reverse=True)
    if not wanted:
        return ((text, False),)
    pattern = re.compile("(" + "|".join(map(re.escape, wanted)) + ")")
    return tuple((part, place % 2 == 1) for place, part in enumerate(pattern.split(text)) if part)


def _proposal(one: Waiting, currency: str) -> Proposal:
    return Proposal(
        number=one.number,
        kind=one.kind.value,
        quotation=one.quotation,
        records=" · ".join(filter(None, (_worded(name, value, currency) for name, value in one.values.items()))),
        confidence=round(one.confidence * 100),
        is_unsure=one.confidence < UNSURE_BELOW,
        settled=one.settled.value if one.settled else "",
        means=one.means,
        is_asked=one.kind == "answer",
    )


def _worded(name: str, value: Any, currency: str) -> str:
    """A value in a person's words; codes of the reader that nothing is made of are left out."""
    if name in DAYS:
        return str(DAYS[name]).format(day=look.long_day(date.fromisoformat(str(value)), locale()))
    if name == "amount":
        return look.money(Money.parse(str(value), currency), locale()) if currency else str(value)
    if name == "invoices":
        return ", ".join(map(str, value))
    if name in WORDS:
        return labels.word(WORDS[name], str(value))
    return str(value) if name in ("address", "name") else ""
