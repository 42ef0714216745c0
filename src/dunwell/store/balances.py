"""What is still owed and what money is still unmatched, as SQL that every reader shares.

`sql/outbox.sql` asks the same of the few receivables of one message a moment before it is sent; a test proves that both
answers agree. `as_of` limits to facts effective by that day (plan, simulate); None sees everything (deliver). A live reader
ignores facts that came in through a rehearsal.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date


def balances_sql(*, as_of: date | None, rehearsal: bool, among: str = "") -> str:
    """All receivables of the creditor, or those whose numbers the query `among` gives: `receivable_id, invoice_id, customer_id, currency, due_date, balance, disputed,
    is_credited, is_cancelled, is_invoiced`.

    `balance` = amount + charges − write-offs − allocations, in minor units, and may be below zero after a write-off too many;
    `disputed` is the contested part of a positive balance, all of it when one dispute names no sum; `is_credited` = nobody contests it, a
    credit note of ours is awaited. A request that became an invoice counts as cancelled: `is_invoiced` tells it apart.
    """
    known, ended_known = _known("f", as_of), _known("e", as_of)
    real = "" if rehearsal else "AND NOT f.rehearsal"
    return f"""
    SELECT r.id AS receivable_id, r.invoice_id, r.customer_id, r.currency, r.due_date, b.balance,
      CASE WHEN d.receivable_id IS NULL THEN 0 WHEN d.is_whole THEN greatest(b.balance, 0)
           ELSE least(d.amount, greatest(b.balance, 0)) END::bigint AS disputed, coalesce(d.is_credited, false) AS is_credited,
      x.invoice_id IS NOT NULL OR v.request_id IS NOT NULL AS is_cancelled, v.request_id IS NOT NULL AS is_invoiced
    FROM receivable r
    LEFT JOIN ({_sum_of("allocation", known, among)}) a ON a.receivable_id = r.id
    LEFT JOIN ({_sum_of("charge", known, among)}) c ON c.receivable_id = r.id
    LEFT JOIN ({_sum_of("write_off", known, among)}) w ON w.receivable_id = r.id
    LEFT JOIN (
      SELECT f.receivable_id, bool_or(f.amount IS NULL) AS is_whole, sum(f.amount)::bigint AS amount,
        bool_and(f.cause = 'credit_due') AS is_credited FROM dispute f
      WHERE {known} {real} {_of("f.receivable_id", among)}
        AND NOT EXISTS (SELECT FROM ending e WHERE e.dispute_id = f.id AND {ended_known})
      GROUP BY f.receivable_id
    ) d ON d.receivable_id = r.id
    LEFT JOIN (SELECT DISTINCT f.invoice_id FROM cancellation f WHERE {known}) x ON x.invoice_id = r.invoice_id
    LEFT JOIN (SELECT f.request_id FROM became_invoice f
               WHERE {known} AND NOT EXISTS (SELECT FROM became_invoice_end e WHERE e.became_id = f.id AND {ended_known})) v
      ON v.request_id = r.invoice_id
    CROSS JOIN LATERAL (
      SELECT (r.amount + coalesce(c.amount, 0) - coalesce(w.amount, 0) - coalesce(a.amount, 0))::bigint AS balance
    ) b
    WHERE true {_of("r.id", among)}
    """


def unapplied_sql(*, as_of: date | None) -> str:
    """Payments of which something is neither allocated nor reversed: `payment_id, customer_id, currency, unapplied,
    is_on_account`.

    `customer_id` is null for an unknown payer, else the payer, or whom a person put the money on account for until that is taken
    back; `is_on_account` = a person put it on account, so that it holds nobody. Of what is known now only the payments are looked
    at that the database knows to be open; on an earlier day others were.
    """
    known, reversal_known = _known("f", as_of), _known("v", as_of)
    among = "SELECT payment_id FROM payment_open" if as_of is None else ""
    return f"""
    SELECT f.id AS payment_id, CASE WHEN NOT o.taken_back THEN o.customer_id ELSE f.customer_id END AS customer_id, f.currency,
      u.unapplied, coalesce(NOT o.taken_back, false) AS is_on_account
    FROM (SELECT p.*, p.date AS effective_on FROM payment p) f
    LEFT JOIN (SELECT f.payment_id, sum(f.amount)::bigint AS amount FROM allocation f
               WHERE {known} {_of("f.payment_id", among)} GROUP BY f.payment_id) a
      ON a.payment_id = f.id
    LEFT JOIN (SELECT v.reverses_id, sum(v.amount)::bigint AS amount
               FROM (SELECT p.*, p.date AS effective_on FROM payment p) v
               WHERE v.reverses_id IS NOT NULL AND {reversal_known} {_of("v.reverses_id", among)} GROUP BY v.reverses_id) v ON v.reverses_id = f.id
    LEFT JOIN (SELECT DISTINCT ON (o.payment_id) o.payment_id, o.customer_id, o.taken_back FROM on_account o
               WHERE {_known("o", as_of)} ORDER BY o.payment_id, o.id DESC) o ON o.payment_id = f.id
    CROSS JOIN LATERAL (SELECT (f.amount - coalesce(a.amount, 0) + coalesce(v.amount, 0))::bigint AS unapplied) u
    WHERE {known} AND f.reverses_id IS NULL AND u.unapplied > 0 {_of("f.id", among)}
    """


def credit_sql(*, as_of: date | None) -> str:
    """What a customer has to their credit, by currency: money on account, and what is left of credit notes: `customer_id,
    currency, amount`.
    """
    known = _known("f", as_of)
    issued = "true" if as_of is None else f"i.issue_date <= DATE '{as_of.isoformat()}'"
    return f"""
    SELECT u.customer_id, u.currency, u.unapplied AS amount FROM ({unapplied_sql(as_of=as_of)}) u WHERE u.is_on_account
    UNION ALL
    SELECT i.customer_id, i.currency, i.total - coalesce(a.amount, 0) FROM invoice i
    LEFT JOIN (SELECT f.credit_note_id, sum(f.amount)::bigint AS amount FROM allocation f
               WHERE f.credit_note_id IS NOT NULL AND {known} GROUP BY 1) a ON a.credit_note_id = i.id
    WHERE i.kind = 'credit_note' AND {issued} AND i.total > coalesce(a.amount, 0)
      AND NOT EXISTS (SELECT FROM cancellation f WHERE f.invoice_id = i.id AND {known})
    """


def credit_text(by_currency: Mapping[str, int]) -> str:
    """A customer's credit in minor units as `dunwell_credit` says it: `EUR 1200,USD 50`, empty without credit."""
    return ",".join(f"{currency} {amount}" for currency, amount in sorted(by_currency.items()) if amount)


