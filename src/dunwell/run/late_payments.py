"""After a late payment: its cause is recorded by a person, and other terms are proposed that would prevent the next one (G6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dunwell.core import late_causes as rules
from dunwell.core.late_causes import LateCause, Remedy
from dunwell.core.refusal import Refusal
from dunwell.run import facts, subjects
from dunwell.store import bulk, scope
from dunwell.store.models import Creditor, Customer, Invoice, LateReason, Receivable

ASKED_DAYS = 60
"""Who paid late longer ago is not asked any more: nobody remembers why."""
YEAR_DAYS = 365


class NotPaidLate(Refusal):
    """{number} was not paid late within the last {days} days."""


@dataclass(frozen=True, slots=True)
class Late:
    """A receivable that was paid so many days after its due date, and why, where that is known."""

    receivable_id: int
    number: str
    customer: str
    paid_on: date
    days: int
    cause: LateCause | None


@dataclass(frozen=True, slots=True)
class OfCustomer:
    """Late payments whose cause nobody has asked, and what the known causes of a year propose."""

    waiting: tuple[Late, ...]
    remedies: tuple[Remedy, ...]


def found(creditor: Creditor, on: date, *, customer: Customer | None = None) -> list[Late]:
    """What was paid late these days, the newest first."""
    with scope.of(creditor.pk):
        of, mine = (OF_CUSTOMER, (customer.pk,)) if customer else ("", ())
        rows = bulk.rows(LATE.format(of=of), on, ASKED_DAYS, on, *mine, rules.LATE_DAYS)
    return [
        Late(receivable, number, name, paid_on, days, LateCause(cause) if cause else None)
        for receivable, number, name, paid_on, days, cause in rows
    ]


def of_customer(creditor: Creditor, customer: Customer, on: date) -> OfCustomer:
    waiting = tuple(one for one in found(creditor, on, customer=customer) if one.cause is None)
    return OfCustomer(waiting, remedies(creditor, customer, on))


def remedies(creditor: Creditor, customer: Customer, on: date) -> tuple[Remedy, ...]:
    """By the last word about each late payment of a year."""
    with scope.of(creditor.pk):
        rows = bulk.rows(CAUSES, customer.pk, on, YEAR_DAYS)
    return rules.remedies([LateCause(cause) for (cause,) in rows])


def because(
    creditor: Creditor, number: str | Invoice, cause: LateCause, *, on: date, by: str, why: str = ""
) -> tuple[Remedy, ...]:
    """Record why a document was paid late; gives what is proposed for the next one. Said again, the last word counts."""
    receivables = subjects.receivables_of(creditor, number)
    late = {one.receivable_id for one in found(creditor, on)}
    mine = [one for one in receivables if one.pk in late]
    if not mine:
        raise NotPaidLate(number=facts.named(number), days=ASKED_DAYS)
    with scope.of(creditor.pk):
        for one in mine:
            _record(creditor, one, cause, on=on, by=by, why=why)
        customer = Customer.objects.get(pk=mine[0].customer_id)
    return remedies(creditor, customer, on)


def _record(creditor: Creditor, receivable: Receivable, cause: LateCause, *, on: date, by: str, why: str) -> None:
    LateReason.objects.create(**facts.fact(creditor, on, by, why), receivable=receivable, cause=cause.value)
    facts.link(creditor, by, "paid_late", receivable.invoice, {"cause": cause.value, "why": why})


OF_CUSTOMER = "AND a.receivable_id = ANY (ARRAY(SELECT m.id FROM receivable m WHERE m.customer_id = %s))"
LATE = """
SELECT r.id, i.number, c.name, p.paid_on, p.paid_on - r.due_date,
  (SELECT l.cause FROM late_reason l WHERE l.receivable_id = r.id ORDER BY l.id DESC LIMIT 1)
FROM (SELECT a.receivable_id, max(a.effective_on) AS paid_on FROM allocation a JOIN payment m ON m.id = a.payment_id
      WHERE a.effective_on > %s::date - %s AND a.effective_on <= %s AND a.amount > 0 AND a.basis <> 'carried'
        AND m.is_date_known  -- what a sheet says was paid meanwhile may have come in time
        AND NOT EXISTS (SELECT FROM allocation u WHERE u.undoes_id = a.id) {of}
      GROUP BY 1) p
JOIN receivable r ON r.id = p.receivable_id JOIN invoice i ON i.id = r.invoice_id AND i.kind = 'invoice'
JOIN customer c ON c.id = r.customer_id CROSS JOIN LATERAL dunwell_owed(r.id, false) o
WHERE p.paid_on - r.due_date > %s AND o.balance <= 0 AND NOT o.is_cancelled
ORDER BY p.paid_on DESC, r.id
"""
CAUSES = """
SELECT x.cause FROM (SELECT DISTINCT ON (l.receivable_id) l.id, l.cause FROM late_reason l JOIN receivable r ON r.id = l.receivable_id
                     WHERE r.customer_id = %s AND l.effective_on > %s::date - %s ORDER BY l.receivable_id, l.id DESC) x
ORDER BY x.id DESC
"""
