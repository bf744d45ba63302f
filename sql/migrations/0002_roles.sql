-- Who may do what. A site makes logins and grants each of them one of four roles:
--
--   contego_crm       inserts requests, reads the outcome of its own
--   contego_support   reads everything but secrets
--   contego_operator  the verbs as well; includes contego_support
--   contego_daemon    what `contegod serve` needs
--
-- The schema belongs to whoever migrates. What a role may only do in our way it does through functions that run with the
-- owner's rights. Nothing is given to PUBLIC: the file of a function takes EXECUTE from PUBLIC itself. Rights on functions and views
-- stand in their files.

-- Roles are the whole cluster's: another database of it may have made them, or make them at this moment.
DO $$
DECLARE
    name text;
    meaning text;
    by_hand text := 'let somebody with CREATEROLE run: CREATE ROLE contego_crm; CREATE ROLE contego_support;'
                    ' CREATE ROLE contego_operator; CREATE ROLE contego_daemon; GRANT contego_support TO contego_operator;';
BEGIN
    FOR name, meaning IN VALUES
        ('contego_crm', 'Inserts provisioning requests and reads the outcome of its own.'),
        ('contego_support', 'Reads everything of contego but secrets.'),
        ('contego_operator', 'Retries, cancels, closes, holds and releases requests, and skips commands; includes contego_support.'),
        ('contego_daemon', 'What contegod serve needs.')
    LOOP
        CONTINUE WHEN to_regrole(name) IS NOT NULL;
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
            EXECUTE format('COMMENT ON ROLE %I IS %L', name, meaning);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'the role % is missing, and % may not make it', name, current_user
                    USING ERRCODE = 'invalid_role_specification', HINT = by_hand;
        END;
    END LOOP;
    IF NOT pg_has_role('contego_operator', 'contego_support', 'MEMBER') THEN
        GRANT contego_support TO contego_operator;
    END IF;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'contego_operator is no member of contego_support, and % may not make it one', current_user
            USING ERRCODE = 'invalid_role_specification', HINT = by_hand;
END
$$;
GRANT USAGE ON SCHEMA contego TO contego_crm, contego_support, contego_daemon;

-- The CRM. It names its own columns only; the triggers fill in the rest, with the owner's rights.
GRANT INSERT (action, parameters, subscription, process_name, process_id, provider, priority, scheduled_date, idempotency_key)
    ON contego.request TO contego_crm;
GRANT SELECT ON contego.request, contego.command, contego.former_attempt, contego.idempotency TO contego_crm;
GRANT SELECT ON SEQUENCE contego.request_id_seq TO contego_crm; -- lastval() after an INSERT is the id

-- A CRM login sees its own requests, whoever else uses the database. Row level security is asked on the way through
-- contego.request only, and never of the owner: the daemon's functions work on the partitions, with the owner's rights.
ALTER TABLE contego.request ENABLE ROW LEVEL SECURITY;
ALTER TABLE contego.command ENABLE ROW LEVEL SECURITY;
ALTER TABLE contego.former_attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE contego.idempotency ENABLE ROW LEVEL SECURITY;
CREATE POLICY crm_inserts ON contego.request FOR INSERT TO contego_crm WITH CHECK (true);
CREATE POLICY crm_reads_its_own ON contego.request FOR SELECT TO contego_crm USING (created_by = session_user);

-- A login that is both would read the open parameters of other CRMs, with their PINs: the column as a CRM, the rows as support. It
-- reads its own here, and all of them through the views, which mask.
CREATE POLICY support_reads_all ON contego.request FOR SELECT TO contego_support
    USING ((SELECT NOT pg_has_role('contego_crm', 'MEMBER')));

-- What belongs to a request is seen by whoever sees the request.
CREATE POLICY crm_reads_its_own ON contego.command FOR SELECT TO contego_crm
    USING (EXISTS (SELECT FROM contego.request AS r WHERE r.id = request_id));
CREATE POLICY support_reads_all ON contego.command FOR SELECT TO contego_support USING (true);
CREATE POLICY crm_reads_its_own ON contego.former_attempt FOR SELECT TO contego_crm
    USING (EXISTS (SELECT FROM contego.request AS r WHERE r.id = request_id));
CREATE POLICY support_reads_all ON contego.former_attempt FOR SELECT TO contego_support USING (true);
CREATE POLICY crm_reads_its_own ON contego.idempotency FOR SELECT TO contego_crm
    USING (EXISTS (SELECT FROM contego.request AS r WHERE r.id = request_id));
CREATE POLICY support_reads_all ON contego.idempotency FOR SELECT TO contego_support USING (true);

-- Support. Every column of a request but parameters, where a PIN stands until the request has ended.
DO $$
BEGIN
    EXECUTE (
        SELECT format('GRANT SELECT (%s) ON contego.request TO contego_support', string_agg(quote_ident(attname), ', '))
        FROM pg_attribute
        WHERE attrelid = 'contego.request'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'parameters');
END
$$;
GRANT SELECT ON contego.command, contego.former_attempt, contego.lane, contego.idempotency, contego.daemon, contego.share,
    contego.operator_action, contego.subject, contego.feed, contego.feed_inbox, contego.month, contego.migration, contego.definition
    TO contego_support;
GRANT SELECT (provider, progress, scheduled_date) ON contego.request_open TO contego_support; -- contegod status

-- The daemon. It reads and writes requests through its functions only. contegod doctor reads figures and numbers of requests under the
-- daemon's login, nothing of what is in one.
GRANT SELECT ON contego.migration, contego.definition TO contego_daemon;
GRANT SELECT (provider, progress, scheduled_date) ON contego.request_open TO contego_daemon; -- its metrics
GRANT SELECT (id, name, host, lease_until) ON contego.daemon TO contego_daemon;
