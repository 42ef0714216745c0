"""Imported documents written into the ledger: added once, amended where they changed, paid as far as the sheet says so.

Everything happens in the transaction of the caller, which makes files of one creditor wait for each other.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from dunwell.core.frames_import import Schema
from dunwell.store import bulk
from dunwell.store.record_import import Origin

ANALYZE_ROWS = 1_000
"""From so many rows on: a query plan made for a small table is ruinous on a large one."""
VALIDITY_DAYS = 14
"""A request before work that does not say how long it holds is good for two weeks."""
NET_DAYS = 30
"""Without agreed terms: the general term between businesses (Directive 2011/7/EU, art. 3)."""
REDATED_DAYS_MAX = 180
"""A number that comes back later than this belongs to another year's books."""
IDENTITY = ("kind", "series", "number", "issue_date")
# What is written of a new document; the rest of its row (the customer's signs, the row as received) is written elsewhere.
NEW_COLUMNS = (
    "line",
    "external_id",
    "customer",
    *IDENTITY,
    "due_date",
    "valid_until",
    "starts_on",
    "currency",
    "total",
    "credited_number",
    "order_number",
    "what_for",
    "payment_terms",
    "policy",
    "owner",
    "note",
    "status",
    "disputed",
    "sent_on",
)
PAID_COLUMNS = ("line", "invoice_id", "external_id", "date", "date_is_import", "currency", "amount")


def has_any() -> bool:
    return bool(bulk.rows("SELECT 1 FROM invoice ORDER BY creditor_id, kind LIMIT 1"))


