"""The console's long lists, a page at a time: each begins after the last row of the page before (keyset), never by counting rows.

So the hundredth page of a million costs what the first does. A list asks for one row more than it shows, to know whether there
are more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from dunwell.core.money import Money
from dunwell.store import balances, bulk

ROWS = 50


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer of a list: what is open and overdue, sums per currency, days since the oldest due date that has passed."""

    pk: int
    name: str
    external_id: str
    owner: str
    segment: str
    open: tuple[Money, ...]
    overdue: tuple[Money, ...]
    invoices: int
    days_overdue: int


def customers(*, text: str, owner: str, after: int, as_of: date, rehearsal: bool) -> list[CustomerRow]:
    """Customers in the order of their names, one more than a page, after the customer of that number (0: from the start).

    `text` is part of a name, or an id or a tax number.
    """
    conditions: list[str] = ["true"]
    values: list[Any] = []
    if text:
        conditions.append("(name_key LIKE %s OR external_id = %s OR tax_id = %s OR registration_number = %s)")
        values += [f"%{_plain(text.lower())}%", text, text, text]
    if owner:
        conditions.append("owner = %s")
        values.append(owner)
    if after:
        conditions.append("(name_key, id) > (SELECT name_key, id FROM customer WHERE id = %s)")
        values.append(after)
    page = f"SELECT * FROM customer WHERE {' AND '.join(conditions)} ORDER BY name_key, id LIMIT {ROWS + 1}"
    among = "SELECT id FROM receivable WHERE customer_id IN (SELECT id FROM page)"
    found = bulk.rows(
        CUSTOMERS.format(page=page, balances=balances.balances_sql(as_of=as_of, rehearsal=rehearsal, among=among)),
        *values,
        as_of,
    )
    rows: dict[int, CustomerRow] = {}
    for pk, name, external_id, owned, segment, currency, open_, overdue, invoices, days in found:
        before = rows.get(pk)
        rows[pk] = CustomerRow(
            pk, name, external_id, owned, segment,
            open=(*(before.open if before else ()), *([Money(open_, currency)] if open_ else [])),
            overdue=(*(before.overdue if before else ()), *([Money(overdue, currency)] if overdue else [])),
            invoices=(before.invoices if before else 0) + invoices,
            days_overdue=max(before.days_overdue if before else 0, days),
        )  # fmt: skip
    return list(rows.values())


def _plain(text: str) -> str:
    """A person's text inside LIKE: their % and _ are letters."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


CUSTOMERS = """
WITH page AS MATERIALIZED ({page}),
owed AS (
  SELECT customer_id, currency, sum(balance)::bigint AS open,
    coalesce(sum(balance) FILTER (WHERE due_date < d.today), 0)::bigint AS overdue, count(DISTINCT invoice_id) AS invoices,
    coalesce(d.today - min(due_date) FILTER (WHERE due_date < d.today), 0) AS days
  FROM ({balances}) b, (SELECT %s::date AS today) d
  WHERE balance > 0 AND NOT is_cancelled
  GROUP BY customer_id, currency, d.today
)
SELECT p.id, p.name, p.external_id, p.owner, p.segment, o.currency, coalesce(o.open, 0), coalesce(o.overdue, 0), coalesce(o.invoices, 0), coalesce(o.days, 0)
FROM page p LEFT JOIN owed o ON o.customer_id = p.id ORDER BY p.name_key, p.id, o.currency
"""
