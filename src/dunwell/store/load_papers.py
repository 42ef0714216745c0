"""What documents of account say, read from the ledger: the account's movements, what is open, how VAT stands, the logo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dunwell.core.money import Money
from dunwell.core.vat import Vat, VatCategory
from dunwell.store import balances, bulk, scope
from dunwell.store.models import IssuedDocument, Logo, VatRule

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one receivable stands on a day: what is left, of that what may be asked for, and whether its document is cancelled."""

    receivable_id: int
    number: str
    issued: date
    due: date | None
    left: Money
    asked: Money
    is_cancelled: bool
    reference: str


def kept(creditor_id: int, invoice_id: int) -> str:
    """The e-invoice as it was read last, or nothing."""
    with scope.of(creditor_id):
        row = IssuedDocument.objects.filter(invoice_id=invoice_id).order_by("-pk").first()
    return row.body if row else ""


def vat(creditor_id: int, *, invoice_id: int = 0, customer_id: int = 0) -> Vat | None:
    """The last word about VAT that is nearest: of the invoice, else of its customer, else of all."""
    with scope.of(creditor_id):
        rows = VatRule.objects.order_by("-pk")
        found = (
            rows.filter(invoice_id=invoice_id).first()
            or rows.filter(customer_id=customer_id).first()
            or rows.filter(invoice=None, customer=None).first()
        )
    return Vat(VatCategory(found.category), Decimal(found.percent), found.reason) if found else None


def logo(creditor_id: int, on: date | None = None) -> bytes:
    """The logo in force now, or on a day; empty where there is none."""
    with scope.of(creditor_id):
        known = Logo.objects.filter(effective_on__lte=on) if on else Logo.objects
        row = known.order_by("-pk").first()
    return bytes(row.picture) if row else b""


def movements(creditor_id: int, customer_id: int, until: date) -> list[Row]:
    """Everything that moved a customer's account up to a day: day, kind, number, minor units (positive raises the debt), currency.

    Money is counted on its own day, whatever it was set against later: of a payment of theirs what was not set against debts of
    others, of another's payment what was set against theirs. A document that was cancelled by that day never was.
    """
    with scope.of(creditor_id):
        return [row[:5] for row in bulk.rows(_MOVEMENTS, customer_id, until)]


def standing(creditor_id: int, customer_id: int, on: date, *, rehearsal: bool) -> list[Standing]:
    """The receivables of a customer's invoices on which something is left, the earliest due first."""
    among = f"SELECT id FROM receivable WHERE customer_id = {int(customer_id)}"
    with scope.of(creditor_id):
        rows = bulk.rows(_STANDING.format(balances=balances.balances_sql(as_of=on, rehearsal=rehearsal, among=among)))
    found = [_standing(row) for row in rows]
    return [one for one in found if one.left.minor > 0 and not one.is_cancelled]


def standing_of(creditor_id: int, invoice_id: int, on: date, *, rehearsal: bool) -> list[Standing]:
    """The receivables of one document, settled or not."""
    among = f"SELECT id FROM receivable WHERE invoice_id = {int(invoice_id)}"
    sql = _STANDING.replace("i.kind = 'invoice'", "true")
    with scope.of(creditor_id):
        rows = bulk.rows(sql.format(balances=balances.balances_sql(as_of=on, rehearsal=rehearsal, among=among)))
    return [_standing(row) for row in rows]


def settled_by(creditor_id: int, payment_id: int) -> list[Row]:
    """What a payment is set against now: the document's kind and number, minor units."""
    with scope.of(creditor_id):
        return bulk.rows(_SETTLED, payment_id)


def _standing(row: Row) -> Standing:
    key, number, issued, due, balance, disputed, currency, is_cancelled, reference = row
    left = max(balance, 0)
    return Standing(
        key,
        number,
        issued,
        due,
        Money(left, currency),
        Money(max(left - disputed, 0), currency),
        is_cancelled,
        reference,
    )


