"""Money and what it could be set against: read for cash application, and its result written."""

from __future__ import annotations

from datetime import date

import polars as pl

from dunwell.core import frames
from dunwell.core import frames_import as schemas
from dunwell.store import audit, balances, bulk, scope
from dunwell.store.record_statement import SOURCE

SETTLED_DAYS = 90
"""Receivables settled lately are shown too: money that names one of them may have been paid twice."""


def money(creditor_id: int, as_of: date) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """MONEY with something unapplied, RECEIVABLES it could concern, and PAYER_SIGNS; without `may_allocate_oldest_first`."""
    with bulk.reader(creditor_id) as read:
        unapplied = read(f"""
            SELECT u.payment_id AS money_id, 'payment' AS kind, p.date, p.currency, p.amount AS received, u.unapplied,
              p.customer_id, nullif(p.payer_name, '') AS payer_name_key, nullif(p.payer_account, '') AS payer_account,
              nullif(p.payer_tax_id, '') AS payer_tax_id, nullif(p.remittance, '') AS remittance,
              nullif(p.reference, '') AS reference,
              -- a sheet's column names what is paid; a bank's reference is one more word of the payer
              CASE WHEN p.source <> '{SOURCE}' THEN nullif(p.reference, '') END AS invoice_number
            FROM ({balances.unapplied_sql(as_of=as_of)}) u JOIN payment p ON p.id = u.payment_id WHERE NOT u.is_on_account
              -- what a person took back stays with people: setting it there again would undo the undoing
              AND NOT EXISTS (SELECT FROM allocation a WHERE a.payment_id = p.id AND a.undoes_id IS NOT NULL AND a.basis <> 'carried')
            UNION ALL
            SELECT i.id, 'credit_note', i.issue_date, i.currency, i.total, i.total - coalesce(a.total, 0), i.customer_id, NULL, NULL,
              NULL, NULL, NULL, nullif(i.credits_number, '')
            FROM invoice i LEFT JOIN (SELECT credit_note_id, sum(amount)::bigint AS total FROM allocation
                                      WHERE credit_note_id IS NOT NULL GROUP BY 1) a ON a.credit_note_id = i.id
            WHERE i.kind = 'credit_note' AND i.issue_date <= DATE '{as_of}' AND i.total > coalesce(a.total, 0)
              AND NOT EXISTS (SELECT FROM allocation a WHERE a.credit_note_id = i.id AND a.undoes_id IS NOT NULL)
              AND NOT EXISTS (SELECT FROM cancellation x WHERE x.invoice_id = i.id)
        """)
        if unapplied.is_empty():
            return (
                frames.conform(unapplied, schemas.MONEY),
                frames.empty(schemas.RECEIVABLES),
                frames.empty(schemas.PAYER_SIGNS),
            )
        receivables = read(f"""
            SELECT b.receivable_id, b.customer_id, b.invoice_id, nullif(i.reference, '') AS reference, i.kind AS document, i.number, i.issue_date,
              coalesce(b.due_date, i.valid_until) AS due_date, b.currency,
              CASE WHEN b.is_cancelled THEN 0 ELSE greatest(b.balance, 0) END AS balance, nullif(i.order_number, '') AS order_number
            FROM ({balances.balances_sql(as_of=as_of, rehearsal=False)}) b JOIN invoice i ON i.id = b.invoice_id
            WHERE i.kind <> 'credit_note' AND i.issue_date <= DATE '{as_of}'
              AND (b.balance > 0 OR i.issue_date > DATE '{as_of}' - {SETTLED_DAYS})
        """)
        signs = read(PAYER_SIGNS)
    return frames.conform(unapplied, schemas.MONEY), receivables, frames.conform(signs, schemas.PAYER_SIGNS)


def has_news(creditor_id: int) -> bool:
    """Whether a file came in that the last run may not have seen: one that began in the hour before it may have ended after."""
    with scope.of(creditor_id):
        ((found,),) = bulk.rows(
            "SELECT EXISTS (SELECT FROM import_file f WHERE f.recorded_at > (SELECT max(recorded_at) FROM run) - interval '1 hour')"
        )
    return bool(found)


