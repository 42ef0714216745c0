-- The last question before a message goes, asked in the very statement that lets it begin.
-- Each rule is a line of the CASE: what stands, and the reason it gives. Null = nothing stands against it.
--
-- The questions are SQL functions that give rows, because the server writes those into the query that asks them: forty
-- sub-queries are made ready once for all the messages of a statement, and see the ledger at one moment.
-- A later release's columns may be named here before they exist: an older migration installs this file too.
SET LOCAL check_function_bodies = off;
DROP FUNCTION IF EXISTS dunwell_begin(bigint, bigint, bigint, timestamptz, date, interval);
DROP FUNCTION IF EXISTS dunwell_record(bigint, bigint, bigint, text, text, text[], date, timestamptz, integer);
DROP FUNCTION IF EXISTS dunwell_money_objection(message, bigint[], date);
DROP FUNCTION IF EXISTS dunwell_objection(message, timestamptz, date);
DROP FUNCTION IF EXISTS dunwell_plan_stands(bigint, date);
DROP FUNCTION IF EXISTS dunwell_owed(bigint, boolean), dunwell_credit(bigint), dunwell_unmatched(bigint, bigint);
DROP FUNCTION IF EXISTS dunwell_money_is_stale(bigint, boolean, date);

-- What stands in the ledger against asking for some receivables of the message's customer (a claim asks this of its own, too).
CREATE OR REPLACE FUNCTION dunwell_money_objection(m message, asked bigint[], covered_min date) RETURNS TABLE (reason text)
LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN EXISTS (SELECT FROM promise p WHERE p.creditor_id = m.creditor_id AND p.receivable_id = ANY (asked)
        AND p.plan_id IS NULL AND p.promised_date >= m.slot_on AND (m.rehearsal OR NOT p.rehearsal)
        AND NOT EXISTS (SELECT FROM ending e WHERE e.promise_id = p.id)) THEN 'promised'
    -- a schedule that is kept holds all but the reminder of its own next payment, which in turn needs it
    WHEN (coalesce(m.content, '') = 'instalment') <> EXISTS (SELECT FROM promise p WHERE p.creditor_id = m.creditor_id
        AND p.receivable_id = ANY (asked) AND p.plan_id IS NOT NULL AND (m.rehearsal OR NOT p.rehearsal)
        AND NOT EXISTS (SELECT FROM ending e WHERE e.promise_id = p.id)
        AND EXISTS (SELECT FROM dunwell_plan_stands(p.plan_id, m.slot_on))) THEN 'instalment_plan'
    WHEN EXISTS (SELECT FROM hold h WHERE (h.customer_id = m.customer_id OR h.receivable_id = ANY (asked))
        AND (h.until_date IS NULL OR h.until_date >= m.slot_on) AND (m.rehearsal OR NOT h.rehearsal)
        AND NOT EXISTS (SELECT FROM ending e WHERE e.hold_id = h.id)) THEN 'held'
    WHEN EXISTS (SELECT FROM finding f WHERE f.holds AND (f.customer_id = m.customer_id OR f.receivable_id IN (
          SELECT o.id FROM receivable r JOIN receivable o ON o.invoice_id = r.invoice_id WHERE r.id = ANY (asked)))
        AND NOT EXISTS (SELECT FROM finding_settled s WHERE s.finding_id = f.id)) THEN 'finding'
    WHEN EXISTS (SELECT FROM dunwell_unmatched(m.creditor_id, m.customer_id)) THEN 'unmatched_money'
    -- money that came today from nobody known, whose words name what is asked for: cash application may not have seen it yet
    WHEN EXISTS (SELECT FROM payment p, receivable r JOIN invoice i ON i.id = r.invoice_id
        WHERE p.creditor_id = m.creditor_id AND p.customer_id IS NULL AND p.reverses_id IS NULL AND p.recorded_on >= m.slot_on
          AND r.id = ANY (asked)
          AND p.remittance || ' ' || p.reference ~* ('(^|\W)' || regexp_replace(i.number, '(\W)', '\\\1', 'g') || '($|\W)')
          AND p.amount > coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.payment_id = p.id), 0)
            - coalesce((SELECT sum(v.amount) FROM payment v WHERE v.reverses_id = p.id), 0)
          AND NOT EXISTS (SELECT FROM on_account o WHERE o.payment_id = p.id)) THEN 'unmatched_money'
    -- credit that came, went or was used since: the letter deducted too little or too much of it
    WHEN m.credit <> (SELECT c.credit FROM dunwell_credit(m.customer_id) c) THEN 'balance_changed'
    -- a due date, a sum or what it is for, corrected since: the letter would say what no longer is
    WHEN EXISTS (SELECT FROM amendment a WHERE a.creditor_id = m.creditor_id AND a.noun = 'invoice' AND a.recorded_at > m.queued_at
        AND a.field IN ('due_date', 'valid_until', 'total', 'currency', 'what_for', 'order_number')
        AND a.noun_id = ANY (ARRAY(SELECT r.invoice_id FROM receivable r WHERE r.id = ANY (asked))))
      THEN 'amended'
    -- the bank account changed since: the letter would say where money is no longer to be paid
    WHEN EXISTS (SELECT FROM bank_account b WHERE b.creditor_id = m.creditor_id AND b.confirmed_at > m.queued_at
        AND b.since <= m.slot_on AND b.currency IN (SELECT i.currency FROM message_item i WHERE i.message_id = m.id))
      THEN 'bank_details'
    WHEN m.level >= {firm_level_min} AND EXISTS (
        SELECT FROM (SELECT DISTINCT ON (o.what) o.done FROM our_side o WHERE o.customer_id = m.customer_id
                       AND (m.rehearsal OR NOT o.rehearsal) ORDER BY o.what, o.id DESC) last WHERE NOT last.done) THEN 'our_side_owes'
    WHEN EXISTS (SELECT FROM touch t WHERE t.creditor_id = m.creditor_id AND t.customer_id = m.customer_id
        AND t.effective_on >= m.slot_on AND t.recorded_at > m.queued_at AND t.counts
        AND NOT EXISTS (SELECT FROM ending e WHERE e.touch_id = t.id)) THEN 'touched'
    WHEN EXISTS (SELECT FROM sign g WHERE g.creditor_id = m.creditor_id AND g.customer_id = m.customer_id
        AND g.effective_on >= m.slot_on AND g.recorded_at > m.queued_at AND g.kind = 'replied'
        AND (m.rehearsal OR NOT g.rehearsal)) THEN 'reply_waits'
    WHEN EXISTS (SELECT FROM reply_proposal p WHERE p.creditor_id = m.creditor_id AND p.customer_id = m.customer_id
         AND p.hold_until >= m.slot_on AND (m.rehearsal OR NOT p.rehearsal)
         AND coalesce((SELECT d.outcome FROM reply_decision d WHERE d.proposal_id = p.id ORDER BY d.id DESC LIMIT 1), 'reopened')
           = 'reopened') THEN 'reply_waits'
    WHEN (SELECT s.is_stale FROM dunwell_money_is_stale(m.creditor_id, m.rehearsal, covered_min) s) THEN 'stale_money'
  END
