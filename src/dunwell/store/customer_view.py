"""A customer as people look at them: what is owed and what becomes of it, who they are, what stands in the way, and one timeline.

Each query is bound by the customer, so that a page costs the same in a book of a hundred thousand invoices.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dunwell.core.money import Money
from dunwell.store import balances, bulk
from dunwell.store.models import Payment

EVENTS = 60
"""Of the timeline at one time; earlier ones are read on."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A receivable that is open: its document, what is left, and the last decision about it."""

    receivable: int
    invoice: int
    number: str
    kind: str
    what_for: str
    issued: date
    due: date | None
    amount: Money
    balance: Money
    disputed: Money
    late: int
    decision: str
    step: str
    reasons: str
    next_on: date | None


@dataclass(frozen=True, slots=True)
class Ages:
    """Of one currency: not yet due, 1–30, 31–60, 61–90, 91 and more days past due."""

    currency: str
    open: Money
    overdue: Money
    ages: tuple[Money, ...]
    credit: Money


@dataclass(frozen=True, slots=True)
class Pause:
    """Something that stands between us and the next step, open now: a promise, a dispute, a hold, a state, a debt of ours."""

    kind: str
    number: int
    what: str
    invoice: str
    since: date
    until: date | None
    amount: Money | None
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Person:
    """One way to reach a contact; `stopped` says since when its person wants no messages there."""

    contact: int
    name: str
    role: str
    note: str
    channel: str
    address: str
    preferred: bool
    consent: date | None
    stopped: date | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was said, sent, opened, promised, paid or decided by a person."""

    at: datetime
    on: date
    kind: str
    number: int
    what: str
    state: str
    words: str
    amount: Money | None
    by: str
    why: str


def owed(customer: int, *, as_of: date, rehearsal: bool) -> list[Owed]:
    """Open receivables, the earliest due first."""
    numbers = [row[0] for row in bulk.rows("SELECT id FROM receivable WHERE customer_id = %s", customer)]
    if not numbers:
        return []
    # Numbers, not a query for them: the database then knows how few they are, and goes by the indexes.
    among = ", ".join(map(str, numbers))
    found = bulk.rows(
        OWED.format(among=among, balances=balances.balances_sql(as_of=as_of, rehearsal=rehearsal, among=among)),
        rehearsal,
    )
    return [_owed(row, as_of) for row in found]


def _owed(row: tuple, as_of: date) -> Owed:
    (
        number,
        invoice,
        name,
        kind,
        what_for,
        issued,
        due,
        currency,
        amount,
        balance,
        disputed,
        code,
        step,
        reasons,
        next_on,
    ) = row
    return Owed(
        number, invoice, name, kind, what_for, issued, due,
        Money(amount, currency), Money(balance, currency), Money(disputed, currency),
        max(0, (as_of - due).days) if due else 0,
        code or "", step or "", reasons or "", next_on,
    )  # fmt: skip


def ages(rows: list[Owed], customer: int, *, as_of: date) -> list[Ages]:
    """What is open by age and currency, with what the customer has to their credit beside it, never netted."""
    found: dict[str, list[int]] = {}
    for row in rows:
        parts = found.setdefault(row.balance.currency, [0] * 5)
        parts[_age(row.late)] += row.balance.minor
    credit = dict(bulk.rows(CREDIT, *[customer] * 2))
    for currency in credit:
        found.setdefault(currency, [0] * 5)
    return [
        Ages(
            currency,
            Money(sum(parts), currency),
            Money(sum(parts[1:]), currency),
            tuple(Money(one, currency) for one in parts),
            Money(credit.get(currency, 0), currency),
        )
        for currency, parts in sorted(found.items())
    ]


def pauses(customer: int, *, rehearsal: bool) -> list[Pause]:
    given: list[Any] = [customer, rehearsal, customer, rehearsal, customer, customer, rehearsal, customer, customer]
    return [
        Pause(kind, number, what, invoice, since, until, None if minor is None else Money(minor, currency), by, why)
        for kind, number, what, invoice, since, until, minor, currency, by, why in bulk.rows(PAUSES, *given)
    ]


def unapplied(customer: int) -> list[tuple[Payment, Money]]:
    """Payments that are theirs, or seem to be, of which something is not set against anything; with how much, the oldest first."""
    left = dict(bulk.rows(UNAPPLIED, *[customer] * UNAPPLIED.count("%s")))
    payments = Payment.objects.filter(pk__in=left).order_by("date", "pk")
    return [(one, Money(left[one.pk], one.currency)) for one in payments]


def people(customer: int) -> list[Person]:
    return [Person(*row) for row in bulk.rows(PEOPLE, customer)]


def timeline(customer: int, *, before: tuple[date, datetime] | None) -> list[Event]:
    """The newest events of a customer first, one more than a page, those before a day and moment."""
    return _events(TIMELINE, "= %s", customer, before)


def story(receivables: list[int], *, before: tuple[date, datetime] | None = None) -> list[Event]:
    """The same of some receivables: what was set against them too."""
    return _events(TIMELINE_OF_RECEIVABLES, "ANY(%s)", receivables, before)


def _events(sql: str, mark: str, key: Any, before: tuple[date, datetime] | None) -> list[Event]:
    on, at = before or (None, None)
    rows = bulk.rows(f"{sql} LIMIT {EVENTS + 1}", *[key] * sql.count(mark), on, on, at)
    return [
        Event(at, on, kind, number, what, state, words, None if minor is None else Money(minor, currency), by, why)
        for at, on, kind, number, what, state, words, minor, currency, by, why in rows
    ]


def _age(late: int) -> int:
    return 0 if late == 0 else min(4, 1 + (late - 1) // 30)


OWED = """
SELECT r.id, i.id, i.number, i.kind, i.what_for, i.issue_date, coalesce(r.due_date, i.valid_until), b.currency, r.amount, b.balance,
  b.disputed, o.code, o.step, o.reasons, o.next_on
