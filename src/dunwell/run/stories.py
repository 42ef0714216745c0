"""The whole story of an invoice or a customer: facts, ladder, decision, and everything that was sent and tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dunwell.core import policy_words
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.engine import explain
from dunwell.engine.explain import Story
from dunwell.run import policies, portfolio, subjects
from dunwell.store import bulk, load_forecasts, scope
from dunwell.store.load_forecasts import Shown
from dunwell.store.models import Creditor, Invoice


class NothingFound(Refusal):
    """There is neither an invoice nor a customer {what!r}: write a number, an external id, or the exact name."""


@dataclass(frozen=True, slots=True)
class Told:
    """One receivable's story with its document's name and all that was said about it; a settled one has no story left."""

    number: str
    customer: str
    amount: int
    currency: str
    balance: int
    due_date: date | None
    story: Story | None
    events: tuple[tuple[date, str, str], ...]  # on, what, details
    forecast: Shown | None


def tell(creditor: Creditor, what: str, as_of: date, *, rehearsal: bool) -> list[Told]:
    """The stories of a document's receivables, or of all open ones of a customer."""
    ids, customers = _named(creditor, what)
    return _told(creditor, ids, customers, as_of, rehearsal=rehearsal)


def of_document(creditor: Creditor, invoice: Invoice, as_of: date, *, rehearsal: bool) -> list[Told]:
    """The stories of the receivables of a document that was already found."""
    ids = [one.pk for one in subjects.receivables_of(creditor, invoice)]
    return _told(creditor, ids, (invoice.customer_id,), as_of, rehearsal=rehearsal)


def _told(
    creditor: Creditor, ids: list[int], customers: tuple[int, ...], as_of: date, *, rehearsal: bool
) -> list[Told]:
    seen = portfolio.of(creditor, as_of, rehearsal=rehearsal, customers=customers)
    stories = {one.receivable_id: one for one in explain.tell(seen, as_of, receivables=set(ids))}
    with scope.of(creditor.pk):
        events = _events(ids)
        rows = bulk.rows(ABOUT, as_of, list(ids))
        forecasts = load_forecasts.shown(list(ids))
    balances = dict(zip(seen.receivables["receivable_id"], seen.receivables["balance"], strict=True))
    return [
        Told(
            number=number,
            customer=customer,
            amount=amount,
            currency=currency,
            balance=balances.get(key, 0),
            due_date=due,
            story=stories.get(key),
            events=tuple(events.get(key, ())),
            forecast=forecasts.get(key) if key in balances else None,
        )
        for key, number, customer, amount, currency, due in rows
    ]


def policies_in_words(locale: str) -> dict[str, list[list[str]]]:
    """Every policy's ladder as rows of text."""
    return {
        name: [[line] for line in policy_words.describe(policy, locale).splitlines()]
        for name, policy in policies.load_all().items()
    }


def _named(creditor: Creditor, what: str) -> tuple[list[int], tuple[int, ...]]:
    try:
        found = subjects.receivables_of(creditor, what)
        return [one.pk for one in found], tuple({one.customer_id for one in found})
    except subjects.NoSuchInvoice:
        pass
    try:
        customer = subjects.customer(creditor, what)
    except subjects.NoSuchCustomer:
        raise NothingFound(what=what) from None
    with scope.of(creditor.pk):
        ids = [row[0] for row in bulk.rows("SELECT id FROM receivable WHERE customer_id = %s ORDER BY id", customer.pk)]
    return ids, (customer.pk,)


def _events(ids: list[int]) -> dict[int, list[tuple[date, str, str]]]:
    """Everything recorded about these receivables, in the order of days."""
    found: dict[int, list[tuple[date, str, str]]] = {}
    for key, on, what, amount, currency, details in bulk.rows(EVENTS, *([list(ids)] * EVENTS.count("ANY(%s)"))):
        said = [*([] if amount is None else [str(Money(abs(amount), currency))]), *filter(None, [details])]
        found.setdefault(key, []).append((on, what, ", ".join(said)))
    for key, on, field, old, new, currency in bulk.rows(CHANGES, list(ids)):
        if field in SUMS:
            old, new = (str(Money(int(minor), currency)) for minor in (old, new))
        found[key].append((on, "changed", f"{field}: {old or 'nothing'} → {new or 'nothing'}"))
    return {key: sorted(events, key=lambda event: event[0]) for key, events in found.items()}


