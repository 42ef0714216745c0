"""Imported records written into the ledger, set by set: found again by their signs, added once, amended where they changed.

Everything happens in the transaction of the caller. The same file again, in pieces or in another order, gives the same records (I9):
identities are unique in the database, and a row that says nothing new writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from dunwell.core import names
from dunwell.core.frames_import import Schema
from dunwell.store import bulk, contact_corrections

VALIDITY_DAYS = 14
"""A request before work that does not say how long it holds is good for two weeks."""
NET_DAYS = 30
"""Without agreed terms: the general term between businesses (Directive 2011/7/EU, art. 3)."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where records come from: the creditor, the system that names them, the file, and the day the import stands for."""

    creditor_id: int
    source: str
    file_id: int
    on: date
    by: str


def find_customers(origin: Origin, frame: pl.DataFrame) -> pl.DataFrame:
    """Which known customers a file's rows name: customer_key → id, null for an unknown or ambiguous one."""
    bulk.stage("in_customer", frame)
    bulk.execute(FIND_CUSTOMERS, origin.source)
    return _found()


def customers(origin: Origin, frame: pl.DataFrame) -> pl.DataFrame:
    """Write customers; gives customer_key → id (null where a name fits two customers). IMPORT_CUSTOMERS in."""
    find_customers(origin, frame)
    bulk.execute(ADD_CUSTOMERS, origin.creditor_id, origin.source, origin.on)
    bulk.execute(FIND_ADDED_CUSTOMERS, origin.source)
    for field, column in CUSTOMER_FIELDS.items():
        bulk.execute(
            AMEND_CUSTOMERS.format(field=field, column=column), origin.creditor_id, origin.on, origin.by, origin.file_id
        )
        bulk.execute(UPDATE_CUSTOMERS.format(field=field, column=column))
    bulk.execute(CHOOSE_CUSTOMER_POLICIES, origin.creditor_id, origin.on, origin.by)
    return _found()


def contacts(origin: Origin, frame: pl.DataFrame, known: pl.DataFrame) -> int:
    """Write contacts and their addresses; gives how many known facts changed. IMPORT_CONTACTS in; `known` maps customer_key to id."""
    joined = frame.join(known.drop_nulls(), on="customer_key")
    if joined.is_empty():
        return 0
    apart = [names.take_apart(name or "") for name in joined["name"]]
    bulk.stage(
        "in_contact",
        joined.select("customer", "role", "email", "phone", "language", "line").with_columns(
            given_name=pl.Series([one.given for one in apart], dtype=pl.String),
            family_name=pl.Series([one.family for one in apart], dtype=pl.String),
            patronymic=pl.Series([one.patronymic for one in apart], dtype=pl.String),
            gender=pl.Series([one.gender for one in apart], dtype=pl.String),
        ),
    )
    changed = contact_corrections.correct(
        origin.creditor_id, origin.source, CONTACT_KEY, on=origin.on, by=origin.by, why=f"file {origin.file_id}"
    )
    bulk.execute(ADD_CONTACTS, origin.creditor_id, origin.source)
    bulk.execute(ADD_CONTACT_POINTS, origin.creditor_id, origin.source)
    return changed


