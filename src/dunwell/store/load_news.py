"""What news are about: the last letter about a document, whether it is still asked for, who knows only an old bank account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from dunwell.store import bulk, scope


@dataclass(frozen=True, slots=True)
class LetterReader:
    """Who gets a letter and by which channel; `copies` are contacts too."""

    customer_id: int
    customer: str
    contact_id: int
    channel: str
    copies: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LastLetter:
    reader: LetterReader
    sent_on: date


def last_letter(
    creditor_id: int, *, customer_id: int, receivables: Sequence[int] = (), rehearsal: bool
) -> LastLetter | None:
    """The newest letter to a customer that was sent, about any of these receivables where some are named."""
    with scope.of(creditor_id):
        rows = bulk.rows(LAST_LETTER, customer_id, rehearsal, list(receivables), list(receivables))
    if not rows:
        return None
    ((number, name, contact, channel, sent_on, copies),) = rows
    return LastLetter(LetterReader(number, name, contact, channel, tuple(copies)), sent_on)


def first_reader(creditor_id: int, customer_id: int) -> LetterReader | None:
    """The usual recipient's e-mail address, for a customer who had no letter yet."""
    with scope.of(creditor_id):
        rows = bulk.rows(FIRST_READER, customer_id)
    return LetterReader(*rows[0]) if rows else None


@dataclass(frozen=True, slots=True)
class Quiet:
    """A customer of the last year whom nothing late and nothing recent ties to us; `heard_on` is the last day of any contact."""

    customer_id: int
    kind: str
    segment: str
    heard_on: date


def quiet(creditor_id: int, as_of: date, since: date, *, rehearsal: bool) -> list[Quiet]:
    """Customers of the last year who owe nothing late, are not paused, and heard nothing of us since a day; the longest quiet first."""
    real = "" if rehearsal else "AND NOT m.rehearsal"
    with scope.of(creditor_id):
        rows = bulk.rows(QUIET.format(real=real, task_real=real.replace("m.", "t.")), as_of, as_of, as_of, as_of, since)
    return [Quiet(*row) for row in rows]


def is_late(creditor_id: int, customer_id: int, as_of: date) -> bool:
    """Whether a customer owes something whose day has passed."""
    with scope.of(creditor_id):
        ((found,),) = bulk.rows(LATE, customer_id, as_of)
    return bool(found)


def still_asked(creditor_id: int, receivables: Sequence[int]) -> int:
    """Minor units of these receivables that the next run may ask for again: neither settled, cancelled, disputed nor held."""
    with scope.of(creditor_id):
        ((found,),) = bulk.rows(STILL_ASKED, list(receivables))
    return int(found)


def knows_old_account(creditor_id: int, as_of: date, *, rehearsal: bool) -> pl.DataFrame:
    """Those whose last letter named an account that has changed since, and who were not told yet: customer_id, contact_id,
    channel (of that letter), currency.
    """
    real = "" if rehearsal else "AND NOT m.rehearsal"
    with bulk.reader(creditor_id) as read:
        return read(
            KNOWS_OLD_ACCOUNT.format(day=f"DATE '{as_of.isoformat()}'", real=real, task_real=real.replace("m.", "t."))
        )


