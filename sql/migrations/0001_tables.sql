-- The line in SQL: what the CRM inserts, how a daemon claims it, how the outcome is written.
--
-- Rows of contego.request live in one of two partitions. The open one stays small, whatever a site has sent in its
-- life: finishing a request deletes it there and inserts its final version into the finished one, which is one table for
-- each month. So it is with its commands. The CRM sees one table.
--
-- Order. Every smartcard and every box that a request touches is a lane (contego.lane). Claims of one provider are made
-- one after another (a claim locks a row of contego.lock to the end of its transaction), so that each sees all earlier ones;
-- finishing needs no such lock, for it can only make a claim see more lanes blocked than there are.

CREATE SEQUENCE contego.fence AS bigint;
COMMENT ON SEQUENCE contego.fence IS 'Numbers the claims: only the holder of a request''s latest writes its outcome.';

-- Not advisory locks: any login of the database could take those, and stop everybody who waits for them.
CREATE TABLE contego.lock (
    purpose  text NOT NULL,
    provider text NOT NULL DEFAULT '',
    CONSTRAINT lock_pkey PRIMARY KEY (purpose, provider)
);
COMMENT ON TABLE contego.lock IS 'Rows that functions of the schema lock so that only one session at a time does something. Only the owner can lock them.';
COMMENT ON COLUMN contego.lock.purpose IS 'What one session at a time may do: claim, share, number_finished, make_month, drop_month.';
COMMENT ON COLUMN contego.lock.provider IS 'For which CAS; empty if it is for all of them.';

-- Here before anybody wants them: a row that another transaction has inserted and not committed would have to be waited for. Those
-- of a provider are made by its first claim.
INSERT INTO contego.lock (purpose) VALUES ('number_finished'), ('make_month'), ('drop_month');

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
COMMENT ON COLUMN contego.daemon.id IS 'Given when it joins; a new one each time.';
COMMENT ON COLUMN contego.daemon.name IS 'As its configuration calls it.';
COMMENT ON COLUMN contego.daemon.pid IS 'Its process.';
COMMENT ON COLUMN contego.daemon.version IS 'Of the program.';
COMMENT ON COLUMN contego.daemon.started_date IS 'When it joined.';
COMMENT ON COLUMN contego.daemon.lease_until IS 'Taken for dead after this, unless it renews its lease.';
COMMENT ON COLUMN contego.daemon.host IS 'Host that the daemon runs on.';
COMMENT ON SEQUENCE contego.daemon_id_seq IS 'Gives contego.daemon.id.';

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
    maybe_sent       boolean NOT NULL DEFAULT false,
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
COMMENT ON COLUMN contego.request.maybe_sent IS 'Its first unfinished command may have been sent: the daemon that ran it died, or no answer came.';

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
-- What a person has to look at is found in a backlog of a million in a millisecond, where reading it all took 360. Only what becomes
-- HELD is entered: claiming and recording were measured to cost the same with and without.
CREATE INDEX request_open_held ON contego.request_open (id) WHERE progress = 'HELD';
-- What is finished, by time. Rows come in the order of this index, at its end, where an insert costs least.
CREATE INDEX request_finished_date ON contego.request_finished (finished_date);
CREATE INDEX request_finished_rejected ON contego.request_finished (finished_date) WHERE life_cycle_state = 'REJECTED';
COMMENT ON TABLE contego.request_open IS 'The requests that are PENDING: a partition of contego.request, kept small. Ask contego.request.';
COMMENT ON SEQUENCE contego.request_id_seq IS 'Gives contego.request.id.';
COMMENT ON TABLE contego.request_finished IS 'The requests that are COMPLETED or REJECTED: a partition of contego.request, one of its own for each month. Ask contego.request.';

CREATE TABLE contego.lane (
    provider        text NOT NULL,
    lane            text NOT NULL,
    sequence_number bigint NOT NULL,
    request_id      bigint NOT NULL,
    CONSTRAINT lane_pkey PRIMARY KEY (provider, lane, sequence_number)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000);
