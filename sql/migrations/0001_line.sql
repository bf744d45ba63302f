-- The line in SQL: what the CRM inserts, how a daemon claims it, how the outcome is written.
--
-- Rows of contego.request live in one of two partitions. The open one stays small, whatever a site has sent in its
-- life: finishing a request deletes it there and inserts its final version into the finished one. The CRM sees one table.
--
-- Order. Every smartcard and every box that a request touches is a lane (contego.lane). Claims of one provider are made
-- one after another (an advisory lock held to the end of the claim's transaction), so that each sees all earlier ones;
-- finishing needs no such lock, for it can only make a claim see more lanes blocked than there are.

CREATE SEQUENCE contego.sequence_number AS bigint;
CREATE SEQUENCE contego.fence AS bigint;

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
    CONSTRAINT life_cycle_state_is_known CHECK (life_cycle_state IN ('PENDING', 'COMPLETED', 'REJECTED')),
    CONSTRAINT progress_fits_the_state CHECK (
        CASE life_cycle_state
            WHEN 'PENDING' THEN progress IN ('QUEUED', 'SCHEDULED', 'BLOCKED', 'IN_FLIGHT', 'RETRYING', 'HELD')
            WHEN 'COMPLETED' THEN progress = 'DONE'
            ELSE progress IN ('REJECTED', 'CANCELLED')
        END),
    CONSTRAINT finished_has_a_date CHECK ((life_cycle_state = 'PENDING') = (finished_date IS NULL)),
    CONSTRAINT in_flight_has_a_holder CHECK ((progress = 'IN_FLIGHT') = (claimed_by IS NOT NULL)),
    CONSTRAINT blocked_has_a_blocker CHECK ((progress = 'BLOCKED') = (blocked_by IS NOT NULL)),
    CONSTRAINT rejected_has_a_code CHECK (life_cycle_state <> 'REJECTED' OR error_code IS NOT NULL)
) PARTITION BY LIST (life_cycle_state);

CREATE TABLE contego.request_open PARTITION OF contego.request FOR VALUES IN ('PENDING')
    WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
          autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);
CREATE TABLE contego.request_finished PARTITION OF contego.request FOR VALUES IN ('COMPLETED', 'REJECTED');

CREATE UNIQUE INDEX request_open_id ON contego.request_open (id);
-- The index that a claim walks: nothing is in it that the claim would have to step over.
CREATE INDEX request_open_queued ON contego.request_open (provider, priority, sequence_number) WHERE progress = 'QUEUED';
CREATE INDEX request_open_due ON contego.request_open (provider, due_date) WHERE progress IN ('SCHEDULED', 'RETRYING');
CREATE INDEX request_open_blocked ON contego.request_open (blocked_by) WHERE progress = 'BLOCKED';
CREATE INDEX request_open_in_flight ON contego.request_open (claimed_by) WHERE progress = 'IN_FLIGHT';
CREATE UNIQUE INDEX request_finished_id ON contego.request_finished (id);

COMMENT ON TABLE contego.request IS 'One provisioning request of the CRM: it inserts action and parameters, and reads the outcome.';
COMMENT ON COLUMN contego.request.id IS 'Set by the database.';
COMMENT ON COLUMN contego.request.created_date IS 'Set by the database.';
COMMENT ON COLUMN contego.request.created_by IS 'The login that inserted it; set by the database.';
COMMENT ON COLUMN contego.request.action IS 'A CRM action (BECOME_SUBSCRIBER, SWAP_INSTALLED_ITEM, ...) or the code of one of the 13 commands.';
COMMENT ON COLUMN contego.request.parameters IS 'What the action touched, or the flat parameters of a direct command. A PIN in it is masked when the request ends.';
COMMENT ON COLUMN contego.request.subscription IS 'Whose; kept for support.';
COMMENT ON COLUMN contego.request.process_name IS 'Why; kept for support.';
COMMENT ON COLUMN contego.request.process_id IS 'Why; kept for support.';
COMMENT ON COLUMN contego.request.provider IS 'Which CAS; default: default.';
COMMENT ON COLUMN contego.request.priority IS 'REGULAR (default) or EXPRESS.';
COMMENT ON COLUMN contego.request.scheduled_date IS 'Not before; default: now.';
COMMENT ON COLUMN contego.request.idempotency_key IS 'Unique per provider: a second insert of the same key is refused.';
COMMENT ON COLUMN contego.request.life_cycle_state IS 'PENDING, COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.request.progress IS 'Finer: QUEUED, SCHEDULED, BLOCKED, IN_FLIGHT, RETRYING, HELD; DONE; REJECTED, CANCELLED.';
COMMENT ON COLUMN contego.request.sequence_number IS 'Order of sending; set by the database.';
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