$$;

-- `at` is the instant of sending, `covered_min` the day up to which every required money source must be complete.
CREATE OR REPLACE FUNCTION dunwell_objection(message bigint, at timestamptz, covered_min date) RETURNS TABLE (reason text)
LANGUAGE sql STABLE AS $$
  SELECT CASE
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
      SELECT FROM unnest(its.people) person, LATERAL (
        SELECT DISTINCT ON (o.channel) o.wanted FROM opt_out o WHERE o.creditor_id = m.creditor_id AND o.person_key = person
          AND o.channel IN (m.channel, 'all') AND (m.rehearsal OR NOT o.rehearsal) ORDER BY o.channel, o.id DESC) last WHERE NOT last.wanted) THEN 'opted_out'
    WHEN EXISTS (
      SELECT FROM sign g WHERE g.creditor_id = m.creditor_id AND g.customer_id = m.customer_id AND g.kind = 'bounced'
        AND g.person_key = ANY (its.people) AND g.channel = m.channel AND (m.rehearsal OR NOT g.rehearsal)) THEN 'bounced'
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
    WHEN m.purpose IN ('thanks', 'lifted') AND EXISTS (
      SELECT FROM message_item i, dunwell_owed(i.receivable_id, m.rehearsal) owed
      WHERE i.message_id = m.id AND i.part = 'thanked' AND owed.balance > 0 AND NOT owed.is_cancelled) THEN 'balance_changed'
    WHEN m.purpose <> 'request' THEN NULL
    -- a request is right only while exactly what it says is owed, uncontested, unpromised and unheld
    WHEN its.difference IS NOT NULL THEN its.difference
    -- a charge that the client agreed to and was told of will pay it (`store.autopay.pending_sql`)
    WHEN EXISTS (SELECT FROM online_payment p JOIN auto_charge c ON c.payment_id = p.id
        WHERE p.customer_id = m.customer_id AND p.receivables && its.asked AND c.charge_on + 3 >= m.slot_on
          AND (m.rehearsal OR NOT c.rehearsal) AND NOT EXISTS (SELECT FROM auto_end e WHERE e.consent_id = c.consent_id)
          AND NOT EXISTS (SELECT FROM online_event v WHERE v.creditor_id = m.creditor_id AND v.reference = p.reference
                          AND v.kind <> 'pending')) THEN 'debit_pending'
    ELSE (SELECT o.reason FROM dunwell_money_objection(m, its.asked, covered_min) o)
  END
  FROM message m CROSS JOIN LATERAL (
    SELECT ARRAY(SELECT r.person_key FROM recipient r WHERE r.message_id = m.id) AS people,
      ARRAY(SELECT i.receivable_id FROM message_item i WHERE i.message_id = m.id AND i.part IN ('asked', 'listed')) AS asked,
      (SELECT CASE WHEN owed.is_cancelled THEN 'cancelled' WHEN owed.balance <= 0 THEN 'paid'
                   WHEN owed.disputed > 0 THEN 'disputed' ELSE 'balance_changed' END
       FROM message_item i, dunwell_owed(i.receivable_id, m.rehearsal) owed
       WHERE i.message_id = m.id AND m.purpose = 'request'
         AND (owed.is_cancelled OR owed.balance - owed.disputed <> i.amount)
       ORDER BY i.receivable_id LIMIT 1) AS difference
    OFFSET 0  -- found once, not in each rule that names them
  ) its
  WHERE m.id = dunwell_objection.message