LAST_LETTER = """
SELECT m.customer_id, u.name, r.contact_id, m.channel, m.sent_on,
  ARRAY(SELECT c.contact_id FROM recipient c WHERE c.message_id = m.id AND c.copy AND c.contact_id IS NOT NULL ORDER BY c.id)
FROM message m JOIN customer u ON u.id = m.customer_id JOIN recipient r ON r.message_id = m.id AND NOT r.copy
WHERE m.customer_id = %s AND m.state = 'sent' AND m.purpose = 'request' AND r.contact_id IS NOT NULL AND (%s OR NOT m.rehearsal)
  AND (cardinality(%s::bigint[]) = 0
       OR EXISTS (SELECT FROM message_item i WHERE i.message_id = m.id AND i.part IN ('asked', 'listed') AND i.receivable_id = ANY (%s)))
ORDER BY m.id DESC LIMIT 1
"""
FIRST_READER = """
SELECT u.id, u.name, p.contact_id, p.channel FROM contact_point p JOIN contact t ON t.id = p.contact_id
JOIN customer u ON u.id = t.customer_id WHERE t.customer_id = %s AND p.channel = 'email'
ORDER BY t.role NOT IN ('payable', 'requester'), t.rank, t.id, p.is_preferred DESC, p.id LIMIT 1
"""
STILL_ASKED = """
SELECT coalesce(sum(o.balance - o.disputed), 0) FROM receivable r, dunwell_owed(r.id, false) o
WHERE r.id = ANY (%s) AND NOT o.is_cancelled AND o.balance > o.disputed
  AND NOT EXISTS (SELECT FROM hold h WHERE (h.receivable_id = r.id OR h.customer_id = r.customer_id) AND h.until_date IS NULL
                  AND NOT EXISTS (SELECT FROM ending e WHERE e.hold_id = h.id))
"""
KNOWS_OLD_ACCOUNT = """
WITH account AS (
  SELECT DISTINCT ON (currency) currency, confirmed_at FROM bank_account WHERE confirmed_by <> '' AND since <= {day}
  ORDER BY currency, since DESC, id DESC
), letter AS (
  SELECT DISTINCT ON (m.customer_id, i.currency) m.customer_id, r.contact_id, m.channel, i.currency, m.queued_at
  FROM account a JOIN message_item i ON i.currency = a.currency JOIN message m ON m.id = i.message_id
  JOIN recipient r ON r.message_id = m.id AND NOT r.copy
  WHERE a.confirmed_at IS NOT NULL AND m.state = 'sent' AND m.purpose = 'request' AND m.queued_at < a.confirmed_at
    AND r.contact_id IS NOT NULL {real}
  ORDER BY m.customer_id, i.currency, m.id DESC
)
SELECT DISTINCT ON (l.customer_id) l.customer_id, l.contact_id, l.channel, l.currency
FROM letter l JOIN account a ON a.currency = l.currency
WHERE NOT EXISTS (SELECT FROM message m WHERE m.customer_id = l.customer_id AND m.purpose = 'bank_details'
                  AND m.queued_at > a.confirmed_at AND m.state NOT IN ('withdrawn', 'failed_permanent') {real})
  AND NOT EXISTS (SELECT FROM task t WHERE t.customer_id = l.customer_id AND t.step = 'bank_details'
                  AND t.recorded_at > a.confirmed_at {task_real})
ORDER BY l.customer_id, l.currency
"""
LATE = """
SELECT EXISTS (SELECT FROM receivable r JOIN invoice i ON i.id = r.invoice_id, dunwell_owed(r.id, false) o
  WHERE r.customer_id = %s AND i.kind = 'invoice' AND r.due_date < %s AND NOT o.is_cancelled AND o.balance > 0)
"""
QUIET = """
WITH known AS (
  SELECT i.customer_id, max(i.issue_date) AS bought_on FROM invoice i
  WHERE i.kind = 'invoice' AND i.issue_date > %s::date - 365 AND i.issue_date <= %s GROUP BY 1
), heard AS (
  SELECT k.customer_id, k.bought_on, greatest(k.bought_on,
    (SELECT max(coalesce(m.sent_on, m.slot_on)) FROM message m WHERE m.customer_id = k.customer_id
       AND m.state NOT IN ('withdrawn', 'failed_permanent') {real}),
    (SELECT max(x.effective_on) FROM touch x WHERE x.customer_id = k.customer_id
       AND NOT EXISTS (SELECT FROM ending e WHERE e.touch_id = x.id)),
    (SELECT max(t.effective_on) FROM task t WHERE t.customer_id = k.customer_id AND t.step = 'check_in' {task_real})) AS heard_on
  FROM known k
)
SELECT u.id, u.kind, u.segment, h.heard_on FROM heard h JOIN customer u ON u.id = h.customer_id
WHERE NOT EXISTS (SELECT FROM customer_state s WHERE s.customer_id = u.id AND NOT s.ended)
  AND NOT EXISTS (SELECT FROM hold o WHERE o.customer_id = u.id AND (o.until_date IS NULL OR o.until_date >= %s)
                  AND NOT EXISTS (SELECT FROM ending e WHERE e.hold_id = o.id))
  AND NOT EXISTS (SELECT FROM receivable r, dunwell_owed(r.id, false) o
                  WHERE r.customer_id = u.id AND r.due_date < %s AND NOT o.is_cancelled AND o.balance > 0)
  AND h.heard_on <= %s
ORDER BY h.heard_on, u.id LIMIT 100
"""
