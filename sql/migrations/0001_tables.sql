-- The line in SQL: what the CRM inserts, how a daemon claims it, how the outcome is written.
--
-- Rows of contego.request live in one of two partitions. The open one stays small, whatever a site has sent in its
-- life: finishing a request deletes it there and inserts its final version into the finished one, which is one table for
-- each month (0012). So it is with its commands. The CRM sees one table.
--
-- Order. Every smartcard and every box that a request touches is a lane (contego.lane). Claims of one provider are made
-- one after another (a claim locks a row of contego.lock to the end of its transaction), so that each sees all earlier ones;
-- finishing needs no such lock, for it can only make a claim see more lanes blocked than there are.

CREATE SEQUENCE contego.fence AS bigint;

-- Not advisory locks: any login of the database could take those, and stop everybody who waits for them.
CREATE TABLE contego.lock (
    purpose  text NOT NULL,
    provider text NOT NULL DEFAULT '',
    CONSTRAINT lock_pkey PRIMARY KEY (purpose, provider)
);
-- Here before anybody wants them: a row that another transaction has inserted and not committed would have to be waited for. Those
-- of a provider are made by its first claim.
INSERT INTO contego.lock (purpose) VALUES ('number_finished'), ('make_month'), ('drop_month');
COMMENT ON TABLE contego.lock IS 'Rows that functions of the schema lock so that only one session at a time does something. Only the owner can lock them.';
COMMENT ON COLUMN contego.lock.purpose IS 'What one session at a time may do: claim, share, number_finished, make_month, drop_month.';
COMMENT ON COLUMN contego.lock.provider IS 'For which CAS; empty if it is for all of them.';

-- Locks a row of contego.lock to the end of the transaction, and waits for the session that has it.
CREATE FUNCTION contego.take_lock(for_purpose text, of_provider text DEFAULT '') RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM contego.lock AS l WHERE l.purpose = for_purpose AND l.provider = of_provider FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        INSERT INTO contego.lock (purpose, provider) VALUES (for_purpose, of_provider) ON CONFLICT DO NOTHING;
        PERFORM FROM contego.lock AS l WHERE l.purpose = for_purpose AND l.provider = of_provider FOR NO KEY UPDATE;
    END IF;
END
$$;
COMMENT ON FUNCTION contego.take_lock IS 'Locks a row of contego.lock to the end of the transaction, and waits for the session that has it.';

-- The same without waiting; false: another session has it.
CREATE FUNCTION contego.try_lock(for_purpose text, of_provider text DEFAULT '') RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO contego.lock (purpose, provider)
    SELECT for_purpose, of_provider
    WHERE NOT EXISTS (SELECT FROM contego.lock AS l WHERE l.purpose = for_purpose AND l.provider = of_provider)
    ON CONFLICT DO NOTHING;
    PERFORM FROM contego.lock AS l WHERE l.purpose = for_purpose AND l.provider = of_provider FOR NO KEY UPDATE SKIP LOCKED;
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION contego.try_lock IS 'As take_lock, but does not wait: false if another session has the row.';