$$;

-- A schedule stands while what is late beyond its grace has come and something is still to come (`engine.instalments.judge`); a row if so.
CREATE OR REPLACE FUNCTION dunwell_plan_stands(plan bigint, on_day date) RETURNS TABLE (due bigint) LANGUAGE sql STABLE AS $$
  SELECT late.due FROM (
    SELECT k.amount, came.total - k.received_before AS came,
      coalesce((SELECT sum((part->>1)::bigint) FROM jsonb_array_elements(k.schedule) part
                WHERE (part->>0)::date + k.grace_days < on_day), 0)::bigint AS due
    FROM payment_plan k CROSS JOIN LATERAL (
      SELECT coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.receivable_id = ANY (k.receivables)), 0)
        + coalesce((SELECT sum(w.amount) FROM write_off w WHERE w.receivable_id = ANY (k.receivables)), 0) AS total) came
    WHERE k.id = plan) late
  WHERE late.due <= late.came AND late.came < late.amount
$$;

-- `store.balances.balances_sql` of one receivable.
CREATE OR REPLACE FUNCTION dunwell_owed(receivable bigint, in_rehearsal boolean)
RETURNS TABLE (balance bigint, disputed bigint, is_cancelled boolean) LANGUAGE sql STABLE AS $$
  SELECT now.balance, CASE WHEN contested.n = 0 THEN 0 WHEN contested.is_whole THEN greatest(now.balance, 0)
                           ELSE least(contested.amount, greatest(now.balance, 0)) END, now.is_cancelled
  FROM (
    SELECT (r.amount
        + coalesce((SELECT sum(c.amount) FROM charge c WHERE c.receivable_id = r.id), 0)
        - coalesce((SELECT sum(w.amount) FROM write_off w WHERE w.receivable_id = r.id), 0)
        - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.receivable_id = r.id), 0))::bigint AS balance,
      EXISTS (SELECT FROM cancellation x WHERE x.invoice_id = r.invoice_id)
        OR EXISTS (SELECT FROM became_invoice v WHERE v.request_id = r.invoice_id
                   AND NOT EXISTS (SELECT FROM became_invoice_end e WHERE e.became_id = v.id)) AS is_cancelled
    FROM receivable r WHERE r.id = dunwell_owed.receivable OFFSET 0
  ) now CROSS JOIN LATERAL (
    SELECT count(*) AS n, bool_or(d.amount IS NULL) AS is_whole, sum(d.amount)::bigint AS amount
    FROM dispute d WHERE d.receivable_id = dunwell_owed.receivable AND (in_rehearsal OR NOT d.rehearsal)
      AND NOT EXISTS (SELECT FROM ending e WHERE e.dispute_id = d.id)
  ) contested
