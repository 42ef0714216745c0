"""Money as people look at it: payments a page at a time, what each was set against, what could still be done with the rest, and files.

Each list is bound by its page (keyset), each payment by its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dunwell.core.money import Money
from dunwell.store import balances, bulk
from dunwell.store.lists import ROWS


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment of the list with what is left of it; `is_reversal` takes an earlier one back."""

    pk: int
    on: date
    payer: str
    customer: int | None
    customer_name: str
    words: str
    amount: Money
    left: Money
    is_on_account: bool
    is_reversal: bool


@dataclass(frozen=True, slots=True)
class Set:
    """A part of a payment set against a receivable; `is_undone` when a counter-record took it back."""

    pk: int
    on: date
    invoice: int
    number: str
    customer_name: str
    amount: Money
    basis: str
    by: str
    why: str
    is_undone: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Where unapplied money could belong: an open document, or only a customer. `signs` speak for it with so many `points` of a
    hundred; `reason` is why it was not set by itself."""

    pk: int
    invoice: int | None
    number: str
    issued: date | None
    customer: int
    customer_name: str
    left: Money
    points: int
    signs: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class FileRow:
    pk: int
    on: date
    at: datetime
    name: str
    kind: str
    by: str
    open_findings: int
    findings: int


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding with the row of its file as it was received; `outcome` once a person settled it."""

    pk: int
    code: str
    message: str
    remedy: str
    field: str
    value: str
    line: int | None
    raw: str
    holds: bool
    names_invoice: bool
    outcome: str


def payments(*, text: str, before: int) -> list[PaymentRow]:
    """The newest payments first, one more than a page, those before the payment of that number (0: from the newest).

    `text` is part of the payer's name or words.
    """
    conditions: list[str] = ["true"]
    values: list[Any] = []
    if text:
        conditions.append("(p.payer_name ILIKE %s OR p.remittance ILIKE %s OR p.reference ILIKE %s)")
        values += [f"%{_plain(text)}%"] * 3
    if before:
        conditions.append("(p.date, p.id) < (SELECT date, id FROM payment WHERE id = %s)")
        values.append(before)
    rows = bulk.rows(PAYMENTS.format(where=" AND ".join(conditions), limit=ROWS + 1), *values)
    return [_payment(row) for row in rows]


def payment(number: int) -> PaymentRow | None:
    rows = bulk.rows(PAYMENTS.format(where="p.id = %s", limit=1), number)
    return _payment(rows[0]) if rows else None


def sets(payment: int) -> list[Set]:
    """Where the money of a payment went, the earliest first, with what was taken back."""
    return [
        Set(pk, on, invoice, number, name, Money(minor, currency), basis, by, why, undone)
        for pk, on, invoice, number, name, minor, currency, basis, by, why, undone in bulk.rows(SETS, payment)
    ]


def suggestions(payment: int, *, currency: str) -> list[Suggestion]:
    """What cash application proposed for a payment, as far as it is still open, the likeliest first."""
    among = "SELECT receivable_id FROM allocation_proposal WHERE payment_id = %s AND receivable_id IS NOT NULL"
    sql = SUGGESTIONS.format(balances=balances.balances_sql(as_of=None, rehearsal=False, among=among))
    rows = bulk.rows(sql, *[payment] * sql.count("%s"))
    return [
        Suggestion(
            pk,
            invoice,
            number,
            issued,
            customer,
            name,
            Money(left, currency),
            points,
            tuple(filter(None, signs.split(","))),
            reason,
        )
        for pk, invoice, number, issued, customer, name, left, points, signs, reason in rows
    ]


def files(*, before: int) -> list[FileRow]:
    """The newest files first, one more than a page."""
    return [FileRow(*row) for row in bulk.rows(FILES, before, before, ROWS + 1)]


def file_findings(file: int) -> list[FindingRow]:
    """The findings of a file, those that wait first, with their rows as received."""
    return [FindingRow(*row) for row in bulk.rows(FINDINGS, file)]


def _payment(row: tuple[Any, ...]) -> PaymentRow:
    pk, on, payer, customer, name, words, currency, amount, left, on_account, reversal = row
    return PaymentRow(
        pk, on, payer, customer, name, words, Money(amount, currency), Money(left, currency), on_account, reversal
    )


def _plain(text: str) -> str:
    """A person's text inside LIKE: their % and _ are letters."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


PAYMENTS = """
SELECT p.id, p.date, p.payer_name, p.customer_id, coalesce(c.name, ''), coalesce(nullif(p.remittance, ''), p.reference), p.currency, p.amount,
  CASE WHEN p.reverses_id IS NOT NULL THEN 0 ELSE p.amount
    - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.payment_id = p.id), 0)
    + coalesce((SELECT sum(v.amount) FROM payment v WHERE v.reverses_id = p.id), 0) END::bigint,
  coalesce((SELECT NOT o.taken_back FROM on_account o WHERE o.payment_id = p.id ORDER BY o.id DESC LIMIT 1), false),
  p.reverses_id IS NOT NULL
FROM payment p LEFT JOIN customer c ON c.id = p.customer_id
WHERE {where} ORDER BY p.date DESC, p.id DESC LIMIT {limit}
"""
SETS = """
SELECT a.id, a.effective_on, i.id, i.number, c.name, a.amount, a.currency, a.basis, a.by, a.why,
  a.undoes_id IS NOT NULL OR EXISTS (SELECT FROM allocation u WHERE u.undoes_id = a.id)
FROM allocation a JOIN receivable r ON r.id = a.receivable_id JOIN invoice i ON i.id = r.invoice_id JOIN customer c ON c.id = r.customer_id
WHERE a.payment_id = %s ORDER BY a.id
"""
SUGGESTIONS = """
SELECT g.id, i.id, coalesce(i.number, ''), i.issue_date, c.id, c.name, coalesce(b.balance, 0), g.points, g.reasons, g.why
FROM allocation_proposal g
LEFT JOIN ({balances}) b ON b.receivable_id = g.receivable_id
LEFT JOIN invoice i ON i.id = b.invoice_id
JOIN customer c ON c.id = coalesce(b.customer_id, g.customer_id)
WHERE g.payment_id = %s AND (g.receivable_id IS NULL OR b.balance > 0 AND NOT b.is_cancelled)
ORDER BY g.points DESC, g.receivable_id IS NULL, g.id
"""
FILES = """
SELECT f.id, f.effective_on, f.recorded_at, f.name, f.kind, f.by,
  (SELECT count(*) FROM finding g WHERE g.file_id = f.id AND NOT EXISTS (SELECT FROM finding_settled s WHERE s.finding_id = g.id)),
  (SELECT count(*) FROM finding g WHERE g.file_id = f.id)
FROM import_file f WHERE %s = 0 OR f.id < %s ORDER BY f.id DESC LIMIT %s
"""
FINDINGS = """
SELECT g.id, g.code, g.message, g.remedy, g.field, g.value, g.line,
  coalesce((SELECT r.raw FROM imported_row r WHERE r.file_id = g.file_id AND r.line = g.line LIMIT 1), ''),
  g.holds, g.receivable_id IS NOT NULL, coalesce(s.outcome, '')
FROM finding g LEFT JOIN finding_settled s ON s.finding_id = g.id
WHERE g.file_id = %s ORDER BY s.id IS NOT NULL, NOT g.holds, g.line, g.id LIMIT 500
"""
