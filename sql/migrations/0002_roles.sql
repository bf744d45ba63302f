-- The privileges. A site creates logins and grants each of them one of four roles:
--
--   contego_crm       inserts requests, reads the outcome of its own
--   contego_support   reads everything but secrets
--   contego_operator  uses the verbs as well; includes contego_support
--   contego_daemon    has the privileges of `contegod serve`
--
-- The schema belongs to the role that runs `contegod migrate`. If a role may change a table only in one fixed way, it does so through a
-- function that runs with the owner's privileges. PUBLIC has no privilege: the file of a function revokes EXECUTE from PUBLIC itself.
-- Privileges on functions and views are granted in their files.

-- Roles belong to the whole cluster: the migration of another of its databases may have created them, or may create them at this moment.
DO $$
DECLARE
    name text;
    meaning text;
    by_hand text := 'Let a role with CREATEROLE run: CREATE ROLE contego_crm; CREATE ROLE contego_support;'
                    ' CREATE ROLE contego_operator; CREATE ROLE contego_daemon; GRANT contego_support TO contego_operator;';
BEGIN
    FOR name, meaning IN VALUES
        ('contego_crm', 'The CRM: this role inserts requests and reads the outcome of its own requests.'),
        ('contego_support', 'Support: this role reads everything in the schema contego but secrets.'),
        ('contego_operator', 'Operators: this role retries, cancels, holds, releases and closes requests, skips commands, and includes contego_support.'),
        ('contego_daemon', 'The daemon: this role has the privileges of contegod serve.')
    LOOP
        CONTINUE WHEN to_regrole(name) IS NOT NULL;
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
            EXECUTE format('COMMENT ON ROLE %I IS %L', name, meaning);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'the role % is missing, and % may not create it', name, current_user
                    USING ERRCODE = 'invalid_role_specification', HINT = by_hand;
        END;
    END LOOP;
    IF NOT pg_has_role('contego_operator', 'contego_support', 'MEMBER') THEN
        GRANT contego_support TO contego_operator;
    END IF;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'contego_operator is not a member of contego_support, and % may not make it one', current_user
            USING ERRCODE = 'invalid_role_specification', HINT = by_hand;
END
$$;
GRANT USAGE ON SCHEMA contego TO contego_crm, contego_support, contego_daemon;

-- The CRM. It may name every column, since object-relational mappers do. The trigger accept_id refuses a given id. The trigger
-- accept_request overwrites the other columns that the CRM does not set, with the owner's privileges.
GRANT INSERT ON contego.request TO contego_crm;
GRANT SELECT ON contego.request, contego.command, contego.former_attempt, contego.idempotency TO contego_crm;
GRANT SELECT ON SEQUENCE contego.request_id_seq TO contego_crm; -- lastval() after an INSERT is the id

-- A CRM login sees the requests of its source only, however many other logins use the database (the policies crm_reads_its_own, in the file
-- of contego.own_source). PostgreSQL applies row level security to queries
-- of contego.request only, and never to the owner: the daemon's functions use the partitions, with the owner's privileges.
ALTER TABLE contego.request ENABLE ROW LEVEL SECURITY;
ALTER TABLE contego.command ENABLE ROW LEVEL SECURITY;
ALTER TABLE contego.former_attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE contego.idempotency ENABLE ROW LEVEL SECURITY;
CREATE POLICY crm_inserts ON contego.request FOR INSERT TO contego_crm WITH CHECK (true);
-- A row with another state would go into a partition of finished requests, which has no trigger for new rows. The error shows this name.
CREATE POLICY life_cycle_state_must_be_pending ON contego.request AS RESTRICTIVE FOR INSERT WITH CHECK (life_cycle_state = 'PENDING');

-- A login with both roles would read the open parameters of other CRMs, with their PINs: the CRM role opens the column, and the support
-- role the rows. Here such a login reads its own requests only. It reads all requests through the views, which mask PINs.
CREATE POLICY support_reads_all ON contego.request FOR SELECT TO contego_support
    USING ((SELECT NOT pg_has_role('contego_crm', 'MEMBER')));

-- A login that sees a request sees the commands and former attempts of the request, too. A key has its source beside it.
CREATE POLICY crm_reads_its_own ON contego.command FOR SELECT TO contego_crm
    USING (EXISTS (SELECT FROM contego.request AS r WHERE r.id = request_id));
CREATE POLICY support_reads_all ON contego.command FOR SELECT TO contego_support USING (true);
CREATE POLICY crm_reads_its_own ON contego.former_attempt FOR SELECT TO contego_crm
    USING (EXISTS (SELECT FROM contego.request AS r WHERE r.id = request_id));
CREATE POLICY support_reads_all ON contego.former_attempt FOR SELECT TO contego_support USING (true);
CREATE POLICY support_reads_all ON contego.idempotency FOR SELECT TO contego_support USING (true);

-- Support. Every column of a request but parameters, which hold a PIN until the request has ended.
DO $$
BEGIN
    EXECUTE (
        SELECT format('GRANT SELECT (%s) ON contego.request TO contego_support', string_agg(quote_ident(attname), ', '))
        FROM pg_attribute
        WHERE attrelid = 'contego.request'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'parameters');
END
$$;
GRANT SELECT ON contego.command, contego.former_attempt, contego.lane, contego.idempotency, contego.daemon, contego.share,
    contego.operator_action, contego.subject, contego.feed, contego.feed_inbox, contego.month, contego.migration, contego.definition,
    contego.lineage, contego.source, contego.fallout, contego.outage,
    contego.outage_request, contego.corrective_action
    TO contego_support;
GRANT SELECT (provider, progress, scheduled_date) ON contego.request_open TO contego_support; -- contegod status

-- The daemon. It reads and writes requests through its functions only. Under the daemon's login, contegod doctor reads counts and
-- numbers of requests, but nothing that a request contains.
GRANT SELECT ON contego.migration, contego.definition TO contego_daemon;
GRANT SELECT (provider, progress, scheduled_date) ON contego.request_open TO contego_daemon; -- its metrics
GRANT SELECT (id, name, host, lease_until) ON contego.daemon TO contego_daemon;
