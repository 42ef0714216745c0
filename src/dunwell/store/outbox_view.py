"""The outbox as people look at it: what waits, what is unknown, what a run would send first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from dunwell.store import balances, bulk, scope
from dunwell.store.models import FindingRecord, Message, Task


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Money that waits for a person: `kind` is payment or credit_note, `left` what is not set against anything, minor units."""

    number: int
    kind: str
    on: date
    who: str
    left: int
    currency: str
    said: str
    customer_id: int | None = None
    proposed: str = ""  # the best proposals with their points and signs, in words


def first_moments(creditor_id: int, slot: date) -> list[datetime]:
    """The distinct instants from which a day's queued rehearsal messages may leave, in order."""
    with scope.of(creditor_id):
        rows = bulk.rows(
            "SELECT DISTINCT not_before FROM message WHERE state = 'queued' AND rehearsal AND slot_on = %s ORDER BY 1",
            slot,
        )
    return [row[0] for row in rows]


def waiting(creditor_id: int) -> QuerySet[Message]:
    """Messages that wait for a person's approval; evaluate inside `scope.of`."""
    return (
        Message.objects.filter(creditor_id=creditor_id, state="waiting")
        .select_related("customer", "content_row")
        .order_by("-level", "pk")
    )


def is_written(customer_id: int, slot: date, purpose: str, *, rehearsal: bool) -> bool:
    """Whether a letter of that purpose was written to a customer on a day, sent or under way."""
    rows = Message.objects.filter(customer_id=customer_id, slot_on=slot, purpose=purpose, rehearsal=rehearsal)
    return rows.exclude(state__in=["withdrawn", "failed_permanent"]).exists()


def unknown(creditor_id: int) -> QuerySet[Message]:
    """Messages of which nobody knows whether they arrived."""
    return Message.objects.filter(creditor_id=creditor_id, state="unknown").select_related("customer").order_by("pk")


def open_tasks(creditor_id: int) -> QuerySet[Task]:
    return (
        Task.objects.filter(creditor_id=creditor_id, outcome=None)
        .select_related("customer", "contact")
        .order_by("due_on", "-level", "pk")
    )


def open_findings(creditor_id: int) -> QuerySet[FindingRecord]:
    found = FindingRecord.objects.filter(creditor_id=creditor_id, findingsettled=None).order_by("-holds", "pk")
    return found.select_related("receivable__invoice")


def unmatched(creditor_id: int) -> list[Unmatched]:
    """Money of which something is neither set against anything nor on account, and credit notes with something left."""
    with scope.of(creditor_id):
        rows = bulk.rows(UNMATCHED.format(unapplied=balances.unapplied_sql(as_of=None)))
    return [Unmatched(*row) for row in rows]


UNMATCHED = """
SELECT p.id, 'payment', p.date, coalesce(nullif(p.payer_name, ''), c.name, ''), u.unapplied, p.currency,
  coalesce(nullif(p.remittance, ''), p.reference), coalesce(u.customer_id, g.customer_id), coalesce((
    SELECT string_agg(i.number || ' (' || b.points || ' points: ' || replace(b.reasons, ',', ', ') || ')', '; ' ORDER BY b.points DESC, b.id)
    FROM (SELECT * FROM allocation_proposal o WHERE o.payment_id = p.id AND o.receivable_id IS NOT NULL
          ORDER BY o.points DESC, o.id LIMIT 3) b
    JOIN receivable r ON r.id = b.receivable_id JOIN invoice i ON i.id = r.invoice_id), '')
FROM ({unapplied}) u JOIN payment p ON p.id = u.payment_id LEFT JOIN customer c ON c.id = p.customer_id
LEFT JOIN LATERAL (
  SELECT coalesce(g.customer_id, r.customer_id) AS customer_id FROM allocation_proposal g
  LEFT JOIN receivable r ON r.id = g.receivable_id WHERE g.payment_id = p.id ORDER BY g.points DESC, g.id LIMIT 1
) g ON true
WHERE NOT u.is_on_account
UNION ALL
SELECT i.id, 'credit_note', i.issue_date, c.name, i.total - coalesce(a.total, 0), i.currency, i.number, i.customer_id, ''
FROM invoice i JOIN customer c ON c.id = i.customer_id
LEFT JOIN (SELECT credit_note_id, sum(amount)::bigint AS total FROM allocation WHERE credit_note_id IS NOT NULL GROUP BY 1) a
  ON a.credit_note_id = i.id
WHERE i.kind = 'credit_note' AND i.total > coalesce(a.total, 0)
  AND NOT EXISTS (SELECT FROM cancellation x WHERE x.invoice_id = i.id)
ORDER BY 2 DESC, 1
"""
