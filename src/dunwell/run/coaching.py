"""Calls read for how they were led, and the report a manager can learn from.

Only words are judged, never voices or moods, and nobody is ranked: a report says what is done well, what is missed, and shows the
turns. Recording a call needs the other side's knowledge where its law asks for it; the transcript is the creditor's to bring.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dunwell.core.money import Money
from dunwell.core.reading import CHECKLIST, CallContext, OpenInvoice
from dunwell.plugins.readers import READERS, transcripts
from dunwell.run import subjects
from dunwell.run.ingest import FileMissing
from dunwell.store import audit, inbox, scope
from dunwell.store.models import CallReviewed, Creditor, Receivable

EXAMPLES = 2
OPEN_OUTCOMES = ("promise", "information")
"""What an objection came to when it was not lost."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a good call: how often it was kept, of how many calls it applied to, and turns that show it missed."""

    name: str
    kept: int
    of: int
    missed_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coaching:
    """`lost` are objections after which nothing was agreed, the most frequent first."""

    manager: str
    calls: int
    points: tuple[Point, ...]
    lost: tuple[tuple[str, int], ...]

    @property
    def well(self) -> list[Point]:
        return [one for one in self.points if one.of and one.kept / one.of >= 0.8]

    @property
    def missed(self) -> list[Point]:
        return sorted((one for one in self.points if one.kept < one.of), key=lambda one: one.kept / one.of)


def take(
    creditor: Creditor, path: Path, *, customer_name: str, manager: str, invoice: str = "", on: date, by: str
) -> CallReviewed:
    """Read a transcript and keep it with its review; the same one again changes nothing."""
    if not path.is_file():
        raise FileMissing(path=path)
    raw = path.read_bytes()
    said = transcripts.turns(raw.decode("utf-8-sig", errors="replace"), path.name)
    digest = hashlib.sha256(raw).hexdigest()
    with scope.of(creditor.pk):
        known = CallReviewed.objects.filter(digest=digest).first()
        if known is not None:
            return known
        customer = subjects.customer(creditor, customer_name)
        document = _document(creditor, customer.pk, invoice)
        review = READERS["local"]().review(said, CallContext(on, customer.locale, document))
        row = CallReviewed.objects.create(
            creditor=creditor,
            effective_on=on,
            by=by,
            digest=digest,
            customer=customer,
            invoice=document.number if document else "",
            manager=manager,
            turns=[[one.speaker, one.text] for one in said],
            review={
                "checklist": {name: [claim.value, claim.quotation] for name, claim in review.checklist.items()},
                "objection": [review.objection.value, review.objection.quotation],
                "outcome": [review.outcome.value, review.outcome.quotation],
                "promised_date": review.promised_date and review.promised_date.value.isoformat(),
            },
        )
        audit.link(creditor.pk, actor=by, kind="call", subject=str(row.pk), content={"digest": digest})
        return row


def coaching(creditor: Creditor, since: date, until: date, *, manager: str = "") -> list[Coaching]:
    """A report for each manager who called in a time, by name; for one of them alone where named."""
    with scope.of(creditor.pk):
        rows = CallReviewed.objects.filter(effective_on__range=(since, until)).order_by("manager", "pk")
        found = list(rows.filter(manager=manager) if manager else rows)
    names = list(dict.fromkeys(one.manager for one in found))
    return [_report(name, [one for one in found if one.manager == name]) for name in names]


def _report(manager: str, rows: list[CallReviewed]) -> Coaching:
    points = []
    for name in CHECKLIST:
        values = [(row.review["checklist"][name], row) for row in rows]
        judged = [(value, quotation, row) for (value, quotation), row in values if value is not None]
        missed = [
            f"{row.effective_on} {row.customer.external_id}: “{quotation or row.turns[0][1]}”"
            for value, quotation, row in judged
            if not value
        ]
        points.append(Point(name, sum(value for value, _, _ in judged), len(judged), tuple(missed[:EXAMPLES])))
    lost = Counter(
        row.review["objection"][0]
        for row in rows
        if row.review["objection"][0] != "none" and row.review["outcome"][0] not in OPEN_OUTCOMES
    )
    return Coaching(manager, len(rows), tuple(points), tuple(lost.most_common()))


def _document(creditor: Creditor, customer_id: int, number: str) -> OpenInvoice | None:
    """The invoice the call was about: the one named, else the oldest open one."""
    opened = inbox.open_invoices(customer_id)
    chosen = next((one for one in opened if one.number == number), None) if number else next(iter(opened), None)
    if chosen is None:
        return None
    due = Receivable.objects.filter(invoice__number=chosen.number, customer_id=customer_id).order_by("due_date").first()
    amount = Money(chosen.minor, chosen.currency).decimal
    return OpenInvoice(chosen.number, amount, chosen.currency, due.due_date if due else None)
