-- The last question before a message goes, asked in the very statement that lets it begin.
-- Each rule is a line of the CASE: what stands, and the reason it gives. Null = nothing stands against it.
--
-- `at` is the instant of sending, `covered_min` the day up to which every required money source must be complete.
-- The function is STABLE: all its questions see the ledger at one moment, that of the calling statement.
CREATE OR REPLACE FUNCTION dunwell_objection(m message, at timestamptz, covered_min date) RETURNS text LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  asked bigint[] := ARRAY(
    SELECT i.receivable_id FROM message_item i WHERE i.message_id = m.id AND i.part IN ('asked', 'listed'));
  people text[] := ARRAY(SELECT r.person_key FROM recipient r WHERE r.message_id = m.id);
  is_request boolean := m.purpose = 'request';
BEGIN
  RETURN CASE
    -- of the creditor: nobody's message goes
    WHEN (SELECT s.value FROM switch s WHERE s.creditor_id = m.creditor_id AND s.kind = 'stop' ORDER BY s.id DESC LIMIT 1)
      = 'on' THEN 'stopped'
    WHEN m.rehearsal = EXISTS (
      SELECT FROM (SELECT s.value FROM switch s WHERE s.creditor_id = m.creditor_id AND s.kind = 'mode'
                   ORDER BY s.id DESC LIMIT 1) mode WHERE mode.value = 'live') THEN 'mode_changed'
    -- of the hour
    WHEN at > m.not_after THEN 'stale'
    WHEN at < m.not_before THEN 'not_yet'
    -- of the people
    WHEN EXISTS (
      SELECT FROM unnest(people) person, LATERAL (
        SELECT DISTINCT ON (o.channel) o.wanted FROM opt_out o WHERE o.creditor_id = m.creditor_id AND o.person_key = person
          AND o.channel IN (m.channel, 'all') AND (m.rehearsal OR NOT o.rehearsal) ORDER BY o.channel, o.id DESC) last WHERE NOT last.wanted) THEN 'opted_out'
    WHEN EXISTS (
      SELECT FROM sign g WHERE g.creditor_id = m.creditor_id AND g.customer_id = m.customer_id AND g.kind = 'bounced'
        AND g.person_key = ANY (people) AND g.channel = m.channel AND (m.rehearsal OR NOT g.rehearsal)) THEN 'bounced'
    -- an address corrected since: the letter would go where nobody reads it
    WHEN EXISTS (
      SELECT FROM recipient r JOIN contact_point p ON p.contact_id = r.contact_id WHERE r.message_id = m.id
      GROUP BY r.id, r.person_key HAVING NOT bool_or(p.person_key = r.person_key)) THEN 'amended'
    WHEN EXISTS (
      SELECT FROM (SELECT DISTINCT ON (c.state) c.state, c.ended FROM customer_state c
                   WHERE c.customer_id = m.customer_id ORDER BY c.state, c.id DESC) last
      WHERE NOT last.ended AND NOT (last.state IN ('represented', 'minor') AND NOT EXISTS (
        SELECT FROM recipient r LEFT JOIN contact p ON p.id = r.contact_id
        WHERE r.message_id = m.id AND p.role IS DISTINCT FROM 'representative'))) THEN 'customer_state'
    -- of the ledger
    WHEN is_request THEN dunwell_money_objection(m, asked, covered_min)
    WHEN m.purpose = 'thanks' AND EXISTS (
      SELECT FROM message_item i, dunwell_owed(i.receivable_id, m.rehearsal) owed
      WHERE i.message_id = m.id AND i.part = 'thanked' AND owed.balance > 0) THEN 'balance_changed'
  END;
END $$;