$$;

-- `store.balances.credit_sql` of one customer, as a message keeps it: "EUR 1200,USD 50", empty without credit.
CREATE OR REPLACE FUNCTION dunwell_credit(customer bigint) RETURNS TABLE (credit text) LANGUAGE sql STABLE AS $$
  SELECT coalesce((
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
    ) per), '')
$$;

-- The payments of `store.balances.held_by_money_sql` of one customer.
CREATE OR REPLACE FUNCTION dunwell_unmatched(creditor bigint, customer bigint) RETURNS TABLE (payment bigint)
LANGUAGE sql STABLE AS $$
  SELECT p.id FROM payment p WHERE p.reverses_id IS NULL AND p.id IN (
      SELECT own.id FROM payment own WHERE own.creditor_id = creditor AND own.customer_id = customer
      UNION SELECT g.payment_id FROM allocation_proposal g LEFT JOIN receivable r ON r.id = g.receivable_id
        WHERE g.creditor_id = creditor AND coalesce(g.customer_id, r.customer_id) = customer)
    AND p.amount - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.payment_id = p.id), 0)
      + coalesce((SELECT sum(v.amount) FROM payment v WHERE v.reverses_id = p.id), 0)
      >= greatest(1, (SELECT k.unmatched_tolerance_minor FROM creditor k WHERE k.id = creditor))
    AND NOT coalesce((SELECT NOT o.taken_back FROM on_account o WHERE o.payment_id = p.id ORDER BY o.id DESC LIMIT 1),
                     false)
$$;

-- I10: a required source is not complete up to `covered_min`; live, somebody must have said so of one source at least.
CREATE OR REPLACE FUNCTION dunwell_money_is_stale(creditor bigint, in_rehearsal boolean, covered_min date)
RETURNS TABLE (is_stale boolean) LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN count(*) = 0 THEN NOT in_rehearsal ELSE min(required.covered) < covered_min END FROM (
    SELECT max(c.covered_until) AS covered FROM coverage c WHERE c.creditor_id = creditor GROUP BY c.source
    HAVING (array_agg(c.required ORDER BY c.id DESC))[1]) required
$$;

