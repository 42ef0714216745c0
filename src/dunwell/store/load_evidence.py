"""What proves a claim, read from the ledger: messages with their delivery, replies word for word, facts, invoices, the audit chain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dunwell.core.money import Money
from dunwell.store import bulk, scope

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that left, with its bytes and what the other side answered at each attempt."""

    message_id: int
    on: date
    channel: str
    subject: str
    text: str
    mime: bytes | None
    to: str
    attempts: tuple[tuple[datetime, str, str], ...]


@dataclass(frozen=True, slots=True)
class Word:
    """Something the other side said: a mail as it came (`raw`), or an answer on the page, or a call (`said`)."""

    folder: str  # replies or calls
    event: str
    number: str
    on: date
    shown: str
    said: str
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything real that was said and done about the receivables; rehearsals are no evidence."""

    messages: tuple[SentMessage, ...]
    words: tuple[Word, ...]
    facts: tuple[tuple[date, str, str], ...]  # on, event of the words' list, details
    invoices: list[dict[str, Any]]
    chain: tuple[Row, ...]
    subjects: frozenset[str]  # the names under which the chain knows this debt and its customer


def evidence(
    creditor_id: int, customer_id: int, receivables: Sequence[int], claim_id: int, *, since: date, until: date
) -> Evidence:
    """The timeline of a dispute's file up to a day, oldest first; what the other side wrote counts from `since`."""
    ids = list(receivables)
    with scope.of(creditor_id):
        attempts: dict[int, list[tuple[datetime, str, str]]] = {}
        for key, at, outcome, detail in bulk.rows(_ATTEMPTS, until, ids):
            attempts.setdefault(key, []).append((at, outcome, detail))
        messages = tuple(
            SentMessage(
                key,
                on,
                channel,
                subject,
                text,
                bytes(mime) if mime is not None else None,
                to,
                tuple(attempts.get(key, ())),
            )
            for key, on, channel, subject, text, mime, to in bulk.rows(_MESSAGES, until, ids)
        )
        return Evidence(
            messages=messages,
            words=(
                *(
                    Word("replies", "reply", f"mail-{key}", on, f"{subject}\n{sender}", "", bytes(raw))
                    for key, on, sender, subject, raw in bulk.rows(_MAILS, customer_id, since, until)
                ),
                *(
                    Word("replies", "reply", f"page-{key}", on, said.strip(), said)
                    for key, on, said in bulk.rows(_ANSWERS, customer_id, since, until, ids)
                ),
                *(
                    Word("calls", "call", str(key), on, manager, _spoken(turns))
                    for key, on, manager, turns in bulk.rows(_CALLS, customer_id, since, until)
                ),
            ),
            facts=tuple(bulk.rows(_FACTS, until, ids, customer_id, claim_id)),
            invoices=[_invoice(row) for row in bulk.rows(_INVOICES, ids)],
            chain=tuple(bulk.rows(_CHAIN)),
            subjects=frozenset(row[0] for row in bulk.rows(_SUBJECTS, ids, customer_id, customer_id)),
        )


def _spoken(turns: str) -> str:
    return "\n".join(f"{turn[0]}: {turn[1]}" for turn in json.loads(turns))


def _invoice(row: Row) -> dict[str, Any]:
    number, issued, currency, total, what_for, order, lines, parts = row
    return {
        "number": number,
        "issued": str(issued),
        "total": str(Money(total, currency)),
        "what_for": what_for,
        "order": order,
        "lines": [{"text": text, "amount": str(Money(amount, currency))} for text, amount in json.loads(lines)],
        "instalments": [{"due": due, "amount": str(Money(amount, currency))} for due, amount in json.loads(parts)],
    }


