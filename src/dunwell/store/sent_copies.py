"""Which letters were sent and not yet copied into the folder of sent mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from dunwell.store import bulk
from dunwell.store.models import SentCopy


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter that a mail server accepted at an instant; `mime` are its bytes without `Date`."""

    attempt_id: int
    message_pk: int
    message_id: str
    on: date
    at: datetime
    mime: bytes


def newest_attempt() -> int:
    """The last receipt there is, inside the creditor's transaction; zero where there is none."""
    ((found,),) = bulk.rows("SELECT coalesce(max(id), 0) FROM attempt")
    return int(found)


def pending(after: int, *, limit: int) -> list[Sent]:
    """Live letters accepted after that receipt and after the last one copied, in the order of their receipts.

    One process at a time sends for a creditor, so receipts are written in their order: the last one copied is where we are.
    """
    rows = bulk.rows(_PENDING, after, limit)
    return [Sent(attempt, pk, name, on, at, bytes(mime)) for attempt, pk, name, on, at, mime in rows]


def record(creditor_id: int, sent: Sent, *, outcome: str, said: str, folder: str) -> None:
    SentCopy.objects.create(
        creditor_id=creditor_id,
        effective_on=sent.on,
        attempt_id=sent.attempt_id,
        message_id=sent.message_pk,
        outcome=outcome,
        folder=folder,
        why=said,
    )


_PENDING = """
SELECT a.id, m.id, m.message_id, a.effective_on, a.recorded_at, c.mime
FROM attempt a JOIN message m ON m.id = a.message_id JOIN message_content c ON c.message_id = m.id
WHERE a.id > greatest(%s, (SELECT coalesce(max(s.attempt_id), 0) FROM sent_copy s)) AND a.outcome = 'sent' AND NOT a.rehearsal
  AND m.channel = 'email' AND c.mime IS NOT NULL
  AND NOT EXISTS (SELECT FROM sent_copy s WHERE s.message_id = m.id)
ORDER BY a.id LIMIT %s
"""
