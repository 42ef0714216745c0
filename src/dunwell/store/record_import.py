"""Imported records written into the ledger, set by set: found again by their signs, added once, amended where they changed.

Everything happens in the transaction of the caller. The same file again, in pieces or in another order, gives the same records (I9):
identities are unique in the database, and a row that says nothing new writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from dunwell.core import names
from dunwell.store import bulk, contact_corrections


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
        if frame[column].null_count() == frame.height:
            continue
        changes = {"field": field, "column": column, "is_said": "true" if field == "kind" else "i.is_list"}
        bulk.execute(AMEND_CUSTOMERS.format(**changes), origin.creditor_id, origin.on, origin.by, origin.file_id)
        bulk.execute(UPDATE_CUSTOMERS.format(**changes))
    bulk.execute(CHOOSE_CUSTOMER_POLICIES, origin.creditor_id, origin.on, origin.by)
    return _found()


def added_customers() -> pl.DataFrame:
    """Of the customers written last, those who were not known before (`customer_key`)."""
    return bulk.frame(
        "SELECT customer_key FROM found_customer WHERE is_new AND NOT is_ambiguous", {"customer_key": pl.String}
    )


def contacts(origin: Origin, frame: pl.DataFrame, known: pl.DataFrame) -> int:
    """Write contacts and their addresses; gives how many known facts changed. IMPORT_CONTACTS in; `known` maps customer_key to id."""
    placed = frame.with_columns(place=pl.int_range(pl.len(), dtype=pl.Int64))
    joined = placed.join(known.drop_nulls(), on="customer_key")
    if joined.is_empty():
        return 0
    apart = [names.take_apart(name or "") for name in joined["name"]]
    bulk.stage(
        "in_contact",
        joined.select("customer", "role", "email", "phone", "language", "place").with_columns(
            given_name=pl.Series([one.given for one in apart], dtype=pl.String),
            family_name=pl.Series([one.family for one in apart], dtype=pl.String),
            patronymic=pl.Series([one.patronymic for one in apart], dtype=pl.String),
            gender=pl.Series([one.gender for one in apart], dtype=pl.String),
        ),
    )
    said = (origin.creditor_id, origin.source, CONTACT_KEY)
    why = f"file {origin.file_id}"
    changed = contact_corrections.correct(*said, on=origin.on, by=origin.by, why=why)
    bulk.execute(ADD_CONTACTS, origin.creditor_id, origin.source)
    bulk.execute(ADD_CONTACT_POINTS, origin.creditor_id, origin.source)
    return changed + contact_corrections.order(*said, on=origin.on, by=origin.by, why=why)


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
    return bulk.frame("SELECT customer_key, id FROM found_customer", {"customer_key": pl.String, "customer": pl.Int64})


# Customer fields that a list of customers may change; a sheet of invoices only fills what is blank, and says whether who is a person.
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
    "preferred_method": "preferred_method",
}

# A customer's own id is stronger than a tax number, that is stronger than a name; a name that fits two customers decides nothing.
FIND_CUSTOMERS = """
DROP TABLE IF EXISTS found_customer;
CREATE TEMP TABLE found_customer ON COMMIT DROP AS
SELECT i.customer_key, coalesce(a.id, t.id, n.id) AS id, coalesce(a.id, t.id, n.id) IS NULL AS is_new,
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
  tax_id, address, segment, owner, payment_terms, preferred_method, known_on)
SELECT %s, %s, coalesce(i.customer_id, i.customer_key), coalesce(i.customer_name, i.customer_id, i.customer_tax_id),
  coalesce(i.customer_name_key, ''), i.likely_kind, coalesce(i.country, ''), coalesce(i.language, ''),
  coalesce(i.timezone, ''), coalesce(i.registration_number, ''), coalesce(i.customer_tax_id, ''), coalesce(i.address, ''),
  coalesce(i.segment, ''), coalesce(i.owner, ''), coalesce(i.payment_terms, ''),
  coalesce(i.preferred_method, ''), %s
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
WHERE {is_said} AND i.{column} IS NOT NULL AND c.{field} <> i.{column} AND c.{field} <> ''
"""
UPDATE_CUSTOMERS = """
UPDATE customer c SET {field} = i.{column} FROM in_customer i JOIN found_customer f USING (customer_key)
WHERE c.id = f.id AND i.{column} IS NOT NULL AND c.{field} <> i.{column} AND ({is_said} OR c.{field} = '')
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
FROM in_contact n ORDER BY n.place ON CONFLICT (creditor_id, source, external_id) DO NOTHING
"""
ADD_CONTACT_POINTS = f"""
INSERT INTO contact_point (creditor_id, contact_id, channel, address, person_key, is_preferred, consent_evidence)
SELECT %s, t.id, p.channel, p.address,
  md5(coalesce(lower(n.email), regexp_replace(n.phone, '[^0-9]', '', 'g'))), coalesce(p.channel = n.preferred_channel, false), ''
FROM (SELECT n.*, {CONTACT_KEY} AS key, c.preferred_channel FROM in_contact n LEFT JOIN (
        SELECT f.id, min(s.preferred_channel) AS preferred_channel FROM in_customer s JOIN found_customer f USING (customer_key)
        GROUP BY 1) c ON c.id = n.customer OFFSET 0) n
CROSS JOIN LATERAL (SELECT id FROM contact WHERE source = %s AND external_id = n.key OFFSET 0) t
CROSS JOIN LATERAL (VALUES ('email', n.email), ('sms', n.phone), ('call', n.phone)) AS p (channel, address)
WHERE p.address IS NOT NULL ON CONFLICT (contact_id, channel, address) DO NOTHING
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
# What stands open from an earlier file is not said again, nor what a person has said about the same facts (of a row that is missing the
# caller knows better: it may have been there again); of equal rows only those that are more than before are new.
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
  FROM finding f LEFT JOIN finding_settled s ON s.finding_id = f.id
  WHERE f.file_id <> %s AND (s.id IS NULL OR (s.outcome IN ('still_open', 'ignored') AND f.code <> 'row_missing'
    AND coalesce(f.receivable_id, f.customer_id) IS NOT NULL)) GROUP BY 1, 2, 3, 4, 5, 6
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
