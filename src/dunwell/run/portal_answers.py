"""What a client says on the page becomes facts: a hold, a promise, a dispute, an answer we owe, a proposal for the work list.

Nothing is sent or stopped in reaction: the next run sees the facts. The same form sent twice is one answer, and what was paid in the
meantime is not promised. Through a rehearsal's link every fact is a rehearsal's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

from dunwell.core import page_files
from dunwell.core.assignment import Case
from dunwell.core.instalments import Wish
from dunwell.core.ledger import CustomerKind, DocumentKind, HoldReason, OurDebt
from dunwell.core.money import Money
from dunwell.core.offers import OfferKind
from dunwell.core.page import ANSWERS_PER_DAY_MAX, TEXT_MAX, AnswerKind
from dunwell.core.page_files import CheckedFile, Upload
from dunwell.core.playbook import SCORES
from dunwell.core.policy import Policy
from dunwell.core.refusal import Refusal
from dunwell.engine import promises
from dunwell.run import (
    before_work,
    calendars,
    facts,
    jurisdictions,
    offers,
    people,
    portal,
    portal_link,
    portal_plan,
    portal_words,
    portfolio,
    talks,
)
from dunwell.run.portal import Visit
from dunwell.store import audit, bulk, load, pages, scope
from dunwell.store.models import (
    Customer,
    Dispute,
    Ending,
    Hold,
    Invoice,
    OptOut,
    OurSide,
    PageAnswer,
    PageFile,
    PageWords,
    Promise,
)
from dunwell.store.pages import Owed

BY = "page"
WHY = "said on the pay page"
PAID_DAYS_MAX = 366
"""A payment that is told of was made within a year, or the year was mistyped."""
WHILE_CLOSED = (AnswerKind.STOP, AnswerKind.NEW_LINK)
"""What can be said through a link that shows nothing any more."""
NEAR_DAYS = 4
UNHAPPY_MAX = 6
"""So many points of ten or fewer are a reason to ask what went wrong."""
MAILBOX = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[^@\s<>,;:\"()\[\]\\]+\.[^@\s<>,;:\"()\[\]\\]{2,}")


class PageClosed(Refusal):
    """This link is not valid any more."""


class TooManyAnswers(Refusal):
    """Too many answers came through this link today."""


class NothingOpen(Refusal):
    """Nothing of this is open any more."""


class DayOutside(Refusal):
    """The day must lie between {first} and {last}."""


class TrustSpent(Refusal):
    """Several promised days have passed without the payment: please write to us, and we will agree the next day together."""


class DayMissing(Refusal):
    """A day is needed."""


class ScoreMissing(Refusal):
    """A number from 1 to 10 is needed."""


class TextMissing(Refusal):
    """A few words are needed."""


class TextTooLong(Refusal):
    """The text is longer than {most} characters."""


class CauseMissing(Refusal):
    """A cause is needed."""


class AmountOutside(Refusal):
    """The sum must be more than zero and at most {most}."""


class SeveralCurrencies(Refusal):
    """A part of invoices in several currencies is no one sum."""


class MailboxUnreadable(Refusal):
    """{address} is not an e-mail address."""


class CannotStop(Refusal):
    """This link cannot stop messages: several people read them."""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer as it was given. `day` is when it was paid, or when it will be."""

    kind: AnswerKind
    form_id: str
    receivables: tuple[int, ...] = ()
    day: date | None = None
    cause: str = ""
    amount: Money | None = None
    score: int | None = None
    text: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    uploads: tuple[Upload, ...] = ()
    wish: Wish | None = None
    locale: str = ""
    digest: str = ""  # of the document that was read


@dataclass(frozen=True, slots=True)
class Bounds:
    """The days between which a client may promise by themselves, and the working days among the next ones."""

    first: date
    last: date | None  # None: a person agrees the day with them
    near: tuple[date, ...]