def newest_file(creditor_id: int) -> int:
    """The number of the file that came in last, 0 for none."""
    with scope.of(creditor_id):
        ((found,),) = bulk.rows("SELECT coalesce(max(id), 0) FROM import_file")
    return int(found)


def record(creditor_id: int, *, allocations: pl.DataFrame, proposals: pl.DataFrame, as_of: date, by: str) -> int:
    """Write certain allocations, and proposals for a person; a proposal known already is not repeated."""
    with scope.of(creditor_id):
        if not allocations.is_empty():
            bulk.stage("in_allocation", allocations)
            bulk.execute(ADD_ALLOCATIONS, creditor_id, as_of, by)
            audit.link(
                creditor_id,
                actor=by,
                kind="allocations",
                subject=str(as_of),
                content=allocations.sort("money_id", "receivable_id").write_csv(),
                count=allocations.height,
            )
        if not proposals.is_empty():
            bulk.stage("in_proposal", proposals)
            bulk.execute(ADD_PROPOSALS, creditor_id, as_of, by)
    return allocations.height


# An account is learned from what a person set or put on account, and from what a number in the payer's words settled; what was
# taken back teaches nothing.
PAYER_SIGNS = """
SELECT id AS customer_id, 'tax_id' AS sign, tax_id AS value FROM customer WHERE tax_id <> ''
UNION SELECT id, 'name_key', name_key FROM customer WHERE name_key <> ''
UNION SELECT id, 'group', group_id::text FROM customer WHERE group_id IS NOT NULL
UNION SELECT customer_id, 'account', payer_account FROM payment WHERE customer_id IS NOT NULL AND payer_account <> ''
UNION SELECT r.customer_id, 'account', p.payer_account
FROM allocation a JOIN payment p ON p.id = a.payment_id JOIN receivable r ON r.id = a.receivable_id
WHERE p.payer_account <> '' AND a.undoes_id IS NULL AND a.basis IN ('manual', 'reference')
  AND NOT EXISTS (SELECT FROM allocation b WHERE b.undoes_id = a.id)
UNION SELECT o.customer_id, 'account', p.payer_account
FROM on_account o JOIN payment p ON p.id = o.payment_id
WHERE p.payer_account <> '' AND NOT o.taken_back
  AND NOT EXISTS (SELECT FROM on_account l WHERE l.payment_id = o.payment_id AND l.id > o.id)
"""
# Money counts from the day it came, not from the day it was set against something; never before the invoice itself.
ADD_ALLOCATIONS = """
INSERT INTO allocation (creditor_id, effective_on, by, why, payment_id, credit_note_id, receivable_id, currency, amount, basis)
SELECT %s, least(%s, greatest(coalesce(p.date, c.issue_date), i.issue_date)), %s, n.evidence, p.id, c.id, n.receivable_id,
  n.currency, n.amount, n.basis
FROM in_allocation n JOIN receivable r ON r.id = n.receivable_id JOIN invoice i ON i.id = r.invoice_id
LEFT JOIN payment p ON n.kind = 'payment' AND p.id = n.money_id
LEFT JOIN invoice c ON n.kind = 'credit_note' AND c.id = n.money_id
ORDER BY n.receivable_id
"""
ADD_PROPOSALS = """
INSERT INTO allocation_proposal (creditor_id, effective_on, by, why, payment_id, receivable_id, customer_id, amount, points, reasons)
SELECT %s, %s, %s, coalesce(n.reason, ''), n.money_id, n.receivable_id, n.customer_id, n.amount, n.points, coalesce(n.signs, '')
FROM in_proposal n WHERE n.kind = 'payment' AND NOT EXISTS (
  SELECT FROM allocation_proposal g WHERE g.payment_id = n.money_id AND g.receivable_id IS NOT DISTINCT FROM n.receivable_id
    AND g.customer_id IS NOT DISTINCT FROM n.customer_id)
"""