ABOUT = """
SELECT r.id, i.number, c.name, r.amount, r.currency, coalesce(r.due_date, i.valid_until)
FROM receivable r JOIN invoice i ON i.id = r.invoice_id JOIN customer c ON c.id = r.customer_id
WHERE i.issue_date <= %s AND r.id = ANY(%s) ORDER BY coalesce(r.due_date, i.valid_until), r.id
"""
SUMS = ("total", "amount")
CHANGES = """
SELECT r.id, m.effective_on, m.field, m.old, m.new, r.currency::text FROM amendment m
JOIN receivable r ON (m.noun, m.noun_id) IN (('invoice', r.invoice_id), ('receivable', r.id))
WHERE r.id = ANY(%s) ORDER BY m.id
"""
EVENTS = """
SELECT * FROM (
  SELECT r.id AS key, i.issue_date AS on, 'issued' AS what, r.amount, r.currency::text, i.what_for AS details
  FROM receivable r JOIN invoice i ON i.id = r.invoice_id
  WHERE r.id = ANY(%s)
  UNION ALL
  SELECT a.receivable_id, a.effective_on, CASE WHEN a.amount > 0 THEN 'money set against it' ELSE 'allocation taken back' END,
    a.amount, a.currency, 'by ' || a.basis || CASE WHEN a.why <> '' THEN ': ' || a.why ELSE '' END
  FROM allocation a WHERE a.receivable_id = ANY(%s)
  UNION ALL
  SELECT i.receivable_id, m.slot_on, 'message ' || m.id || ' ' || m.state || CASE WHEN m.rehearsal THEN ' (rehearsal)' ELSE '' END,
    NULL, NULL, coalesce(i.step, i.part) || ' by ' || m.channel || CASE WHEN m.state_reason <> '' THEN ': ' || m.state_reason ELSE '' END
  FROM message_item i JOIN message m ON m.id = i.message_id WHERE i.receivable_id = ANY(%s)
  UNION ALL
  SELECT i.receivable_id, t.effective_on, 'task ' || t.id || ' ' || t.kind || CASE t.step WHEN 'early_call' THEN ', early: the forecast fears for it' ELSE '' END, NULL, NULL,
    coalesce('closed: ' || o.outcome, 'open')
  FROM task_item i JOIN task t ON t.id = i.task_id LEFT JOIN task_outcome o ON o.task_id = t.id WHERE i.receivable_id = ANY(%s)
  UNION ALL
  SELECT p.receivable_id, p.effective_on, 'promise ' || p.id || CASE WHEN p.rehearsal THEN ' (rehearsal)' ELSE '' END, p.amount, p.currency, 'by ' || p.promised_date
    || coalesce(', ' || e.outcome, '') FROM promise p LEFT JOIN ending e ON e.promise_id = p.id WHERE p.receivable_id = ANY(%s)
  UNION ALL
  SELECT d.receivable_id, d.effective_on, 'dispute ' || d.id || CASE WHEN d.rehearsal THEN ' (rehearsal)' ELSE '' END, d.amount, q.currency, d.cause || coalesce(', ' || e.outcome, '')
  FROM dispute d JOIN receivable q ON q.id = d.receivable_id LEFT JOIN ending e ON e.dispute_id = d.id WHERE d.receivable_id = ANY(%s)
  UNION ALL
  SELECT r.id, h.effective_on, 'hold ' || h.id || CASE WHEN h.customer_id IS NULL THEN '' ELSE ' of the customer' END
    || CASE WHEN h.rehearsal THEN ' (rehearsal)' ELSE '' END, NULL, NULL,
    h.reason || coalesce(' until ' || h.until_date, '') || coalesce(', ' || e.outcome, '')
  FROM hold h JOIN receivable r ON r.id = h.receivable_id OR r.customer_id = h.customer_id
  LEFT JOIN ending e ON e.hold_id = h.id WHERE r.id = ANY(%s)
  UNION ALL
  SELECT r.id, x.effective_on, 'cancelled', NULL, NULL, x.why
  FROM cancellation x JOIN receivable r ON r.invoice_id = x.invoice_id WHERE r.id = ANY(%s)
  UNION ALL
  SELECT l.receivable_id, l.effective_on, 'paid late', NULL, NULL, l.cause || CASE WHEN l.why <> '' THEN ': ' || l.why ELSE '' END
  FROM late_reason l WHERE l.receivable_id = ANY(%s)
  UNION ALL
  SELECT r.id, c.effective_on, 'accepted' || CASE WHEN c.rehearsal THEN ' (rehearsal)' ELSE '' END, NULL, NULL,
    c.name || ', ' || c.evidence || CASE WHEN e.id IS NULL THEN '' ELSE ', taken back' END
  FROM acceptance c JOIN receivable r ON r.invoice_id = c.request_id LEFT JOIN acceptance_end e ON e.acceptance_id = c.id WHERE r.id = ANY(%s)
  UNION ALL
  SELECT r.id, w.effective_on, 'work may start', NULL, NULL, coalesce('waits again since ' || e.effective_on, '')
  FROM work_opened w JOIN receivable r ON r.invoice_id = w.request_id LEFT JOIN work_opened_end e ON e.opening_id = w.id WHERE r.id = ANY(%s)
  UNION ALL
  SELECT r.id, b.effective_on, CASE r.invoice_id WHEN b.request_id THEN 'became invoice' ELSE 'came from request' END, NULL, NULL,
    o.number || CASE WHEN e.id IS NULL THEN '' ELSE ', taken back' END
  FROM became_invoice b JOIN receivable r ON r.invoice_id IN (b.request_id, b.invoice_id)
  JOIN invoice o ON o.id = CASE r.invoice_id WHEN b.request_id THEN b.invoice_id ELSE b.request_id END
  LEFT JOIN became_invoice_end e ON e.became_id = b.id WHERE r.id = ANY(%s)
  UNION ALL
  SELECT r.id, s.effective_on, 'recurring', NULL, NULL,
    'number ' || s.recurring_id || ', for ' || s.period_first || ' to ' || s.period_last || CASE WHEN s.why <> '' THEN ', ' || s.why ELSE '' END
  FROM recurring_issued s JOIN receivable r ON r.invoice_id = s.invoice_id WHERE r.id = ANY(%s)
  UNION ALL
  SELECT r.id, w.effective_on, 'work stopped' || CASE WHEN w.rehearsal THEN ' (rehearsal)' ELSE '' END, NULL, NULL,
    w.basis || ', by ' || w.by
  FROM stop_work w JOIN receivable r ON r.id = ANY(w.receivables) WHERE r.id = ANY(%s)
  UNION ALL
  SELECT r.id, e.effective_on, 'work goes on', NULL, NULL, e.outcome
  FROM stop_work w JOIN stop_work_end e ON e.stop_id = w.id JOIN receivable r ON r.id = ANY(w.receivables) WHERE r.id = ANY(%s)
  UNION ALL
  SELECT r.id, v.effective_on, 'video ' || v.id, NULL, NULL, 'until ' || v.last_day || coalesce(', ended ' || e.effective_on, '')
  FROM video v JOIN receivable r ON r.customer_id = v.customer_id LEFT JOIN video_end e ON e.video_id = v.id WHERE r.id = ANY(%s)
  UNION ALL
  SELECT r.id, w.effective_on, 'video played' || CASE WHEN w.rehearsal THEN ' (rehearsal)' ELSE '' END, NULL, NULL, 'number ' || w.video_id
  FROM video_view w JOIN page_link l ON l.id = w.link_id JOIN receivable r ON r.id = ANY(l.receivables) WHERE r.id = ANY(%s)
  UNION ALL
  SELECT o.receivable_id, u.effective_on, 'decided' || CASE WHEN u.rehearsal THEN ' (rehearsal): ' ELSE ': ' END || o.code, NULL, NULL, coalesce(o.step || ' – ', '') || o.reasons
  FROM outcome o JOIN run u ON u.id = o.run_id WHERE o.receivable_id = ANY(%s)
) x ORDER BY x.key, x.on, x.what
"""