def answer(seen: Visit, said: Said) -> bool:
    """Record an answer with all that follows from it; False when this form was sent before."""
    if seen.is_closed and said.kind not in WHILE_CLOSED:
        raise PageClosed
    files = page_files.check(said.uploads)
    if len(said.text) > TEXT_MAX:
        raise TextTooLong(most=TEXT_MAX)
    with scope.of(seen.creditor.pk):
        # One after the other: two forms sent at once would both promise what is owed once.
        bulk.rows("SELECT pg_advisory_xact_lock(hashtextextended('dunwell.page', %s))", seen.link.customer_id)
        if PageAnswer.objects.filter(form_id=said.form_id).exists():
            return False
        today = PageAnswer.objects.filter(link=seen.link, effective_on=seen.on)
        if said.kind is not AnswerKind.STOP and today.count() >= ANSWERS_PER_DAY_MAX:
            raise TooManyAnswers
        chosen = [one for one in portal.owed_by(seen.link, seen.on) if one.receivable_id in said.receivables]
        EFFECTS[said.kind](seen, said, chosen)
        row = _record(seen, said, [one.receivable_id for one in chosen], files)
        if said.text.strip() and said.kind not in WHILE_CLOSED:
            portal_words.read(seen, row, said.text)
        if said.kind is not AnswerKind.STOP:
            pages.sign(seen.link, "replied", on=seen.on)
    return True


def bounds(seen: Visit) -> Bounds:
    """How far ahead the strictest policy of what is shown lets a client promise; postponing does not move the end."""
    with scope.of(seen.creditor.pk):
        customer = Customer.objects.get(pk=seen.link.customer_id)
        owed = [one for one in pages.owed(seen.link, seen.on) if one.open]
        first, last = _bounds(seen, owed)
    if last is None:
        return Bounds(first, None, ())
    country = customer.country or seen.creditor.country
    years = range(first.year, last.year + 1)
    calendar = calendars.load([country], years, jurisdictions.load_all(), calendars.load_corrections())[country]
    days = (first + timedelta(number) for number in range((last - first).days + 1))
    near = tuple(islice((day for day in days if day > seen.on and calendar.is_business_day(day)), NEAR_DAYS))
    return Bounds(first, last, near)


def _paid(seen: Visit, said: Said, chosen: list[Owed]) -> None:
    """The chase waits until the money is matched or the policy's days have passed."""
    opened = _open(chosen)
    if said.day is None:
        raise DayMissing
    first = seen.on - timedelta(PAID_DAYS_MAX)
    if not first <= said.day <= seen.on:
        raise DayOutside(first=first, last=seen.on)
    for one, policy in zip(opened, _policies(seen, opened), strict=True):
        if one.claimed_until is None:
            Hold.objects.create(
                **_fact(seen),
                receivable_id=one.receivable_id,
                reason=HoldReason.CLAIMED_PAID.value,
                until_date=seen.on + timedelta(policy.claimed_paid_days),
                rehearsal=seen.link.rehearsal,
            )


def _promise(seen: Visit, said: Said, chosen: list[Owed]) -> None:
    """An earlier promise of the same is replaced by it."""
    opened = _open(chosen)
    if said.day is None:
        raise DayMissing
    first, last = _bounds(seen, opened)
    if last is None:
        raise TrustSpent
    if not first <= said.day <= last:
        raise DayOutside(first=first, last=last)
    for one in opened:
        for earlier in _promises(seen, one):
            Ending.objects.create(**_fact(seen), promise=earlier, outcome="replaced")
        Promise.objects.create(
            **_fact(seen),
            receivable_id=one.receivable_id,
            currency=one.currency,
            amount=one.open,
            promised_date=said.day,
            rehearsal=seen.link.rehearsal,
        )


def _plan(seen: Visit, said: Said, chosen: list[Owed]) -> None:
    """A schedule that was read and accepted, or asked for where it goes beyond the policy."""
    if said.wish is None:
        raise DayMissing
    receivables = tuple(one.receivable_id for one in chosen)
    asks = said.kind is AnswerKind.ASK_PLAN
    portal_plan.accept(seen, said.wish, receivables, said.locale, said.name, said.digest, asks=asks)


def _accept(seen: Visit, said: Said, chosen: list[Owed]) -> None:
    """The order stands; the request stays to be paid by its day."""
    requests = {one.invoice_id for one in _open(chosen) if one.kind == DocumentKind.REQUEST and one.accepted_on is None}
    if not requests:
        raise NothingOpen
    for request in Invoice.objects.filter(pk__in=requests).order_by("pk"):
        before_work.accept(
            seen.creditor, request, name=said.name, evidence=WHY, rehearsal=seen.link.rehearsal, on=seen.on, by=BY
        )


