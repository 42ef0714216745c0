"""The outbox as people look at it: what waits, what is unknown, what a run would send first."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import QuerySet

from dunwell.store import bulk, scope
from dunwell.store.models import FindingRecord, Message, Payment, Proposal, Task


def first_moments(creditor_id: int, slot: date) -> list[datetime]:
    """The distinct instants from which a day's queued rehearsal messages may leave, in order."""
    with scope.of(creditor_id):
        rows = bulk.rows(
            "SELECT DISTINCT not_before FROM message WHERE state = 'queued' AND rehearsal AND slot_on = %s ORDER BY 1", slot
        )
    return [row[0] for row in rows]


def waiting(creditor_id: int) -> QuerySet[Message]:
    """Messages that wait for a person's approval; evaluate inside `scope.of`."""
    return Message.objects.filter(creditor_id=creditor_id, state="waiting").select_related("customer", "content_row").order_by("-level", "pk")


def unknown(creditor_id: int) -> QuerySet[Message]:
    """Messages of which nobody knows whether they arrived."""
    return Message.objects.filter(creditor_id=creditor_id, state="unknown").select_related("customer").order_by("pk")


def open_tasks(creditor_id: int) -> QuerySet[Task]:
    return Task.objects.filter(creditor_id=creditor_id, outcome=None).select_related("customer", "contact").order_by("due_on", "-level", "pk")


def open_findings(creditor_id: int) -> QuerySet[FindingRecord]:
    return FindingRecord.objects.filter(creditor_id=creditor_id, findingsettled=None).order_by("-holds", "pk")


def unmatched(creditor_id: int) -> QuerySet[Payment]:
    """Payments with proposals or without any allocation: for a person to set against an invoice or put on account."""
    with_proposal = Proposal.objects.filter(creditor_id=creditor_id).values("payment_id")
    return Payment.objects.filter(creditor_id=creditor_id, amount__gt=0).filter(allocation=None, onaccount=None).order_by("pk") | (
        Payment.objects.filter(creditor_id=creditor_id, pk__in=with_proposal, allocation=None, onaccount=None)
    )