_STANDS = "NOT EXISTS (SELECT FROM cancellation x WHERE x.invoice_id = i.id AND x.effective_on <= u.day)"
# The customer and the last day, named once: every part of the union asks for both.
_MOVEMENTS = f"""
WITH given (customer, day) AS (SELECT %s::bigint, %s::date)
SELECT * FROM (
  SELECT i.issue_date, 'invoice', i.number, i.total, i.currency::text, i.id
  FROM given u JOIN invoice i ON i.id IN (SELECT r.invoice_id FROM receivable r WHERE r.customer_id = u.customer)
  WHERE i.kind = 'invoice' AND i.issue_date <= u.day AND {_STANDS}
  UNION ALL
  SELECT i.issue_date, 'credit_note', i.number, -i.total, i.currency::text, i.id
  FROM given u JOIN invoice i ON i.customer_id = u.customer AND i.kind = 'credit_note'
  WHERE i.issue_date <= u.day AND {_STANDS}
  UNION ALL
  SELECT p.date, CASE WHEN p.amount > 0 THEN 'payment' ELSE 'payment_back' END, '',
    CASE WHEN p.is_theirs THEN p.others - p.amount ELSE -p.ours END, p.currency::text, p.id
  FROM (
    SELECT q.id, q.date, q.amount, q.currency,
      coalesce((SELECT CASE WHEN o.taken_back THEN NULL ELSE o.customer_id END FROM on_account o
                WHERE o.payment_id = q.id ORDER BY o.id DESC LIMIT 1), q.customer_id) IS NOT DISTINCT FROM u.customer AS is_theirs,
      coalesce((SELECT sum(a.amount) FROM allocation a JOIN receivable r ON r.id = a.receivable_id
                WHERE a.payment_id = q.id AND r.customer_id = u.customer), 0)::bigint AS ours,
      coalesce((SELECT sum(a.amount) FROM allocation a JOIN receivable r ON r.id = a.receivable_id
                WHERE a.payment_id = q.id AND r.customer_id <> u.customer), 0)::bigint AS others
    FROM given u JOIN payment q ON q.id IN (
      SELECT c.id FROM payment c WHERE c.customer_id = u.customer
      UNION SELECT o.payment_id FROM on_account o WHERE o.customer_id = u.customer
      UNION SELECT a.payment_id FROM allocation a JOIN receivable r ON r.id = a.receivable_id WHERE r.customer_id = u.customer)
    WHERE q.date <= u.day
  ) p
  UNION ALL
  SELECT c.effective_on, 'charge', i.number, c.amount, c.currency::text, c.id
  FROM given u JOIN receivable r ON r.customer_id = u.customer JOIN charge c ON c.receivable_id = r.id JOIN invoice i ON i.id = r.invoice_id
  WHERE c.effective_on <= u.day AND {_STANDS}
  UNION ALL
  SELECT w.effective_on, 'write_off', i.number, -w.amount, w.currency::text, w.id
  FROM given u JOIN receivable r ON r.customer_id = u.customer JOIN write_off w ON w.receivable_id = r.id JOIN invoice i ON i.id = r.invoice_id
  WHERE w.effective_on <= u.day AND {_STANDS}
) m (on_day, kind, number, minor, currency, id) WHERE minor <> 0
ORDER BY on_day, array_position(ARRAY['invoice', 'charge', 'credit_note', 'payment', 'payment_back', 'write_off'], kind), number, id
"""
_STANDING = """
SELECT b.receivable_id, i.number, i.issue_date, b.due_date, b.balance, b.disputed, b.currency::text, b.is_cancelled, i.reference
FROM ({balances}) b JOIN invoice i ON i.id = b.invoice_id WHERE i.kind = 'invoice'
ORDER BY b.due_date NULLS LAST, b.receivable_id
"""
_SETTLED = """
SELECT i.kind, i.number, sum(a.amount)::bigint FROM allocation a JOIN receivable r ON r.id = a.receivable_id
JOIN invoice i ON i.id = r.invoice_id WHERE a.payment_id = %s GROUP BY i.id, i.kind, i.number HAVING sum(a.amount) > 0 ORDER BY i.issue_date, i.id
"""