def _dispute(seen: Visit, said: Said, chosen: list[Owed]) -> None:
    """What is contested is not asked for until a person has answered; the rest is."""
    opened = _open(chosen)
    if said.cause not in people.DISPUTE_CAUSES:
        raise CauseMissing
    if said.amount is not None and {one.currency for one in opened} != {said.amount.currency}:
        raise SeveralCurrencies
    total = sum(one.open for one in opened)
    if said.amount is not None and not 0 < said.amount.minor <= total:
        raise AmountOutside(most=Money(total, opened[0].currency))
    left = None if said.amount is None else said.amount.minor
    for one in opened:
        part = None if left is None else min(left, one.open)
        if part is None or part > 0:
            Dispute.objects.create(
                **_fact(seen),
                receivable_id=one.receivable_id,
                cause=said.cause,
                amount=part,
                rehearsal=seen.link.rehearsal,
            )
        left = None if left is None else left - (part or 0)


def _question(seen: Visit, said: Said, chosen: list[Owed]) -> None:
    """We owe an answer: firm steps wait for it (I19)."""
    if not said.text.strip():
        raise TextMissing
    OurSide.objects.create(
        **_fact(seen), customer_id=seen.link.customer_id, what=OurDebt.ANSWER.value, rehearsal=seen.link.rehearsal
    )


def _hardship(seen: Visit, said: Said, chosen: list[Owed]) -> None:
    """Everything pauses, and a person asks how they are; what they need to say about it is theirs to choose."""
    if not any(one.open for one in pages.owed(seen.link, seen.on)):
        raise NothingOpen
    _talk(seen, HoldReason.HARDSHIP)


def _survey(seen: Visit, said: Said, chosen: list[Owed]) -> None:
    """Whoever is not happy is asked why by a person before anything else is asked of them; no other answer changes anything."""
    if said.score is None or said.score not in SCORES:
        raise ScoreMissing
    if said.score <= UNHAPPY_MAX:
        _talk(seen, HoldReason.SURVEY)


def _talk(seen: Visit, cause: HoldReason) -> None:
    customer = Customer.objects.get(pk=seen.link.customer_id)
    talks.begin(seen.creditor, customer, cause, rehearsal=seen.link.rehearsal, on=seen.on, by=BY, why=WHY)


def _review(seen: Visit, said: Said, chosen: list[Owed]) -> None:
    """A review for a cashback that still runs, any review: a person looks whether it is there, never how kind it is."""
    if not said.text.strip() and not said.uploads:
        raise TextMissing
    opened = [one.receivable_id for one in pages.owed(seen.link, seen.on)]
    rehearsal = seen.link.rehearsal
    found = offers.told(seen.creditor, opened, seen.on, rehearsal=rehearsal)
    wanted = [
        one for one in found.values() if one.offer.kind == OfferKind.CASHBACK and one.receivable_id in said.receivables
    ]
    if not wanted:
        raise NothingOpen
    offers.live(seen.creditor, wanted[0].pk, opened, seen.at, seen.on, rehearsal=rehearsal)


def _redirect(seen: Visit, said: Said, chosen: list[Owed]) -> None:
    """Somebody else is to be written to: a person decides, because whoever holds a link must not redirect letters alone."""
    if not MAILBOX.fullmatch(said.email):
        raise MailboxUnreadable(address=said.email)


def _other_way(seen: Visit, said: Said, chosen: list[Owed]) -> None:
    if not said.text.strip():
        raise TextMissing


def _stop(seen: Visit, said: Said, chosen: list[Owed]) -> None:
    """No more messages to this address; what is owed stays owed, and others at the customer are still written to."""
    link = seen.link
    if link.is_shared or not link.person_key:
        raise CannotStop
    OptOut.objects.create(**_fact(seen), person_key=link.person_key, channel=link.channel, rehearsal=link.rehearsal)


