"""What stopping work rests on, read from the ledger: the letter that announced it, what is still owed, what stands still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from dunwell.core import reasons
from dunwell.core.money import Money
from dunwell.store import bulk, scope
from dunwell.store.models import StopWork


@dataclass(frozen=True, slots=True)
class Announced:
    """The last letter that said from which day work would wait, and what it asked for."""

    message_id: int
    sent_on: date
    starts_on: date
    receivables: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Open:
    """One receivable as it stands now; `asked` is what of it is neither paid nor contested."""

    receivable_id: int
    number: str
    balance: int
    asked: Money


def announced(creditor_id: int, customer_id: int, on: date, *, rehearsal: bool) -> Announced | None:
    with scope.of(creditor_id):
        rows = bulk.rows(_ANNOUNCED, customer_id, on, rehearsal)
    for message_id, sent_on, said, receivables in rows:
        starts_on = dict(reasons.parse(said))["announces_stop"]
        return Announced(message_id, sent_on, date.fromisoformat(starts_on), tuple(receivables))
    return None


def still_open(creditor_id: int, receivables: Sequence[int], *, rehearsal: bool) -> list[Open]:
    """Those of the receivables on which anything is left, contested or not."""
    with scope.of(creditor_id):
        rows = bulk.rows(_OPEN, rehearsal, list(receivables))
    return [Open(key, number, balance, Money(asked, currency)) for key, number, balance, asked, currency in rows]


def standing(creditor_id: int, on: date, *, rehearsal: bool) -> QuerySet[StopWork]:
    """The stops in force on a day; ask for them within the creditor's scope. A live day knows no rehearsed ones."""
    found = StopWork.objects.filter(creditor_id=creditor_id, end=None, effective_on__lte=on).select_related("customer")
    return (found if rehearsal else found.filter(rehearsal=False)).order_by("pk")


def ended(creditor_id: int, *, rehearsal: bool) -> QuerySet[StopWork]:
    """The stops that were none by mistake and are over; ask for them within the creditor's scope."""
    found = StopWork.objects.filter(creditor_id=creditor_id, end__isnull=False).exclude(end__outcome="mistaken")
    return (found if rehearsal else found.filter(rehearsal=False)).select_related("end")


_ANNOUNCED = """
SELECT m.id, m.sent_on, m.reasons,
  ARRAY(SELECT i.receivable_id FROM message_item i WHERE i.message_id = m.id AND i.part IN ('asked', 'listed') ORDER BY 1)
FROM message m
WHERE m.customer_id = %s AND m.state = 'sent' AND m.purpose = 'request' AND m.sent_on <= %s AND (%s OR NOT m.rehearsal)
  AND m.reasons LIKE '%%announces_stop=%%'
ORDER BY m.id DESC LIMIT 1
"""
_OPEN = """
SELECT r.id, i.number, o.balance, o.balance - o.disputed, r.currency::text
FROM receivable r JOIN invoice i ON i.id = r.invoice_id, dunwell_owed(r.id, %s) o
WHERE r.id = ANY(%s) AND NOT o.is_cancelled AND o.balance > 0 ORDER BY r.due_date, r.id
"""
