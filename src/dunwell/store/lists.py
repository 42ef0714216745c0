"""The console's long lists, a page at a time: each begins after the last row of the page before (keyset), never by counting rows.

So the hundredth page of a million costs what the first does. A list asks for one row more than it shows, to know whether there
are more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from dunwell.core.money import Money
from dunwell.store import balances, bulk

ROWS = 50
PHONE_DIGITS_MIN = 6


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
    page = bulk.rows(CUSTOMERS.format(conditions=" AND ".join(conditions), rows=ROWS + 1), *values)
    owed = _owed([row[0] for row in page], as_of=as_of, rehearsal=rehearsal)
    return [_customer(row, owed.get(row[0], [])) for row in page]


def _owed(customers: list[int], *, as_of: date, rehearsal: bool) -> dict[int, list[tuple]]:
    """By customer, of each currency: currency, open, overdue, invoices, days since the oldest due date that has passed."""
    own = [row[0] for row in bulk.rows("SELECT id FROM receivable WHERE customer_id = ANY(%s)", customers)]
    if not own:
        return {}
    # Numbers, not a query for them: the database then knows how few they are, and goes by the indexes.
    among = ", ".join(map(str, own))
    sql = OWED.format(balances=balances.balances_sql(as_of=as_of, rehearsal=rehearsal, among=among))
    found: dict[int, list[tuple]] = {}
    for customer, *row in bulk.rows(sql, as_of):
        found.setdefault(customer, []).append(tuple(row))
    return found


def _customer(row: tuple, owed: list[tuple]) -> CustomerRow:
    pk, name, external_id, owner, segment = row
    return CustomerRow(
        pk,
        name,
        external_id,
        owner,
        segment,
        open=tuple(Money(open_, currency) for currency, open_, _, _, _ in owed if open_),
        overdue=tuple(Money(overdue, currency) for currency, _, overdue, _, _ in owed if overdue),
        invoices=sum(one[3] for one in owed),
        days_overdue=max((one[4] for one in owed), default=0),
    )


def _plain(text: str) -> str:
    """A person's text inside LIKE: their % and _ are letters."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


CUSTOMERS = """
SELECT id, name, external_id, owner, segment FROM customer WHERE {conditions} ORDER BY name_key, id LIMIT {rows}
"""
OWED = """
SELECT customer_id, currency, sum(balance)::bigint, coalesce(sum(balance) FILTER (WHERE due_date < d.today), 0)::bigint,
  count(DISTINCT invoice_id), coalesce(d.today - min(due_date) FILTER (WHERE due_date < d.today), 0)
FROM ({balances}) b, (SELECT %s::date AS today) d
WHERE balance > 0 AND NOT is_cancelled GROUP BY customer_id, currency, d.today ORDER BY currency
"""


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """A document of a list; `balance` is what is open on all its instalments, `due` the earliest day of these."""

    pk: int
    number: str
    kind: str
    issued: date
    due: date | None
    customer_id: int
    customer: str
    total: Money
    balance: Money


def invoices(*, text: str, open_only: bool, after: int) -> list[InvoiceRow]:
    """Documents, the newest first, one more than a page; `text` begins a number."""
    conditions: list[str] = ["true"]
    values: list[Any] = []
    if text:
        # Not LIKE: `^@` tells nothing of other creditors' rows, so that row-level security lets an index answer it.
        conditions.append("i.id IN (SELECT id FROM begun)")
        values.append(text)
    if after:
        conditions.append("i.id < %s")
        values.append(after)
    if open_only:
        conditions.append(
            "o.balance > 0 AND i.kind <> 'credit_note' AND NOT EXISTS (SELECT FROM cancellation x WHERE x.invoice_id = i.id)"
        )
    begun = BEGUN if text else ""
    found = bulk.rows(begun + INVOICES.format(conditions=" AND ".join(conditions), rows=ROWS + 1), *values)
    return [
        InvoiceRow(
            pk,
            number,
            kind,
            issued,
            due,
            customer_id,
            customer,
            Money(total, currency),
            Money(max(0, left or 0), currency),
        )
        for pk, number, kind, issued, due, customer_id, customer, currency, total, left in found
    ]