CREATE TABLE contego.daemon (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text NOT NULL,
    host          text NOT NULL,
    pid           integer NOT NULL,
    version       text NOT NULL,
    started_date  timestamptz NOT NULL DEFAULT now(),
    lease_until   timestamptz NOT NULL,
    machine       text NOT NULL DEFAULT '',
    started_ticks bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE contego.daemon IS 'The running daemons. One whose lease has ended is taken for dead: its requests run elsewhere.';
COMMENT ON COLUMN contego.daemon.machine IS 'The boot of a machine, and the namespace in it, where pid means something; empty: not known.';
COMMENT ON COLUMN contego.daemon.started_ticks IS 'When the process started, in ticks since the boot: tells it from a later one with the same pid.';

CREATE TABLE contego.request (
    id                bigint GENERATED ALWAYS AS IDENTITY,
    created_date      timestamptz NOT NULL DEFAULT now(),
    created_by        text NOT NULL DEFAULT session_user,
    action            text,
    parameters        jsonb,
    parameters_size   integer NOT NULL DEFAULT 0,
    subscription      text,
    process_name      text,
    process_id        text,
    provider          text NOT NULL DEFAULT 'default',
    priority          text NOT NULL DEFAULT 'REGULAR',
    scheduled_date    timestamptz NOT NULL DEFAULT now(),
    idempotency_key   text,
    life_cycle_state  text NOT NULL DEFAULT 'PENDING',
    progress          text NOT NULL DEFAULT 'QUEUED',
    sequence_number   bigint,
    executed_date     timestamptz,
    finished_date     timestamptz,
    reference_number  text,
    error_code        text,
    error_description text,
    result            jsonb,
    attempts          integer NOT NULL DEFAULT 0,
    due_date          timestamptz,
    lanes             text[] NOT NULL DEFAULT '{}',
    blocked_by        bigint,
    blocked_date      timestamptz,
    fence             bigint NOT NULL DEFAULT 0,
    claimed_by        bigint,
    claimed_date      timestamptz,
    interrupted       boolean NOT NULL DEFAULT false,
    CONSTRAINT action_is_given CHECK (action IS NOT NULL),
    CONSTRAINT parameters_are_an_object CHECK (parameters IS NOT NULL AND jsonb_typeof(parameters) = 'object'),
    -- A date that is not finite cannot be subtracted from another one: a claim or a view that met it would fail.
    CONSTRAINT dates_are_finite CHECK (
        isfinite(scheduled_date) AND isfinite(due_date) AND isfinite(created_date) AND isfinite(claimed_date)
        AND isfinite(blocked_date) AND isfinite(executed_date) AND isfinite(finished_date)),
    CONSTRAINT life_cycle_state_is_known CHECK (life_cycle_state IN ('PENDING', 'COMPLETED', 'REJECTED')),
    CONSTRAINT progress_fits_the_state CHECK (
        CASE life_cycle_state
            WHEN 'PENDING' THEN progress IN ('QUEUED', 'SCHEDULED', 'BLOCKED', 'IN_FLIGHT', 'RETRYING', 'HELD')
            WHEN 'COMPLETED' THEN progress IN ('DONE', 'CLOSED')
            ELSE progress IN ('REJECTED', 'CANCELLED')
        END),
    CONSTRAINT finished_has_a_date CHECK ((life_cycle_state = 'PENDING') = (finished_date IS NULL)),
    CONSTRAINT in_flight_has_a_holder CHECK ((progress = 'IN_FLIGHT') = (claimed_by IS NOT NULL)),
    CONSTRAINT blocked_has_a_blocker CHECK ((progress = 'BLOCKED') = (blocked_by IS NOT NULL)),
    CONSTRAINT rejected_has_a_code CHECK (life_cycle_state <> 'REJECTED' OR error_code IS NOT NULL)
) PARTITION BY LIST (life_cycle_state);

-- Every table has a primary key, or another replica identity: without one a publication FOR ALL TABLES would stop all writing.
CREATE TABLE contego.request_open PARTITION OF contego.request (CONSTRAINT request_open_pkey PRIMARY KEY (id))
    FOR VALUES IN ('PENDING')
    WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
          autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);
ALTER TABLE contego.request_open ALTER sequence_number SET NOT NULL, ALTER due_date SET NOT NULL;
CREATE TABLE contego.request_finished PARTITION OF contego.request FOR VALUES IN ('COMPLETED', 'REJECTED')
    PARTITION BY RANGE (finished_date);

-- The index that a claim walks: nothing is in it that the claim would have to step over. EXPRESS comes first, and every other
-- text is REGULAR: a priority that nobody knows is refused by the daemon, but does not overtake anybody.
CREATE INDEX request_open_queued ON contego.request_open (provider, (priority <> 'EXPRESS'), sequence_number) WHERE progress = 'QUEUED';
CREATE INDEX request_open_due ON contego.request_open (provider, due_date) WHERE progress IN ('SCHEDULED', 'RETRYING');
CREATE INDEX request_open_blocked ON contego.request_open (blocked_by) WHERE progress = 'BLOCKED';
-- By number, for a claim asks for what comes later than what it finds: mostly nothing, however much was in flight before.
CREATE INDEX request_open_in_flight ON contego.request_open (provider, sequence_number) WHERE progress = 'IN_FLIGHT';