-- A request is right only while exactly what it says is owed, uncontested, unpromised and unheld.
CREATE OR REPLACE FUNCTION dunwell_money_objection(m message, asked bigint[], covered_min date) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE reason text;
BEGIN
  SELECT CASE WHEN owed.is_cancelled THEN 'cancelled' WHEN owed.balance <= 0 THEN 'paid'
              WHEN owed.disputed > 0 THEN 'disputed' ELSE 'balance_changed' END
    INTO reason FROM message_item i, dunwell_owed(i.receivable_id, m.rehearsal) owed
    WHERE i.message_id = m.id AND (owed.is_cancelled OR owed.balance - owed.disputed <> i.amount)
    ORDER BY i.receivable_id LIMIT 1;
  RETURN CASE
    WHEN reason IS NOT NULL THEN reason
    WHEN EXISTS (SELECT FROM promise p WHERE p.creditor_id = m.creditor_id AND p.receivable_id = ANY (asked)
        AND p.promised_date >= m.slot_on AND (m.rehearsal OR NOT p.rehearsal)
        AND NOT EXISTS (SELECT FROM ending e WHERE e.promise_id = p.id)
        -- a plan of instalments with a missed one is broken as a whole: its later days hold nothing
        AND NOT (p.kind = 'plan' AND EXISTS (
          SELECT FROM promise q WHERE q.creditor_id = p.creditor_id AND q.receivable_id = p.receivable_id
            AND q.kind = 'plan' AND q.effective_on = p.effective_on AND q.promised_date < m.slot_on
            AND NOT EXISTS (SELECT FROM ending e WHERE e.promise_id = q.id)))) THEN 'promised'
    WHEN EXISTS (SELECT FROM hold h WHERE (h.customer_id = m.customer_id OR h.receivable_id = ANY (asked))
        AND (h.until_date IS NULL OR h.until_date >= m.slot_on) AND (m.rehearsal OR NOT h.rehearsal)
        AND NOT EXISTS (SELECT FROM ending e WHERE e.hold_id = h.id)) THEN 'held'
    WHEN EXISTS (SELECT FROM finding f WHERE f.holds AND (f.customer_id = m.customer_id OR f.receivable_id IN (
          SELECT o.id FROM receivable r JOIN receivable o ON o.invoice_id = r.invoice_id WHERE r.id = ANY (asked)))
        AND NOT EXISTS (SELECT FROM finding_settled s WHERE s.finding_id = f.id)) THEN 'finding'
    WHEN dunwell_unmatched(m.creditor_id, m.customer_id) THEN 'unmatched_money'
    -- money that came today from nobody known, whose words name what is asked for: cash application may not have seen it yet
    WHEN EXISTS (SELECT FROM payment p, receivable r JOIN invoice i ON i.id = r.invoice_id
        WHERE p.creditor_id = m.creditor_id AND p.customer_id IS NULL AND p.reverses_id IS NULL AND p.recorded_on >= m.slot_on
          AND r.id = ANY (asked)
          AND p.remittance || ' ' || p.reference ~* ('(^|\W)' || regexp_replace(i.number, '(\W)', '\\\1', 'g') || '($|\W)')
          AND p.amount > coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.payment_id = p.id), 0)
            - coalesce((SELECT sum(v.amount) FROM payment v WHERE v.reverses_id = p.id), 0)
          AND NOT EXISTS (SELECT FROM on_account o WHERE o.payment_id = p.id)) THEN 'unmatched_money'
    -- credit that came, went or was used since: the letter deducted too little or too much of it
    WHEN m.credit <> dunwell_credit(m.customer_id) THEN 'balance_changed'
    -- a due date, a sum or what it is for, corrected since: the letter would say what no longer is
    WHEN EXISTS (SELECT FROM amendment a WHERE a.creditor_id = m.creditor_id AND a.noun = 'invoice' AND a.recorded_at > m.queued_at
        AND a.field IN ('due_date', 'valid_until', 'total', 'currency', 'what_for', 'order_number')
        AND a.noun_id IN (SELECT r.invoice_id FROM receivable r WHERE r.id = ANY (asked)))
      THEN 'amended'
    WHEN m.level >= {firm_level_min} AND EXISTS (
        SELECT FROM (SELECT DISTINCT ON (o.what) o.done FROM our_side o WHERE o.customer_id = m.customer_id
                       AND (m.rehearsal OR NOT o.rehearsal) ORDER BY o.what, o.id DESC) last WHERE NOT last.done) THEN 'our_side_owes'
    WHEN EXISTS (SELECT FROM touch t WHERE t.creditor_id = m.creditor_id AND t.customer_id = m.customer_id
        AND t.effective_on >= m.slot_on AND t.recorded_at > m.queued_at AND t.counts) THEN 'touched'
    WHEN EXISTS (SELECT FROM sign g WHERE g.creditor_id = m.creditor_id AND g.customer_id = m.customer_id
        AND g.effective_on >= m.slot_on AND g.recorded_at > m.queued_at AND g.kind = 'replied'
        AND (m.rehearsal OR NOT g.rehearsal)) THEN 'reply_waits'
    WHEN EXISTS (SELECT FROM reply_proposal p WHERE p.creditor_id = m.creditor_id AND p.customer_id = m.customer_id
        AND p.hold_until >= m.slot_on AND (m.rehearsal OR NOT p.rehearsal)
        AND coalesce((SELECT d.outcome FROM reply_decision d WHERE d.proposal_id = p.id ORDER BY d.id DESC LIMIT 1), 'reopened')
          = 'reopened') THEN 'reply_waits'
    WHEN dunwell_money_is_stale(m.creditor_id, m.rehearsal, covered_min) THEN 'stale_money'
  END;
