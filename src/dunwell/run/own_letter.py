"""A letter in a person's own words: an answer to what a client wrote, or something said by hand.

It goes the way of every letter: written into the frame of content, checked before sending, bound by the governor, queued once. Only
what was looked at is queued. An answer to somebody's own question within three days counts in no limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from dunwell.core.assignment import Case
from dunwell.core.inbox import ProposalKind
from dunwell.core.ledger import CustomerKind, DocumentKind, OurDebt, Purpose
from dunwell.core.message import Attachment
from dunwell.core.refusal import Refusal
from dunwell.plugins.readers.mail import head_of
from dunwell.run import coaching, inbox, news, people, portal_desk, portal_words, portfolio
from dunwell.run.news import Prepared
from dunwell.store import inbox as stored
from dunwell.store import outbox_view, scope, switches
from dunwell.store.load_news import LetterReader
from dunwell.store.models import ContactPoint, Creditor, Customer, Inbound

ANSWER_DAYS = 3
"""So long an answer to a person's own question is one, and counts in no limit."""
SUBJECT_MAX = 78
CHANNELS = ("email", "sms")


class NothingToSay(Refusal):
    """The letter has no words yet."""


class WrittenToday(Refusal):
    """{customer} was written to by hand today: a second letter goes tomorrow, or say it on the telephone."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a person wrote, and to which address of a contact; `answers` is what a client wrote before, by mail or on the page,
    `files` go with a letter by e-mail.
    """

    point: ContactPoint
    subject: str
    text: str
    answers: Inbound | None = None
    files: tuple[Attachment, ...] = ()


def addresses(customer: Customer) -> list[ContactPoint]:
    """Where a customer's people can be written to, the preferred first; evaluate inside `scope.of`."""
    rows = ContactPoint.objects.filter(contact__customer=customer, channel__in=CHANNELS).select_related("contact")
    return list(rows.order_by("contact__rank", "contact_id", "-is_preferred", "pk"))


def prepare(creditor: Creditor, customer: Customer, words: Words, *, on: date) -> Prepared:
    """The letter as it would go; nothing is queued."""
    if not words.text.strip():
        raise NothingToSay
    rehearsal = not switches.is_live(creditor.pk)
    is_answer = words.answers is not None and (on - words.answers.effective_on).days <= ANSWER_DAYS
    purpose = Purpose.ANSWER if is_answer else Purpose.BY_HAND
    with scope.of(creditor.pk):
        if outbox_view.is_written(customer.pk, on, purpose.value, rehearsal=rehearsal):
            raise WrittenToday(customer=customer.name)
        thread = _thread(words.answers)
    return news.prepare(
        creditor,
        purpose,
        LetterReader(customer.pk, customer.name, words.point.contact_id, words.point.channel),
        [],
        on=on,
        rehearsal=rehearsal,
        said={"own_subject": words.subject[:SUBJECT_MAX], "own_words": words.text},
        thread=thread,
        files=words.files,
        gap=None if is_answer else _gap(creditor, customer, on),
    )


def send(creditor: Creditor, customer: Customer, words: Words, prepared: Prepared, *, on: date, by: str) -> None:
    """Queue what was looked at. What the client asked for by what is answered is given with it."""
    with scope.of(creditor.pk):
        news.send(creditor, prepared, by=by, why=words.text)
        asked = words.answers.content.text if words.answers is not None else ""
        coaching.of_letter(creditor, customer, words.text, answers=asked, on=on, by=by)
        if words.answers is not None:
            _given(creditor, customer, words.answers, {"on": on, "by": by, "why": f"answered: {words.subject}"})


def _given(creditor: Creditor, customer: Customer, mail: Inbound, fact: dict[str, Any]) -> None:
    for asked in stored.read().filter(mail=mail, kind=ProposalKind.ANSWER.value):
        if stored.last_word(asked) is None:
            inbox.accept(creditor, asked.pk, **fact)
        people.our_side(creditor, customer, asked.values.get("what", OurDebt.ANSWER.value), done=True, **fact)
    question = portal_words.question_of(mail)
    if question is not None:
        portal_desk.settle(creditor, question, outcome="done", **fact)


def _thread(mail: Inbound | None) -> tuple[str, ...]:
    """The mail that is answered, after those that it answered itself."""
    if mail is None:
        return ()
    head = head_of(bytes(mail.content.raw))
    return tuple(one for one in (*reversed(head.references), head.message_id) if one)


def _gap(creditor: Creditor, customer: Customer, on: date) -> int:
    case = Case(
        document=DocumentKind.INVOICE,
        customer_kind=CustomerKind(customer.kind),
        invoice="",
        customer=str(customer.pk),
        segments=frozenset({customer.segment} - {""}),
    )
    (policy,) = portfolio.policies_of(creditor.pk, on, [case])
    return policy.gap_days_min