def held_by_money_sql(*, as_of: date | None) -> str:
    """Customers whose chase waits for unmatched money (I10): `customer_id`.

    Their own unapplied money at or above the creditor's tolerance, or a proposal that names them for money of anybody.
    """
    return f"""
    WITH money AS (
      SELECT u.payment_id, u.customer_id FROM ({unapplied_sql(as_of=as_of)}) u
      JOIN creditor k ON k.id = (SELECT dunwell_creditor())
      WHERE u.unapplied >= k.unmatched_tolerance_minor AND NOT u.is_on_account
    )
    SELECT customer_id FROM money WHERE customer_id IS NOT NULL
    UNION
    SELECT coalesce(g.customer_id, r.customer_id) FROM money
    JOIN allocation_proposal g ON g.payment_id = money.payment_id AND {_known("g", as_of)}
    LEFT JOIN receivable r ON r.id = g.receivable_id
    WHERE coalesce(g.customer_id, r.customer_id) IS NOT NULL
    """


def _sum_of(table: str, known: str, among: str) -> str:
    return (
        f"SELECT f.receivable_id, sum(f.amount)::bigint AS amount FROM {table} f "
        f"WHERE {known} {_of('f.receivable_id', among)} GROUP BY f.receivable_id"
    )


def _of(column: str, among: str) -> str:
    return f"AND {column} IN ({among})" if among else ""


def _known(alias: str, as_of: date | None) -> str:
    return "true" if as_of is None else f"{alias}.effective_on <= DATE '{as_of.isoformat()}'"
