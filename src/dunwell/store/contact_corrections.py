"""What a source now says otherwise of its contacts: an address is corrected with an amendment, never added behind the old one, and the
newest file says who is written to first.

The same contact is told by its name at its customer (by its role where it has no name), as long as both the ledger and the file know
one such contact alone. Who opted out at the old address is opted out at the new one.
"""

from __future__ import annotations

from datetime import date

from dunwell.store import bulk

LEFT_OUT = 1_000
"""The rank of a contact whom the newest file no longer names: behind all whom it does."""
CHANNELS = {"email": "('email')", "phone": "('sms', 'call')"}


def correct(creditor_id: int, source: str, key: str, *, on: date, by: str, why: str) -> int:
    """Correct what the staged rows `in_contact` say otherwise; gives how many facts changed.

    `key` is the SQL of a contact's external id from a row `n`.
    """
    bulk.execute(FIND.format(key=key), source, on)
    changed = 0
    for field, channels in CHANNELS.items():
        changed += bulk.execute(AMEND.format(field=field, channels=channels), creditor_id, on, by, why)
        bulk.execute(CHANGE.format(field=field, channels=channels))
    bulk.execute(KEEP_OPT_OUTS, creditor_id, on, by, why)
    bulk.execute(RENAME_PERSON)
    bulk.execute(RENAME_CONTACT)
    return changed


def order(creditor_id: int, source: str, key: str, *, on: date, by: str, why: str) -> int:
    """Put the contacts of the staged customers into the file's order, those that it no longer names behind them; gives how many fell
    behind. Whom a client named themselves stays before all of them. An older file than the last changes nothing.
    """
    bulk.execute(PLACE.format(key=key), source, on)
    fallen = bulk.execute(AMEND_LEFT_OUT, creditor_id, on, by, why)
    bulk.execute("UPDATE contact t SET rank = p.place FROM placed p WHERE t.id = p.id")
    return fallen


FIND = """
DROP TABLE IF EXISTS corrected;
CREATE TEMP TABLE corrected ON COMMIT DROP AS
WITH told AS (
  SELECT n.customer, n.given_name, n.family_name, n.patronymic, s.role, min(n.email) AS email, min(n.phone) AS phone, min({key}) AS key
  FROM in_contact n CROSS JOIN LATERAL (
    SELECT CASE WHEN n.given_name || n.family_name = '' THEN coalesce(n.role, 'requester') END AS role) s
  GROUP BY 1, 2, 3, 4, 5 HAVING count(DISTINCT {key}) = 1 AND count(DISTINCT n.phone) <= 1
), known AS (
  SELECT t.id, told.email, told.phone, told.key, count(*) OVER (PARTITION BY told.key) AS fits FROM told
  JOIN contact t ON t.customer_id = told.customer AND t.source = %s AND (t.given_name, t.family_name, t.patronymic)
    = (told.given_name, told.family_name, told.patronymic) AND (told.role IS NULL OR t.role = told.role)
)
SELECT k.id, k.key, p.* FROM known k CROSS JOIN LATERAL (
  SELECT min(p.person_key) AS person_key,
    CASE WHEN count(*) FILTER (WHERE p.channel = 'email') = 1 AND min(p.address) FILTER (WHERE p.channel = 'email') <> k.email
      THEN k.email END AS email,
    CASE WHEN count(*) FILTER (WHERE p.channel = 'call') = 1 AND min(p.address) FILTER (WHERE p.channel = 'call') <> k.phone
      THEN k.phone END AS phone
  FROM contact_point p WHERE p.contact_id = k.id
) p
WHERE k.fits = 1 AND coalesce(p.email, p.phone) IS NOT NULL
  AND NOT EXISTS (SELECT FROM contact o WHERE o.external_id = k.key AND o.id <> k.id)
  AND NOT EXISTS (SELECT FROM amendment a WHERE a.noun = 'contact' AND a.noun_id = k.id AND a.effective_on > %s)
"""
AMEND = """
INSERT INTO amendment (creditor_id, effective_on, by, why, noun, noun_id, field, old, new)
SELECT DISTINCT %s, %s::date, %s, %s, 'contact', c.id, '{field}', p.address, c.{field}
FROM corrected c JOIN contact_point p ON p.contact_id = c.id AND p.channel IN {channels} WHERE c.{field} IS NOT NULL
"""
CHANGE = """
UPDATE contact_point p SET address = c.{field} FROM corrected c
WHERE p.contact_id = c.id AND p.channel IN {channels} AND c.{field} IS NOT NULL
"""
NEW_PERSON = """
SELECT c.id, c.person_key AS old, md5(coalesce(min(lower(p.address)) FILTER (WHERE p.channel = 'email'),
  min(regexp_replace(p.address, '[^0-9]', '', 'g')))) AS new
FROM corrected c JOIN contact_point p ON p.contact_id = c.id GROUP BY 1, 2
"""
KEEP_OPT_OUTS = f"""
INSERT INTO opt_out (creditor_id, effective_on, by, why, person_key, channel, wanted, rehearsal)
SELECT %s, %s, %s, %s, n.new, o.channel, false, o.rehearsal FROM ({NEW_PERSON}) n
JOIN (SELECT DISTINCT ON (person_key, channel, rehearsal) person_key, channel, rehearsal, wanted FROM opt_out
      ORDER BY person_key, channel, rehearsal, id DESC) o
  ON o.person_key = n.old AND NOT o.wanted
WHERE n.new <> n.old
"""
RENAME_PERSON = f"UPDATE contact_point p SET person_key = n.new FROM ({NEW_PERSON}) n WHERE p.contact_id = n.id"
RENAME_CONTACT = "UPDATE contact t SET external_id = c.key FROM corrected c WHERE t.id = c.id"
PLACE = f"""
DROP TABLE IF EXISTS placed;
CREATE TEMP TABLE placed ON COMMIT DROP AS
WITH told AS (
  SELECT key, row_number() OVER (PARTITION BY customer ORDER BY min(place)) - 1 AS place
  FROM (SELECT n.customer, n.place, {{key}} AS key FROM in_contact n) n GROUP BY customer, key
)
SELECT t.id, t.rank, coalesce(told.place, {LEFT_OUT}) AS place
FROM (SELECT DISTINCT customer FROM in_contact) n
CROSS JOIN LATERAL (SELECT * FROM contact WHERE customer_id = n.customer AND source = %s AND rank >= 0 OFFSET 0) t
LEFT JOIN told ON told.key = t.external_id
WHERE t.rank <> coalesce(told.place, {LEFT_OUT}) AND NOT EXISTS (SELECT FROM import_file f WHERE f.effective_on > %s)
"""
AMEND_LEFT_OUT = f"""
INSERT INTO amendment (creditor_id, effective_on, by, why, noun, noun_id, field, old, new)
SELECT %s, %s, %s, %s, 'contact', id, 'rank', rank, place FROM placed WHERE place = {LEFT_OUT}
"""