END $$;

-- `store.balances.balances_sql` of one receivable.
CREATE OR REPLACE FUNCTION dunwell_owed(receivable bigint, in_rehearsal boolean, OUT balance bigint, OUT disputed bigint,
                             OUT is_cancelled boolean) LANGUAGE plpgsql STABLE AS $$
DECLARE contested record;
BEGIN
  SELECT r.amount
      + coalesce((SELECT sum(c.amount) FROM charge c WHERE c.receivable_id = r.id), 0)
      - coalesce((SELECT sum(w.amount) FROM write_off w WHERE w.receivable_id = r.id), 0)
      - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.receivable_id = r.id), 0),
      EXISTS (SELECT FROM cancellation x WHERE x.invoice_id = r.invoice_id)
    INTO balance, is_cancelled FROM receivable r WHERE r.id = receivable;
  SELECT count(*) AS n, bool_or(d.amount IS NULL) AS is_whole, sum(d.amount) AS amount INTO contested
    FROM dispute d WHERE d.receivable_id = receivable AND (in_rehearsal OR NOT d.rehearsal)
      AND NOT EXISTS (SELECT FROM ending e WHERE e.dispute_id = d.id);
  disputed := CASE WHEN contested.n = 0 THEN 0 WHEN contested.is_whole THEN greatest(balance, 0)
                   ELSE least(contested.amount, greatest(balance, 0)) END;
END $$;

-- `store.balances.credit_sql` of one customer, as a message keeps it: "EUR 1200,USD 50", empty without credit.
CREATE OR REPLACE FUNCTION dunwell_credit(customer bigint) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN coalesce((
    SELECT string_agg(per.currency || ' ' || per.amount, ',' ORDER BY per.currency COLLATE "C") FROM (
      SELECT c.currency, sum(c.amount) AS amount FROM (
        SELECT p.currency, p.amount - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.payment_id = p.id), 0)
          + coalesce((SELECT sum(v.amount) FROM payment v WHERE v.reverses_id = p.id), 0) AS amount
        FROM payment p CROSS JOIN LATERAL (
          SELECT o.customer_id, o.taken_back FROM on_account o WHERE o.payment_id = p.id ORDER BY o.id DESC LIMIT 1) last
        WHERE p.id IN (SELECT o.payment_id FROM on_account o WHERE o.customer_id = customer) AND p.reverses_id IS NULL
          AND last.customer_id = customer AND NOT last.taken_back
        UNION ALL
        SELECT i.currency, i.total - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.credit_note_id = i.id), 0)
        FROM invoice i WHERE i.customer_id = customer AND i.kind = 'credit_note'
          AND NOT EXISTS (SELECT FROM cancellation x WHERE x.invoice_id = i.id)
      ) c WHERE c.amount > 0 GROUP BY c.currency
    ) per), '');
END $$;

