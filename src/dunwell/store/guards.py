"""The promises that the database keeps itself, as SQL: who sees what, what is never changed, what must add up.

Used by migrations alone. A new table of a creditor calls `protect` in the migration that makes it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dunwell.core.policy import FIRM_LEVEL_MIN

# The policy's subselect is evaluated once a statement, not once a row: a million rows cost milliseconds instead of seconds.
ROW_LEVEL_SECURITY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_of_creditor ON {table}
  USING (creditor_id = (SELECT dunwell_creditor())) WITH CHECK (creditor_id = (SELECT dunwell_creditor()));
"""

APPEND_ONLY = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION dunwell_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION dunwell_refuse_change();
"""

NEVER_DELETED = """
CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION dunwell_refuse_change();
"""

# Rows of these tables may be corrected (each correction of an imported noun leaves an amendment), never deleted.
CORRECTABLE = {
    "staff",
    "bank_account",
    "customer_group",
    "customer",
    "contact",
    "contact_point",
    "invoice",
    "receivable",
    "message",
}
# Written anew by each run and no fact of its own: the newest takes the place of the older.
DERIVED = {"receivable_forecast"}
# Kept by triggers: rows come and go with what they sum up.
SUMMARIES = {"payment_open"}
# Personal content in tables of its own: append-only for the application, replaced by a tombstone by the erasing procedure.
PERSONAL = {
    *("imported_row", "bank_entry", "message_content", "recipient", "audit_content"),
    *("page_words", "page_file", "online_news", "payment_plan_paper", "terms_confirmed", "auto_method"),
    *("inbound_content", "reply_proposal", "reply_decision", "call_reviewed", "issued_document"),
}

FUNCTIONS = """
CREATE FUNCTION dunwell_creditor() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('dunwell.creditor', true), '')::bigint $$;

CREATE FUNCTION dunwell_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('dunwell.erasing', true) = TG_TABLE_NAME AND TG_OP = 'UPDATE' THEN RETURN NEW; END IF;
  RAISE EXCEPTION '% of % is refused: what was recorded stays; add a counter-record instead', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
"""

CHECK_MESSAGE = """
CREATE OR REPLACE FUNCTION dunwell_check_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.creditor_id, NEW.customer_id, NEW.slot_on, NEW.purpose, NEW.channel, NEW.key, NEW.content_hash, NEW.message_id,
      NEW.rehearsal, NEW.not_before, NEW.not_after, NEW.queued_at)
     IS DISTINCT FROM
     (OLD.creditor_id, OLD.customer_id, OLD.slot_on, OLD.purpose, OLD.channel, OLD.key, OLD.content_hash, OLD.message_id,
      OLD.rehearsal, OLD.not_before, OLD.not_after, OLD.queued_at) THEN
    RAISE EXCEPTION 'message %: what it says and when it may go never changes; write a new one', OLD.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state = OLD.state OR (OLD.state, NEW.state) IN (
    ('planned', 'waiting'), ('planned', 'approved'), ('planned', 'queued'), ('planned', 'withdrawn'),
    ('waiting', 'approved'), ('waiting', 'withdrawn'),
    ('approved', 'queued'), ('approved', 'withdrawn'),
    ('queued', 'claimed'), ('queued', 'withdrawn'),
    ('claimed', 'begun'), ('claimed', 'queued'), ('claimed', 'withdrawn'),
    ('begun', 'sent'), ('begun', 'failed_temporary'), ('begun', 'failed_permanent'), ('begun', 'unknown'),
    ('failed_temporary', 'queued'), ('failed_temporary', 'claimed'), ('failed_temporary', 'failed_permanent'),
    ('failed_temporary', 'withdrawn'),
    ('unknown', 'sent'), ('unknown', 'failed_temporary'), ('unknown', 'failed_permanent')
  ) THEN RETURN NEW; END IF;
  -- A file or a task with the same key is made once: these alone may be tried again when nobody knows.
  IF (OLD.state, NEW.state) = ('unknown', 'queued') AND (NEW.rehearsal OR NEW.channel IN ('call', 'visit', 'letter'))
    THEN RETURN NEW; END IF;
  -- What a person decided about an unknown message may be taken back: nobody knows again.
  IF OLD.state IN ('sent', 'failed_permanent') AND OLD.state_reason = 'settled' AND NEW.state = 'unknown'
    THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'message %: no way from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