COMMENT ON TABLE contego.request IS 'One provisioning request of the CRM: it inserts action and parameters, and reads the outcome.';
COMMENT ON COLUMN contego.request.id IS 'Set by the database.';
COMMENT ON COLUMN contego.request.created_date IS 'Set by the database.';
COMMENT ON COLUMN contego.request.created_by IS 'The login that inserted it; set by the database.';
COMMENT ON COLUMN contego.request.action IS 'A CRM action (BECOME_SUBSCRIBER, SWAP_INSTALLED_ITEM, ...) or the code of one of the 13 commands.';
COMMENT ON COLUMN contego.request.parameters IS 'What the action touched, or the flat parameters of a direct command. A PIN in it is masked when the request ends.';
COMMENT ON COLUMN contego.request.parameters_size IS 'Bytes of the parameters as text, as they were inserted; set by the database.';
COMMENT ON COLUMN contego.request.subscription IS 'Whose; kept for support.';
COMMENT ON COLUMN contego.request.process_name IS 'Why; kept for support.';
COMMENT ON COLUMN contego.request.process_id IS 'Why; kept for support.';
COMMENT ON COLUMN contego.request.provider IS 'Which CAS; default: default.';
COMMENT ON COLUMN contego.request.priority IS 'REGULAR (default) or EXPRESS.';
COMMENT ON COLUMN contego.request.scheduled_date IS 'Not before; default: now.';
COMMENT ON COLUMN contego.request.idempotency_key IS 'Unique per provider and login while its request is kept: a second insert of the same key is refused.';
COMMENT ON COLUMN contego.request.life_cycle_state IS 'PENDING, COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.request.progress IS 'Finer: QUEUED, SCHEDULED, BLOCKED, IN_FLIGHT, RETRYING, HELD; DONE, CLOSED; REJECTED, CANCELLED.';
COMMENT ON COLUMN contego.request.sequence_number IS 'Order of sending; set by the database. The number of the request, until a person sends it again.';
COMMENT ON COLUMN contego.request.executed_date IS 'When the first command of the latest run was sent.';
COMMENT ON COLUMN contego.request.finished_date IS 'When it became COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.request.reference_number IS 'Given by the CAS to the last command answered.';
COMMENT ON COLUMN contego.request.error_code IS 'Why it was rejected, is held or is retried.';
COMMENT ON COLUMN contego.request.error_description IS 'The same in a sentence.';
COMMENT ON COLUMN contego.request.result IS 'What the CAS returned (GET commands).';
COMMENT ON COLUMN contego.request.attempts IS 'Runs that failed and were tried again, outages of the CAS not counted.';
COMMENT ON COLUMN contego.request.due_date IS 'Scheduled or retrying: not before.';
COMMENT ON COLUMN contego.request.lanes IS 'The smartcards and boxes it touches.';
COMMENT ON COLUMN contego.request.blocked_by IS 'The request that it waits for on one of its lanes.';
COMMENT ON COLUMN contego.request.blocked_date IS 'Since when.';
COMMENT ON COLUMN contego.request.fence IS 'Number of the latest claim; only its holder may write the outcome.';
COMMENT ON COLUMN contego.request.claimed_by IS 'The daemon that runs it (contego.daemon.id).';
COMMENT ON COLUMN contego.request.claimed_date IS 'Since when.';
COMMENT ON COLUMN contego.request.interrupted IS 'Its first unfinished command may have been sent: the daemon that ran it died, or no answer came.';

CREATE TABLE contego.lane (
    provider        text NOT NULL,
    lane            text NOT NULL,
    sequence_number bigint NOT NULL,
    request_id      bigint NOT NULL,
    CONSTRAINT lane_pkey PRIMARY KEY (provider, lane, sequence_number)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000);
COMMENT ON TABLE contego.lane IS 'One row per smartcard or box of every request that is not finished: card:<CA ID>, box:<CA ID>.';

-- Of 1 s length, and begun anew while it lasts: see contego.claim and contego.enter_lanes.
CREATE TABLE contego.busy (
    provider   text NOT NULL PRIMARY KEY,
    busy_until timestamptz NOT NULL
);
COMMENT ON TABLE contego.busy IS 'Providers with more to do than their daemons can: until then an INSERT need not tell them.';
COMMENT ON COLUMN contego.busy.provider IS 'Which CAS.';
COMMENT ON COLUMN contego.busy.busy_until IS 'Set by a claim that was full; those that are not full after it tell the daemon to look often until then.';

-- A key belongs to the login that gave it: two CRMs of one provider may use the same keys, and neither hears of the other's.
CREATE TABLE contego.idempotency (
    provider        text NOT NULL,
    idempotency_key text NOT NULL,
    created_by      text NOT NULL,
    request_id      bigint NOT NULL,
    CONSTRAINT idempotency_key_is_used_already PRIMARY KEY (provider, idempotency_key, created_by)
);
COMMENT ON TABLE contego.idempotency IS 'The idempotency keys seen, and the request that each belongs to.';
COMMENT ON COLUMN contego.idempotency.created_by IS 'The login that gave the key.';