CREATE TABLE contego.idempotency (
    provider        text NOT NULL,
    idempotency_key text NOT NULL,
    request_id      bigint NOT NULL,
    CONSTRAINT idempotency_key_is_used_already PRIMARY KEY (provider, idempotency_key)
);
COMMENT ON TABLE contego.idempotency IS 'The idempotency keys seen, and the request that each belongs to.';

CREATE TABLE contego.command (
    request_id        bigint NOT NULL,
    sequence          smallint NOT NULL,
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
    CONSTRAINT command_pkey PRIMARY KEY (request_id, sequence),
    CONSTRAINT outcome_is_known CHECK (outcome IN ('success', 'rejected', 'retry', 'hold', 'skipped')),
    CONSTRAINT exchange_is_known CHECK (exchange IN ('not_sent', 'sent_no_answer', 'answered', 'read_back'))
);
COMMENT ON TABLE contego.command IS 'One row per command of a request: what was sent and what was answered, secrets masked.';
COMMENT ON COLUMN contego.command.sequence IS 'Position in the request, from 1.';
COMMENT ON COLUMN contego.command.request IS 'The envelope of the latest attempt, as sent.';
COMMENT ON COLUMN contego.command.response IS 'The answer to it, as received.';
COMMENT ON COLUMN contego.command.exchange IS 'How far the latest attempt got: not_sent, sent_no_answer, answered; read_back: a GET command showed that the attempt before had been done, and envelope and answer are of that. NULL where it was skipped.';
COMMENT ON COLUMN contego.command.outcome IS 'success, rejected, retry, hold; skipped: its condition did not hold, nothing was sent.';
COMMENT ON COLUMN contego.command.attempts IS 'How often it was tried; 0 where it was skipped.';
COMMENT ON COLUMN contego.command.duration_ms IS 'Of the latest exchange, as the daemon measured it.';
COMMENT ON COLUMN contego.command.fence IS 'Number of the claim under which it was tried last.';