END $$;
"""

# Asked for every statement that allocates: by key alone, row by row (OFFSET keeps it so), whatever the statistics of a
# table say that grows by a million rows, or while there are none.
CHECK_ALLOCATIONS = """
-- I1: what is allocated never exceeds what was received nor what is owed, and currencies agree. Set-based: one check a statement.
CREATE OR REPLACE FUNCTION dunwell_check_allocations() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE broken text;
BEGIN
  -- Two allocating transactions of one creditor wait for each other, or each could pass alone and both be wrong together.
  PERFORM pg_advisory_xact_lock(hashtextextended('dunwell.allocation', dunwell_creditor()));
  SELECT CASE WHEN (p.currency, p.currency) IS DISTINCT FROM (f.low, f.high)
      THEN format('allocation %s: another currency or another creditor than its payment', f.first)
      ELSE format('payment %s: %s allocated, more than was received', f.id, a.total) END INTO broken
    FROM (SELECT payment_id AS id, min(id) AS first, min(currency) AS low, max(currency) AS high FROM fresh
          WHERE payment_id IS NOT NULL GROUP BY 1) f
    LEFT JOIN LATERAL (SELECT currency, amount FROM payment WHERE id = f.id OFFSET 0) p ON true
    CROSS JOIN LATERAL (SELECT sum(amount) AS total FROM allocation WHERE payment_id = f.id) a
    WHERE (p.currency, p.currency) IS DISTINCT FROM (f.low, f.high)
      OR a.total NOT BETWEEN least(p.amount, 0) AND greatest(p.amount, 0) LIMIT 1;
  IF FOUND THEN RAISE EXCEPTION '%', broken USING ERRCODE = 'check_violation'; END IF;
  SELECT CASE WHEN (c.currency, c.currency) IS DISTINCT FROM (f.low, f.high)
      THEN format('allocation %s: another currency or another creditor than its credit note', f.first)
      ELSE format('credit note %s: %s allocated, more than it gives', f.id, a.total) END INTO broken
    FROM (SELECT credit_note_id AS id, min(id) AS first, min(currency) AS low, max(currency) AS high FROM fresh
          WHERE credit_note_id IS NOT NULL GROUP BY 1) f
    LEFT JOIN LATERAL (SELECT currency, total FROM invoice WHERE id = f.id AND kind = 'credit_note' OFFSET 0) c ON true
    CROSS JOIN LATERAL (SELECT sum(amount) AS total FROM allocation WHERE credit_note_id = f.id) a
    WHERE (c.currency, c.currency) IS DISTINCT FROM (f.low, f.high) OR a.total NOT BETWEEN 0 AND c.total LIMIT 1;
  IF FOUND THEN RAISE EXCEPTION '%', broken USING ERRCODE = 'check_violation'; END IF;
  SELECT CASE WHEN (r.currency, r.currency) IS DISTINCT FROM (f.low, f.high)
      THEN format('allocation %s: another currency or another creditor than its receivable', f.first)
      ELSE format('receivable %s: %s allocated, more than is owed', f.id, a.total) END INTO broken
    FROM (SELECT receivable_id AS id, min(id) AS first, min(currency) AS low, max(currency) AS high FROM fresh GROUP BY 1) f
    LEFT JOIN LATERAL (SELECT currency, amount FROM receivable WHERE id = f.id OFFSET 0) r ON true
    CROSS JOIN LATERAL (SELECT sum(amount) AS total FROM allocation WHERE receivable_id = f.id) a
    WHERE (r.currency, r.currency) IS DISTINCT FROM (f.low, f.high) OR a.total < 0 OR a.total > r.amount
      + coalesce((SELECT sum(c.amount) FROM charge c WHERE c.receivable_id = f.id), 0)
      - coalesce((SELECT sum(w.amount) FROM write_off w WHERE w.receivable_id = f.id), 0) LIMIT 1;
  IF FOUND THEN RAISE EXCEPTION '%', broken USING ERRCODE = 'check_violation'; END IF;
  RETURN NULL;
