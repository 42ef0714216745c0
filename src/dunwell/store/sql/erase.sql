-- I14: the one way in which what was recorded is changed: the personal content of a person is replaced by a tombstone. Sums, days, states
-- and the audit chain's digests stay. `words` are the addresses and names by which free texts are found; `books` says whether
-- accounting no longer needs the name on its documents. Owned by the owner of the tables: the application has no other right to do this.
CREATE OR REPLACE FUNCTION dunwell_erase(creditor bigint, customers bigint[], contacts bigint[], keys text[], words text[], books boolean)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  beside text;
  noted text[];  -- what was noted of talks with them, as the chain's contents hold it
  gone CONSTANT text := '[erased]';
  patterns CONSTANT text[] := ARRAY(SELECT '%' || replace(replace(replace(lower(w), '\', '\\'), '%', '\%'), '_', '\_') || '%'
                                    FROM unnest(words) w WHERE length(w) >= 4);
BEGIN
  IF current_setting('dunwell.creditor', true) IS DISTINCT FROM creditor::text THEN
    RAISE EXCEPTION 'the rows of creditor % are not in scope', creditor USING ERRCODE = 'insufficient_privilege';
  END IF;

  PERFORM set_config('dunwell.erasing', 'message_content', true);
  UPDATE message_content c SET subject = gone, text = gone, html = '', mime = NULL
    WHERE c.message_id IN (SELECT r.message_id FROM recipient r WHERE r.creditor_id = creditor AND r.person_key = ANY (keys));
  PERFORM set_config('dunwell.erasing', 'attempt', true);
  UPDATE attempt t SET recipients = '{}', detail = gone
    WHERE t.message_id IN (SELECT r.message_id FROM recipient r WHERE r.creditor_id = creditor AND r.person_key = ANY (keys));
  UPDATE message m SET state_reason = gone WHERE lower(m.state_reason) LIKE ANY (patterns);
  PERFORM set_config('dunwell.erasing', 'recipient', true);
  UPDATE recipient r SET address = gone WHERE r.creditor_id = creditor AND r.person_key = ANY (keys);

  PERFORM set_config('dunwell.erasing', 'reply_proposal', true);
  UPDATE reply_proposal p SET quotation = gone, values = '{}' FROM inbound m
    WHERE m.id = p.mail_id AND (m.person_key = ANY (keys) OR m.customer_id = ANY (customers));
  PERFORM set_config('dunwell.erasing', 'reply_decision', true);
  UPDATE reply_decision d SET values = '{}' FROM reply_proposal p JOIN inbound m ON m.id = p.mail_id
    WHERE p.id = d.proposal_id AND (m.person_key = ANY (keys) OR m.customer_id = ANY (customers));
  PERFORM set_config('dunwell.erasing', 'inbound_content', true);
  UPDATE inbound_content c SET sender = gone, subject = gone, text = gone, html = '', warnings = '', raw = '' FROM inbound m
    WHERE m.id = c.mail_id AND (m.person_key = ANY (keys) OR m.customer_id = ANY (customers));

  PERFORM set_config('dunwell.erasing', 'page_words', true);
  UPDATE page_words w SET text = gone, name = '', email = '', phone = '' FROM page_answer a JOIN page_link l ON l.id = a.link_id
    WHERE a.id = w.answer_id AND (l.person_key = ANY (keys) OR a.customer_id = ANY (customers));
  PERFORM set_config('dunwell.erasing', 'page_file', true);
  UPDATE page_file f SET name = gone, content = '' FROM page_answer a JOIN page_link l ON l.id = a.link_id
    WHERE a.id = f.answer_id AND (l.person_key = ANY (keys) OR a.customer_id = ANY (customers));
  PERFORM set_config('dunwell.erasing', 'video_content', true);
  UPDATE video_content c SET recording = '', still = '', captions = gone FROM video v
    WHERE v.id = c.video_id AND v.customer_id = ANY (customers);
  PERFORM set_config('dunwell.erasing', 'auto_method', true);
  UPDATE auto_method m SET sealed = '' FROM auto_consent c WHERE c.id = m.consent_id AND c.customer_id = ANY (customers);

  PERFORM set_config('dunwell.erasing', 'call_reviewed', true);
  UPDATE call_reviewed c SET turns = '[]', review = '{}' WHERE c.customer_id = ANY (customers);
  SELECT array_agg(substr(to_json(t.note)::text, 2, length(to_json(t.note)::text) - 2)) INTO noted FROM touch t
    WHERE t.contact_id = ANY (contacts) AND length(t.note) >= 4;
  PERFORM set_config('dunwell.erasing', 'touch', true);
  UPDATE touch t SET note = gone WHERE (t.contact_id = ANY (contacts) OR t.customer_id = ANY (customers)) AND t.note <> '';
  PERFORM set_config('dunwell.erasing', 'note', true);
  UPDATE note n SET text = gone WHERE n.customer_id = ANY (customers) OR lower(n.text) LIKE ANY (patterns);
  PERFORM set_config('dunwell.erasing', 'task', true);
  UPDATE task t SET text = gone WHERE (t.contact_id = ANY (contacts) OR t.customer_id = ANY (customers)) AND t.text <> '';
  PERFORM set_config('dunwell.erasing', 'amendment', true);
  UPDATE amendment a SET old = gone, new = gone WHERE a.noun = 'contact' AND a.noun_id = ANY (contacts);
  PERFORM set_config('dunwell.erasing', 'finding', true);
  UPDATE finding f SET value = gone WHERE lower(f.value) LIKE ANY (patterns);
  PERFORM set_config('dunwell.erasing', 'imported_row', true);
  UPDATE imported_row r SET raw = gone WHERE r.creditor_id = creditor AND lower(r.raw) LIKE ANY (patterns);
  -- What people wrote beside their deeds, in whatever table.
  FOR beside IN SELECT table_name FROM information_schema.columns WHERE column_name = 'why' AND table_schema = 'public' LOOP
    PERFORM set_config('dunwell.erasing', beside, true);
    EXECUTE format('UPDATE %I SET why = %L WHERE lower(why) LIKE ANY ($1)', beside, gone) USING patterns;
  END LOOP;
  FOREACH beside IN ARRAY ARRAY['promise', 'dispute', 'hold'] LOOP
    PERFORM set_config('dunwell.erasing', beside, true);
    EXECUTE format('UPDATE %I x SET why = %L FROM receivable r WHERE r.id = x.receivable_id AND r.customer_id = ANY ($1) AND x.why <> %L',
                   beside, gone, '') USING customers;
  END LOOP;
  PERFORM set_config('dunwell.erasing', 'audit_content', true);
  UPDATE audit_content c SET body = NULL FROM audit a WHERE a.id = c.audit_id AND (lower(c.body) LIKE ANY (patterns)
    OR a.subject IN (SELECT u.external_id FROM customer u WHERE u.id = ANY (customers)
                     UNION ALL SELECT i.number FROM invoice i WHERE i.customer_id = ANY (customers))
    OR EXISTS (SELECT FROM unnest(noted) n WHERE strpos(c.body, n) > 0));
  PERFORM set_config('dunwell.erasing', '', true);

  -- The sign of the person stays at their ways to be reached: nobody writes to them again by mistake.
  UPDATE contact_point p SET address = gone || ' ' || p.id, consent_evidence = '' WHERE p.contact_id = ANY (contacts);
  UPDATE contact SET given_name = gone, family_name = '', patronymic = '', gender = '', postal_address = '', note = '',
      external_id = gone || ' ' || id WHERE id = ANY (contacts);
  IF books THEN
    UPDATE customer SET name = gone, name_key = gone || ' ' || id, external_id = gone || ' ' || id, tax_id = '', registration_number = '', address = ''
      WHERE id = ANY (customers);
    PERFORM set_config('dunwell.erasing', 'payment', true);
    UPDATE payment SET payer_name = gone, payer_account = '', payer_tax_id = '', remittance = gone
      WHERE customer_id = ANY (customers) OR lower(payer_name) LIKE ANY (patterns)
        OR id IN (SELECT a.payment_id FROM allocation a JOIN receivable r ON r.id = a.receivable_id WHERE r.customer_id = ANY (customers));
    PERFORM set_config('dunwell.erasing', 'bank_entry', true);
    UPDATE bank_entry e SET name = gone, counter_account = '', tax_number = '', remittance = gone, words = ''
      WHERE e.creditor_id = creditor AND (lower(e.name) LIKE ANY (patterns) OR lower(e.remittance) LIKE ANY (patterns));
    PERFORM set_config('dunwell.erasing', '', true);
  END IF;
END $$;
REVOKE ALL ON FUNCTION dunwell_erase FROM PUBLIC;
