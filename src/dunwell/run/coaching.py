"""Calls read for how they were led, and the report a manager can learn from.

Only words are judged, never voices or moods, and nobody is ranked: a report says what is done well, what is missed, and shows the
turns. A recording is used only where the other side knew of it as its law asks (`recordings`); of it the words alone are kept.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from dunwell.core.money import Money
from dunwell.core.playbook import Playbook
from dunwell.core.reading import CHECKLIST, CallContext, CallReview, OpenInvoice, Turn
from dunwell.plugins.readers import READERS, transcripts
from dunwell.run import calls, recordings, subjects
from dunwell.run.ingest import FileMissing
from dunwell.run.recordings import Told
from dunwell.store import audit, inbox, scope
from dunwell.store.models import CallReviewed, Creditor, Customer, Receivable

EXAMPLES = 2
OPEN_OUTCOMES = ("promise", "information")
"""What an objection came to when it was not lost."""
LETTER_POINTS = frozenset(
    "greeted_and_introduced named_invoice_and_amount named_due_date objection_handled offered_option asked_for_specific_date "
    "confirmed_next_step polite_tone no_pressure_or_threat".split()
)
"""The points that a letter alone can show."""
PLAYBOOK_CODE = {
    "no_money": "no_money",
    "approval_pending": "awaiting_approval",
    "dispute": "quality",
    "lost_invoice": "lost_invoice",
    "end_client_not_paid": "own_client_unpaid",
    "wrong_person": "not_my_department",
    "too_busy": "too_busy",
    "price_or_terms": "price",
}
"""The reader's objection → the playbook's."""
ADVICE: dict[str, Callable[[Playbook], str]] = {
    "greeted_and_introduced": lambda book: book.opening,
    "listened_to_reason": lambda book: book.questions[1],
    "asked_for_specific_date": lambda book: book.questions[2],
    "offered_option": lambda book: book.questions[3],
    "confirmed_next_step": lambda book: book.closing,
}
"""What the playbook would have said at a point that was missed."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a good talk: how often it was kept, of how many talks it applied to, turns that show it missed, and what to say."""

    name: str
    kept: int
    of: int
    missed_in: tuple[str, ...]
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """An objection after which nothing was agreed: how often, how it was said, and the playbook's answer to it."""

    objection: str
    times: int
    said: str
    answer: str


@dataclass(frozen=True, slots=True)
class Coaching:
    """What one manager's talks show. `lost` has the most frequent objection first."""

    manager: str
    calls: int
    letters: int
    points: tuple[Point, ...]
    lost: tuple[Lost, ...]

    @property
    def well(self) -> list[Point]:
        return [one for one in self.points if one.of and one.kept / one.of >= 0.8]

    @property
    def missed(self) -> list[Point]:
        return sorted((one for one in self.points if one.kept < one.of), key=lambda one: one.kept / one.of)


@dataclass(frozen=True, slots=True)
class Sound:
    """How a recording is heard: by which transcriber, and what the other side knew of being recorded."""

    transcriber: str = ""
    key: str = field(default="", repr=False)
    told: Told = Told.NOTHING


def take(
    creditor: Creditor,
    path: Path,
    *,
    customer_name: str,
    manager: str,
    invoice: str = "",
    sound: Sound = Sound(),
    on: date,
    by: str,
) -> CallReviewed:
    """Read a transcript or a recording and keep its words with their review; the same one again changes nothing."""
    if not path.is_file():
        raise FileMissing(path=path)
    raw = path.read_bytes()
    digest = hashlib.sha256(raw).hexdigest()
    with scope.of(creditor.pk):
        known = CallReviewed.objects.filter(digest=digest).first()
        if known is not None:
            return known
        customer = subjects.customer(creditor, customer_name)
        if recordings.is_sound(path):
            recordings.may_use(creditor, customer, sound.told)
            said = recordings.turns(path, customer.locale, transcriber=sound.transcriber, key=sound.key)
        else:
            said = transcripts.turns(raw.decode("utf-8-sig", errors="replace"), path.name)
        document = _document(creditor, customer.pk, invoice)
        review = READERS["local"]().review(said, CallContext(on, customer.locale, document))
        return _kept(creditor, customer, document, said, review, digest, manager, on, by, sound.told.value)