END $$;
"""

# Which payments have something left, so that nobody reads every payment there ever was to find the few that wait. No fact of its
# own: the database keeps it with every payment and allocation, row by row by key as above.
_LEFT = """
  SELECT f.id, f.creditor_id, p.amount - coalesce(a.total, 0) + coalesce(v.total, 0) AS amount FROM (SELECT DISTINCT {column} AS id, creditor_id
    FROM fresh WHERE {column} IS NOT NULL) f
  CROSS JOIN LATERAL (SELECT amount FROM payment WHERE id = f.id OFFSET 0) p
  CROSS JOIN LATERAL (SELECT sum(amount) AS total FROM allocation WHERE payment_id = f.id) a
  CROSS JOIN LATERAL (SELECT sum(amount) AS total FROM payment WHERE reverses_id = f.id) v
"""
_KEEP_OPEN = """
CREATE FUNCTION dunwell_{table}_open() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  {first}
  DELETE FROM payment_open o USING ({left}) l WHERE o.payment_id = l.id AND l.amount <= 0;
  INSERT INTO payment_open (payment_id, creditor_id) SELECT l.id, l.creditor_id FROM ({left}) l
    WHERE {reopens} AND l.amount > 0 ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER {table}_open AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION dunwell_{table}_open();
"""
_NEW = """INSERT INTO payment_open (payment_id, creditor_id)
    SELECT id, creditor_id FROM fresh WHERE reverses_id IS NULL AND amount > 0 ORDER BY id;
  IF NOT EXISTS (SELECT FROM fresh WHERE reverses_id IS NOT NULL) THEN RETURN NULL; END IF;"""
OPEN_PAYMENTS = _KEEP_OPEN.format(
    table="payment", first=_NEW, left=_LEFT.format(column="reverses_id"), reopens="true"
) + _KEEP_OPEN.format(
    table="allocation",
    first="",
    left=_LEFT.format(column="payment_id"),
    reopens="EXISTS (SELECT FROM fresh WHERE amount < 0)",
)
# Row-level security binds the owner too: each creditor's payments are looked at in turn.
FILL_OPEN_PAYMENTS = """
DO $$ DECLARE one bigint; BEGIN
  FOR one IN SELECT id FROM creditor LOOP
    PERFORM set_config('dunwell.creditor', one::text, true);
    INSERT INTO payment_open (payment_id, creditor_id)
      SELECT p.id, p.creditor_id FROM payment p
      LEFT JOIN (SELECT payment_id, sum(amount) AS total FROM allocation GROUP BY 1) a ON a.payment_id = p.id
      LEFT JOIN (SELECT reverses_id, sum(amount) AS total FROM payment WHERE reverses_id IS NOT NULL GROUP BY 1) v ON v.reverses_id = p.id
      WHERE p.reverses_id IS NULL AND p.amount - coalesce(a.total, 0) + coalesce(v.total, 0) > 0 ON CONFLICT DO NOTHING;
  END LOOP;
  PERFORM set_config('dunwell.creditor', '', true);