-- `store.balances.held_by_money_sql` of one customer.
CREATE OR REPLACE FUNCTION dunwell_unmatched(creditor bigint, customer bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM payment p WHERE p.reverses_id IS NULL AND p.id IN (
        SELECT own.id FROM payment own WHERE own.creditor_id = creditor AND own.customer_id = customer
        UNION SELECT g.payment_id FROM allocation_proposal g LEFT JOIN receivable r ON r.id = g.receivable_id
          WHERE g.creditor_id = creditor AND coalesce(g.customer_id, r.customer_id) = customer)
      AND p.amount - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.payment_id = p.id), 0)
        + coalesce((SELECT sum(v.amount) FROM payment v WHERE v.reverses_id = p.id), 0)
        >= greatest(1, (SELECT k.unmatched_tolerance_minor FROM creditor k WHERE k.id = creditor))
      AND NOT coalesce((SELECT NOT o.taken_back FROM on_account o WHERE o.payment_id = p.id ORDER BY o.id DESC LIMIT 1),
                       false));
END $$;

-- I10: a required source is not complete up to `covered_min`; live, somebody must have said so of one source at least.
CREATE OR REPLACE FUNCTION dunwell_money_is_stale(creditor bigint, in_rehearsal boolean, covered_min date) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE sources record;
BEGIN
  SELECT count(*) AS n, min(covered) AS covered INTO sources FROM (
    SELECT max(c.covered_until) AS covered FROM coverage c WHERE c.creditor_id = creditor GROUP BY c.source
    HAVING (array_agg(c.required ORDER BY c.id DESC))[1]) required;
  RETURN CASE WHEN sources.n = 0 THEN NOT in_rehearsal ELSE sources.covered < covered_min END;
END $$;

-- Let one claimed message begin, give it back, or withdraw it, with the reason. A token that is no longer ours: ('lost', '').
CREATE OR REPLACE FUNCTION dunwell_begin(creditor bigint, message bigint, held_token bigint, at timestamptz, covered_min date,
                              lease interval, OUT state text, OUT reason text) LANGUAGE plpgsql
-- A plan made anew for every message costs eight times its execution.
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM set_config('dunwell.creditor', creditor::text, true);
  -- The row is locked first, so that the check below reads the ledger after any wait for the lock and not before it.
  PERFORM FROM message m WHERE m.id = message FOR UPDATE;
  WITH v AS MATERIALIZED (  -- asked once: without it each use of `reason` would ask again
    SELECT c.id, dunwell_objection(c, at, covered_min) AS reason FROM message c
    WHERE c.id = message AND c.token = held_token AND c.state = 'claimed')
  UPDATE message m SET
      state = CASE WHEN v.reason IS NULL THEN 'begun'
                   WHEN v.reason IN ('stopped', 'stale_money', 'not_yet') THEN 'queued' ELSE 'withdrawn' END,
      state_reason = coalesce(v.reason, ''),
      lease_until = CASE WHEN v.reason IS NULL THEN clock_timestamp() + lease END
    FROM v WHERE m.id = v.id AND m.token = held_token AND m.state = 'claimed'
    RETURNING m.state, m.state_reason INTO state, reason;
  IF NOT FOUND THEN state := 'lost'; reason := ''; END IF;
END $$;

-- What became of a message that began under this token. False when it is not ours to say, or was said before.
-- A late word of a sender whose lease ran out still counts: it alone knows what happened.
CREATE OR REPLACE FUNCTION dunwell_record(creditor bigint, message bigint, held_token bigint, outcome text, said text,
                               recipients text[], on_day date, next_try timestamptz, tried integer) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('dunwell.creditor', creditor::text, true);
  UPDATE message m SET state = outcome, state_reason = said, attempts = m.attempts + tried, retry_at = next_try,
      lease_until = NULL, sent_on = CASE WHEN outcome = 'sent' THEN on_day END
    WHERE m.id = message AND m.token = held_token AND m.state IN ('begun', 'unknown') AND m.state <> outcome;
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO attempt (creditor_id, message_id, effective_on, "by", why, outcome, detail, rehearsal, recipients)
    SELECT creditor, m.id, on_day, '', '', outcome, said, m.rehearsal, dunwell_record.recipients
    FROM message m WHERE m.id = message;
  RETURN true;
END $$;