def of_letter(
    creditor: Creditor, customer: Customer, text: str, *, answers: str, on: date, by: str
) -> CallReviewed | None:
    """Review a letter that a person wrote by hand, by the points that a letter can show; the same one again changes nothing."""
    said = [*([Turn("client", answers)] if answers else []), Turn("manager", text)]
    digest = hashlib.sha256(f"letter\n{customer.pk}\n{on}\n{text}".encode()).hexdigest()
    with scope.of(creditor.pk):
        if CallReviewed.objects.filter(digest=digest).exists():
            return None
        document = _document(creditor, customer.pk, "")
        review = READERS["local"]().review(said, CallContext(on, customer.locale, document))
        kept = {name: claim for name, claim in review.checklist.items() if name in LETTER_POINTS}
        return _kept(creditor, customer, document, said, replace(review, checklist=kept), digest, by, on, by)


def coaching(creditor: Creditor, since: date, until: date, *, manager: str = "", locale: str = "en") -> list[Coaching]:
    """A report for each manager who talked to clients in a time, by name; for one of them alone where named."""
    with scope.of(creditor.pk):
        rows = CallReviewed.objects.filter(effective_on__range=(since, until)).order_by("manager", "pk")
        found = list((rows.filter(manager=manager) if manager else rows).select_related("customer"))
    names = list(dict.fromkeys(one.manager for one in found))
    book = calls.script(locale)
    return [_report(name, [one for one in found if one.manager == name], book) for name in names]


def _report(manager: str, rows: list[CallReviewed], book: Playbook) -> Coaching:
    points = []
    for name in CHECKLIST:
        values = [(row.review["checklist"].get(name, (None, "")), row) for row in rows]
        judged = [(value, quotation, row) for (value, quotation), row in values if value is not None]
        missed = [
            f"{row.effective_on} {row.customer.external_id}: “{quotation or row.turns[0][1]}”"
            for value, quotation, row in judged
            if not value
        ]
        kept = sum(value for value, _, _ in judged)
        advice = ADVICE[name](book) if name in ADVICE else ""
        points.append(Point(name, kept, len(judged), tuple(missed[:EXAMPLES]), advice))
    lost = [
        row for row in rows if row.review["objection"][0] != "none" and row.review["outcome"][0] not in OPEN_OUTCOMES
    ]
    letters = sum(row.is_letter for row in rows)
    return Coaching(manager, len(rows) - letters, letters, tuple(points), tuple(_lost(lost, book)))


def _lost(rows: list[CallReviewed], book: Playbook) -> Iterator[Lost]:
    answers = {one.code: one.answer for one in book.objections}
    for objection, times in Counter(row.review["objection"][0] for row in rows).most_common():
        said = next(row.review["objection"][1] for row in rows if row.review["objection"][0] == objection)
        yield Lost(objection, times, said, answers.get(PLAYBOOK_CODE.get(objection, ""), ""))


def _kept(
    creditor: Creditor,
    customer: Customer,
    document: OpenInvoice | None,
    said: Sequence[Turn],
    review: CallReview,
    digest: str,
    manager: str,
    on: date,
    by: str,
    told: str = "",
) -> CallReviewed:
    row = CallReviewed.objects.create(
        creditor=creditor,
        effective_on=on,
        by=by,
        digest=digest,
        customer=customer,
        invoice=document.number if document else "",
        manager=manager,
        is_letter=len(review.checklist) < len(CHECKLIST),
        turns=[[one.speaker, one.text] for one in said],
        review={
            "checklist": {name: [claim.value, claim.quotation] for name, claim in review.checklist.items()},
            "objection": [review.objection.value, review.objection.quotation],
            "outcome": [review.outcome.value, review.outcome.quotation],
            "promised_date": review.promised_date and review.promised_date.value.isoformat(),
        },
    )
    audit.link(creditor.pk, actor=by, kind="call", subject=str(row.pk), content={"digest": digest, "told": told})
    return row


def _document(creditor: Creditor, customer_id: int, number: str) -> OpenInvoice | None:
    """The invoice the call was about: the one named, else the oldest open one."""
    opened = inbox.open_invoices(customer_id)
    chosen = next((one for one in opened if one.number == number), None) if number else next(iter(opened), None)
    if chosen is None:
        return None
    due = Receivable.objects.filter(invoice__number=chosen.number, customer_id=customer_id).order_by("due_date").first()
    amount = Money(chosen.minor, chosen.currency).decimal
    return OpenInvoice(chosen.number, amount, chosen.currency, due.due_date if due else None)