def _new_link(seen: Visit, said: Said, chosen: list[Owed]) -> None:
    """A fresh link goes by mail to the address that is known: whoever holds an old one learns nothing by asking."""
    portal_link.send(seen)


Effect = Callable[[Visit, Said, list[Owed]], None]
EFFECTS: dict[AnswerKind, Effect] = {
    AnswerKind.ACCEPT: _accept,
    AnswerKind.PAID: _paid,
    AnswerKind.PROMISE: _promise,
    AnswerKind.PLAN: _plan,
    AnswerKind.ASK_PLAN: _plan,
    AnswerKind.DISPUTE: _dispute,
    AnswerKind.QUESTION: _question,
    AnswerKind.HARDSHIP: _hardship,
    AnswerKind.REVIEW: _review,
    AnswerKind.SURVEY: _survey,
    AnswerKind.REDIRECT: _redirect,
    AnswerKind.OTHER_WAY: _other_way,
    AnswerKind.STOP: _stop,
    AnswerKind.NEW_LINK: _new_link,
}


def _open(chosen: list[Owed]) -> list[Owed]:
    opened = [one for one in chosen if one.open]
    if not opened:
        raise NothingOpen
    return opened


def _bounds(seen: Visit, opened: list[Owed]) -> tuple[date, date | None]:
    """The first and last day that may be promised; promises not kept make the time shorter, too many end it."""
    made = load.promises(seen.creditor.pk, seen.on, rehearsal=seen.link.rehearsal, customer=seen.link.customer_id)
    broken = promises.breaks_of_year(made, seen.on)
    if broken >= promises.BREAKS_MAX:
        return seen.on, None
    ends = []
    for one, policy in zip(opened, _policies(seen, opened), strict=True):
        first_said = min((earlier.effective_on for earlier in _promises(seen, one)), default=seen.on)
        ends.append(first_said + timedelta(promises.days_allowed(policy.promise_days_max, broken)))
    return seen.on, max(seen.on, min(ends, default=seen.on))


def _promises(seen: Visit, one: Owed) -> list[Promise]:
    """Promises of a receivable that stand, as this link's mode sees them."""
    rows = Promise.objects.filter(receivable_id=one.receivable_id, ending=None, promised_date__gte=seen.on)
    return list(rows if seen.link.rehearsal else rows.filter(rehearsal=False))


def _policies(seen: Visit, owed: list[Owed]) -> list[Policy]:
    customer = Customer.objects.get(pk=seen.link.customer_id)
    cases = [
        Case(
            document=DocumentKind(one.kind),
            customer_kind=CustomerKind(customer.kind),
            invoice=str(one.invoice_id),
            customer=str(customer.pk),
            segments=frozenset({customer.segment} - {""}),
        )
        for one in owed
    ]
    return portfolio.policies_of(seen.creditor.pk, seen.on, cases)


def _record(seen: Visit, said: Said, receivables: list[int], files: tuple[CheckedFile, ...]) -> PageAnswer:
    row = PageAnswer.objects.create(
        **_fact(seen),
        link=seen.link,
        customer_id=seen.link.customer_id,
        kind=said.kind.value,
        form_id=said.form_id,
        receivables=receivables,
        day=said.day,
        cause=said.cause,
        amount=None if said.amount is None else said.amount.minor,
        score=said.score,
        rehearsal=seen.link.rehearsal,
    )
    owner = {"creditor": seen.creditor, "answer": row}
    PageWords.objects.create(**owner, text=said.text, name=said.name, email=said.email, phone=said.phone)
    digests = [hashlib.sha256(one.content).hexdigest() for one in files]
    for one, digest in zip(files, digests, strict=True):
        PageFile.objects.create(**owner, name=one.name, media_type=one.media_type, sha256=digest, content=one.content)
    audit.link(
        seen.creditor.pk,
        actor=BY,
        kind="page_answer",
        subject=said.kind.value,
        content={
            "answer": row.pk,
            "day": said.day,
            "cause": said.cause,
            "score": said.score,
            "text": said.text,
            "files": digests,
        },
    )
    return row


def _fact(seen: Visit) -> dict[str, Any]:
    return facts.fact(seen.creditor, seen.on, BY, WHY)