CREATE TABLE contego.command (
    request_id        bigint NOT NULL,
    sequence          integer NOT NULL,
    type              text NOT NULL,
    parameters        jsonb NOT NULL,
    request           text,
    response          text,
    reference_number  text,
    status_code       text,
    exchange          text,
    outcome           text NOT NULL,
    error_code        text,
    error_description text,
    result            jsonb,
    attempts          integer NOT NULL,
    first_sent_date   timestamptz,
    sent_date         timestamptz,
    duration_ms       double precision,
    fence             bigint NOT NULL,
    recorded_date     timestamptz NOT NULL DEFAULT now(),
    finished_date     timestamptz,
    CONSTRAINT outcome_is_known CHECK (outcome IN ('success', 'rejected', 'retry', 'hold', 'skipped')),
    CONSTRAINT exchange_is_known CHECK (exchange IN ('not_sent', 'sent_no_answer', 'answered', 'read_back'))
) PARTITION BY LIST ((finished_date IS NULL));
COMMENT ON TABLE contego.command IS 'One row per command of a request: what was sent and what was answered, secrets masked.';
COMMENT ON COLUMN contego.command.sequence IS 'Position in the request, from 1.';
COMMENT ON COLUMN contego.command.request IS 'The envelope of the latest attempt, as sent.';
COMMENT ON COLUMN contego.command.response IS 'The answer to it, as received.';
COMMENT ON COLUMN contego.command.exchange IS 'How far the latest attempt got: not_sent, sent_no_answer, answered; read_back: a GET command showed that the attempt before had been done, and envelope and answer are of that. NULL where it was skipped.';
COMMENT ON COLUMN contego.command.outcome IS 'success, rejected, retry, hold; skipped: its condition did not hold, nothing was sent; or a person skipped it, and error_description says who and why.';
COMMENT ON COLUMN contego.command.attempts IS 'How often it was tried; 0 where it was skipped.';
COMMENT ON COLUMN contego.command.duration_ms IS 'Of the latest exchange, as the daemon measured it.';
COMMENT ON COLUMN contego.command.fence IS 'Number of the claim under which it was tried last.';
COMMENT ON COLUMN contego.command.finished_date IS 'That of its request; NULL while that is open.';

-- What a command's row said before it was tried again. Most commands are tried once and never get here.
CREATE TABLE contego.former_attempt (
    request_id        bigint NOT NULL,
    sequence          integer NOT NULL,
    attempt           integer NOT NULL,
    type              text NOT NULL,
    request           text,
    response          text,
    reference_number  text,
    status_code       text,
    exchange          text,
    outcome           text NOT NULL,
    error_code        text,
    error_description text,
    sent_date         timestamptz,
    duration_ms       double precision,
    fence             bigint NOT NULL,
    recorded_date     timestamptz NOT NULL,
    CONSTRAINT former_attempt_pkey PRIMARY KEY (request_id, sequence, attempt)
);
COMMENT ON TABLE contego.former_attempt IS 'The attempts before the latest of each command; the latest is in contego.command.';

-- Envelopes are most of what is stored: lz4 costs half of what the default does. A server may be built without it.
DO $$
BEGIN
    ALTER TABLE contego.command ALTER request SET COMPRESSION lz4, ALTER response SET COMPRESSION lz4;
    ALTER TABLE contego.former_attempt ALTER request SET COMPRESSION lz4, ALTER response SET COMPRESSION lz4;
EXCEPTION
    WHEN feature_not_supported THEN NULL;
END
$$;

-- Partitions take after the table as it is when they are made.
CREATE TABLE contego.command_open PARTITION OF contego.command (CONSTRAINT command_open_pkey PRIMARY KEY (request_id, sequence))
    FOR VALUES IN (true)
    WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
          autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);
CREATE TABLE contego.command_finished PARTITION OF contego.command FOR VALUES IN (false) PARTITION BY RANGE (finished_date);

CREATE VIEW contego.attempt AS
SELECT request_id, sequence, attempts AS attempt, type, request, response, reference_number, status_code, exchange, outcome,
       error_code, error_description, sent_date, duration_ms, fence, recorded_date
FROM contego.command
WHERE exchange IS NOT NULL
UNION ALL
SELECT request_id, sequence, attempt, type, request, response, reference_number, status_code, exchange, outcome,
       error_code, error_description, sent_date, duration_ms, fence, recorded_date
FROM contego.former_attempt;
COMMENT ON VIEW contego.attempt IS 'Every attempt at every command: one row each, whether it was sent or could not be.';