def known(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """What the ledger knows of the documents that a frame names, in the importer's own terms (KNOWN_INVOICES)."""
    bulk.stage("in_identity", frame.select(IDENTITY).unique())
    return bulk.frame(KNOWN_INVOICES.format(which=NAMED, where="true"), schema)


def open_of(source: str, schema: Schema) -> pl.DataFrame:
    """Open documents of one source, to see which a complete file no longer holds (KNOWN_INVOICES)."""
    return bulk.frame(KNOWN_INVOICES.format(which="invoice i", where=OPEN_OF_SOURCE), schema, source)


def renumbered(origin: Origin, new: pl.DataFrame) -> pl.DataFrame:
    """New documents whose own id the source gave to a known one of another number or date before: line, known_number."""
    bulk.stage("in_new", new.select("line", "kind", "external_id").drop_nulls())
    return bulk.frame(RENUMBERED, {"line": pl.Int64, "known_number": pl.String}, origin.source)


def dated_anew(new: pl.DataFrame) -> pl.DataFrame:
    """Documents that a file added and that were known with the same number, customer and sum, but another date: line, other_date."""
    bulk.stage("in_new", new.select("line", "customer", *IDENTITY, "currency", "total"))
    return bulk.frame(DATED_ANEW, {"line": pl.Int64, "other_date": pl.Date}, REDATED_DAYS_MAX)


def reported(origin: Origin, frame: pl.DataFrame) -> None:
    """Remember which day's sheet named these known documents last (`invoice_id`): an older sheet changes nothing."""
    if frame.is_empty():
        return
    bulk.stage("in_reported", frame.select("invoice_id"))
    bulk.execute(MARK_REPORTED, origin.on, origin.on)


def add(origin: Origin, new: pl.DataFrame, instalments: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Add new documents with their receivables and lines; gives their IDENTITY and `invoice_id`.

    `new` has a column `customer` with the store's id.
    """
    terms = pl.col("payment_terms").str.extract(r"(\d{1,3})").cast(pl.Int64, strict=False).fill_null(NET_DAYS)
    is_request = pl.col("kind") == "request"
    ready = new.with_columns(
        # Numbered before they are written: what follows needs no search for them.
        invoice_id=pl.Series([row[0] for row in bulk.rows(NEXT_IDS, new.height)], dtype=pl.Int64),
        due_date=pl.when(~is_request).then(pl.coalesce("due_date", pl.col("issue_date") + pl.duration(days=terms))),
        valid_until=pl.when(is_request).then(
            pl.coalesce("valid_until", "due_date", pl.col("issue_date") + timedelta(VALIDITY_DAYS))
        ),
    )
    added = ready.select("invoice_id", *IDENTITY)
    if added.is_empty():
        return added
    split = instalments.join(added, on=IDENTITY[1:])
    is_split = pl.col("invoice_id").is_in(split["invoice_id"].implode())
    bulk.stage("in_invoice", ready.select("invoice_id", *NEW_COLUMNS, is_split=is_split))
    bulk.execute(ADD_INVOICES, origin.creditor_id, origin.source, origin.on, origin.on)
    if not split.is_empty():
        bulk.stage("in_instalment", split)
        bulk.execute(ADD_INSTALMENTS, origin.creditor_id)
    bulk.execute(ADD_RECEIVABLES, origin.creditor_id)
    if not lines.is_empty():
        bulk.stage("in_line", lines.join(added, on=IDENTITY[1:]))
        bulk.execute(ADD_LINES, origin.creditor_id)
    bulk.execute(ADD_DISPUTES, origin.creditor_id, origin.on, origin.by)
    bulk.execute(ADD_CANCELLATIONS, origin.creditor_id, origin.on, origin.by)
    bulk.execute(CHOOSE_INVOICE_POLICIES, origin.creditor_id, origin.on, origin.by)
    return added


def amend(origin: Origin, frame: pl.DataFrame) -> int:
    """Apply changed facts and keep old and new. AMENDMENTS in; gives how many facts changed."""
    if frame.is_empty():
        return 0
    bulk.stage("in_amendment", frame)
    bulk.execute(ADD_AMENDMENTS, origin.creditor_id, origin.on, origin.by, f"file {origin.file_id}")
    for (field,), rows in frame.group_by(["field"], maintain_order=True):
        bulk.stage("in_change", rows.select("invoice_id", "new"))
        if field in INVOICE_COLUMNS:
            bulk.execute(CHANGE_INVOICE.format(column=field, cast=INVOICE_COLUMNS[field]))
        if field in RECEIVABLE_CHANGES:
            bulk.execute(RECEIVABLE_CHANGES[field])
        if field == "status":
            bulk.execute(CANCEL_CHANGED, origin.creditor_id, origin.on, origin.by)
        if field == "disputed":
            bulk.execute(DISPUTE_CHANGED, origin.creditor_id, origin.on, origin.by)
            bulk.execute(END_DISPUTES, origin.creditor_id, origin.on, origin.by)
        if field == "policy":
            bulk.execute(POLICY_CHANGED, origin.creditor_id, origin.on, origin.by)
    return frame.height


def paid(origin: Origin, frame: pl.DataFrame) -> int:
    """Money that a sheet reports for its invoices: payments, each set against its own invoice.

    REPORTED_PAYMENTS with `invoice_id` in.
    """
    if frame.is_empty():
        return 0
    bulk.stage("in_paid", frame.select(PAID_COLUMNS))
    added = bulk.execute(ADD_REPORTED_PAYMENTS, origin.creditor_id, origin.source, origin.on)
    if added >= ANALYZE_ROWS:
        # In a young ledger nothing is known yet of what was just written, and each payment would be looked for among all.
        bulk.analyze("invoice", "receivable", "payment", sample=bulk.SIZES_ALONE)
    bulk.execute(ALLOCATE_REPORTED, origin.creditor_id, origin.by, origin.source)
    return added


def reminded(origin: Origin, frame: pl.DataFrame) -> None:
    """A sheet's *last reminded* is a contact made by hand: it counts for the governor. `invoice_id` beside it."""
    said = frame.filter(pl.col("last_reminded").is_not_null())
    if said.is_empty():
        return
    bulk.stage("in_reminded", said.select("invoice_id", "last_reminded"))
    bulk.execute(ADD_TOUCHES, origin.creditor_id, origin.by)


def keep(origin: Origin, bodies: pl.DataFrame) -> int:
    """Keep e-invoices as they were read; the same one again is not kept twice. IDENTITY and `body` in."""
    if bodies.is_empty():
        return 0
    bulk.stage("in_body", bodies)
    return bulk.execute(KEEP, origin.creditor_id, origin.on, origin.by, f"file {origin.file_id}")


NEXT_IDS = "SELECT nextval((SELECT pg_get_serial_sequence('invoice', 'id')::regclass)) FROM generate_series(1, %s)"
# What a batch names is looked up by key, row by row (OFFSET keeps it so): a plan that reads a table of millions for every
# batch looks no dearer to the server, and makes an import quadratic.
NAMED = """
in_identity n CROSS JOIN LATERAL (
  SELECT * FROM invoice WHERE (kind, series, number, issue_date) = (n.kind, n.series, n.number, n.issue_date) OFFSET 0) i
"""
KNOWN_INVOICES = """
SELECT i.id, i.kind, i.series, i.number, i.issue_date, r.due_date, i.valid_until, i.starts_on, i.currency, i.total, i.customer_id::text,
  nullif(i.credits_number, ''), nullif(i.order_number, ''), nullif(i.what_for, ''), nullif(i.payment_terms, ''),
  nullif(i.policy, ''), nullif(i.owner, ''), nullif(i.note, ''), nullif(i.status, ''), i.disputed,
  (coalesce(m.received, 0) + coalesce(w.total, 0))::bigint, (coalesce(m.credited, 0) + coalesce(w.total, 0))::bigint, i.reported_on
FROM {which}
LEFT JOIN LATERAL (SELECT max(due_date) AS due_date FROM receivable WHERE invoice_id = i.id) r ON true
LEFT JOIN LATERAL (SELECT sum(a.amount) AS received, sum(a.amount) FILTER (WHERE a.payment_id IS NULL) AS credited
                   FROM allocation a JOIN receivable r ON r.id = a.receivable_id WHERE r.invoice_id = i.id) m ON true
LEFT JOIN LATERAL (SELECT sum(f.amount) AS total FROM write_off f JOIN receivable r ON r.id = f.receivable_id
                   WHERE r.invoice_id = i.id) w ON true
WHERE {where}
"""
# An id that is only the number once more tells nothing of a document that has another number now.
RENUMBERED = """
SELECT n.line, min(i.number) FROM in_new n
JOIN invoice i ON i.source = %s AND i.external_id = n.external_id AND i.external_id <> i.number AND i.kind = n.kind
WHERE NOT EXISTS (SELECT FROM cancellation c WHERE c.invoice_id = i.id) GROUP BY n.line
"""
DATED_ANEW = """
SELECT n.line, min(i.issue_date) FROM in_new n
JOIN invoice i USING (kind, series, number, currency, total)
WHERE i.customer_id = n.customer AND i.issue_date <> n.issue_date AND abs(i.issue_date - n.issue_date) <= %s
  AND NOT EXISTS (SELECT FROM cancellation c WHERE c.invoice_id = i.id) GROUP BY n.line
"""
OPEN_OF_SOURCE = """
i.source = %s AND i.kind <> 'credit_note' AND i.total > coalesce(m.received, 0)
AND NOT EXISTS (SELECT FROM cancellation c WHERE c.invoice_id = i.id)
AND NOT EXISTS (SELECT FROM receivable r JOIN finding f ON f.receivable_id = r.id LEFT JOIN finding_settled s ON s.finding_id = f.id
                WHERE r.invoice_id = i.id AND f.code = 'row_missing' AND (s.id IS NULL OR f.effective_on >= i.reported_on))
"""
ADD_INVOICES = """
INSERT INTO invoice (id, creditor_id, source, external_id, customer_id, kind, series, number, issue_date, currency, total, what_for,
  reference, order_number, valid_until, starts_on, credits_number, requested_on, known_on, payment_terms, policy, owner, note,
  status, disputed, reported_on)
SELECT n.invoice_id, %s, %s, coalesce(n.external_id, n.number), n.customer, n.kind, n.series, n.number, n.issue_date, n.currency, n.total,
  coalesce(n.what_for, ''), '', coalesce(n.order_number, ''), n.valid_until, n.starts_on, coalesce(n.credited_number, ''), n.sent_on, %s,
  coalesce(n.payment_terms, ''), coalesce(n.policy, ''), coalesce(n.owner, ''), coalesce(n.note, ''), coalesce(n.status, ''),
  coalesce(n.disputed, false), %s
FROM in_invoice n ORDER BY n.invoice_id
"""
ADD_INSTALMENTS = """
INSERT INTO receivable (creditor_id, invoice_id, customer_id, instalment, currency, amount, due_date)
SELECT %s, i.invoice_id, i.customer, n.position, i.currency, n.amount, n.due_date
FROM in_instalment n JOIN in_invoice i USING (invoice_id) WHERE i.kind <> 'credit_note' ORDER BY i.invoice_id, n.position
"""
ADD_RECEIVABLES = """
INSERT INTO receivable (creditor_id, invoice_id, customer_id, instalment, currency, amount, due_date)
SELECT %s, n.invoice_id, n.customer, 1, n.currency, n.total, n.due_date FROM in_invoice n
WHERE n.kind <> 'credit_note' AND NOT n.is_split ORDER BY n.invoice_id
"""
ADD_LINES = """
INSERT INTO invoice_line (creditor_id, invoice_id, position, text, amount)
SELECT %s, n.invoice_id, n.position, coalesce(n.description, ''), coalesce(n.amount, 0)
FROM in_line n ORDER BY n.invoice_id, n.position
"""
KEEP = """
INSERT INTO issued_document (creditor_id, effective_on, by, why, invoice_id, body)
SELECT %s, %s, %s, %s, i.id, n.body
FROM in_body n CROSS JOIN LATERAL (
  SELECT id FROM invoice WHERE (kind, series, number, issue_date) = (n.kind, n.series, n.number, n.issue_date) OFFSET 0) i
WHERE n.body IS DISTINCT FROM (SELECT d.body FROM issued_document d WHERE d.invoice_id = i.id ORDER BY d.id DESC LIMIT 1)
ORDER BY i.id
"""
ADD_DISPUTES = """
INSERT INTO dispute (creditor_id, effective_on, by, why, receivable_id, cause, amount, rehearsal)
SELECT %s, %s, %s, 'the sheet says so', r.id, 'reported', NULL, false
FROM in_invoice n JOIN receivable r ON r.invoice_id = n.invoice_id WHERE n.disputed
"""
ADD_CANCELLATIONS = """
INSERT INTO cancellation (creditor_id, effective_on, by, why, invoice_id)
SELECT %s, %s, %s, 'the sheet says so', n.invoice_id FROM in_invoice n WHERE n.status = 'cancelled'
"""
CHOOSE_INVOICE_POLICIES = """
INSERT INTO policy_choice (creditor_id, effective_on, by, why, scope, target, document, customer_kind, policy)
SELECT %s, %s, %s, 'import', 'invoice', n.invoice_id::text, n.kind, '', n.policy FROM in_invoice n WHERE n.policy IS NOT NULL
"""
ADD_TOUCHES = """
INSERT INTO touch (creditor_id, effective_on, by, why, customer_id, contact_id, person_key, channel, counts, note, receivables,
  external_id)
SELECT %s, n.last_reminded, %s, 'the sheet says so', d.customer_id, p.contact_id, coalesce(p.person_key, ''), 'email', true, '',
  ARRAY(SELECT id FROM receivable WHERE invoice_id = d.id), 'reminded|' || d.id || '|' || n.last_reminded
FROM in_reminded n JOIN invoice d ON d.id = n.invoice_id
LEFT JOIN LATERAL (SELECT t.id AS contact_id, q.person_key FROM contact t JOIN contact_point q ON q.contact_id = t.id
                   WHERE t.customer_id = d.customer_id AND q.channel = 'email' ORDER BY t.rank, t.id LIMIT 1) p ON true
ON CONFLICT DO NOTHING
"""
ADD_AMENDMENTS = """
INSERT INTO amendment (creditor_id, effective_on, by, why, noun, noun_id, field, old, new)
SELECT %s, %s, %s, %s, 'invoice', invoice_id, field, coalesce(old, ''), coalesce(new, '') FROM in_amendment ORDER BY line, field
"""
INVOICE_COLUMNS = {
    "valid_until": "date",
    "starts_on": "date",
    "currency": "text",
    "total": "bigint",
    "order_number": "text",
    "what_for": "text",
    "payment_terms": "text",
    "policy": "text",
    "owner": "text",
    "note": "text",
    "status": "text",
    "disputed": "boolean",
}
CHANGE_INVOICE = "UPDATE invoice i SET {column} = c.new::{cast} FROM in_change c WHERE c.invoice_id = i.id"
# An invoice in instalments keeps its own dates and sums: which instalment a changed total belongs to, only a person knows.
ONLY_ONE = "(SELECT count(*) FROM receivable o WHERE o.invoice_id = r.invoice_id) = 1"
RECEIVABLE_CHANGES = {
    "due_date": f"UPDATE receivable r SET due_date = c.new::date FROM in_change c WHERE c.invoice_id = r.invoice_id AND {ONLY_ONE}",
    # Money already set against it is in the currency it had: then a person looks.
    "currency": (
        "UPDATE receivable r SET currency = c.new FROM in_change c WHERE c.invoice_id = r.invoice_id "
        "AND NOT EXISTS (SELECT FROM allocation a JOIN receivable o ON o.id = a.receivable_id WHERE o.invoice_id = r.invoice_id)"
    ),
    "total": f"UPDATE receivable r SET amount = c.new::bigint FROM in_change c WHERE c.invoice_id = r.invoice_id AND {ONLY_ONE}",
}
CANCEL_CHANGED = """
INSERT INTO cancellation (creditor_id, effective_on, by, why, invoice_id)
SELECT %s, %s, %s, 'the sheet says so', c.invoice_id FROM in_change c WHERE c.new = 'cancelled'
  AND NOT EXISTS (SELECT FROM cancellation x WHERE x.invoice_id = c.invoice_id)
"""
DISPUTE_CHANGED = """
INSERT INTO dispute (creditor_id, effective_on, by, why, receivable_id, cause, amount, rehearsal)
SELECT %s, %s, %s, 'the sheet says so', r.id, 'reported', NULL, false
FROM in_change c JOIN receivable r ON r.invoice_id = c.invoice_id WHERE c.new = 'true'
  AND NOT EXISTS (SELECT FROM dispute d LEFT JOIN ending e ON e.dispute_id = d.id WHERE d.receivable_id = r.id AND e.id IS NULL)
"""
# What the sheet said the sheet takes back; what a person recorded only a person ends.
END_DISPUTES = """
INSERT INTO ending (creditor_id, effective_on, by, why, dispute_id, outcome)
SELECT %s, %s, %s, 'the sheet says so', d.id, 'withdrawn'
FROM in_change c JOIN receivable r ON r.invoice_id = c.invoice_id JOIN dispute d ON d.receivable_id = r.id AND d.cause = 'reported'
WHERE c.new = 'false' AND NOT EXISTS (SELECT FROM ending e WHERE e.dispute_id = d.id)
"""
POLICY_CHANGED = """
INSERT INTO policy_choice (creditor_id, effective_on, by, why, scope, target, document, customer_kind, policy)
SELECT %s, %s, %s, 'import', 'invoice', i.id::text, i.kind, '', c.new FROM in_change c JOIN invoice i ON i.id = c.invoice_id
"""
MARK_REPORTED = """
UPDATE invoice SET reported_on = %s
WHERE id = ANY (ARRAY(SELECT invoice_id FROM in_reported)) AND (reported_on < %s) IS NOT FALSE
"""
ADD_REPORTED_PAYMENTS = """
INSERT INTO payment (creditor_id, source, external_id, customer_id, date, is_date_known, currency, amount, payer_name,
  payer_account, payer_tax_id, remittance, reference, recorded_on)
SELECT %s, %s, n.external_id, i.customer_id, n.date, NOT n.date_is_import, n.currency, n.amount, '', '', '', '', i.number, %s
FROM in_paid n CROSS JOIN LATERAL (SELECT customer_id, number FROM invoice WHERE id = n.invoice_id OFFSET 0) i
ORDER BY n.line ON CONFLICT (creditor_id, source, external_id) DO NOTHING
"""
# Set against the invoice's own instalments, the earliest first, as far as they are open.
ALLOCATE_REPORTED = """
INSERT INTO allocation (creditor_id, effective_on, by, why, payment_id, receivable_id, currency, amount, basis)
SELECT %s, x.date, %s, 'the sheet reports it', x.payment_id, x.receivable_id, x.currency,
  least(x.open, x.amount - x.before), 'sheet'
FROM (
  SELECT p.id AS payment_id, p.date, p.amount, p.currency, r.id AS receivable_id, b.open,
    coalesce(sum(b.open) OVER (PARTITION BY p.id ORDER BY r.due_date NULLS LAST, r.id
                               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint AS before
  FROM in_paid n
  CROSS JOIN LATERAL (SELECT * FROM payment WHERE source = %s AND external_id = n.external_id OFFSET 0) p
  CROSS JOIN LATERAL (SELECT * FROM receivable WHERE invoice_id = n.invoice_id OFFSET 0) r
  CROSS JOIN LATERAL (SELECT greatest(0, r.amount - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.receivable_id = r.id), 0))::bigint AS open) b
  WHERE (SELECT min(a.id) FROM allocation a WHERE a.payment_id = p.id) IS NULL
) x WHERE least(x.open, x.amount - x.before) > 0 ORDER BY x.receivable_id
"""