COMMENT ON TABLE contego.lane IS 'One row per smartcard or box of every request that is not finished: card:<CA ID>, box:<CA ID>.';
COMMENT ON COLUMN contego.lane.provider IS 'Which CAS.';
COMMENT ON COLUMN contego.lane.lane IS 'A smartcard or a box: card:<CA ID>, box:<CA ID>.';
COMMENT ON COLUMN contego.lane.sequence_number IS 'Order of sending.';
COMMENT ON COLUMN contego.lane.request_id IS 'The request (contego.request.id).';

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
COMMENT ON COLUMN contego.idempotency.provider IS 'Which CAS.';
COMMENT ON COLUMN contego.idempotency.idempotency_key IS 'The CRM''s key: unique per provider and login as long as the request is kept.';
COMMENT ON COLUMN contego.idempotency.request_id IS 'The request (contego.request.id).';

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
COMMENT ON COLUMN contego.command.request_id IS 'The request (contego.request.id).';
COMMENT ON COLUMN contego.command.type IS 'Code of the command.';
COMMENT ON COLUMN contego.command.parameters IS 'Parameters, secrets masked.';
COMMENT ON COLUMN contego.command.reference_number IS 'Given by the CAS.';
COMMENT ON COLUMN contego.command.status_code IS 'The CAS''s own status.';
COMMENT ON COLUMN contego.command.error_code IS 'Why it failed.';
COMMENT ON COLUMN contego.command.error_description IS 'The same in a sentence.';
COMMENT ON COLUMN contego.command.result IS 'What the CAS returned (GET commands).';
COMMENT ON COLUMN contego.command.first_sent_date IS 'When the first attempt was sent.';
COMMENT ON COLUMN contego.command.sent_date IS 'When it was sent, or would have been.';
COMMENT ON COLUMN contego.command.recorded_date IS 'When the outcome was written.';

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
COMMENT ON COLUMN contego.former_attempt.request_id IS 'The request (contego.request.id).';
COMMENT ON COLUMN contego.former_attempt.sequence IS 'Position of the command in the request, from 1.';
COMMENT ON COLUMN contego.former_attempt.attempt IS 'Which attempt at the command, from 1; 0 where it was skipped.';
COMMENT ON COLUMN contego.former_attempt.type IS 'Code of the command.';
COMMENT ON COLUMN contego.former_attempt.request IS 'The envelope as sent, secrets masked.';
COMMENT ON COLUMN contego.former_attempt.response IS 'The answer as received, secrets masked.';
COMMENT ON COLUMN contego.former_attempt.reference_number IS 'Given by the CAS.';
COMMENT ON COLUMN contego.former_attempt.status_code IS 'The CAS''s own status.';
COMMENT ON COLUMN contego.former_attempt.exchange IS 'How far it got: not_sent, sent_no_answer, answered, read_back; NULL where it was skipped.';
COMMENT ON COLUMN contego.former_attempt.outcome IS 'success, rejected, retry, hold; skipped: its condition did not hold, nothing was sent; or a person skipped it.';
COMMENT ON COLUMN contego.former_attempt.error_code IS 'Why it failed.';
COMMENT ON COLUMN contego.former_attempt.error_description IS 'The same in a sentence.';
COMMENT ON COLUMN contego.former_attempt.sent_date IS 'When it was sent, or would have been.';
COMMENT ON COLUMN contego.former_attempt.duration_ms IS 'Of the exchange, as the daemon measured it.';
COMMENT ON COLUMN contego.former_attempt.fence IS 'Number of the claim under which it was tried.';
COMMENT ON COLUMN contego.former_attempt.recorded_date IS 'When the outcome was written.';

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
COMMENT ON TABLE contego.command_open IS 'Commands of requests that are PENDING: a partition of contego.command, kept small. Ask contego.command.';

CREATE TABLE contego.command_finished PARTITION OF contego.command FOR VALUES IN (false) PARTITION BY RANGE (finished_date);
COMMENT ON TABLE contego.command_finished IS 'Commands of requests that have ended: a partition of contego.command, one of its own for each month. Ask contego.command.';

-- What each daemon may do to a provider's CAS, of what all of them together may.
CREATE TABLE contego.share (
    provider  text NOT NULL,
    daemon_id bigint NOT NULL REFERENCES contego.daemon ON DELETE CASCADE,
    in_flight integer NOT NULL,
    rate      double precision NOT NULL,
    PRIMARY KEY (provider, daemon_id)
);
COMMENT ON TABLE contego.share IS 'What each daemon takes of what the fleet may do to the CAS of a provider.';
COMMENT ON COLUMN contego.share.in_flight IS 'Exchanges at once that it may have on their way.';
COMMENT ON COLUMN contego.share.rate IS 'Exchanges that it may begin in a second.';
COMMENT ON COLUMN contego.share.provider IS 'Which CAS.';
COMMENT ON COLUMN contego.share.daemon_id IS 'The daemon (contego.daemon.id).';

