"""What a claim rests on, read from the ledger: the debt with all that lowered it, what stands against claiming."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dunwell.core.claims import Reduction
from dunwell.core.money import Money
from dunwell.core.policy import FIRM_LEVEL_MIN
from dunwell.store import balances, bulk, scope
from dunwell.store.models import Agreement, Creditor

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Owed:
    """One receivable as of a day, in minor units: `reductions` are payments by their own day, credits and write-offs by theirs."""

    receivable_id: int
    currency: str
    amount: int
    charges: int
    balance: int
    disputed: int
    due_date: date | None
    is_cancelled: bool
    reductions: tuple[Reduction, ...]
    acknowledged_on: date | None


def owed(creditor_id: int, receivables: Sequence[int], as_of: date) -> list[Owed]:
    """The receivables in the order of their due dates."""
    ids = list(receivables)
    with scope.of(creditor_id):
        sums = {row[0]: row for row in bulk.rows(_BALANCES.format(balances=_balances(as_of)), as_of, ids)}
        lowered: dict[int, list[Reduction]] = {}
        for key, on, kind, amount, currency in bulk.rows(_REDUCTIONS, as_of, ids, as_of, ids):
            lowered.setdefault(key, []).append(Reduction(on, kind, Money(amount, currency)))
    found = [_owed(sums[key], tuple(lowered.get(key, ()))) for key in ids if key in sums]
    return sorted(found, key=lambda one: (one.due_date or date.max, one.receivable_id))


def _owed(row: Row, reductions: tuple[Reduction, ...]) -> Owed:
    key, currency, amount, charges, balance, disputed, due_date, is_cancelled, acknowledged_on = row
    return Owed(
        receivable_id=key,
        currency=currency,
        amount=amount,
        charges=charges,
        balance=balance,
        disputed=disputed,
        due_date=due_date,
        is_cancelled=is_cancelled,
        reductions=reductions,
        acknowledged_on=acknowledged_on,
    )


def objection(
    creditor: Creditor,
    customer_id: int,
    receivables: Sequence[int],
    *,
    on: date,
    at: datetime,
    covered_min: date,
    rehearsal: bool,
) -> str:
    """The very question that every firm message is asked before it leaves; what stands against it, or nothing."""
    message = {
        "creditor_id": creditor.pk,
        "customer_id": customer_id,
        "slot_on": on.isoformat(),
        "queued_at": at.isoformat(),
        "rehearsal": rehearsal,
        "level": FIRM_LEVEL_MIN,
        "purpose": "request",
    }
    with scope.of(creditor.pk):
        states = bulk.rows(_STATES, customer_id)
        if states:
            return "customer_state"
        ((reason,),) = bulk.rows(_OBJECTION, json.dumps(message), list(receivables), covered_min)
    return reason or ""


def agreement(creditor_id: int, customer_id: int, as_of: date) -> dict[str, Any]:
    """The last terms agreed with a customer by a day; empty where nothing was."""
    with scope.of(creditor_id):
        rows = Agreement.objects.filter(customer_id=customer_id, effective_on__lte=as_of)
        found = rows.order_by("-effective_on", "-pk").first()
    return dict(found.terms) if found else {}


def reminded_on(creditor_id: int, receivables: Sequence[int], as_of: date) -> tuple[date, ...]:
    """The days on which real requests about the receivables left."""
    with scope.of(creditor_id):
        return tuple(row[0] for row in bulk.rows(_REMINDED, as_of, list(receivables)))


def ending_terms(creditor_id: int, as_of: date, *, due_until: date) -> list[Row]:
    """Open receivables of invoices due up to a day: number, customer, due date, the day of the last acknowledgement; oldest due first."""
    among = f"SELECT id FROM receivable WHERE due_date <= DATE '{due_until.isoformat()}'"
    owed = balances.balances_sql(as_of=as_of, rehearsal=False, among=among)
    with scope.of(creditor_id):
        return bulk.rows(_ENDING_TERMS.format(balances=owed), as_of)


def _balances(as_of: date) -> str:
    return balances.balances_sql(as_of=as_of, rehearsal=False)


_BALANCES = """
SELECT r.id, r.currency::text, r.amount,
  coalesce((SELECT sum(c.amount) FROM charge c WHERE c.receivable_id = r.id), 0)::bigint,
  b.balance, b.disputed, r.due_date, b.is_cancelled,
  (SELECT max(k.effective_on) FROM acknowledgement k WHERE k.receivable_id = r.id AND k.effective_on <= %s)
FROM receivable r JOIN ({balances}) b ON b.receivable_id = r.id WHERE r.id = ANY(%s)
"""
_REDUCTIONS = """
SELECT a.receivable_id, coalesce(p.date, n.issue_date) AS on, CASE WHEN p.id IS NULL THEN 'credit' ELSE 'payment' END,
  a.amount, a.currency::text
FROM allocation a LEFT JOIN payment p ON p.id = a.payment_id LEFT JOIN invoice n ON n.id = a.credit_note_id
WHERE a.effective_on <= %s AND a.receivable_id = ANY(%s) AND a.undoes_id IS NULL
  AND NOT EXISTS (SELECT FROM allocation u WHERE u.undoes_id = a.id)
UNION ALL
SELECT w.receivable_id, w.effective_on, 'write_off', w.amount, w.currency::text
FROM write_off w WHERE w.effective_on <= %s AND w.receivable_id = ANY(%s)
ORDER BY 1, 2, 3, 4
"""
_STATES = """
SELECT state FROM (SELECT DISTINCT ON (c.state) c.state, c.ended FROM customer_state c WHERE c.customer_id = %s
                   ORDER BY c.state, c.id DESC) last
WHERE NOT last.ended AND last.state <> 'represented'
"""
_OBJECTION = (
    "SELECT o.reason FROM dunwell_money_objection(jsonb_populate_record(NULL::message, %s::jsonb), %s::bigint[], %s) o"
)
_REMINDED = """
SELECT DISTINCT m.sent_on FROM message_item i JOIN message m ON m.id = i.message_id
WHERE m.state = 'sent' AND NOT m.rehearsal AND m.purpose = 'request' AND i.part IN ('asked', 'listed') AND m.sent_on <= %s
  AND i.receivable_id = ANY(%s) ORDER BY 1
"""
_ENDING_TERMS = """
SELECT r.id, i.number, c.name, c.kind, r.due_date,
  (SELECT max(k.effective_on) FROM acknowledgement k WHERE k.receivable_id = r.id)
FROM ({balances}) b JOIN receivable r ON r.id = b.receivable_id JOIN invoice i ON i.id = r.invoice_id
JOIN customer c ON c.id = r.customer_id
WHERE b.balance > 0 AND NOT b.is_cancelled AND i.kind = 'invoice' AND r.due_date < %s ORDER BY r.due_date, r.id
"""