BEGUN = "WITH begun AS MATERIALIZED (SELECT id FROM invoice WHERE number ^@ %s)"
INVOICES = """
SELECT i.id, i.number, i.kind, i.issue_date, o.due, i.customer_id, c.name, i.currency, i.total, o.balance
FROM invoice i JOIN customer c ON c.id = i.customer_id
LEFT JOIN LATERAL (
  SELECT min(r.due_date) AS due, sum(r.amount
    + coalesce((SELECT sum(h.amount) FROM charge h WHERE h.receivable_id = r.id), 0)
    - coalesce((SELECT sum(w.amount) FROM write_off w WHERE w.receivable_id = r.id), 0)
    - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.receivable_id = r.id), 0))::bigint AS balance
  FROM receivable r WHERE r.invoice_id = i.id
) o ON true
WHERE {conditions} ORDER BY i.id DESC LIMIT {rows}
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Of the instalment of a document that is due first: what the last run decided, and when its money is expected: with a chance
    of so many percent within `days`.
    """

    decision: str
    step: str
    expected_on: date | None
    chance: int | None
    days: int | None


def standing(documents: list[int], *, rehearsal: bool) -> dict[int, Standing]:
    """How these documents stand."""
    return {
        invoice: Standing(decision or "", step or "", expected, None if chance is None else round(100 * chance), days)
        for invoice, decision, step, expected, chance, days in bulk.rows(STANDING, rehearsal, documents)
    }


STANDING = """
SELECT DISTINCT ON (r.invoice_id) r.invoice_id, o.code, o.step, f.expected_on, f.probability, f.days
FROM receivable r
LEFT JOIN LATERAL (
  SELECT o.code, o.step FROM outcome o JOIN run u ON u.id = o.run_id AND u.rehearsal = %s
  WHERE o.receivable_id = r.id ORDER BY o.run_id DESC LIMIT 1
) o ON true
LEFT JOIN receivable_forecast f ON f.receivable_id = r.id
WHERE r.invoice_id = ANY(%s) AND r.amount > coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.receivable_id = r.id), 0)
ORDER BY r.invoice_id, r.due_date NULLS LAST, r.id
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: a customer or a document, and by what."""

    kind: str
    pk: int
    title: str
    more: str


def search(text: str, *, limit: int) -> list[Found]:
    """Customers by name, id, tax number, address or telephone; documents by number or exact sum; the best hits first."""
    plain = text.strip()
    branches, values = [BY_NAME], [f"%{_plain(plain.lower())}%", plain, plain, plain, limit]
    digits = re.sub(r"[\s()-]", "", plain).removeprefix("+")
    if "@" not in plain and not plain.startswith("+"):
        branches.append(BY_NUMBER)
        values += [plain, limit]
    if (minor := _minor(plain)) is not None:
        branches.append(BY_SUM)
        values += [minor, limit]
    if digits.isdecimal() and len(digits) >= PHONE_DIGITS_MIN:
        branches.append(BY_PHONE)
        values += [f"%{digits}%", limit]
    elif not digits.isdecimal() and " " not in plain:
        branches.append(BY_ADDRESS)
        values += [f"%{_plain(plain.lower())}%", limit]
    sql = " UNION ALL ".join(f"({one})" for one in branches)
    rows = bulk.rows(f"SELECT kind, pk, title, more FROM ({sql}) x ORDER BY rank, title LIMIT %s", *values, limit)
    return [Found(*row) for row in rows]


def _minor(text: str) -> int | None:
    """A sum as typed, in hundredths."""
    plain = "".join(text.split()).replace(",", ".")
    whole, _, rest = plain.partition(".")
    if not whole.isdecimal() or len(rest) > 2 or (rest and not rest.isdecimal()) or len(whole) > 12:
        return None
    return int(whole) * 100 + int(rest.ljust(2, "0") or 0)


# Each is asked only where the text could be one: two of them read a whole table.
BY_NAME = """
SELECT 1 AS rank, 'customer' AS kind, id AS pk, name AS title, external_id AS more FROM customer
WHERE name_key LIKE %s OR external_id = %s OR tax_id = %s OR registration_number = %s ORDER BY name_key LIMIT %s
"""
BY_NUMBER = """
SELECT 2, 'invoice', i.id, i.number, c.name FROM invoice i JOIN customer c ON c.id = i.customer_id WHERE i.number ^@ %s
ORDER BY i.number LIMIT %s
"""
BY_SUM = """
SELECT 3, 'invoice', i.id, i.number, c.name FROM invoice i JOIN customer c ON c.id = i.customer_id WHERE i.total = %s LIMIT %s
"""
_BY_POINT = """
SELECT DISTINCT 4, 'customer', c.id, c.name, p.address FROM contact_point p JOIN contact t ON t.id = p.contact_id
JOIN customer c ON c.id = t.customer_id WHERE {where} LIMIT %s
"""
BY_ADDRESS = _BY_POINT.format(where="lower(p.address) LIKE %s")
BY_PHONE = _BY_POINT.format(
    where="p.channel IN ('sms', 'call') AND regexp_replace(p.address, '[^0-9]', '', 'g') LIKE %s"
)
