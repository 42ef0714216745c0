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
# Personal content in tables of its own: append-only for the application, replaced by a tombstone by the erasing procedure.
PERSONAL = {
    "imported_row",
    "bank_entry",
    "message_content",
    "recipient",
    "audit_content",
    "page_words",
    "page_file",
    "inbound_content",
    "reply_proposal",
    "reply_decision",
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

-- I1: what is allocated never exceeds what was received nor what is owed, and currencies agree. Set-based: one check a statement.
CREATE FUNCTION dunwell_check_allocations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE broken record;
BEGIN
  -- Two allocating transactions of one creditor wait for each other, or each could pass alone and both be wrong together.
  PERFORM pg_advisory_xact_lock(hashtextextended('dunwell.allocation', dunwell_creditor()));
  SELECT f.id, f.currency INTO broken FROM fresh f
    LEFT JOIN receivable r ON r.id = f.receivable_id
    LEFT JOIN payment p ON p.id = f.payment_id
    LEFT JOIN invoice c ON c.id = f.credit_note_id AND c.kind = 'credit_note'
    WHERE r.currency IS DISTINCT FROM f.currency OR coalesce(p.currency, c.currency) IS DISTINCT FROM f.currency
    LIMIT 1;
  IF FOUND THEN RAISE EXCEPTION 'allocation %: another currency or another creditor than %', broken.id, broken.currency
    USING ERRCODE = 'check_violation'; END IF;
  SELECT a.payment_id AS id, sum(a.amount) AS total INTO broken
    FROM allocation a JOIN payment p ON p.id = a.payment_id
    WHERE a.payment_id IN (SELECT payment_id FROM fresh)
    GROUP BY a.payment_id, p.amount
    HAVING sum(a.amount) NOT BETWEEN least(p.amount, 0) AND greatest(p.amount, 0) LIMIT 1;
  IF FOUND THEN RAISE EXCEPTION 'payment %: % allocated, more than was received', broken.id, broken.total
    USING ERRCODE = 'check_violation'; END IF;
  SELECT a.credit_note_id AS id, sum(a.amount) AS total INTO broken
    FROM allocation a JOIN invoice c ON c.id = a.credit_note_id
    WHERE a.credit_note_id IN (SELECT credit_note_id FROM fresh)
    GROUP BY a.credit_note_id, c.total HAVING sum(a.amount) NOT BETWEEN 0 AND c.total LIMIT 1;
  IF FOUND THEN RAISE EXCEPTION 'credit note %: % allocated, more than it gives', broken.id, broken.total
    USING ERRCODE = 'check_violation'; END IF;
  SELECT a.receivable_id AS id, sum(a.amount) AS total INTO broken
    FROM allocation a JOIN receivable r ON r.id = a.receivable_id
    WHERE a.receivable_id IN (SELECT receivable_id FROM fresh)
    GROUP BY a.receivable_id, r.amount
    HAVING sum(a.amount) < 0 OR sum(a.amount) > r.amount
      + coalesce((SELECT sum(c.amount) FROM charge c WHERE c.receivable_id = a.receivable_id), 0)
      - coalesce((SELECT sum(w.amount) FROM write_off w WHERE w.receivable_id = a.receivable_id), 0)
    LIMIT 1;
  IF FOUND THEN RAISE EXCEPTION 'receivable %: % allocated, more than is owed', broken.id, broken.total
    USING ERRCODE = 'check_violation'; END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION dunwell_check_message() RETURNS trigger LANGUAGE plpgsql AS $$
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
  RAISE EXCEPTION 'message %: no way from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
END $$;
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
    schema_editor.execute(FUNCTIONS, None)
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
    schema_editor.execute((NEVER_DELETED if table in CORRECTABLE else APPEND_ONLY).format(table=table), None)


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