def known_invoices(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """What the ledger knows of the documents that a frame names, in the importer's own terms (KNOWN_INVOICES)."""
    bulk.stage("in_identity", frame.select("kind", "series", "number", "issue_date").unique())
    return _frame(
        KNOWN_INVOICES.format(which="JOIN in_identity n USING (kind, series, number, issue_date)", where="true"), schema
    )


def open_invoices(source: str, schema: Schema) -> pl.DataFrame:
    """Open documents of one source, to see which a complete file no longer holds."""
    return _frame(KNOWN_INVOICES.format(which="", where=OPEN_OF_SOURCE), schema, source)


def renumbered(origin: Origin, new: pl.DataFrame) -> pl.DataFrame:
    """New documents whose own id the source gave to a known one of another number or date before: line, known_number."""
    bulk.stage("in_new", new.select("line", "kind", "external_id").drop_nulls())
    return _frame(RENUMBERED, {"line": pl.Int64, "known_number": pl.String}, origin.source)


def has_invoices() -> bool:
    return bool(bulk.rows("SELECT 1 FROM invoice LIMIT 1"))


def invoices(origin: Origin, new: pl.DataFrame, instalments: pl.DataFrame, lines: pl.DataFrame) -> int:
    """Add new documents with their receivables and lines; `new` has a column `customer` with the store's id."""
    if new.is_empty():
        return 0
    terms = pl.col("payment_terms").str.extract(r"(\d{1,3})").cast(pl.Int64, strict=False).fill_null(NET_DAYS)
    is_request = pl.col("kind") == "request"
    ready = new.with_columns(
        due_date=pl.when(~is_request).then(pl.coalesce("due_date", pl.col("issue_date") + pl.duration(days=terms))),
        valid_until=pl.when(is_request).then(
            pl.coalesce("valid_until", "due_date", pl.col("issue_date") + timedelta(VALIDITY_DAYS))
        ),
    )
    bulk.stage("in_invoice", ready)
    added = bulk.execute(ADD_INVOICES, origin.creditor_id, origin.source, origin.on, origin.on)
    bulk.stage("in_instalment", instalments)
    bulk.execute(ADD_INSTALMENTS, origin.creditor_id)
    bulk.execute(ADD_RECEIVABLES, origin.creditor_id)
    if not lines.is_empty():
        bulk.stage("in_line", lines)
        bulk.execute(ADD_LINES, origin.creditor_id)
    bulk.execute(ADD_DISPUTES, origin.creditor_id, origin.on, origin.by)
    bulk.execute(ADD_CANCELLATIONS, origin.creditor_id, origin.on, origin.by)
    bulk.execute(CHOOSE_INVOICE_POLICIES, origin.creditor_id, origin.on, origin.by)
    return added


def reminded(origin: Origin, frame: pl.DataFrame) -> None:
    """A sheet's *last reminded* is a contact made by hand: it counts for the governor."""
    said = frame.filter(pl.col("last_reminded").is_not_null() & pl.col("customer").is_not_null())
    if said.is_empty():
        return
    bulk.stage("in_reminded", said.select("kind", "series", "number", "issue_date", "last_reminded", "customer"))
    bulk.execute(ADD_TOUCHES, origin.creditor_id, origin.by)


def amendments(origin: Origin, frame: pl.DataFrame) -> int:
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
        if field == "policy":
            bulk.execute(POLICY_CHANGED, origin.creditor_id, origin.on, origin.by)
    return frame.height


def reported(origin: Origin, frame: pl.DataFrame) -> None:
    """Remember which day's sheet named these documents last: an older sheet changes nothing."""
    bulk.stage("in_reported", frame.select("kind", "series", "number", "issue_date"))
    bulk.execute(MARK_REPORTED, origin.on)


def reported_payments(origin: Origin, frame: pl.DataFrame) -> int:
    """Money that a sheet reports for its invoices: payments, each set against its own invoice. REPORTED_PAYMENTS in."""
    if frame.is_empty():
        return 0
    bulk.stage("in_paid", frame)
    added = bulk.execute(ADD_REPORTED_PAYMENTS, origin.creditor_id, origin.source, origin.on)
    bulk.execute(ALLOCATE_REPORTED, origin.creditor_id, origin.by, origin.source)
    return added


def payments(origin: Origin, frame: pl.DataFrame) -> int:
    """Payments of a list of payments; one that is known already is not written again. `frame` has `customer`."""
    if frame.is_empty():
        return 0
    bulk.stage("in_payment", frame)
    return bulk.execute(ADD_PAYMENTS, origin.creditor_id, origin.source, origin.on)


def raw_rows(origin: Origin, frame: pl.DataFrame) -> None:
    """The rows as received, beside their normal form."""
    kept = frame.filter(pl.col("raw").is_not_null())
    if kept.is_empty():
        return
    bulk.stage("in_raw", kept.select("line", "raw"))
    bulk.execute(
        "INSERT INTO imported_row (creditor_id, file_id, line, raw) SELECT %s, %s, line, raw FROM in_raw ORDER BY line",
        origin.creditor_id,
        origin.file_id,
    )


def findings(origin: Origin, frame: pl.DataFrame, file_name: str) -> int:
    """What was wrong, each with its place; those that hold stop the chase of what they name. IMPORT_FINDINGS in."""
    if frame.is_empty():
        return 0
    bulk.stage("in_finding", frame)
    return bulk.execute(
        ADD_FINDINGS, origin.file_id, origin.creditor_id, origin.on, origin.by, origin.file_id, file_name
    )


def _found() -> pl.DataFrame:
    return _frame("SELECT customer_key, id FROM found_customer", {"customer_key": pl.String, "customer": pl.Int64})


def _frame(sql: str, schema: Schema, *values: object) -> pl.DataFrame:
    return pl.DataFrame(bulk.rows(sql, *values), schema=schema, orient="row")


# Customer fields that a list of customers may change; a sheet of invoices only fills what is blank.
CUSTOMER_FIELDS = {
    "name": "customer_name",
    "kind": "kind",
    "country": "country",
    "locale": "language",
    "timezone": "timezone",
    "tax_id": "customer_tax_id",
    "registration_number": "registration_number",
    "address": "address",
    "owner": "owner",
    "segment": "segment",
    "payment_terms": "payment_terms",
}

# A customer's own id is stronger than a tax number, that is stronger than a name; a name that fits two customers decides nothing.
FIND_CUSTOMERS = """
DROP TABLE IF EXISTS found_customer;
CREATE TEMP TABLE found_customer ON COMMIT DROP AS
SELECT i.customer_key, coalesce(a.id, t.id, n.id) AS id,
       coalesce(a.id, t.id) IS NULL AND n.id IS NULL AND coalesce(n.fits, 0) > 1 AS is_ambiguous
FROM in_customer i
LEFT JOIN customer a ON a.source = %s AND a.external_id = i.customer_id
LEFT JOIN (SELECT tax_id, min(id) AS id FROM customer WHERE tax_id <> '' GROUP BY 1) t
  ON a.id IS NULL AND t.tax_id = i.customer_tax_id
  AND (i.customer_id IS NULL OR (SELECT external_id ~ '^(tax|name):' FROM customer c WHERE c.id = t.id))
LEFT JOIN (SELECT name_key, count(*) AS fits, CASE WHEN count(*) = 1 THEN min(id) END AS id FROM customer
           WHERE name_key <> '' GROUP BY 1) n
  ON a.id IS NULL AND t.id IS NULL AND i.customer_id IS NULL AND n.name_key = i.customer_name_key
"""
ADD_CUSTOMERS = """
INSERT INTO customer (creditor_id, source, external_id, name, name_key, kind, country, locale, timezone, registration_number,
  tax_id, address, segment, owner, payment_terms, known_on)
SELECT %s, %s, coalesce(i.customer_id, i.customer_key), coalesce(i.customer_name, i.customer_id, i.customer_tax_id),
  coalesce(i.customer_name_key, ''), coalesce(i.kind, 'business'), coalesce(i.country, ''), coalesce(i.language, ''),
  coalesce(i.timezone, ''), coalesce(i.registration_number, ''), coalesce(i.customer_tax_id, ''), coalesce(i.address, ''),
  coalesce(i.segment, ''), coalesce(i.owner, ''), coalesce(i.payment_terms, ''), %s
FROM in_customer i JOIN found_customer f USING (customer_key) WHERE f.id IS NULL AND NOT f.is_ambiguous
ORDER BY i.line ON CONFLICT (creditor_id, source, external_id) DO NOTHING
"""
FIND_ADDED_CUSTOMERS = """
UPDATE found_customer f SET id = c.id FROM in_customer i, customer c
WHERE f.id IS NULL AND NOT f.is_ambiguous AND i.customer_key = f.customer_key
  AND c.source = %s AND c.external_id = coalesce(i.customer_id, i.customer_key)
"""
AMEND_CUSTOMERS = """
INSERT INTO amendment (creditor_id, effective_on, by, why, noun, noun_id, field, old, new)
SELECT %s, %s, %s, 'file ' || %s, 'customer', c.id, '{field}', c.{field}, i.{column}
FROM in_customer i JOIN found_customer f USING (customer_key) JOIN customer c ON c.id = f.id
WHERE i.is_list AND i.{column} IS NOT NULL AND c.{field} <> i.{column} AND c.{field} <> ''
"""
UPDATE_CUSTOMERS = """
UPDATE customer c SET {field} = i.{column} FROM in_customer i JOIN found_customer f USING (customer_key)
WHERE c.id = f.id AND i.{column} IS NOT NULL AND c.{field} <> i.{column} AND (i.is_list OR c.{field} = '')
"""
CHOOSE_CUSTOMER_POLICIES = """
INSERT INTO policy_choice (creditor_id, effective_on, by, why, scope, target, document, customer_kind, policy)
SELECT %s, %s, %s, 'import', 'customer', f.id::text, 'invoice', '', i.policy
FROM in_customer i JOIN found_customer f USING (customer_key)
WHERE i.policy IS NOT NULL AND f.id IS NOT NULL AND i.policy IS DISTINCT FROM
  (SELECT p.policy FROM policy_choice p WHERE p.scope = 'customer' AND p.target = f.id::text ORDER BY p.id DESC LIMIT 1)
"""
# One person has one key over all their addresses: the governor counts people, not addresses.
CONTACT_KEY = "md5(n.customer || ':' || coalesce(n.email, n.phone, n.given_name || n.family_name))"
ADD_CONTACTS = f"""
INSERT INTO contact (creditor_id, source, external_id, customer_id, role, rank, given_name, family_name, patronymic, gender,
  locale, timezone, postal_address, note)
SELECT %s, %s, {CONTACT_KEY}, n.customer, coalesce(n.role, 'requester'), 0, n.given_name, n.family_name, n.patronymic, n.gender,
  coalesce(n.language, ''), '', '', ''
FROM in_contact n ORDER BY n.line ON CONFLICT (creditor_id, source, external_id) DO NOTHING
"""
ADD_CONTACT_POINTS = f"""
INSERT INTO contact_point (creditor_id, contact_id, channel, address, person_key, is_preferred, consent_evidence)
SELECT %s, t.id, p.channel, p.address,
  md5(coalesce(lower(n.email), regexp_replace(n.phone, '[^0-9]', '', 'g'))), coalesce(p.channel = n.preferred_channel, false), ''
FROM (SELECT i.*, c.preferred_channel FROM in_contact i LEFT JOIN (
        SELECT f.id, min(s.preferred_channel) AS preferred_channel FROM in_customer s JOIN found_customer f USING (customer_key)
        GROUP BY 1) c ON c.id = i.customer) n
JOIN contact t ON t.source = %s AND t.external_id = {CONTACT_KEY}
CROSS JOIN LATERAL (VALUES ('email', n.email), ('sms', n.phone), ('call', n.phone)) AS p (channel, address)
WHERE p.address IS NOT NULL ON CONFLICT (contact_id, channel, address) DO NOTHING
"""
KNOWN_INVOICES = """
SELECT i.id, i.kind, i.series, i.number, i.issue_date, r.due_date, i.valid_until, i.currency, i.total, i.customer_id::text,
  nullif(i.credits_number, ''), nullif(i.order_number, ''), nullif(i.what_for, ''), nullif(i.payment_terms, ''),
  nullif(i.policy, ''), nullif(i.owner, ''), nullif(i.note, ''), nullif(i.status, ''), i.disputed,
  (coalesce(m.received, 0) + coalesce(w.total, 0))::bigint, (coalesce(m.credited, 0) + coalesce(w.total, 0))::bigint, i.reported_on
FROM invoice i {which}
LEFT JOIN LATERAL (SELECT max(due_date) AS due_date FROM receivable WHERE invoice_id = i.id) r ON true
LEFT JOIN LATERAL (SELECT sum(a.amount) AS received, sum(a.amount) FILTER (WHERE a.payment_id IS NULL) AS credited
                   FROM allocation a JOIN receivable r ON r.id = a.receivable_id WHERE r.invoice_id = i.id) m ON true
LEFT JOIN LATERAL (SELECT sum(f.amount) AS total FROM write_off f JOIN receivable r ON r.id = f.receivable_id
                   WHERE r.invoice_id = i.id) w ON true
WHERE {where}
"""
# An id that is only the number once more tells nothing of a document that has another number now.
RENUMBERED = """
SELECT n.line, min(i.number) FROM in_new n JOIN invoice i ON i.source = %s AND i.external_id = n.external_id AND i.kind = n.kind
WHERE i.external_id <> i.number AND NOT EXISTS (SELECT FROM cancellation c WHERE c.invoice_id = i.id) GROUP BY n.line
"""
OPEN_OF_SOURCE = """
i.source = %s AND i.kind <> 'credit_note' AND i.total > coalesce(m.received, 0)
AND NOT EXISTS (SELECT FROM cancellation c WHERE c.invoice_id = i.id)
AND NOT EXISTS (SELECT FROM receivable r JOIN finding f ON f.receivable_id = r.id LEFT JOIN finding_settled s ON s.finding_id = f.id
                WHERE r.invoice_id = i.id AND f.code = 'row_missing' AND s.id IS NULL)
"""
ADD_INVOICES = """
INSERT INTO invoice (creditor_id, source, external_id, customer_id, kind, series, number, issue_date, currency, total, what_for,
  reference, order_number, valid_until, work_state, credits_number, requested_on, known_on, payment_terms, policy, owner, note,
  status, disputed, reported_on)
SELECT %s, %s, coalesce(n.external_id, n.number), n.customer, n.kind, n.series, n.number, n.issue_date, n.currency, n.total,
  coalesce(n.what_for, ''), '', coalesce(n.order_number, ''), n.valid_until, '', coalesce(n.credited_number, ''), n.sent_on, %s,
  coalesce(n.payment_terms, ''), coalesce(n.policy, ''), coalesce(n.owner, ''), coalesce(n.note, ''), coalesce(n.status, ''),
  coalesce(n.disputed, false), %s
FROM in_invoice n ORDER BY n.line ON CONFLICT (creditor_id, kind, series, number, issue_date) DO NOTHING
"""
SAME_INVOICE = "i.kind = n.kind AND i.series = n.series AND i.number = n.number AND i.issue_date = n.issue_date"
ADD_INSTALMENTS = """
INSERT INTO receivable (creditor_id, invoice_id, customer_id, instalment, currency, amount, due_date)
SELECT %s, i.id, i.customer_id, s.position, i.currency, s.amount, s.due_date
FROM in_instalment s JOIN invoice i ON i.series = s.series AND i.number = s.number AND i.issue_date = s.issue_date
WHERE i.kind <> 'credit_note' ORDER BY i.id, s.position ON CONFLICT (invoice_id, instalment) DO NOTHING
"""
ADD_RECEIVABLES = f"""
INSERT INTO receivable (creditor_id, invoice_id, customer_id, instalment, currency, amount, due_date)
SELECT %s, i.id, i.customer_id, 1, i.currency, i.total, n.due_date
FROM in_invoice n JOIN invoice i ON {SAME_INVOICE}
WHERE i.kind <> 'credit_note' AND NOT EXISTS (SELECT FROM receivable r WHERE r.invoice_id = i.id)
ORDER BY i.id ON CONFLICT (invoice_id, instalment) DO NOTHING
"""
ADD_LINES = """
INSERT INTO invoice_line (creditor_id, invoice_id, position, text, amount)
SELECT %s, i.id, l.position, coalesce(l.description, ''), coalesce(l.amount, 0)
FROM in_line l JOIN invoice i ON i.series = l.series AND i.number = l.number AND i.issue_date = l.issue_date
ORDER BY i.id, l.position ON CONFLICT (invoice_id, position) DO NOTHING
"""
ADD_DISPUTES = f"""
INSERT INTO dispute (creditor_id, effective_on, by, why, receivable_id, cause, amount, rehearsal)
SELECT %s, %s, %s, 'the sheet says so', r.id, 'reported', NULL, false
FROM in_invoice n JOIN invoice i ON {SAME_INVOICE} JOIN receivable r ON r.invoice_id = i.id
WHERE n.disputed AND NOT EXISTS (SELECT FROM dispute d WHERE d.receivable_id = r.id)
"""
ADD_CANCELLATIONS = f"""
INSERT INTO cancellation (creditor_id, effective_on, by, why, invoice_id)
SELECT %s, %s, %s, 'the sheet says so', i.id FROM in_invoice n JOIN invoice i ON {SAME_INVOICE}
WHERE n.status = 'cancelled' AND NOT EXISTS (SELECT FROM cancellation c WHERE c.invoice_id = i.id)
"""
CHOOSE_INVOICE_POLICIES = f"""
INSERT INTO policy_choice (creditor_id, effective_on, by, why, scope, target, document, customer_kind, policy)
SELECT %s, %s, %s, 'import', 'invoice', i.id::text, i.kind, '', n.policy FROM in_invoice n JOIN invoice i ON {SAME_INVOICE}
WHERE n.policy IS NOT NULL
"""
ADD_TOUCHES = """
INSERT INTO touch (creditor_id, effective_on, by, why, customer_id, contact_id, person_key, channel, counts, note, receivables,
  external_id)
SELECT %s, n.last_reminded, %s, 'the sheet says so', i.customer_id, p.contact_id, coalesce(p.person_key, ''), 'email', true, '',
  ARRAY(SELECT id FROM receivable WHERE invoice_id = i.id), 'reminded|' || i.id || '|' || n.last_reminded
FROM in_reminded n JOIN invoice i ON i.kind = n.kind AND i.series = n.series AND i.number = n.number AND i.issue_date = n.issue_date
LEFT JOIN LATERAL (SELECT t.id AS contact_id, q.person_key FROM contact t JOIN contact_point q ON q.contact_id = t.id
                   WHERE t.customer_id = i.customer_id AND q.channel = 'email' ORDER BY t.rank, t.id LIMIT 1) p ON true
ON CONFLICT DO NOTHING
"""
ADD_AMENDMENTS = """
INSERT INTO amendment (creditor_id, effective_on, by, why, noun, noun_id, field, old, new)
SELECT %s, %s, %s, %s, 'invoice', invoice_id, field, coalesce(old, ''), coalesce(new, '') FROM in_amendment ORDER BY line, field
"""
INVOICE_COLUMNS = {
    "valid_until": "date",
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
POLICY_CHANGED = """
INSERT INTO policy_choice (creditor_id, effective_on, by, why, scope, target, document, customer_kind, policy)
SELECT %s, %s, %s, 'import', 'invoice', i.id::text, i.kind, '', c.new FROM in_change c JOIN invoice i ON i.id = c.invoice_id
"""
MARK_REPORTED = """
UPDATE invoice i SET reported_on = %s FROM in_reported n
WHERE i.kind = n.kind AND i.series = n.series AND i.number = n.number AND i.issue_date = n.issue_date
"""
ADD_REPORTED_PAYMENTS = """
INSERT INTO payment (creditor_id, source, external_id, customer_id, date, is_date_known, currency, amount, payer_name,
  payer_account, payer_tax_id, remittance, reference, recorded_on)
SELECT %s, %s, n.external_id, i.customer_id, n.date, NOT n.date_is_import, n.currency, n.amount, '', '', '', '', n.number_paid, %s
FROM (SELECT p.*, p.invoice_number AS number_paid FROM in_paid p) n
JOIN invoice i ON i.kind = n.kind AND i.series = n.series AND i.number = n.number_paid AND i.issue_date = n.issue_date
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
  FROM in_paid n JOIN payment p ON p.source = %s AND p.external_id = n.external_id
  JOIN invoice i ON i.kind = n.kind AND i.series = n.series AND i.number = n.invoice_number AND i.issue_date = n.issue_date
  JOIN receivable r ON r.invoice_id = i.id
  CROSS JOIN LATERAL (SELECT greatest(0, r.amount - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.receivable_id = r.id), 0))::bigint AS open) b
  WHERE NOT EXISTS (SELECT FROM allocation a WHERE a.payment_id = p.id)
) x WHERE least(x.open, x.amount - x.before) > 0 ORDER BY x.receivable_id
"""
ADD_PAYMENTS = """
INSERT INTO payment (creditor_id, source, external_id, customer_id, date, is_date_known, currency, amount, payer_name,
  payer_account, payer_tax_id, remittance, reference, recorded_on)
SELECT %s, %s, n.external_id, n.customer, n.date, true, n.currency, n.amount, coalesce(n.payer_name, n.customer_name, ''),
  coalesce(n.payer_account, ''), coalesce(n.customer_tax_id, ''), coalesce(n.remittance, ''),
  coalesce(n.invoice_number, n.reference, ''), %s
FROM in_payment n ORDER BY n.line ON CONFLICT (creditor_id, source, external_id) DO NOTHING
"""
# A number can be used again in another year: a finding that holds then holds each document of that number, never the wrong one.
# What stands open from an earlier file is not said again; of equal rows only those that are more than before are new.
ADD_FINDINGS = """
INSERT INTO finding (creditor_id, effective_on, by, why, file_id, code, message, file_name, line, field, value, remedy,
  receivable_id, customer_id, holds)
WITH named AS (
  SELECT n.*, coalesce(nullif(n.header, ''), n.field, '') AS place, r.id AS receivable, CASE WHEN r.id IS NULL THEN n.customer END AS owner
  FROM in_finding n
  LEFT JOIN LATERAL (SELECT min(r.id) AS id FROM invoice i JOIN receivable r ON r.invoice_id = i.id
                     WHERE n.holds AND i.number = n.number AND (n.customer IS NULL OR i.customer_id = n.customer)
                     GROUP BY i.id) r ON true
), counted AS (
  SELECT d.*, row_number() OVER (PARTITION BY code, message, place, value, receivable, owner ORDER BY line) AS nth FROM named d
), standing AS (
  SELECT f.code, f.message, f.field, f.value, coalesce(f.receivable_id, 0) AS receivable, coalesce(f.customer_id, 0) AS owner, count(*) AS n
  FROM finding f LEFT JOIN finding_settled s ON s.finding_id = f.id WHERE s.id IS NULL AND f.file_id <> %s GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT %s, %s, %s, '', %s, c.code, c.message, %s, c.line, c.place, coalesce(c.value, ''), coalesce(c.remedy, ''), c.receivable, c.owner,
  coalesce(c.holds, false) AND (c.receivable IS NOT NULL OR c.owner IS NOT NULL)
FROM counted c
LEFT JOIN standing t ON t.code = c.code AND t.message = c.message AND t.field = c.place AND t.value = coalesce(c.value, '')
  AND t.receivable = coalesce(c.receivable, 0) AND t.owner = coalesce(c.owner, 0)
WHERE c.nth > coalesce(t.n, 0)
  AND NOT EXISTS (SELECT FROM finding f LEFT JOIN finding_settled s ON s.finding_id = f.id
                  WHERE s.id IS NULL AND f.code = c.code AND f.receivable_id = c.receivable)
"""