-- What a command's row said before it was tried again. Most commands are tried once and never get here.
CREATE TABLE contego.former_attempt (
    request_id        bigint NOT NULL,
    sequence          smallint NOT NULL,
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

-- The lanes of a request. Whatever the parameters hold, this must not fail: it runs inside the CRM's transaction. Long
-- texts are cut so that they fit an index; two that share a beginning then share a lane, which does no harm.
CREATE FUNCTION contego.lanes_of(parameters jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(array_agg(DISTINCT kind || left(id #>> '{}', 64) ORDER BY kind || left(id #>> '{}', 64))
                        FILTER (WHERE id #>> '{}' IS NOT NULL), '{}')
    FROM (VALUES
        ('card:', '$.smartcard_ca_id'::jsonpath),
        ('card:', '$.smartcards[*].smartcard_ca_id'),
        ('card:', '$.distributions[*].**{0 to 1}.smartcards[*]'),
        ('box:', '$.stb_ca_id'),
        ('box:', '$.stbs[*].stb_ca_id'),
        ('box:', '$.distributions[*].**{0 to 1}.stbs[*]')
    ) AS places (kind, place)
    CROSS JOIN LATERAL jsonb_path_query(parameters, place) AS id
$$;

-- Completes what the CRM inserted. The columns that are ours are set here, whatever was given.
CREATE FUNCTION contego.accept_request() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.created_date := now();
    NEW.created_by := session_user;
    NEW.provider := left(coalesce(NEW.provider, 'default'), 100);
    NEW.priority := left(coalesce(NEW.priority, 'REGULAR'), 100);
    NEW.scheduled_date := coalesce(NEW.scheduled_date, now());
    NEW.due_date := NEW.scheduled_date;
    NEW.progress := CASE WHEN NEW.scheduled_date > now() THEN 'SCHEDULED' ELSE 'QUEUED' END;
    NEW.sequence_number := nextval('contego.sequence_number');
    NEW.lanes := contego.lanes_of(NEW.parameters);
    NEW.executed_date := NULL;
    NEW.finished_date := NULL;
    NEW.reference_number := NULL;
    NEW.error_code := NULL;
    NEW.error_description := NULL;
    NEW.result := NULL;
    NEW.attempts := 0;
    NEW.blocked_by := NULL;
    NEW.blocked_date := NULL;
    NEW.fence := 0;
    NEW.claimed_by := NULL;
    NEW.claimed_date := NULL;
    NEW.interrupted := false;
    RETURN NEW;
END
$$;
CREATE TRIGGER accept_request BEFORE INSERT ON contego.request_open
    FOR EACH ROW EXECUTE FUNCTION contego.accept_request();

-- A key too long for an index is kept as its digest.
CREATE FUNCTION contego.enter_lanes() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO contego.idempotency (provider, idempotency_key, request_id)
    SELECT provider,
           CASE WHEN octet_length(idempotency_key) <= 500 THEN idempotency_key
                ELSE 'sha256:' || encode(sha256(convert_to(idempotency_key, 'UTF8')), 'hex') END,
           id
    FROM inserted
    WHERE idempotency_key IS NOT NULL;

    INSERT INTO contego.lane (provider, lane, sequence_number, request_id)
    SELECT provider, unnest(lanes), sequence_number, id
    FROM inserted;

    -- A hint only, one a statement: the daemons poll as well.
    PERFORM pg_notify('contego', '');
    RETURN NULL;
END
$$;
CREATE TRIGGER enter_lanes AFTER INSERT ON contego.request
    REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION contego.enter_lanes();

-- Hides a PIN wherever it stands in the parameters of a request that has ended: whatever a key with `pin` in it holds, in
-- whatever case, so that a misspelt new_pin hides too. No other member that a request may have is called so; what is
-- hidden too much (`mapping`) is a member that nobody knows. In the collation C, since elsewhere PIN may not be pin.
CREATE FUNCTION contego.masked(document jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF document IS NULL OR document::text NOT ILIKE '%pin%' COLLATE "C" THEN
        RETURN document;
    END IF;
    RETURN CASE jsonb_typeof(document)
        WHEN 'object' THEN (
            SELECT jsonb_object_agg(key, CASE WHEN key ILIKE '%pin%' COLLATE "C" THEN '"****"' ELSE contego.masked(value) END)
            FROM jsonb_each(document))
        WHEN 'array' THEN (
            SELECT jsonb_agg(contego.masked(element) ORDER BY position)
            FROM jsonb_array_elements(document) WITH ORDINALITY AS items (element, position))
        ELSE document
    END;
END
$$;

-- Gives due requests of one provider to one daemon. Blocked ones leave the queue until the one they wait for is finished.
--
-- Blocked is a request when, on any of its lanes, another one is in flight, or an earlier one is due and not finished.
-- It is parked behind its nearest predecessor, so that each finish wakes the next of a lane and not all that wait. The lock on the
-- predecessor makes its finisher wait for this transaction and then see the parked row; where the lock is not to be had
-- (it is being finished right now), the row just stays in the queue.
CREATE FUNCTION contego.claim(for_daemon bigint, of_provider text, at_most integer)
RETURNS TABLE (
    id bigint, action text, parameters jsonb, priority text, sequence_number bigint, fence bigint, attempts integer,
    interrupted boolean, age_seconds double precision, finished jsonb)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    this_fence bigint;
    room integer := at_most;
    free bigint[];
    parked bigint[];
    blockers bigint[];
    found_rows integer;
    claimed bigint[] := '{}';
    rounds integer := 0;
    this_moment timestamptz;
BEGIN
    -- A daemon whose host is gone before it committed must not keep the lock, and with it all others, for hours.
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true);
    PERFORM pg_advisory_xact_lock(hashtext('contego.claim'), hashtext(of_provider));
    this_fence := nextval('contego.fence');
    this_moment := clock_timestamp(); -- now() may be long ago: it is when the wait for the lock began

    UPDATE contego.request_open AS o
    SET progress = 'QUEUED'
    FROM (
        SELECT d.id FROM contego.request_open AS d
        WHERE d.provider = of_provider AND d.progress IN ('SCHEDULED', 'RETRYING') AND d.due_date <= this_moment
        ORDER BY d.due_date
        LIMIT 10000
        FOR UPDATE SKIP LOCKED
    ) AS due
    WHERE o.id = due.id;

    LOOP
        WITH candidate AS MATERIALIZED (
            SELECT q.id, q.sequence_number, q.lanes
            FROM contego.request_open AS q
            WHERE q.provider = of_provider AND q.progress = 'QUEUED'
            ORDER BY q.priority, q.sequence_number
            LIMIT greatest(room, 50)
            FOR UPDATE SKIP LOCKED
        ), ranked AS MATERIALIZED (
            SELECT c.*, row_number() OVER () AS rank FROM candidate AS c
        ), busy AS MATERIALIZED (
            SELECT unnest(f.lanes) AS lane, f.id
            FROM contego.request_open AS f
            WHERE f.provider = of_provider AND f.progress = 'IN_FLIGHT'
        ), behind AS (
            SELECT c.id, earlier.request_id AS blocked_by, earlier.sequence_number
            FROM ranked AS c
            CROSS JOIN LATERAL unnest(c.lanes) AS mine (lane)
            CROSS JOIN LATERAL (
                SELECT l.request_id, l.sequence_number
                FROM contego.lane AS l
                JOIN contego.request_open AS o ON o.id = l.request_id
                WHERE l.provider = of_provider AND l.lane = mine.lane AND l.sequence_number < c.sequence_number
                  -- What stands in the queue is due, whatever the clocks of the two transactions say.
                  AND (o.progress NOT IN ('SCHEDULED', 'HELD') OR o.scheduled_date <= this_moment)
                ORDER BY l.sequence_number DESC
                LIMIT 1
            ) AS earlier
            UNION ALL
            SELECT c.id, busy.id, 0
            FROM ranked AS c
            CROSS JOIN LATERAL unnest(c.lanes) AS mine (lane)
            JOIN busy ON busy.lane = mine.lane
        ), nearest AS (
            SELECT DISTINCT ON (b.id) b.id, b.blocked_by FROM behind AS b ORDER BY b.id, b.sequence_number DESC
        )
        SELECT array_agg(c.id ORDER BY c.rank) FILTER (WHERE n.id IS NULL),
               array_agg(c.id ORDER BY c.rank) FILTER (WHERE n.id IS NOT NULL),
               array_agg(n.blocked_by ORDER BY c.rank) FILTER (WHERE n.id IS NOT NULL),
               count(*)
        INTO free, parked, blockers, found_rows
        FROM ranked AS c
        LEFT JOIN nearest AS n ON n.id = c.id;

        IF parked IS NOT NULL THEN
            UPDATE contego.request_open AS o
            SET progress = 'BLOCKED', blocked_by = p.blocker, blocked_date = coalesce(o.blocked_date, now())
            FROM unnest(parked, blockers) AS p (id, blocker)
            JOIN (
                SELECT b.id, b.progress, b.sequence_number FROM contego.request_open AS b
                WHERE b.id = ANY (blockers)
                FOR KEY SHARE SKIP LOCKED
            ) AS still_there ON still_there.id = p.blocker
            -- As it is now that it is locked: one that comes later blocks by its flight only, which may be over.
            WHERE o.id = p.id
              AND (still_there.progress = 'IN_FLIGHT' OR still_there.sequence_number < o.sequence_number);
        END IF;

        free := free[1:room];
        IF free IS NOT NULL THEN
            UPDATE contego.request_open AS o
            SET progress = 'IN_FLIGHT', fence = this_fence, claimed_by = for_daemon, claimed_date = now(),
                blocked_date = NULL
            WHERE o.id = ANY (free);
            claimed := claimed || free;
            room := room - cardinality(free);
        END IF;

        rounds := rounds + 1;
        EXIT WHEN room <= 0 OR parked IS NULL OR rounds >= 20;
    END LOOP;

    RETURN QUERY
    SELECT o.id, o.action, o.parameters, o.priority, o.sequence_number, o.fence, o.attempts, o.interrupted,
           extract(epoch FROM this_moment - o.scheduled_date)::double precision,
           CASE WHEN o.attempts > 0 OR o.interrupted OR o.executed_date IS NOT NULL THEN (
               SELECT jsonb_agg(jsonb_build_object('sequence', c.sequence, 'result', c.result,
                                                   'reference_number', c.reference_number) ORDER BY c.sequence)
               FROM contego.command AS c
               WHERE c.request_id = o.id AND c.outcome IN ('success', 'skipped'))
           END
    FROM unnest(claimed) WITH ORDINALITY AS mine (id, rank)
    JOIN contego.request_open AS o ON o.id = mine.id
    ORDER BY mine.rank;
END
$$;

-- Wakes those that wait for one of these on a lane where they come first: only its flight kept them back, and that is
-- over though it has not ended. Without this, the two would wait for each other. To be called after a statement that
-- locked them for update: what a claim parks behind them meanwhile is seen then.
CREATE FUNCTION contego.wake_earlier(landed bigint[]) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE contego.request_open AS o
    SET progress = 'QUEUED', blocked_by = NULL
    FROM contego.request_open AS b
    WHERE b.id = ANY (landed) AND o.progress = 'BLOCKED' AND o.blocked_by = b.id
      AND o.sequence_number < b.sequence_number AND b.progress <> 'IN_FLIGHT'
$$;

-- Puts back what a claim took whose answer never arrived: the daemon knows of no claim after `latest_fence`. Nothing of
-- it was sent. Waits for that claim's transaction, should it still be under way.
CREATE FUNCTION contego.give_back_lost(of_daemon bigint, of_provider text, latest_fence bigint) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    given_back bigint[];
BEGIN
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true); -- as in contego.claim
    PERFORM pg_advisory_xact_lock(hashtext('contego.claim'), hashtext(of_provider));
    WITH lost AS (
        UPDATE contego.request_open
        SET progress = 'QUEUED', claimed_by = NULL, claimed_date = NULL
        WHERE progress = 'IN_FLIGHT' AND claimed_by = of_daemon AND provider = of_provider AND fence > latest_fence
        RETURNING id
    )
    SELECT coalesce(array_agg(l.id), '{}') INTO given_back FROM lost AS l;
    PERFORM contego.wake_earlier(given_back);
    RETURN cardinality(given_back);
END
$$;

-- Milliseconds until the next scheduled or retrying request of a provider is due; NULL where there is none.
CREATE FUNCTION contego.next_due(of_provider text) RETURNS double precision
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT greatest(0, extract(epoch FROM due_date - now()) * 1000)::double precision
    FROM contego.request_open
    WHERE provider = of_provider AND progress IN ('SCHEDULED', 'RETRYING')
    ORDER BY due_date
    LIMIT 1
$$;

-- Writes what happened to requests that are still held under the claim they name; `stale` are those that are not,
-- `woken` counts the parked requests that may now be claimed. One call is one transaction's worth: commands first, then
-- what becomes of their requests. Ages are milliseconds before now.
CREATE FUNCTION contego.record(commands jsonb, verdicts jsonb, OUT stale bigint[], OUT woken bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ours bigint[];
    our_fences bigint[];
    ended bigint[];
BEGIN
    WITH named AS (
        SELECT DISTINCT n.request_id, n.fence
        FROM jsonb_to_recordset(commands || verdicts) AS n (request_id bigint, fence bigint)
    ), held AS (
        SELECT o.id, o.fence
        FROM contego.request_open AS o
        JOIN named AS n ON n.request_id = o.id AND n.fence = o.fence
        WHERE o.progress = 'IN_FLIGHT'
        ORDER BY o.id
        FOR UPDATE OF o
    )
    -- Request and fence together: one batch may hold outcomes of two claims on one request, where this daemon lost its
    -- lease, joined again and claimed the same request anew.
    SELECT coalesce(array_agg(h.id), '{}'), coalesce(array_agg(h.fence), '{}') INTO ours, our_fences FROM held AS h;

    INSERT INTO contego.former_attempt (
        request_id, sequence, attempt, type, request, response, reference_number, status_code, exchange, outcome,
        error_code, error_description, sent_date, duration_ms, fence, recorded_date)
    SELECT c.request_id, c.sequence, c.attempts, c.type, c.request, c.response, c.reference_number, c.status_code,
           c.exchange, c.outcome, c.error_code, c.error_description, c.sent_date, c.duration_ms, c.fence, c.recorded_date
    FROM jsonb_to_recordset(commands) AS n (request_id bigint, fence bigint, sequence smallint)
    JOIN contego.command AS c ON c.request_id = n.request_id AND c.sequence = n.sequence
    WHERE (n.request_id, n.fence) IN (SELECT * FROM unnest(ours, our_fences)) AND c.exchange IS NOT NULL;

    INSERT INTO contego.command AS c (
        request_id, sequence, type, parameters, request, response, reference_number, status_code, exchange, outcome,
        error_code, error_description, result, attempts, first_sent_date, sent_date, duration_ms, fence)
    SELECT n.request_id, n.sequence, n.type, n.parameters, n.request, n.response, n.reference_number, n.status_code,
           n.exchange, n.outcome, n.error_code, n.error_description, n.result, CASE WHEN n.sent_age IS NULL THEN 0 ELSE 1 END,
           clock_timestamp() - n.sent_age * interval '1 millisecond',
           clock_timestamp() - n.sent_age * interval '1 millisecond', n.duration_ms, n.fence
    FROM jsonb_to_recordset(commands) AS n (
        request_id bigint, fence bigint, sequence smallint, type text, parameters jsonb, request text, response text,
        reference_number text, status_code text, exchange text, outcome text, error_code text, error_description text,
        result jsonb, sent_age double precision, duration_ms double precision)
    WHERE (n.request_id, n.fence) IN (SELECT * FROM unnest(ours, our_fences))
    ON CONFLICT (request_id, sequence) DO UPDATE
    SET type = excluded.type, parameters = excluded.parameters, request = excluded.request,
        response = excluded.response, reference_number = excluded.reference_number,
        status_code = excluded.status_code, exchange = excluded.exchange, outcome = excluded.outcome, error_code = excluded.error_code,
        error_description = excluded.error_description, result = excluded.result,
        attempts = c.attempts + excluded.attempts, first_sent_date = coalesce(c.first_sent_date, excluded.first_sent_date),
        sent_date = excluded.sent_date, duration_ms = excluded.duration_ms, fence = excluded.fence,
        recorded_date = now();

    WITH ending AS (
        SELECT v.*
        FROM jsonb_to_recordset(verdicts) AS v (
            request_id bigint, fence bigint, disposition text, error_code text, error_description text,
            reference_number text, result jsonb, sent_age double precision)
        WHERE (v.request_id, v.fence) IN (SELECT * FROM unnest(ours, our_fences)) AND v.disposition IN ('complete', 'reject', 'cancel')
    ), gone AS (
        DELETE FROM contego.request_open AS o USING ending AS e WHERE o.id = e.request_id RETURNING o.*
    ), freed AS (
        DELETE FROM contego.lane AS l
        USING (SELECT g.provider, unnest(g.lanes) AS lane, g.sequence_number FROM gone AS g) AS g
        WHERE l.provider = g.provider AND l.lane = g.lane AND l.sequence_number = g.sequence_number
    ), finished AS (
        INSERT INTO contego.request_finished (
            id, created_date, created_by, action, parameters, subscription, process_name, process_id, provider,
            priority, scheduled_date, idempotency_key, life_cycle_state, progress, sequence_number, executed_date,
            finished_date, reference_number, error_code, error_description, result, attempts, due_date, lanes, fence,
            interrupted)
        OVERRIDING SYSTEM VALUE
        SELECT g.id, g.created_date, g.created_by, g.action, contego.masked(g.parameters), g.subscription,
               g.process_name, g.process_id, g.provider, g.priority, g.scheduled_date, g.idempotency_key,
               CASE e.disposition WHEN 'complete' THEN 'COMPLETED' ELSE 'REJECTED' END,
               CASE e.disposition WHEN 'complete' THEN 'DONE' WHEN 'cancel' THEN 'CANCELLED' ELSE 'REJECTED' END,
               g.sequence_number,
               coalesce(clock_timestamp() - e.sent_age * interval '1 millisecond', g.executed_date),
               clock_timestamp(), coalesce(e.reference_number, g.reference_number), e.error_code, e.error_description,
               e.result, g.attempts, g.due_date, g.lanes, g.fence, g.interrupted
        FROM gone AS g
        JOIN ending AS e ON e.request_id = g.id
        RETURNING request_finished.id
    )
    SELECT array_agg(f.id) INTO ended FROM finished AS f;

    UPDATE contego.request_open AS o
    SET progress = CASE v.disposition WHEN 'retry' THEN 'RETRYING' WHEN 'hold' THEN 'HELD' ELSE 'QUEUED' END,
        attempts = o.attempts + CASE WHEN v.disposition = 'retry' AND v.counts THEN 1 ELSE 0 END,
        due_date = CASE v.disposition WHEN 'retry' THEN now() + v.delay * interval '1 millisecond' ELSE o.due_date END,
        executed_date = coalesce(clock_timestamp() - v.sent_age * interval '1 millisecond', o.executed_date),
        reference_number = coalesce(v.reference_number, o.reference_number),
        error_code = v.error_code, error_description = v.error_description,
        claimed_by = NULL, claimed_date = NULL,
        interrupted = v.disposition IN ('retry', 'release') AND coalesce(v.in_doubt, false)
    FROM jsonb_to_recordset(verdicts) AS v (
        request_id bigint, fence bigint, disposition text, error_code text, error_description text,
        reference_number text, delay double precision, counts boolean, in_doubt boolean, sent_age double precision)
    WHERE o.id = v.request_id AND (v.request_id, v.fence) IN (SELECT * FROM unnest(ours, our_fences)) AND v.disposition IN ('retry', 'hold', 'release');

    -- A statement of its own: its snapshot sees the rows that were parked while the deletion above waited.
    UPDATE contego.request_open AS o
    SET progress = 'QUEUED', blocked_by = NULL
    WHERE o.progress = 'BLOCKED' AND o.blocked_by = ANY (ended);
    GET DIAGNOSTICS woken = ROW_COUNT;
    PERFORM contego.wake_earlier(ours);

    SELECT coalesce(array_agg(DISTINCT n.request_id), '{}') INTO stale
    FROM jsonb_to_recordset(commands || verdicts) AS n (request_id bigint, fence bigint)
    WHERE (n.request_id, n.fence) NOT IN (SELECT * FROM unnest(ours, our_fences));
END
$$;

-- A daemon says that it is there. The lease is counted in the database's clock.
CREATE FUNCTION contego.join_fleet(daemon_name text, daemon_host text, daemon_pid integer, daemon_version text, lease interval,
                                   daemon_machine text DEFAULT '', daemon_started_ticks bigint DEFAULT 0)
RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO contego.daemon (name, host, pid, version, lease_until, machine, started_ticks)
    VALUES (daemon_name, daemon_host, daemon_pid, daemon_version, clock_timestamp() + lease, daemon_machine, daemon_started_ticks)
    RETURNING id
$$;

-- The daemons whose lease has not ended on one machine: whoever runs there can see which of them are no more.
CREATE FUNCTION contego.neighbours(on_machine text) RETURNS TABLE (id bigint, pid integer, started_ticks bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.id, d.pid, d.started_ticks
    FROM contego.daemon AS d
    WHERE d.machine = on_machine AND on_machine <> '' AND d.lease_until > clock_timestamp()
$$;

-- Ends the lease of a daemon whose process was seen to be no more, by one on the same machine.
CREATE FUNCTION contego.declare_dead(of_daemon bigint, on_machine text) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE contego.daemon SET lease_until = '-infinity'
    WHERE id = of_daemon AND machine = on_machine AND on_machine <> ''
$$;

-- Lengthens the lease. False: the daemon was taken for dead; it must join again.
CREATE FUNCTION contego.renew_lease(of_daemon bigint, lease interval) RETURNS boolean
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    WITH renewed AS (
        UPDATE contego.daemon SET lease_until = clock_timestamp() + lease
        WHERE id = of_daemon AND lease_until > clock_timestamp()
        RETURNING id)
    SELECT EXISTS (SELECT FROM renewed)
$$;

-- Puts the requests of daemons whose lease has ended back into the queue, and repairs rows that wait for a request that
-- is no longer open, or no longer in flight and not before them. Returns how many were rescued. Any daemon may call it at any time.
CREATE FUNCTION contego.rescue() RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    rescued bigint;
    candidates bigint[];
BEGIN
    DELETE FROM contego.daemon AS d WHERE d.lease_until <= clock_timestamp();

    -- What is locked is being recorded or repaired at this moment: the next call sees what became of it, nobody waits.
    -- Whose it is is asked again once it is locked: a rescue elsewhere and a claim may have been quicker.
    SELECT array_agg(f.id) INTO candidates
    FROM (
        SELECT i.id FROM contego.request_open AS i
        WHERE i.progress = 'IN_FLIGHT'
          AND NOT EXISTS (SELECT FROM contego.daemon AS d WHERE d.id = i.claimed_by)
        FOR UPDATE SKIP LOCKED
    ) AS f;
    UPDATE contego.request_open AS o
    SET progress = 'QUEUED', claimed_by = NULL, claimed_date = NULL, interrupted = true
    WHERE o.id = ANY (candidates) AND o.progress = 'IN_FLIGHT'
      AND NOT EXISTS (SELECT FROM contego.daemon AS d WHERE d.id = o.claimed_by);
    GET DIAGNOSTICS rescued = ROW_COUNT;

    SELECT array_agg(s.id) INTO candidates
    FROM (
        SELECT w.id FROM contego.request_open AS w
        WHERE w.progress = 'BLOCKED'
          AND NOT EXISTS (
              SELECT FROM contego.request_open AS b
              WHERE b.id = w.blocked_by AND (b.sequence_number < w.sequence_number OR b.progress = 'IN_FLIGHT'))
        FOR UPDATE SKIP LOCKED
    ) AS s;
    UPDATE contego.request_open AS o
    SET progress = 'QUEUED', blocked_by = NULL
    WHERE o.id = ANY (candidates) AND o.progress = 'BLOCKED'
      AND NOT EXISTS (
          SELECT FROM contego.request_open AS b
          WHERE b.id = o.blocked_by AND (b.sequence_number < o.sequence_number OR b.progress = 'IN_FLIGHT'));
    RETURN rescued;
END
$$;

-- A daemon that has given everything back says good-bye.
CREATE FUNCTION contego.leave_fleet(of_daemon bigint) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE contego.daemon SET lease_until = '-infinity' WHERE id = of_daemon
$$;

-- What compiling would cost is never earned back: statements are short, and their estimates grow with the backlog.
ALTER FUNCTION contego.claim SET jit = off;
ALTER FUNCTION contego.record SET jit = off;
ALTER FUNCTION contego.rescue SET jit = off;
