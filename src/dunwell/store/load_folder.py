"""What papers for people say of a customer: the work that was invoiced in a year, and what of it is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dunwell.core.money import Money
from dunwell.store import bulk, scope


@dataclass(frozen=True, slots=True)
class History:
    """`open`: number, issued, due, what is neither paid nor contested, of invoices that are overdue."""

    results: tuple[tuple[date, str], ...]
    open: tuple[tuple[str, date, date, Money], ...]


def history(creditor_id: int, customer_id: int, *, since: date, on: date, rehearsal: bool) -> History:
    with scope.of(creditor_id):
        results = tuple(bulk.rows(_RESULTS, customer_id, since, on))
        rows = bulk.rows(_OPEN, rehearsal, customer_id, on)
    owed = tuple((number, issued, due, Money(left, currency)) for number, issued, due, left, currency in rows)
    return History(results, owed)


@dataclass(frozen=True, slots=True)
class Months:
    """What was invoiced in one currency, credit notes taken off, by the first day of each month; and by how many invoices."""

    currency: str
    invoiced: dict[date, int]
    invoices: int


def months(creditor_id: int, customer_id: int, *, first: date, last: date) -> list[Months]:
    """Each currency in which a customer was invoiced between two days."""
    with scope.of(creditor_id):
        rows = bulk.rows(_MONTHS, customer_id, first, last)
    found: dict[str, Months] = {}
    for currency, month, minor, invoices in rows:
        before = found.get(currency, Months(currency, {}, 0))
        found[currency] = Months(currency, {**before.invoiced, month: int(minor)}, before.invoices + invoices)
    return list(found.values())


_STANDS = "i.kind = 'invoice' AND NOT EXISTS (SELECT FROM cancellation x WHERE x.invoice_id = i.id)"
_RESULTS = f"""
SELECT max(i.issue_date) AS on_day, i.what_for FROM invoice i
WHERE i.customer_id = %s AND i.issue_date BETWEEN %s AND %s AND i.what_for <> '' AND {_STANDS}
GROUP BY i.what_for ORDER BY 1 DESC, 2
"""
_OPEN = f"""
SELECT i.number, i.issue_date, r.due_date, o.balance - o.disputed, r.currency::text
FROM receivable r JOIN invoice i ON i.id = r.invoice_id, dunwell_owed(r.id, %s) o
WHERE r.customer_id = %s AND r.due_date < %s AND o.balance > o.disputed AND {_STANDS} ORDER BY r.due_date, r.id
"""
_MONTHS = """
SELECT i.currency::text, date_trunc('month', i.issue_date)::date, sum(CASE i.kind WHEN 'invoice' THEN i.total ELSE -i.total END)::bigint,
  count(*) FILTER (WHERE i.kind = 'invoice')
FROM invoice i WHERE i.customer_id = %s AND i.issue_date BETWEEN %s AND %s AND i.kind IN ('invoice', 'credit_note')
  AND NOT EXISTS (SELECT FROM cancellation x WHERE x.invoice_id = i.id)
GROUP BY 1, 2 ORDER BY 1, 2
"""
