"""What papers for people say of a customer: the work that was invoiced in a year, and what of it is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dunwell.core.money import Money
from dunwell.store import bulk, scope


@dataclass(frozen=True, slots=True)
class History:
    """`open`: number, issued, due, what is neither paid nor contested, of invoices that are overdue; `invoiced` by currency."""

    results: tuple[tuple[date, str], ...]
    open: tuple[tuple[str, date, date, Money], ...]
    invoiced: dict[str, int]
    first: date | None


def history(creditor_id: int, customer_id: int, *, since: date, on: date, rehearsal: bool) -> History:
    with scope.of(creditor_id):
        results = tuple(bulk.rows(_RESULTS, customer_id, since, on))
        rows = bulk.rows(_OPEN, rehearsal, customer_id, on)
        invoiced = dict(bulk.rows(_INVOICED, customer_id, since, on))
        ((first,),) = bulk.rows(
            "SELECT min(issue_date) FROM invoice WHERE customer_id = %s AND kind = 'invoice'", customer_id
        )
    owed = tuple((number, issued, due, Money(left, currency)) for number, issued, due, left, currency in rows)
    return History(results, owed, invoiced, first)


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
_INVOICED = f"""
SELECT i.currency::text, sum(i.total)::bigint FROM invoice i
WHERE i.customer_id = %s AND i.issue_date BETWEEN %s AND %s AND {_STANDS} GROUP BY 1
"""