END $$;
"""

# Stands for the foreign keys of tables that grow by millions, which are asked row by row and would take half of an import:
# one question a statement, and it also sees that parent and child are of one creditor, which a foreign key does not.
CHECK_PARENT = """
CREATE OR REPLACE FUNCTION dunwell_check_parent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE orphan bigint;
BEGIN
  -- A subselect as a value is looked up row by row: a join may read all parents for every statement.
  EXECUTE format('SELECT min(f.id) FROM fresh f WHERE f.%1$I IS NOT NULL AND f.creditor_id IS DISTINCT FROM
                  (SELECT p.creditor_id FROM %2$I p WHERE p.id = f.%1$I)', TG_ARGV[0], TG_ARGV[1]) INTO orphan;
  IF orphan IS NOT NULL THEN RAISE EXCEPTION '% %: its % is not one of this creditor', TG_TABLE_NAME, orphan, TG_ARGV[1]
    USING ERRCODE = 'foreign_key_violation'; END IF;
  RETURN NULL;
END $$;
"""
BELONGS = """
CREATE TRIGGER {table}_has_{parent} AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION dunwell_check_parent('{parent}_id', '{parent}');
CREATE TRIGGER {table}_stays BEFORE UPDATE OF {parent}_id ON {table} FOR EACH ROW
  WHEN (NEW.{parent}_id IS DISTINCT FROM OLD.{parent}_id) EXECUTE FUNCTION dunwell_refuse_change();
"""

TRIGGERS = """
-- The bytes of a message are base64 for the most part: compressing them costs more than it saves.
ALTER TABLE message_content ALTER COLUMN mime SET STORAGE EXTERNAL;
CREATE TRIGGER allocation_adds_up AFTER INSERT ON allocation REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION dunwell_check_allocations();
CREATE TRIGGER message_arrows BEFORE UPDATE ON message FOR EACH ROW EXECUTE FUNCTION dunwell_check_message();
"""


OUTBOX = (Path(__file__).parent / "sql" / "outbox.sql").read_text()


def install(apps: Any, schema_editor: Any) -> None:
    """All guards on the tables of the first release."""
    schema_editor.execute(FUNCTIONS + CHECK_MESSAGE + CHECK_ALLOCATIONS, None)
    for model in apps.get_app_config("store").get_models():
        if model._meta.db_table != "creditor":
            protect(model._meta.db_table, schema_editor)
    schema_editor.execute(TRIGGERS, None)
    ask(apps, schema_editor)


def ask(apps: Any, schema_editor: Any) -> None:
    """The questions of `sql/outbox.sql` as this release asks them; a migration that changes them calls this anew."""
    schema_editor.execute(OUTBOX.replace("{firm_level_min}", str(FIRM_LEVEL_MIN)), None)


def protect(table: str, schema_editor: Any) -> None:
    """Row-level security and the right degree of permanence for one table of a creditor."""
    schema_editor.execute(ROW_LEVEL_SECURITY.format(table=table), None)
    if table in SUMMARIES:
        return
    schema_editor.execute((NEVER_DELETED if table in CORRECTABLE | DERIVED else APPEND_ONLY).format(table=table), None)


def belongs(table: str, parent: str, schema_editor: Any) -> None:
    """Rows of a table name a parent of the same creditor and stay with it; parents are never deleted (`NEVER_DELETED`)."""
    schema_editor.execute(BELONGS.format(table=table, parent=parent), None)


# A page is opened before its creditor is known: this row alone shows itself without one, to whoever knows its token. The
# alternatives are worse: a SECURITY DEFINER function would need an owner that row-level security does not bind (it is FORCEd here),
# and a table outside it would lay every creditor's links open to whoever reads it.
PAGE_LINK_BY_TOKEN = """
CREATE POLICY page_link_by_token ON page_link FOR SELECT
  USING (token_hash = (SELECT nullif(current_setting('dunwell.page_token', true), '')));
"""

LIBRARIES = ("auth", "django", "procrastinate", "account", "mfa", "axes")
"""Whose tables, told by the first word of their name, the application works in freely: they hold no creditor's facts."""


def grant(application_role: str, schema_editor: Any) -> None:
    """What the application's role may do: read and add everywhere, change what is correctable, never delete a fact."""
    quoted = schema_editor.quote_name(application_role)
    correctable = ", ".join(sorted(CORRECTABLE | {"creditor"}))
    schema_editor.execute(
        f"""
        GRANT USAGE ON SCHEMA public TO {quoted};
        GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {quoted};
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted};
        GRANT UPDATE ON {correctable} TO {quoted};
        -- After a large import the planner's statistics must be fresh at once, not when autovacuum comes by.
        GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO {quoted};
        """,
        None,
    )
    schema_editor.execute(
        f"""
        DO $$ DECLARE name text; BEGIN
          FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
            AND (tablename = 'membership' OR split_part(tablename, '_', 1) = ANY (ARRAY{list(LIBRARIES)}))
          LOOP EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO {quoted}', name); END LOOP;
        END $$;
        """,
        None,
    )