-- Let claimed messages begin, give them back, or withdraw them, with the reason; each is asked for under its own token, and a
-- token that is no longer ours gives ('lost', ''). `begins`: message, token, at, covered_min.
CREATE OR REPLACE FUNCTION dunwell_begin(creditor bigint, begins json, lease interval)
RETURNS TABLE (message bigint, state text, reason text) LANGUAGE plpgsql
-- A plan made anew costs a hundred times its execution; and few rows are asked for, whatever the tables held when it was made.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('dunwell.creditor', creditor::text, true);
  -- The rows are locked first, so that the questions below read the ledger after any wait for a lock and not before it.
  PERFORM FROM message m WHERE m.id IN (SELECT b.message FROM json_to_recordset(begins) b (message bigint))
    ORDER BY m.id FOR UPDATE;
  RETURN QUERY
    WITH b AS MATERIALIZED (
      SELECT * FROM json_to_recordset(begins) b (message bigint, token bigint, at timestamptz, covered_min date)
    ), v AS MATERIALIZED (  -- asked once: without it each use of `reason` would ask again
      SELECT b.message, b.token, o.reason FROM b CROSS JOIN LATERAL (
        SELECT o.reason FROM message c, dunwell_objection(c.id, b.at, b.covered_min) o
        WHERE c.id = b.message AND c.token = b.token AND c.state = 'claimed' OFFSET 0) o
    ), moved AS (
      UPDATE message m SET
          state = CASE WHEN v.reason IS NULL THEN 'begun'
                       WHEN v.reason IN ('stopped', 'stale_money', 'not_yet') THEN 'queued' ELSE 'withdrawn' END,
          state_reason = coalesce(v.reason, ''),
          lease_until = CASE WHEN v.reason IS NULL THEN clock_timestamp() + lease END
        FROM v WHERE m.id = ANY (ARRAY(SELECT v.message FROM v)) AND m.id = v.message AND m.token = v.token AND m.state = 'claimed'
        RETURNING m.id, m.state, m.state_reason
    )
    SELECT b.message, coalesce(moved.state, 'lost'), coalesce(moved.state_reason, '') FROM b LEFT JOIN moved ON moved.id = b.message;
END $$;

-- What became of messages that began under these tokens; gives those of which it is news: nobody else has them, nobody said so before.
-- A late word of a sender whose lease ran out still counts: it alone knows what happened.
CREATE OR REPLACE FUNCTION dunwell_record(creditor bigint, endings json) RETURNS TABLE (message bigint) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('dunwell.creditor', creditor::text, true);
  RETURN QUERY
    WITH e AS MATERIALIZED (
      SELECT * FROM json_to_recordset(endings) e (message bigint, token bigint, outcome text, said text, recipients text[],
        on_day date, retry_at timestamptz, tried integer)
    ), moved AS (
      UPDATE message m SET state = e.outcome, state_reason = e.said, attempts = m.attempts + e.tried, retry_at = e.retry_at,
          lease_until = NULL, sent_on = CASE WHEN e.outcome = 'sent' THEN e.on_day END
        FROM e WHERE m.id = ANY (ARRAY(SELECT e.message FROM e)) AND m.id = e.message AND m.token = e.token AND m.state IN ('begun', 'unknown') AND m.state <> e.outcome
        RETURNING m.id, m.rehearsal, e.on_day, e.outcome, e.said, e.recipients
    )
    INSERT INTO attempt (creditor_id, message_id, effective_on, "by", why, outcome, detail, rehearsal, recipients)
      SELECT creditor, x.id, x.on_day, '', '', x.outcome, x.said, x.rehearsal, x.recipients FROM moved x
      RETURNING message_id;
END $$;

-- Both in one commit: how messages ended, then which others begin.
CREATE OR REPLACE FUNCTION dunwell_advance(creditor bigint, endings json, begins json, lease interval)
RETURNS TABLE (message bigint, state text, reason text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM dunwell_record(creditor, endings);
  RETURN QUERY SELECT * FROM dunwell_begin(creditor, begins, lease);
END $$;