FROM receivable r JOIN invoice i ON i.id = r.invoice_id
LEFT JOIN LATERAL (
  SELECT o.code, o.step, o.reasons, o.next_on FROM outcome o JOIN run u ON u.id = o.run_id AND u.rehearsal = %s
  WHERE o.receivable_id = r.id ORDER BY o.run_id DESC LIMIT 1
) o ON true
JOIN ({balances}) b ON b.receivable_id = r.id
WHERE r.id IN ({among}) AND b.balance > 0 AND NOT b.is_cancelled
ORDER BY r.due_date NULLS LAST, r.id
"""
CREDIT = """
SELECT currency, sum(amount)::bigint FROM (
  SELECT p.currency, p.amount - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.payment_id = p.id), 0)
    + coalesce((SELECT sum(v.amount) FROM payment v WHERE v.reverses_id = p.id), 0) AS amount
  FROM payment p WHERE p.customer_id = %s AND p.reverses_id IS NULL
  UNION ALL
  SELECT i.currency, i.total - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.credit_note_id = i.id), 0)
  FROM invoice i WHERE i.customer_id = %s AND i.kind = 'credit_note' AND NOT EXISTS (SELECT FROM cancellation x WHERE x.invoice_id = i.id)
) c WHERE amount > 0 GROUP BY currency
"""
UNAPPLIED = """
SELECT id, amount FROM (
  SELECT p.id, p.amount - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.payment_id = p.id), 0)
    + coalesce((SELECT sum(v.amount) FROM payment v WHERE v.reverses_id = p.id), 0) AS amount
  FROM payment p WHERE p.reverses_id IS NULL AND p.id IN (
    SELECT q.id FROM payment q WHERE q.customer_id = %s
    UNION SELECT o.payment_id FROM on_account o WHERE o.customer_id = %s
    UNION SELECT g.payment_id FROM allocation_proposal g WHERE g.customer_id = %s
    UNION SELECT g.payment_id FROM allocation_proposal g JOIN receivable r ON r.id = g.receivable_id WHERE r.customer_id = %s)
) p WHERE amount > 0
"""
_MINE = "JOIN receivable r ON r.id = {f}.receivable_id JOIN invoice i ON i.id = r.invoice_id WHERE r.customer_id = %s"
PAUSES = f"""
SELECT * FROM (
  SELECT 'promise', p.id, p.kind, i.number, p.effective_on, p.promised_date, p.amount, p.currency, p.by, p.why
  FROM promise p {_MINE.format(f="p")} AND p.plan_id IS NULL AND (%s OR NOT p.rehearsal) AND NOT EXISTS (SELECT FROM ending e WHERE e.promise_id = p.id)
    AND r.amount > coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.receivable_id = r.id), 0)
  UNION ALL
  SELECT 'dispute', d.id, d.cause, i.number, d.effective_on, NULL, d.amount, r.currency, d.by, d.why
  FROM dispute d {_MINE.format(f="d")} AND (%s OR NOT d.rehearsal) AND NOT EXISTS (SELECT FROM ending e WHERE e.dispute_id = d.id)
    AND r.amount > coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.receivable_id = r.id), 0)
  UNION ALL
  SELECT 'hold', h.id, h.reason, coalesce(i.number, ''), h.effective_on, h.until_date, NULL, NULL, h.by, h.why
  FROM hold h LEFT JOIN receivable r ON r.id = h.receivable_id LEFT JOIN invoice i ON i.id = r.invoice_id
  WHERE (h.customer_id = %s OR r.customer_id = %s) AND (%s OR NOT h.rehearsal) AND NOT EXISTS (SELECT FROM ending e WHERE e.hold_id = h.id)
  UNION ALL
  SELECT 'state', s.id, s.state, '', s.effective_on, NULL, NULL, NULL, s.by, s.why FROM (
    SELECT DISTINCT ON (state) * FROM customer_state WHERE customer_id = %s ORDER BY state, id DESC) s WHERE NOT s.ended
  UNION ALL
  SELECT 'owes', o.id, o.what, '', o.effective_on, NULL, NULL, NULL, o.by, o.why FROM (
    SELECT DISTINCT ON (what) * FROM our_side WHERE customer_id = %s ORDER BY what, id DESC) o WHERE NOT o.done
) x (kind, number, what, invoice, since, until, amount, currency, by, why) ORDER BY since DESC, number DESC
"""
PEOPLE = """
SELECT c.id, trim(c.given_name || ' ' || c.family_name), c.role, c.note, coalesce(p.channel, ''), coalesce(p.address, ''),
  coalesce(p.is_preferred, false), p.consent_on, o.effective_on
