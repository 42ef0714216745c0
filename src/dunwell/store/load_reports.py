"""The whole history of what was owed, for reports: every invoice, what changed it, money, promises, contacts."""

from __future__ import annotations

import polars as pl

from dunwell.core import frames
from dunwell.core.frames import Books
from dunwell.store import balances, bulk
from dunwell.store.bulk import Read


def books(creditor_id: int, *, rehearsal: bool) -> Books:
    """Live, what came in or went out in rehearsal does not count. The debts are read beside all that happened to them."""
    with bulk.reader(creditor_id) as read, bulk.beside(creditor_id, read, _debts) as debts:
        unapplied = read(
            f"SELECT currency::text, sum(unapplied)::bigint FROM ({balances.unapplied_sql(as_of=None)}) u GROUP BY 1"
        )
        return Books(
            moves=_read(read, MOVES, frames.DEBT_MOVES),
            credit_notes=_read(read, CREDIT_NOTES, frames.SUMS_BY_DAY),
            received=_read(read, RECEIVED, frames.SUMS_BY_DAY),
            promises=_read(read, _promises(rehearsal=rehearsal), frames.PROMISES_MADE),
            contacts=_read(read, CONTACTS.format(rehearsal=str(rehearsal).lower()), frames.CONTACTS_MADE),
            unapplied=dict(unapplied.iter_rows()),
            debts=debts.result(),
        )


def promises(creditor_id: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Live promises (PROMISES_MADE), and what moved the debts that they were made for (DEBT_MOVES)."""
    with bulk.reader(creditor_id) as read:
        made = _read(read, _promises(rehearsal=False), frames.PROMISES_MADE)
        promised = "SELECT receivable_id FROM promise"
        money = f"SELECT * FROM ({MOVES}) m WHERE is_payment AND receivable_id IN ({promised})"
        return made, _read(read, money, frames.DEBT_MOVES)


def _debts(read: Read) -> pl.DataFrame:
    """Plain reads that Polars joins: joined by the server they would cost it twice the time."""
    debts = read(
        "SELECT id AS receivable_id, invoice_id, customer_id, currency::text, amount, due_date AS due_on FROM receivable"
    )
    issued = read(
        "SELECT id AS invoice_id, issue_date AS issued_on, nullif(owner, '') AS own FROM invoice WHERE kind = 'invoice'"
    )
    owners = read("SELECT id AS customer_id, owner FROM customer")
    ended = read("SELECT invoice_id, min(effective_on) AS cancelled_on FROM cancellation GROUP BY 1")
    found = (
        debts.join(issued, on="invoice_id")
        .join(owners, on="customer_id")
        .join(ended, on="invoice_id", how="left")
        .with_columns(owner=pl.coalesce("own", "owner"))
    )
    return frames.conform(found, frames.DEBTS)


def _promises(*, rehearsal: bool) -> str:
    """Live, promises of the rehearsal do not count."""
    return PROMISES.format(real="" if rehearsal else "AND NOT p.rehearsal")


def is_more_than(number: int) -> bool:
    """Whether the creditor's books hold more receivables than so many; looked at no further than that. Inside `scope.of`."""
    ((found,),) = bulk.rows("SELECT count(*) FROM (SELECT FROM receivable LIMIT %s) r", number + 1)
    return bool(found > number)


def names(customers: list[int]) -> dict[int, str]:
    return dict(bulk.rows("SELECT id, name FROM customer WHERE id = ANY(%s)", customers))


def _read(read: Read, sql: str, schema: frames.Schema) -> pl.DataFrame:
    return frames.conform(read(sql), schema)


MOVES = """
SELECT receivable_id, effective_on AS "on", -amount AS amount, payment_id IS NOT NULL AS is_payment FROM allocation
UNION ALL SELECT receivable_id, effective_on, -amount, false FROM write_off
UNION ALL SELECT receivable_id, effective_on, amount, false FROM charge
"""
CREDIT_NOTES = """
SELECT i.currency, i.issue_date AS "on", sum(i.total)::bigint AS amount FROM invoice i
WHERE i.kind = 'credit_note' AND NOT EXISTS (SELECT FROM cancellation x WHERE x.invoice_id = i.id) GROUP BY 1, 2
"""
RECEIVED = 'SELECT currency, date AS "on", sum(amount)::bigint AS amount FROM payment GROUP BY 1, 2'
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
