"""The whole history of what was owed, for reports: every invoice, what changed it, money, promises, contacts."""

from __future__ import annotations

import polars as pl

from dunwell.core import frames
from dunwell.core.frames import Books
from dunwell.store import balances, bulk
from dunwell.store.bulk import Read


def books(creditor_id: int, *, rehearsal: bool) -> Books:
    """Live, what came in or went out in rehearsal does not count."""
    real = "" if rehearsal else "AND NOT {}.rehearsal"
    with bulk.reader(creditor_id) as read:
        unapplied = read(
            f"SELECT currency::text, sum(unapplied)::bigint FROM ({balances.unapplied_sql(as_of=None)}) u GROUP BY 1"
        )
        return Books(
            debts=_read(read, DEBTS, frames.DEBTS),
            moves=_read(read, MOVES, frames.DEBT_MOVES),
            credit_notes=_read(read, CREDIT_NOTES, frames.SUMS_BY_DAY),
            received=_read(read, RECEIVED, frames.SUMS_BY_DAY),
            promises=_read(read, PROMISES.format(real=real.format("p")), frames.PROMISES_MADE),
            contacts=_read(read, CONTACTS.format(rehearsal=str(rehearsal).lower()), frames.CONTACTS_MADE),
            unapplied=dict(unapplied.iter_rows()),
        )


def is_more_than(number: int) -> bool:
    """Whether the creditor's books hold more receivables than so many; looked at no further than that. Inside `scope.of`."""
    ((found,),) = bulk.rows("SELECT count(*) FROM (SELECT FROM receivable LIMIT %s) r", number + 1)
    return bool(found > number)


def names(customers: list[int]) -> dict[int, str]:
    return dict(bulk.rows("SELECT id, name FROM customer WHERE id = ANY(%s)", customers))


def _read(read: Read, sql: str, schema: frames.Schema) -> pl.DataFrame:
    return frames.conform(read(sql), schema)


DEBTS = """
SELECT r.id AS receivable_id, r.customer_id, coalesce(nullif(i.owner, ''), c.owner) AS owner, r.currency, r.amount, i.issue_date AS issued_on,
  r.due_date AS due_on, x."on" AS cancelled_on
FROM receivable r JOIN invoice i ON i.id = r.invoice_id JOIN customer c ON c.id = r.customer_id
LEFT JOIN (SELECT invoice_id, min(effective_on) AS "on" FROM cancellation GROUP BY 1) x ON x.invoice_id = i.id
WHERE i.kind = 'invoice'
"""
MOVES = """
SELECT receivable_id, effective_on AS "on", -amount AS amount, payment_id IS NOT NULL AS is_payment FROM allocation
UNION ALL SELECT receivable_id, effective_on, -amount, false FROM write_off
UNION ALL SELECT receivable_id, effective_on, amount, false FROM charge
"""
CREDIT_NOTES = """
SELECT i.currency, i.issue_date AS "on", i.total AS amount FROM invoice i
WHERE i.kind = 'credit_note' AND NOT EXISTS (SELECT FROM cancellation x WHERE x.invoice_id = i.id)
"""
RECEIVED = 'SELECT currency, date AS "on", amount FROM payment'
PROMISES = """
SELECT p.id AS promise_id, p.receivable_id, p.currency, p.amount, p.effective_on AS made_on, p.promised_date
FROM promise p LEFT JOIN ending e ON e.promise_id = p.id
WHERE (e.id IS NULL OR e.outcome = 'kept') {real}
"""
CONTACTS = """
SELECT customer_id, sent_on AS "on" FROM message WHERE state = 'sent' AND rehearsal = {rehearsal}
UNION ALL SELECT customer_id, effective_on FROM touch t
WHERE counts AND NOT EXISTS (SELECT FROM ending e WHERE e.touch_id = t.id)
"""