FROM contact c LEFT JOIN contact_point p ON p.contact_id = c.id
LEFT JOIN LATERAL (
  SELECT s.effective_on, s.wanted FROM opt_out s WHERE s.person_key = p.person_key AND s.channel IN (p.channel, 'all') ORDER BY s.id DESC LIMIT 1
) o ON NOT o.wanted
WHERE c.customer_id = %s ORDER BY c.rank, c.id, p.is_preferred DESC, p.id
"""
# at, on, kind, number, what, state, words, amount, currency, by, why
_OF_RECEIVABLES = [
    "SELECT p.recorded_at, p.effective_on, 'promise', p.id, i.number, coalesce(e.outcome, ''), p.promised_date::text, p.amount, "
    "p.currency::text, p.by, p.why FROM promise p JOIN receivable r ON r.id = p.receivable_id JOIN invoice i ON i.id = r.invoice_id "
    "LEFT JOIN ending e ON e.promise_id = p.id WHERE p.plan_id IS NULL AND {r}",
    # one event a schedule, whatever number of payments and documents it has
    "SELECT DISTINCT k.recorded_at, k.effective_on, 'plan', k.id, '', CASE WHEN d.outcome = 'refused' THEN 'refused' "
    "WHEN k.is_asked AND d.id IS NULL THEN 'asked' ELSE coalesce((SELECT min(e.outcome) FROM promise p JOIN ending e ON e.promise_id = p.id "
    "WHERE p.plan_id = k.id), '') END, k.evidence, k.amount, k.currency::text, k.by, k.why FROM payment_plan k "
    "JOIN receivable r ON r.id = ANY (k.receivables) LEFT JOIN payment_plan_decision d ON d.plan_id = k.id WHERE {r}",
    "SELECT d.recorded_at, d.effective_on, 'dispute', d.id, d.cause, coalesce(e.outcome, ''), i.number, d.amount, r.currency::text, "
    "d.by, d.why FROM dispute d JOIN receivable r ON r.id = d.receivable_id JOIN invoice i ON i.id = r.invoice_id "
    "LEFT JOIN ending e ON e.dispute_id = d.id WHERE {r}",
    "SELECT h.recorded_at, h.effective_on, 'hold', h.id, h.reason, coalesce(e.outcome, ''), coalesce(h.until_date::text, ''), NULL::bigint, NULL::text, "
    "h.by, h.why FROM hold h JOIN receivable r ON r.id = h.receivable_id LEFT JOIN ending e ON e.hold_id = h.id WHERE {r}",
    "SELECT a.recorded_at, a.effective_on, CASE WHEN a.amount > 0 THEN 'allocation' ELSE 'unallocation' END, a.id, i.number, a.basis, '', "
    "abs(a.amount), a.currency::text, a.by, a.why FROM allocation a JOIN receivable r ON r.id = a.receivable_id "
    "JOIN invoice i ON i.id = r.invoice_id WHERE {r}",
    "SELECT x.recorded_at, x.effective_on, 'cancelled', x.id, i.number, '', '', NULL::bigint, NULL::text, x.by, x.why FROM cancellation x "
    "JOIN invoice i ON i.id = x.invoice_id JOIN receivable r ON r.invoice_id = i.id WHERE {r}",
]
_MESSAGE = (
    "SELECT m.queued_at, m.slot_on, 'message', m.id, m.channel, m.state, coalesce(nullif(t.subject, ''), left(t.text, 140)), NULL::bigint, NULL::text, "
    "coalesce(m.step, m.content), coalesce(m.sent_on::text, '') FROM message m JOIN message_content t ON t.message_id = m.id WHERE "
)
_TASK = (
    "SELECT t.recorded_at, t.effective_on, 'task', t.id, t.kind, CASE WHEN o.id IS NULL THEN 'open' WHEN o.done THEN 'done' ELSE 'not done' END, "
    "coalesce(o.outcome, ''), NULL::bigint, NULL::text, coalesce(o.by, ''), coalesce(o.why, '') FROM task t LEFT JOIN task_outcome o ON o.task_id = t.id WHERE "
)
_OF_CUSTOMER = [
    f"{_MESSAGE} m.customer_id = %s AND m.state <> 'withdrawn'",
    f"{_TASK} t.customer_id = %s",
    "SELECT h.recorded_at, h.effective_on, 'hold', h.id, h.reason, coalesce(e.outcome, ''), coalesce(h.until_date::text, ''), NULL::bigint, NULL::text, h.by, h.why "
    "FROM hold h LEFT JOIN ending e ON e.hold_id = h.id WHERE h.customer_id = %s",
    "SELECT t.recorded_at, t.effective_on, 'touch', t.id, t.channel, coalesce(e.outcome, ''), t.note, NULL::bigint, NULL::text, t.by, t.why "
    "FROM touch t LEFT JOIN ending e ON e.touch_id = t.id WHERE t.customer_id = %s",
    "SELECT m.recorded_at, m.effective_on, 'reply', m.id, m.basis, m.kind, t.subject, NULL::bigint, NULL::text, t.sender, "
    "coalesce((SELECT string_agg(DISTINCT p.quotation, E'\\n') FROM reply_proposal p WHERE p.mail_id = m.id AND p.quotation <> ''), "
    "left(t.text, 280)) FROM inbound m JOIN inbound_content t ON t.mail_id = m.id WHERE m.kind <> 'bounce' AND m.id IN ("
    "SELECT id FROM inbound WHERE customer_id = %s UNION SELECT mail_id FROM inbound_match WHERE customer_id = %s)",
    # that somebody answered stands there by their words already
    "SELECT recorded_at, effective_on, 'sign', id, kind, '', channel, NULL::bigint, NULL::text, '', '' FROM sign "
    "WHERE NOT (kind = 'replied' AND starts_with(why, 'mail ')) AND customer_id = %s",
    "SELECT recorded_at, effective_on, 'auto', id, provider, '', words, most, currency::text, by, '' FROM auto_consent WHERE customer_id = %s",
    "SELECT e.recorded_at, e.effective_on, 'auto_end', e.id, '', '', '', NULL::bigint, NULL::text, e.by, e.why FROM auto_end e "
    "JOIN auto_consent c ON c.id = e.consent_id WHERE c.customer_id = %s",
    "SELECT c.recorded_at, c.effective_on, 'auto_charge', c.id, c.charge_on::text, "
    "coalesce((SELECT v.kind FROM online_event v WHERE v.reference = p.reference ORDER BY v.id DESC LIMIT 1), ''), '', "
    "p.amount, p.currency::text, '', '' FROM auto_charge c JOIN online_payment p ON p.id = c.payment_id WHERE p.customer_id = %s",
    "SELECT recorded_at, effective_on, 'note', id, '', '', text, NULL::bigint, NULL::text, by, why FROM note WHERE customer_id = %s",
    "SELECT recorded_at, effective_on, 'state', id, state, CASE WHEN ended THEN 'ended' ELSE '' END, '', NULL::bigint, NULL::text, by, why "
    "FROM customer_state WHERE customer_id = %s",
    "SELECT recorded_at, effective_on, 'owes', id, what, CASE WHEN done THEN 'done' ELSE '' END, '', NULL::bigint, NULL::text, by, why "
    "FROM our_side WHERE customer_id = %s",
    "SELECT recorded_at, effective_on, 'stopped', id, work, '', basis, NULL::bigint, NULL::text, by, why FROM stop_work WHERE customer_id = %s",
    "SELECT e.recorded_at, e.effective_on, 'resumed', e.id, e.outcome, '', '', NULL::bigint, NULL::text, e.by, e.why "
    "FROM stop_work_end e JOIN stop_work s ON s.id = e.stop_id WHERE s.customer_id = %s",
    "SELECT recorded_at, effective_on, 'agreement', id, '', '', evidence, NULL::bigint, NULL::text, by, why FROM agreement WHERE customer_id = %s",
    "SELECT (p.date + time '12:00') AT TIME ZONE 'UTC', p.date, 'payment', p.id, p.reference, '', p.remittance, p.amount, p.currency::text, '', '' "
    "FROM payment p WHERE p.id IN (SELECT q.id FROM payment q WHERE q.customer_id = %s UNION "
    "SELECT a.payment_id FROM allocation a JOIN receivable r ON r.id = a.receivable_id WHERE r.customer_id = %s)",
    "SELECT (i.issue_date + time '06:00') AT TIME ZONE 'UTC', i.issue_date, 'issued', i.id, i.number, i.kind, i.what_for, i.total, i.currency::text, '', '' "
    "FROM invoice i WHERE i.id IN (SELECT invoice_id FROM receivable WHERE customer_id = %s)",
    "SELECT (i.issue_date + time '06:00') AT TIME ZONE 'UTC', i.issue_date, 'issued', i.id, i.number, i.kind, i.what_for, i.total, i.currency::text, '', '' "
    "FROM invoice i WHERE i.customer_id = %s AND i.kind = 'credit_note'",
    *(one.format(r="r.customer_id = %s") for one in _OF_RECEIVABLES if "'allocation'" not in one),
]
_OF_INVOICE = [
    f"{_MESSAGE} m.state <> 'withdrawn' AND m.id IN (SELECT message_id FROM message_item WHERE receivable_id = ANY(%s))",
    f"{_TASK} t.id IN (SELECT task_id FROM task_item WHERE receivable_id = ANY(%s))",
    "SELECT (i.issue_date + time '06:00') AT TIME ZONE 'UTC', i.issue_date, 'issued', i.id, i.number, i.kind, i.what_for, i.total, i.currency::text, '', '' "
    "FROM invoice i WHERE i.id IN (SELECT invoice_id FROM receivable WHERE id = ANY(%s))",
    *(one.format(r="r.id = ANY(%s)") for one in _OF_RECEIVABLES),
]
_NEWEST = """SELECT * FROM ({parts}) x (at, "on", kind, number, what, state, words, amount, currency, by, why)
WHERE %s::date IS NULL OR ("on", at) < (%s::date, %s::timestamptz) ORDER BY "on" DESC, at DESC, kind, number DESC"""
TIMELINE = _NEWEST.format(parts=" UNION ALL ".join(_OF_CUSTOMER))
TIMELINE_OF_RECEIVABLES = _NEWEST.format(parts=" UNION ALL ".join(_OF_INVOICE))