_OF_MESSAGES = """
m.state IN ('sent', 'unknown') AND NOT m.rehearsal AND m.slot_on <= %s
  AND EXISTS (SELECT FROM message_item i WHERE i.message_id = m.id AND i.receivable_id = ANY(%s))
"""
_MESSAGES = f"""
SELECT m.id, coalesce(m.sent_on, m.slot_on), m.channel, c.subject, c.text, c.mime,
  coalesce((SELECT string_agg(r.address, ', ' ORDER BY r.copy, r.id) FROM recipient r WHERE r.message_id = m.id), '')
FROM message m JOIN message_content c ON c.message_id = m.id WHERE {_OF_MESSAGES} ORDER BY 2, 1
"""
_ATTEMPTS = f"""
SELECT a.message_id, a.recorded_at, a.outcome, a.detail FROM attempt a JOIN message m ON m.id = a.message_id
WHERE {_OF_MESSAGES} ORDER BY a.id
"""
_MAILS = """
SELECT b.id, b.effective_on, c.sender, c.subject, c.raw FROM inbound b JOIN inbound_content c ON c.mail_id = b.id
LEFT JOIN LATERAL (SELECT m.customer_id FROM inbound_match m WHERE m.mail_id = b.id ORDER BY m.id DESC LIMIT 1) told ON true
WHERE coalesce(told.customer_id, b.customer_id) = %s AND b.effective_on BETWEEN %s AND %s AND NOT b.rehearsal ORDER BY 2, 1
"""
_ANSWERS = """
SELECT a.id, a.effective_on, a.kind || coalesce(' ' || a.day::text, '') || coalesce(' ' || nullif(a.cause, ''), '')
  || coalesce(E'\\n' || nullif(w.text, ''), '')
FROM page_answer a LEFT JOIN page_words w ON w.answer_id = a.id
WHERE a.customer_id = %s AND a.effective_on BETWEEN %s AND %s AND NOT a.rehearsal
  AND (a.receivables = '{}' OR a.receivables && %s::bigint[]) ORDER BY 2, 1
"""
_CALLS = """
SELECT id, effective_on, manager, turns::text FROM call_reviewed WHERE customer_id = %s AND NOT is_letter AND effective_on BETWEEN %s AND %s ORDER BY 2, 1
"""
_FACTS = """
WITH q AS (SELECT %s::date AS on_day, %s::bigint[] AS ids, %s::bigint AS customer, %s::bigint AS claim)
SELECT on_, event, details FROM (
  SELECT i.issue_date AS on_, 'issued' AS event, i.number || coalesce(', ' || nullif(i.what_for, ''), '') AS details, 0 AS place
  FROM q, invoice i WHERE i.id IN (SELECT r.invoice_id FROM receivable r WHERE r.id = ANY(q.ids))
  UNION ALL
  SELECT g.effective_on, 'agreement', g.evidence, 1 FROM q, agreement g WHERE g.customer_id = q.customer
  UNION ALL
  SELECT t.effective_on, 'task', k.kind || ': ' || t.outcome || coalesce(', ' || nullif(t.why, ''), ''), 3
  FROM q, task_outcome t JOIN task k ON k.id = t.task_id WHERE NOT k.rehearsal
    AND EXISTS (SELECT FROM task_item x WHERE x.task_id = k.id AND x.receivable_id = ANY(q.ids))
  UNION ALL
  SELECT t.effective_on, 'touch', t.channel || coalesce(', ' || nullif(t.note, ''), ''), 3
  FROM q, touch t WHERE t.customer_id = q.customer AND NOT EXISTS (SELECT FROM ending e WHERE e.touch_id = t.id)
  UNION ALL
  SELECT p.effective_on, 'promise', (p.promised_date)::text || coalesce(', ' || e.outcome, ''), 4
  FROM q CROSS JOIN promise p LEFT JOIN ending e ON e.promise_id = p.id WHERE p.receivable_id = ANY(q.ids) AND NOT p.rehearsal
  UNION ALL
  SELECT d.effective_on, 'dispute', d.cause || coalesce(', ' || e.outcome, ''), 4
  FROM q CROSS JOIN dispute d LEFT JOIN ending e ON e.dispute_id = d.id WHERE d.receivable_id = ANY(q.ids) AND NOT d.rehearsal
  UNION ALL
  SELECT s.effective_on, 'reply', s.channel, 5 FROM q, sign s
  WHERE s.customer_id = q.customer AND s.kind = 'replied' AND NOT s.rehearsal
    AND NOT EXISTS (SELECT FROM inbound b WHERE b.customer_id = s.customer_id AND b.effective_on = s.effective_on)
  UNION ALL
  SELECT w.effective_on, 'stop_work', w.basis, 6 FROM q, stop_work w WHERE w.receivables && q.ids AND NOT w.rehearsal
  UNION ALL
  SELECT e.effective_on, 'work_resumed', e.outcome, 6 FROM q, stop_work w JOIN stop_work_end e ON e.stop_id = w.id
  WHERE w.receivables && q.ids AND NOT w.rehearsal
  UNION ALL
  SELECT k.effective_on, 'acknowledged', k.evidence, 6 FROM q, acknowledgement k WHERE k.receivable_id = ANY(q.ids)
  UNION ALL
  SELECT e.effective_on, 'claim', e.event || coalesce(': ' || nullif(e.detail, ''), ''), 7 FROM q, claim_event e WHERE e.claim_id = q.claim
) f, q WHERE on_ <= on_day ORDER BY on_, place, event, details
"""
_INVOICES = """
SELECT i.number, i.issue_date, i.currency::text, i.total, i.what_for, i.order_number,
  coalesce((SELECT jsonb_agg(jsonb_build_array(l.text, l.amount) ORDER BY l.position) FROM invoice_line l WHERE l.invoice_id = i.id), '[]')::text,
  (SELECT jsonb_agg(jsonb_build_array(r.due_date, r.amount) ORDER BY r.due_date, r.id) FROM receivable r WHERE r.invoice_id = i.id)::text
FROM invoice i WHERE i.id IN (SELECT r.invoice_id FROM receivable r WHERE r.id = ANY(%s)) ORDER BY i.issue_date, i.id
"""
_CHAIN = """
SELECT sequence, recorded_at::text, actor, kind, subject, count, digest, previous, chained FROM audit ORDER BY sequence
"""
_SUBJECTS = """
SELECT i.number FROM invoice i WHERE i.id IN (SELECT r.invoice_id FROM receivable r WHERE r.id = ANY(%s))
UNION SELECT c.external_id FROM customer c WHERE c.id = %s
UNION SELECT c.name FROM customer c WHERE c.id = %s
"""