-- What people do to requests: retry, cancel, hold, release, close, skip. Never to one that is in flight.
CREATE TABLE contego.operator_action (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id  bigint NOT NULL,
    verb        text NOT NULL,
    before      text NOT NULL,
    after       text NOT NULL,
    reason      text,
    acted_by    text NOT NULL DEFAULT session_user,
    acted_date  timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX operator_action_request ON contego.operator_action (request_id);
COMMENT ON TABLE contego.operator_action IS 'What people did to requests: one row per verb that took effect.';
COMMENT ON COLUMN contego.operator_action.acted_by IS 'The login.';
COMMENT ON COLUMN contego.operator_action.id IS 'In the order in which they were done.';
COMMENT ON COLUMN contego.operator_action.verb IS 'retry, cancel, hold, release, close or skip.';
COMMENT ON COLUMN contego.operator_action.before IS 'Progress that the verb found.';
COMMENT ON COLUMN contego.operator_action.after IS 'Progress that it left.';
COMMENT ON COLUMN contego.operator_action.reason IS 'Why, in that person''s words.';
COMMENT ON COLUMN contego.operator_action.acted_date IS 'When.';
COMMENT ON COLUMN contego.operator_action.request_id IS 'The request (contego.request.id).';
COMMENT ON SEQUENCE contego.operator_action_id_seq IS 'Gives contego.operator_action.id.';

-- The card and box numbers, subscription and process of every request, open or finished. It is written when a request is
-- inserted and never again, so that claiming and recording have nothing to do with it, and one index answers for both
-- partitions. Without it all that ever touched a card would be found by reading all finished requests.
CREATE TABLE contego.subject (
    kind       text NOT NULL,
    name       text NOT NULL,
    request_id bigint NOT NULL,
    CONSTRAINT subject_pkey PRIMARY KEY (kind, name, request_id)
);
COMMENT ON TABLE contego.subject IS 'What every request is about, open or finished: one row for each card, box, subscription and process.';
COMMENT ON COLUMN contego.subject.kind IS 'card, box, subscription or process.';
COMMENT ON COLUMN contego.subject.name IS 'Its number or name; of texts longer than 500 characters the first 500.';
COMMENT ON COLUMN contego.subject.request_id IS 'The request.';

-- The feed. A number drawn when a request ends would be drawn before it commits, and a reader that has passed a number never sees
-- the one below it that commits later. So an end is only noted (feed_inbox, one more row a request, in the transaction that ends it);
-- the daemons number what has been committed since, twice a second and one at a time (contego.number_finished). The lock is held to the end
-- of that transaction, so that a number is visible only when all before it are. A reader never takes the lock: its transaction may stay
-- open, or be prepared, and others would wait for it.
-- The telling (NOTIFY) belongs to the numbering: in the transaction that records, which then waited for the commit of every
-- INSERT of the CRM, it was measured to cost a third of the rate.
-- The other way, to stop at the oldest transaction that runs, would let any forgotten session of the whole cluster stop every reader.
CREATE SEQUENCE contego.feed_position AS bigint;
COMMENT ON SEQUENCE contego.feed_position IS 'Gives contego.feed.position.';

CREATE TABLE contego.feed_inbox (
    request_id       bigint NOT NULL,
    life_cycle_state text NOT NULL,
    finished_date    timestamptz NOT NULL,
    created_by       text NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
ALTER TABLE contego.feed_inbox REPLICA IDENTITY FULL; -- for a publication; an index would cost each end something, without one too
COMMENT ON TABLE contego.feed_inbox IS 'What has finished and has no position in the feed yet.';
COMMENT ON COLUMN contego.feed_inbox.request_id IS 'The request.';
COMMENT ON COLUMN contego.feed_inbox.life_cycle_state IS 'COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.feed_inbox.finished_date IS 'When.';
COMMENT ON COLUMN contego.feed_inbox.created_by IS 'The login whose request it is.';

CREATE TABLE contego.feed (
    position         bigint PRIMARY KEY,
    request_id       bigint NOT NULL,
    life_cycle_state text NOT NULL,
    finished_date    timestamptz NOT NULL,
    created_by       text NOT NULL
);
CREATE INDEX feed_created_by ON contego.feed (created_by, position);
COMMENT ON TABLE contego.feed IS 'What has finished, in the order in which it was numbered. Read it by contego.finished_after.';
COMMENT ON COLUMN contego.feed.position IS 'Grows, with gaps; one becomes visible only when all before it are.';
COMMENT ON COLUMN contego.feed.request_id IS 'The request; again where a person sent a rejected one again and it has ended anew.';
COMMENT ON COLUMN contego.feed.life_cycle_state IS 'COMPLETED or REJECTED, as it ended then.';
COMMENT ON COLUMN contego.feed.finished_date IS 'When it ended.';
COMMENT ON COLUMN contego.feed.created_by IS 'The login whose request it is.';

-- What is finished, by month (UTC) of its end: request_finished_2030_01 and, with the commands of those requests,
-- command_finished_2030_01. A month is made ahead, and dropped as a whole when nobody wants it any more: to delete its rows one by one
-- would cost as much as it cost to write them.
--
-- Within a month no request and no command of one stands twice. Over months, and between them and the open ones, no index can say so:
-- it would have to hold the date. There the move itself does, which takes the row away where it was, under the request's lock.

-- The months that there are.
CREATE TABLE contego.month (
    month          date PRIMARY KEY,
    made_date      timestamptz NOT NULL DEFAULT now(),
    dropping_since timestamptz,
    cleared_up_to  bigint NOT NULL DEFAULT 0,
    CONSTRAINT month_begins_with_its_first_day CHECK (extract(day FROM month) = 1)
);
COMMENT ON TABLE contego.month IS 'The months that finished requests and their commands are kept in.';
COMMENT ON COLUMN contego.month.month IS 'Its first day; a month begins and ends in UTC.';
COMMENT ON COLUMN contego.month.made_date IS 'When its tables were made.';
COMMENT ON COLUMN contego.month.dropping_since IS 'Since when it is being dropped: its requests cannot be sent again.';
COMMENT ON COLUMN contego.month.cleared_up_to IS 'Up to which request that which belongs to it elsewhere is deleted.';

-- The partitions say of their columns what the table says. The months are made like request_finished and command_finished, comments
-- included.
DO $$
DECLARE
    place record;
BEGIN
    FOR place IN
        SELECT c.oid, a.attname, col_description(t.oid, r.attnum) AS meaning
        FROM (VALUES ('request', 'request_open'), ('request', 'request_finished'),
                     ('command', 'command_open'), ('command', 'command_finished')) AS pair (whole, part)
        JOIN pg_class AS t ON t.oid = to_regclass('contego.' || pair.whole)
        JOIN pg_class AS c ON c.oid = to_regclass('contego.' || pair.part)
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
        JOIN pg_attribute AS r ON r.attrelid = t.oid AND r.attname = a.attname
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', place.oid::regclass, place.attname, place.meaning);
    END LOOP;
END
$$;

-- The ledger. `contegod migrate` makes these two tables itself, before the first step.
COMMENT ON TABLE contego.migration IS 'The steps of the schema that were applied.';
COMMENT ON COLUMN contego.migration.version IS 'Number of the step.';
COMMENT ON COLUMN contego.migration.name IS 'What it is about.';
COMMENT ON COLUMN contego.migration.applied_date IS 'When it was applied.';
COMMENT ON COLUMN contego.migration.sha256 IS 'SHA-256 of the step''s file as it was applied; the file is never changed after its release.';
COMMENT ON COLUMN contego.migration.compatible_from IS 'A program whose newest step is this one or a later one works with the schema after this step.';
COMMENT ON TABLE contego.definition IS 'The functions and views that were applied, each with the checksum of its file.';
COMMENT ON COLUMN contego.definition.kind IS 'function or view.';
COMMENT ON COLUMN contego.definition.name IS 'Its name in the schema contego, which is that of its file.';
COMMENT ON COLUMN contego.definition.sha256 IS 'SHA-256 of the file; contegod migrate applies the file again when it differs.';
COMMENT ON COLUMN contego.definition.applied_date IS 'When it was applied last.';
