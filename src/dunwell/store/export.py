"""Everything a creditor would take along, as named queries over one snapshot.

A column named `…_minor` is money in minor units of the row's `currency`; it leaves under the name without the ending. Instants are
text in UTC. Numbers of the ledger (`customer`, `receivable`, `payment` …) tie the tables together.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from dunwell.store import balances, bulk

AT = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
_FACT = f"{{0}}.id AS number, {{0}}.effective_on AS date, {AT.format('{0}.recorded_at')} AS recorded_at"


def _fact(alias: str) -> str:
    return _FACT.replace("{0}", alias)


QUERIES: dict[str, str] = {
    "customers": """
        SELECT c.id AS customer, c.source, c.external_id, c.name, c.kind, c.country, c.locale, c.timezone, c.registration_number,
          c.tax_id, c.address, c.segment, c.owner, g.name AS customer_group, c.payment_terms, c.known_on
        FROM customer c LEFT JOIN customer_group g ON g.id = c.group_id ORDER BY c.id
    """,
    "contacts": """
        SELECT t.customer_id AS customer, t.id AS contact, t.role, t.given_name, t.family_name, t.patronymic, t.gender, t.locale,
          p.channel, p.address, p.is_preferred, t.note
        FROM contact t LEFT JOIN contact_point p ON p.contact_id = t.id ORDER BY t.id, p.id
    """,
    "invoices": f"""
        SELECT i.id AS invoice, r.id AS receivable, i.customer_id AS customer, i.kind, i.series, i.number, i.issue_date, r.instalment,
          coalesce(r.due_date, i.valid_until) AS due_date, i.currency, i.total AS total_minor, r.amount AS owed_minor,
          CASE WHEN b.is_cancelled THEN 0 ELSE b.balance END AS open_minor, b.disputed AS disputed_minor,
          coalesce(b.is_cancelled, false) AS is_cancelled, i.what_for, i.order_number, i.credits_number, i.source, i.external_id, i.known_on
        FROM invoice i LEFT JOIN receivable r ON r.invoice_id = i.id
        LEFT JOIN ({balances.balances_sql(as_of=None, rehearsal=False)}) b ON b.receivable_id = r.id ORDER BY i.id, r.instalment
    """,
    "invoice_lines": """
        SELECT l.invoice_id AS invoice, l.position, l.text, i.currency, l.amount AS amount_minor
        FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id ORDER BY l.invoice_id, l.position
    """,
    "payments": """
        SELECT p.id AS payment, p.customer_id AS customer, p.date, p.is_date_known, p.currency, p.amount AS amount_minor, p.payer_name,
          p.payer_account, p.payer_tax_id, p.remittance, p.reference, p.reverses_id AS reverses, p.source, p.external_id, p.recorded_on
        FROM payment p ORDER BY p.id
    """,
    "allocations": f"""
        SELECT {_fact("a")}, a.payment_id AS payment, a.credit_note_id AS credit_note, a.receivable_id AS receivable, a.currency,
          a.amount AS amount_minor, a.basis, a.undoes_id AS undoes, a.by, a.why FROM allocation a ORDER BY a.id
    """,
    "promises": f"""
        SELECT {_fact("p")}, p.receivable_id AS receivable, p.kind, p.currency, p.amount AS amount_minor, p.promised_date,
          p.rehearsal, p.by, p.why, e.outcome, e.effective_on AS ended_on FROM promise p LEFT JOIN ending e ON e.promise_id = p.id ORDER BY p.id
    """,
    "disputes": f"""
        SELECT {_fact("d")}, d.receivable_id AS receivable, d.cause, r.currency, d.amount AS amount_minor, d.rehearsal, d.by, d.why,
          e.outcome, e.effective_on AS ended_on
        FROM dispute d JOIN receivable r ON r.id = d.receivable_id LEFT JOIN ending e ON e.dispute_id = d.id ORDER BY d.id
    """,
    "holds": f"""
        SELECT {_fact("h")}, h.receivable_id AS receivable, h.customer_id AS customer, h.reason, h.until_date, h.rehearsal, h.by, h.why,
          e.outcome, e.effective_on AS ended_on FROM hold h LEFT JOIN ending e ON e.hold_id = h.id ORDER BY h.id
    """,
    "findings": f"""
        SELECT {_fact("f")}, f.code, f.message, f.file_name, f.line, f.field, f.value, f.remedy, f.receivable_id AS receivable,
          f.customer_id AS customer, f.holds, s.outcome, s.effective_on AS settled_on
        FROM finding f LEFT JOIN finding_settled s ON s.finding_id = f.id ORDER BY f.id
    """,
    "messages": f"""
        SELECT m.id AS message, m.customer_id AS customer, m.slot_on AS day, m.purpose, m.channel, m.step, m.policy, m.locale, m.state,
          m.state_reason, m.rehearsal, m.sent_on, m.reasons, m.message_id, m.content_hash, {AT.format("m.queued_at")} AS written_at,
          (SELECT string_agg(r.address, '; ' ORDER BY r.id) FROM recipient r WHERE r.message_id = m.id AND NOT r.copy) AS recipients,
          (SELECT string_agg(r.address, '; ' ORDER BY r.id) FROM recipient r WHERE r.message_id = m.id AND r.copy) AS copies,
          (SELECT string_agg(i.number, '; ' ORDER BY n.id) FROM message_item n JOIN receivable v ON v.id = n.receivable_id
             JOIN invoice i ON i.id = v.invoice_id WHERE n.message_id = m.id) AS invoices,
          c.subject, c.text
        FROM message m LEFT JOIN message_content c ON c.message_id = m.id ORDER BY m.id
    """,
    "audit": f"""
        SELECT a.sequence, {AT.format("a.recorded_at")} AS recorded_at, a.actor, a.kind, a.subject, a.count, a.digest, a.previous, a.chained,
          c.salt, c.body FROM audit a LEFT JOIN audit_content c ON c.audit_id = a.id ORDER BY a.sequence
    """,
    # One line for each movement of what is owed or held, as an accountant books it: owed + and −, and money + and −.
    "journal": f"""
        SELECT j.* FROM (
          SELECT i.issue_date AS date, CASE i.kind WHEN 'credit_note' THEN 'credit note' ELSE i.kind END AS kind, i.number AS document,
            c.name AS customer, i.currency, CASE i.kind WHEN 'credit_note' THEN 0 ELSE i.total END AS receivable_minor, 0::bigint AS money_minor,
            '' AS basis, '' AS by, '' AS why, {AT.format("i.known_on::timestamptz")} AS recorded_at, 'I' || i.id AS entry
          FROM invoice i JOIN customer c ON c.id = i.customer_id WHERE i.kind <> 'request'
          UNION ALL SELECT x.effective_on, 'cancellation', i.number, c.name, i.currency, -i.total, 0, '', x.by, x.why,
            {AT.format("x.recorded_at")}, 'X' || x.id
          FROM cancellation x JOIN invoice i ON i.id = x.invoice_id JOIN customer c ON c.id = i.customer_id WHERE i.kind NOT IN ('request', 'credit_note')
          UNION ALL SELECT p.date, CASE WHEN p.reverses_id IS NULL THEN 'payment' ELSE 'payment taken back' END, coalesce(nullif(p.reference, ''), 'payment ' || p.id),
            coalesce(c.name, p.payer_name), p.currency, 0, p.amount, p.source, '', p.remittance, {AT.format("p.recorded_on::timestamptz")}, 'P' || p.id
          FROM payment p LEFT JOIN customer c ON c.id = p.customer_id
          UNION ALL SELECT a.effective_on, CASE WHEN a.undoes_id IS NOT NULL THEN 'allocation undone' WHEN a.payment_id IS NULL THEN 'credit applied'
              ELSE 'allocation' END, i.number, c.name, a.currency, -a.amount, CASE WHEN a.payment_id IS NULL THEN 0 ELSE -a.amount END, a.basis, a.by,
            a.why, {AT.format("a.recorded_at")}, 'A' || a.id
          FROM allocation a JOIN receivable r ON r.id = a.receivable_id JOIN invoice i ON i.id = r.invoice_id JOIN customer c ON c.id = r.customer_id
          UNION ALL SELECT h.effective_on, h.kind, i.number, c.name, h.currency, h.amount, 0, 'charge', h.by, h.why, {AT.format("h.recorded_at")}, 'C' || h.id
          FROM charge h JOIN receivable r ON r.id = h.receivable_id JOIN invoice i ON i.id = r.invoice_id JOIN customer c ON c.id = r.customer_id
          UNION ALL SELECT w.effective_on, 'write-off', i.number, c.name, w.currency, -w.amount, 0, 'write_off', w.by, w.why, {AT.format("w.recorded_at")},
            'W' || w.id
          FROM write_off w JOIN receivable r ON r.id = w.receivable_id JOIN invoice i ON i.id = r.invoice_id JOIN customer c ON c.id = r.customer_id
        ) j ORDER BY j.date, j.entry
    """,
}


def tables(creditor_id: int, names: list[str]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Each named table of one creditor, all as of one moment."""
    with bulk.reader(creditor_id) as read:
        for name in names:
            yield name, read(QUERIES[name])
