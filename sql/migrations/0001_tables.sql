-- The tables: requests, their commands, lanes, the daemons, the feed, and the months of finished requests.
--
-- Rows of contego.request are in one of two partitions. The open one stays small, however many requests a site has sent over the
-- years: the end of a request deletes its row there and inserts the final version into the finished partition. That one has a
-- partition for each month. The commands are kept in the same way. The CRM sees one table.
--
-- Order. Every smartcard and every box that a request touches is a lane (contego.lane). Claims of one provider are made
-- one after another, so that each sees all earlier ones: a claim locks a row of contego.lock until its transaction ends.
-- The end of a request needs no such lock, since it can only make a claim see more blocked lanes than there are.

CREATE SEQUENCE contego.fence AS bigint;
COMMENT ON SEQUENCE contego.fence IS 'This sequence numbers the claims. Only the holder of the latest claim of a request writes its outcome.';

-- Rows, not advisory locks: any login of the database could take an advisory lock, and stop every session that waits for it.
CREATE TABLE contego.lock (
    purpose  text NOT NULL,
    provider text NOT NULL DEFAULT '',
    CONSTRAINT lock_pkey PRIMARY KEY (purpose, provider)
);
COMMENT ON TABLE contego.lock IS 'Functions of the schema lock these rows, so that only one session at a time does a job. Only the owner can lock them.';
COMMENT ON COLUMN contego.lock.purpose IS 'The lock is for this job: claim, share, number_finished, make_month, drop_month, lineage or seal_audit.';
COMMENT ON COLUMN contego.lock.provider IS 'The lock is for this provider; an empty text means all providers.';

-- These rows exist before any session wants one: a session would have to wait for a row that another transaction has inserted and not
-- yet committed. The first poll for a provider inserts its row of claims.
INSERT INTO contego.lock (purpose) VALUES ('number_finished'), ('make_month'), ('drop_month'), ('lineage'), ('seal_audit');

-- A failover, a restore or a copy may lose the latest writes. Claims whose writes are lost would be made again, and their commands sent
-- again. So claiming stops on each server history that the daemons do not know yet, until it is confirmed (contego.notice_lineage).
CREATE TABLE contego.lineage (
    number            bigint PRIMARY KEY, -- without a sequence, which a copy may leave behind
    system_identifier bigint,
    timeline          bigint,
    database          oid NOT NULL,
    noticed_date      timestamptz NOT NULL DEFAULT clock_timestamp(),
    numbers_from      bigint NOT NULL,
    lost              text,
    confirmed_date    timestamptz,
    confirmed_by      text,
    reason            text,
    leases_end        timestamptz,
    marked_up_to      bigint NOT NULL DEFAULT 0
);
-- A claim looks into this index, which is empty unless claiming is stopped.
CREATE INDEX lineage_unconfirmed ON contego.lineage (number) WHERE confirmed_date IS NULL;
COMMENT ON TABLE contego.lineage IS 'Each row is a server history on which this database has run. The latest one is current. Until it is confirmed, claiming is stopped.';
COMMENT ON COLUMN contego.lineage.number IS 'Lineages have these numbers in the order in which they were noticed.';
COMMENT ON COLUMN contego.lineage.system_identifier IS 'The server has this system identifier (pg_control_system). NULL: the owner of the schema may not read it.';
COMMENT ON COLUMN contego.lineage.timeline IS 'The server writes its log on this timeline. NULL: the owner of the schema may not read it.';
COMMENT ON COLUMN contego.lineage.database IS 'The database has this number (pg_database.oid).';
COMMENT ON COLUMN contego.lineage.noticed_date IS 'The lineage was noticed at this time.';
COMMENT ON COLUMN contego.lineage.numbers_from IS 'All sequences of the schema were moved to this number when the lineage was noticed. Lower numbers were given before.';
COMMENT ON COLUMN contego.lineage.lost IS 'This text says which write is missing, and which daemon found that.';
COMMENT ON COLUMN contego.lineage.confirmed_date IS 'Claiming has gone on since this time. NULL: claiming is stopped.';
COMMENT ON COLUMN contego.lineage.confirmed_by IS 'This login confirmed the lineage. If it was a daemon, its number follows.';
COMMENT ON COLUMN contego.lineage.reason IS 'The person gave this reason.';
COMMENT ON COLUMN contego.lineage.leases_end IS 'A person ran contego.after_data_loss. Daemons of the former lineage send until this time at the latest.';
COMMENT ON COLUMN contego.lineage.marked_up_to IS 'contego.after_data_loss has marked open requests up to this number as maybe sent.';

CREATE TABLE contego.daemon (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text NOT NULL,
    host          text NOT NULL,
    pid           integer NOT NULL,
    version       text NOT NULL,
    started_date  timestamptz NOT NULL DEFAULT now(),
    lease_until   timestamptz NOT NULL,
    machine       text NOT NULL DEFAULT '',
    started_ticks bigint NOT NULL DEFAULT 0,
    lease         interval NOT NULL DEFAULT '10 seconds',
    steady_since  timestamptz NOT NULL DEFAULT clock_timestamp(),
    server_start  timestamptz NOT NULL DEFAULT pg_postmaster_start_time(),
    token         uuid NOT NULL DEFAULT gen_random_uuid(),
    renewals      bigint NOT NULL DEFAULT 0,
    joined        bigint NOT NULL DEFAULT 0,
    lineage       bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE contego.daemon IS 'Each row is one daemon that no other daemon has taken for dead. Once the row is gone, other daemons run its requests.';
COMMENT ON COLUMN contego.daemon.machine IS 'This text identifies a boot of a machine and the namespace in it in which pid is valid. It is empty if the daemon does not know it.';
COMMENT ON COLUMN contego.daemon.started_ticks IS 'The process started at this time, in clock ticks since the boot. It tells the process from a later one with the same pid.';
COMMENT ON COLUMN contego.daemon.id IS 'The database gives the daemon this number when it joins, and a new number each time that it joins.';
COMMENT ON COLUMN contego.daemon.name IS 'The configuration of the daemon gives it this name.';
COMMENT ON COLUMN contego.daemon.pid IS 'The daemon runs as the process with this ID on its host.';
COMMENT ON COLUMN contego.daemon.version IS 'The daemon runs this version of contegod.';
COMMENT ON COLUMN contego.daemon.started_date IS 'The daemon joined at this time.';
COMMENT ON COLUMN contego.daemon.lease_until IS 'The lease ends at this time. After it the daemon claims nothing, and contego.rescue may take the daemon for dead, unless it renews the lease. Minus infinity: its process has ended.';
COMMENT ON COLUMN contego.daemon.host IS 'The daemon runs on this host.';
COMMENT ON COLUMN contego.daemon.lease IS 'The daemon renews its lease for this long.';
COMMENT ON COLUMN contego.daemon.steady_since IS 'Since this time the daemon has renewed its lease in time, each time on the same server (contego.renew_lease).';
COMMENT ON COLUMN contego.daemon.server_start IS 'The lease was renewed on the server that started at this time.';
COMMENT ON COLUMN contego.daemon.token IS 'The daemon chose this random value. Only a daemon that knows it may renew the lease.';
COMMENT ON COLUMN contego.daemon.renewals IS 'The lease was renewed this often.';
COMMENT ON COLUMN contego.daemon.joined IS 'The daemon joined under the lineage with this number (contego.lineage.number).';
COMMENT ON COLUMN contego.daemon.lineage IS 'The daemon joined under the lineage with this number, or has looked there for its latest writes.';
COMMENT ON SEQUENCE contego.daemon_id_seq IS 'This sequence gives the values of contego.daemon.id.';

-- A CRM may have several logins: for batches and online, or the old and the new one while a password is changed. Its requests belong to
-- a source. The logins that are members of the role of the source act for it (contego.own_source). A login that is a member of none is a
-- source of its own. By its number, the role is found even after it was renamed.
CREATE TABLE contego.source (
    name text PRIMARY KEY,
    role regrole NOT NULL UNIQUE
);
COMMENT ON TABLE contego.source IS 'Each row is a CRM with several logins. The requests that one of them inserts belong to all. The function contego.add_source adds one.';
COMMENT ON COLUMN contego.source.name IS 'The requests of the source have this name in contego.request.owned_by.';
COMMENT ON COLUMN contego.source.role IS 'Logins that are members of this role, directly or not, act for the source.';

-- contego.move_requests reads it, to go on where it stopped.
CREATE TABLE contego.source_move (
    from_login  text NOT NULL,
    to_source   text NOT NULL,
    moved_up_to bigint NOT NULL DEFAULT 0,
    CONSTRAINT source_move_pkey PRIMARY KEY (from_login, to_source)
);
COMMENT ON TABLE contego.source_move IS 'Each row is a login whose requests contego.move_requests is giving to a source.';
COMMENT ON COLUMN contego.source_move.from_login IS 'The requests belong to this login.';
COMMENT ON COLUMN contego.source_move.to_source IS 'The requests are given to this source.';
COMMENT ON COLUMN contego.source_move.moved_up_to IS 'The requests up to this number (contego.request.id) have been given to the source.';

CREATE TABLE contego.request (
    id                bigint NOT NULL, -- set by the trigger accept_request
    created_date      timestamptz NOT NULL DEFAULT now(),
    created_by        text NOT NULL DEFAULT session_user,
    owned_by          text NOT NULL, -- set by the trigger accept_request
    on_behalf_of      text,
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
    -- A date that is not finite cannot be subtracted from another date: a claim or a view that met it would fail.
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
COMMENT ON TABLE contego.request IS 'Each row is one provisioning request of the CRM. The CRM inserts action and parameters, and reads the outcome.';
COMMENT ON COLUMN contego.request.id IS 'The database gives each request this number.';
COMMENT ON COLUMN contego.request.created_date IS 'The database sets this to the time of the INSERT.';
COMMENT ON COLUMN contego.request.created_by IS 'The database sets this to the login that inserted the request.';
COMMENT ON COLUMN contego.request.owned_by IS 'The database sets this to the source for which the login acts (contego.source), or to the login if it acts for none. All logins of the source read and withdraw the request.';
COMMENT ON COLUMN contego.request.on_behalf_of IS 'The CRM sets this to the person or program that gave the order. The default is the setting contego.on_behalf_of of the session. The database cannot check it.';
COMMENT ON COLUMN contego.request.action IS 'The CRM asks for this: a CRM action such as BECOME_SUBSCRIBER or SWAP_INSTALLED_ITEM, or the code of one of the 13 commands.';
COMMENT ON COLUMN contego.request.parameters IS 'The parameters list the distributors that the action touched, or are the flat parameters of a direct command. PINs are masked when the request ends.';
COMMENT ON COLUMN contego.request.parameters_size IS 'The parameters had this many bytes as text when they were inserted. The database sets it.';
COMMENT ON COLUMN contego.request.subscription IS 'The CRM sets this to the subscription that the request is about. It is kept for support.';
COMMENT ON COLUMN contego.request.process_name IS 'The CRM sets this to the name of the process that caused the request. It is kept for support.';
COMMENT ON COLUMN contego.request.process_id IS 'The CRM sets this to the ID of the process that caused the request. It is kept for support.';
COMMENT ON COLUMN contego.request.provider IS 'The request goes to the CAS of this provider. The default is the provider named default.';
COMMENT ON COLUMN contego.request.priority IS 'The priority is REGULAR (the default) or EXPRESS.';
COMMENT ON COLUMN contego.request.scheduled_date IS 'The request does not run before this time. The default is the time of the INSERT.';
COMMENT ON COLUMN contego.request.idempotency_key IS 'The key is unique per provider and source while its request is kept: a second INSERT of the same key is refused.';
COMMENT ON COLUMN contego.request.life_cycle_state IS 'The state is PENDING, COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.request.progress IS 'This is the state in finer steps. PENDING: QUEUED, SCHEDULED, BLOCKED, IN_FLIGHT, RETRYING, HELD. COMPLETED: DONE, CLOSED. REJECTED: REJECTED, CANCELLED.';
COMMENT ON COLUMN contego.request.sequence_number IS 'Requests on one lane are sent in the order of these numbers. The database sets it to the number of the request, and anew when a person sends the request again.';
COMMENT ON COLUMN contego.request.executed_date IS 'The first command of the latest run was sent at this time.';
COMMENT ON COLUMN contego.request.finished_date IS 'The request became COMPLETED or REJECTED at this time.';
COMMENT ON COLUMN contego.request.reference_number IS 'The CAS gave this number to the last command that it answered.';
COMMENT ON COLUMN contego.request.error_code IS 'The code says why the request was rejected, is held or is retried.';
COMMENT ON COLUMN contego.request.error_description IS 'This sentence explains the error code.';
COMMENT ON COLUMN contego.request.result IS 'The CAS returned this data to a GET command. If a person closed the request, it has the login and the reason instead.';
COMMENT ON COLUMN contego.request.attempts IS 'This is the number of runs that failed and were tried again. Outages of the CAS do not count.';
COMMENT ON COLUMN contego.request.due_date IS 'A SCHEDULED or RETRYING request does not run before this time.';
COMMENT ON COLUMN contego.request.lanes IS 'The request touches these smartcards and boxes.';
COMMENT ON COLUMN contego.request.blocked_by IS 'The request waits for this other request on one of its lanes.';
COMMENT ON COLUMN contego.request.blocked_date IS 'A claim parked the request at this time. The date is cleared when a daemon claims the request.';
COMMENT ON COLUMN contego.request.fence IS 'This is the number of the latest claim. Only the holder of this claim may write the outcome.';
COMMENT ON COLUMN contego.request.claimed_by IS 'The daemon with this number (contego.daemon.id) runs the request.';
COMMENT ON COLUMN contego.request.claimed_date IS 'A daemon has run the request since this time.';
COMMENT ON COLUMN contego.request.maybe_sent IS 'If true, the first unfinished command may have been sent: the daemon that ran the request died, or no answer came.';

-- Owned by the column, so that pg_get_serial_sequence() finds it: some clients ask for the last id in this way.
CREATE SEQUENCE contego.request_id_seq AS bigint OWNED BY contego.request.id;

-- Every table has a primary key or another replica identity: without one, a publication FOR ALL TABLES would make every UPDATE and DELETE
-- fail. Partitions write their own identity, the primary key, to the WAL. The identity of the partitioned tables costs nothing: it only tells
-- the subscriber of a publication WITH (publish_via_partition_root) that the columns of its primary key are published.
--
-- Object-relational mappers name all columns and give NULL or '' for a life_cycle_state that is not set. The trigger accept_request makes
-- PENDING of both. The CHECK tells the planner that a query for finished requests need not look here.
CREATE TABLE contego.request_open PARTITION OF contego.request (
    CONSTRAINT request_open_pkey PRIMARY KEY (id),
    CONSTRAINT request_open_is_pending CHECK (life_cycle_state = 'PENDING'))
    FOR VALUES IN ('PENDING', '', NULL)
    WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
          autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);
ALTER TABLE contego.request_open ALTER sequence_number SET NOT NULL, ALTER due_date SET NOT NULL;

CREATE TABLE contego.request_finished PARTITION OF contego.request FOR VALUES IN ('COMPLETED', 'REJECTED')
    PARTITION BY RANGE (finished_date);

-- A claim walks this index. It has no entry that the claim would have to skip. EXPRESS comes first. Every other text counts as REGULAR:
-- the daemon rejects an unknown priority, and the request overtakes no other one meanwhile.
CREATE INDEX request_open_queued ON contego.request_open (provider, (priority <> 'EXPRESS'), sequence_number) WHERE progress = 'QUEUED';
CREATE INDEX request_open_due ON contego.request_open (provider, due_date) WHERE progress IN ('SCHEDULED', 'RETRYING');
CREATE INDEX request_open_blocked ON contego.request_open (blocked_by) WHERE progress = 'BLOCKED';

-- By number, because a claim asks for the requests in flight that come later than its candidates. Mostly there is none, however many were
-- in flight before.
CREATE INDEX request_open_in_flight ON contego.request_open (provider, sequence_number) WHERE progress = 'IN_FLIGHT';
-- With this index, held requests are found in a backlog of a million in 1 ms; reading the whole backlog took 360 ms. Only requests that
-- become HELD are entered: claiming and recording were measured to cost the same with and without it.
CREATE INDEX request_open_held ON contego.request_open (id) WHERE progress = 'HELD';
-- Finished requests by time. Rows are inserted in the order of this index, so that each new entry goes to its end, which is cheapest.
CREATE INDEX request_finished_date ON contego.request_finished (finished_date);
CREATE INDEX request_finished_rejected ON contego.request_finished (finished_date) WHERE life_cycle_state = 'REJECTED';
COMMENT ON TABLE contego.request_open IS 'This partition of contego.request holds the PENDING requests and is kept small. Query contego.request instead.';
COMMENT ON SEQUENCE contego.request_id_seq IS 'This sequence gives the values of contego.request.id.';
COMMENT ON TABLE contego.request_finished IS 'This partition of contego.request holds the COMPLETED and REJECTED requests, in one partition for each month. Query contego.request instead.';

CREATE TABLE contego.lane (
    provider        text NOT NULL,
    lane            text NOT NULL,
    sequence_number bigint NOT NULL,
    request_id      bigint NOT NULL,
    CONSTRAINT lane_pkey PRIMARY KEY (provider, lane, sequence_number)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000);
COMMENT ON TABLE contego.lane IS 'Each row is one smartcard or box of a request that is not finished: card:<CA ID> or box:<CA ID>.';
COMMENT ON COLUMN contego.lane.provider IS 'The request goes to the CAS of this provider.';
COMMENT ON COLUMN contego.lane.lane IS 'The lane is a smartcard or a box: card:<CA ID> or box:<CA ID>.';
COMMENT ON COLUMN contego.lane.sequence_number IS 'Requests on the lane are sent in the order of these numbers.';
COMMENT ON COLUMN contego.lane.request_id IS 'The request with this number (contego.request.id) touches the lane.';

-- A provider is busy for 1 s at a time, and a full claim begins that second again: see contego.claim and contego.enter_lanes.
CREATE TABLE contego.busy (
    provider   text NOT NULL PRIMARY KEY,
    busy_until timestamptz NOT NULL
);
COMMENT ON TABLE contego.busy IS 'Each row is a provider with more requests than its daemons can send now. Until busy_until, an INSERT need not notify the daemons.';
COMMENT ON COLUMN contego.busy.provider IS 'The row is about this provider.';
COMMENT ON COLUMN contego.busy.busy_until IS 'A full claim sets this time. A claim that is not full tells its daemon to poll often until then.';

-- A key belongs to the source that gave it: two CRMs of one provider may use the same keys, and neither sees the keys of the other. The key
-- is the first column of the index, so that a query that does not name the provider uses the index, too.
CREATE TABLE contego.idempotency (
    provider        text NOT NULL,
    idempotency_key text NOT NULL,
    owned_by        text NOT NULL,
    request_id      bigint NOT NULL,
    CONSTRAINT idempotency_key_is_used_already PRIMARY KEY (idempotency_key, provider, owned_by)
);
COMMENT ON TABLE contego.idempotency IS 'Each row is an idempotency key that was used, and the request that it belongs to.';
COMMENT ON COLUMN contego.idempotency.owned_by IS 'The request belongs to this source (contego.request.owned_by).';
COMMENT ON COLUMN contego.idempotency.provider IS 'The request goes to the CAS of this provider.';
COMMENT ON COLUMN contego.idempotency.idempotency_key IS 'The CRM gave this key. It is unique per provider and source as long as its request is kept.';
COMMENT ON COLUMN contego.idempotency.request_id IS 'The request with this number (contego.request.id) has the key.';

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
COMMENT ON TABLE contego.command IS 'Each row is one command of a request, with the envelope that was sent and the answer that was received. Secrets are masked.';
COMMENT ON COLUMN contego.command.sequence IS 'This is the position of the command in the request, from 1.';
COMMENT ON COLUMN contego.command.request IS 'This is the envelope of the latest attempt, as it was sent.';
COMMENT ON COLUMN contego.command.response IS 'This is the answer to that envelope, as it was received.';
COMMENT ON COLUMN contego.command.exchange IS 'The latest attempt got this far: not_sent, sent_no_answer, answered or read_back. For read_back, a GET command showed that the attempt before had been done; envelope and answer are those of the GET command. NULL means that the command was skipped.';
COMMENT ON COLUMN contego.command.outcome IS 'The outcome is success, rejected, retry, hold or skipped. A command is skipped if its condition did not hold and nothing was sent, or if a person skipped it. Then error_description says who and why.';
COMMENT ON COLUMN contego.command.attempts IS 'The command was tried this often; 0 means that it was skipped.';
COMMENT ON COLUMN contego.command.duration_ms IS 'The latest exchange took this many milliseconds, as the daemon measured it.';
COMMENT ON COLUMN contego.command.fence IS 'The command was last tried under the claim with this number.';
COMMENT ON COLUMN contego.command.finished_date IS 'The request of the command finished at this time. NULL means that the request is open.';
COMMENT ON COLUMN contego.command.request_id IS 'The command belongs to the request with this number (contego.request.id).';
COMMENT ON COLUMN contego.command.type IS 'This is the code of the command.';
COMMENT ON COLUMN contego.command.parameters IS 'These are the parameters of the command, with secrets masked.';
COMMENT ON COLUMN contego.command.reference_number IS 'The CAS gave the command this number.';
COMMENT ON COLUMN contego.command.status_code IS 'The CAS returned this status code.';
COMMENT ON COLUMN contego.command.error_code IS 'The code says why the command failed.';
COMMENT ON COLUMN contego.command.error_description IS 'This sentence explains the error code.';
COMMENT ON COLUMN contego.command.result IS 'The CAS returned this data to a GET command.';
COMMENT ON COLUMN contego.command.first_sent_date IS 'The first attempt was sent at this time.';
COMMENT ON COLUMN contego.command.sent_date IS 'The latest attempt was sent, or would have been sent, at this time.';
COMMENT ON COLUMN contego.command.recorded_date IS 'The outcome was written at this time.';

-- Earlier contents of the row of a command that was tried again. Most commands are tried once and have no row here.
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
COMMENT ON TABLE contego.former_attempt IS 'Each row is an attempt at a command before the latest one. The latest attempt is in contego.command.';
COMMENT ON COLUMN contego.former_attempt.request_id IS 'The command belongs to the request with this number (contego.request.id).';
COMMENT ON COLUMN contego.former_attempt.sequence IS 'This is the position of the command in the request, from 1.';
COMMENT ON COLUMN contego.former_attempt.attempt IS 'This is the number of the attempt at the command, from 1; 0 means that the command was skipped.';
COMMENT ON COLUMN contego.former_attempt.type IS 'This is the code of the command.';
COMMENT ON COLUMN contego.former_attempt.request IS 'This is the envelope as it was sent, with secrets masked.';
COMMENT ON COLUMN contego.former_attempt.response IS 'This is the answer as it was received, with secrets masked.';
COMMENT ON COLUMN contego.former_attempt.reference_number IS 'The CAS gave the command this number.';
COMMENT ON COLUMN contego.former_attempt.status_code IS 'The CAS returned this status code.';
COMMENT ON COLUMN contego.former_attempt.exchange IS 'The attempt got this far: not_sent, sent_no_answer, answered or read_back. NULL means that the command was skipped.';
COMMENT ON COLUMN contego.former_attempt.outcome IS 'The outcome is success, rejected, retry, hold or skipped. A command is skipped if its condition did not hold and nothing was sent, or if a person skipped it.';
COMMENT ON COLUMN contego.former_attempt.error_code IS 'The code says why the command failed.';
COMMENT ON COLUMN contego.former_attempt.error_description IS 'This sentence explains the error code.';
COMMENT ON COLUMN contego.former_attempt.sent_date IS 'The attempt was sent, or would have been sent, at this time.';
COMMENT ON COLUMN contego.former_attempt.duration_ms IS 'The exchange took this many milliseconds, as the daemon measured it.';
COMMENT ON COLUMN contego.former_attempt.fence IS 'The command was tried under the claim with this number.';
COMMENT ON COLUMN contego.former_attempt.recorded_date IS 'The outcome was written at this time.';

-- Envelopes take most of the space: lz4 costs half as much as the default compression. A server may be built without lz4.
DO $$
BEGIN
    ALTER TABLE contego.command ALTER request SET COMPRESSION lz4, ALTER response SET COMPRESSION lz4;
    ALTER TABLE contego.former_attempt ALTER request SET COMPRESSION lz4, ALTER response SET COMPRESSION lz4;
EXCEPTION
    WHEN feature_not_supported THEN NULL;
END
$$;

-- A partition copies these settings from its table when it is created, so the partitions come after them.
CREATE TABLE contego.command_open PARTITION OF contego.command (CONSTRAINT command_open_pkey PRIMARY KEY (request_id, sequence))
    FOR VALUES IN (true)
    WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
          autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);
COMMENT ON TABLE contego.command_open IS 'This partition of contego.command holds the commands of PENDING requests and is kept small. Query contego.command instead.';

CREATE TABLE contego.command_finished PARTITION OF contego.command FOR VALUES IN (false) PARTITION BY RANGE (finished_date);
ALTER TABLE contego.request REPLICA IDENTITY FULL;
ALTER TABLE contego.request_finished REPLICA IDENTITY FULL;
ALTER TABLE contego.command REPLICA IDENTITY FULL;
ALTER TABLE contego.command_finished REPLICA IDENTITY FULL;
COMMENT ON TABLE contego.command_finished IS 'This partition of contego.command holds the commands of finished requests, in one partition for each month. Query contego.command instead.';

-- Outages of endpoints, as each daemon saw them. A daemon writes them when it can: this never delays a request.
CREATE TABLE contego.outage (
    id        bigint PRIMARY KEY,
    provider  text NOT NULL,
    endpoint  text NOT NULL,
    daemon    text NOT NULL,
    reason    text NOT NULL,
    from_date timestamptz NOT NULL,
    to_date   timestamptz,
    seen_date timestamptz NOT NULL DEFAULT clock_timestamp(),
    waiting   bigint
);
CREATE INDEX outage_from_date ON contego.outage (from_date);
COMMENT ON TABLE contego.outage IS 'Each row is a time in which an endpoint of a CAS did not answer a daemon.';
COMMENT ON COLUMN contego.outage.id IS 'The daemon chose this number by chance.';
COMMENT ON COLUMN contego.outage.provider IS 'The endpoint is one of this provider.';
COMMENT ON COLUMN contego.outage.endpoint IS 'The endpoint has this URL.';
COMMENT ON COLUMN contego.outage.daemon IS 'The daemon of this name saw the outage.';
COMMENT ON COLUMN contego.outage.reason IS 'The exchange that opened the breaker of the endpoint failed for this reason.';
COMMENT ON COLUMN contego.outage.from_date IS 'The breaker of the endpoint opened at this time.';
COMMENT ON COLUMN contego.outage.to_date IS 'The endpoint answered again at this time. NULL: it has not, as far as the daemon wrote.';
COMMENT ON COLUMN contego.outage.seen_date IS 'The daemon wrote the row at this time. It does so each half minute during an outage.';
COMMENT ON COLUMN contego.outage.waiting IS 'When the row was last written, this many requests of the provider waited to be claimed. The count ends at 10,000.';

CREATE TABLE contego.outage_request (
    request_id bigint NOT NULL,
    outage_id  bigint NOT NULL,
    CONSTRAINT outage_request_pkey PRIMARY KEY (request_id, outage_id)
);
CREATE INDEX outage_request_outage ON contego.outage_request (outage_id);
COMMENT ON TABLE contego.outage_request IS 'Each row is a request that was hit by an outage: a command of it could not be sent, or was not answered. The first 10,000 of an outage are kept.';
COMMENT ON COLUMN contego.outage_request.request_id IS 'The request with this number (contego.request.id) was hit.';
COMMENT ON COLUMN contego.outage_request.outage_id IS 'The outage with this number (contego.outage.id) hit it.';

-- The limits on the exchanges with the CAS of a provider hold for the whole fleet. Each daemon takes a share of them.
CREATE TABLE contego.share (
    provider  text NOT NULL,
    daemon_id bigint NOT NULL REFERENCES contego.daemon ON DELETE CASCADE,
    in_flight integer NOT NULL,
    rate      double precision NOT NULL,
    PRIMARY KEY (provider, daemon_id)
);
COMMENT ON TABLE contego.share IS 'Each row is the share that one daemon has of the fleet''s limits for the CAS of a provider.';
COMMENT ON COLUMN contego.share.in_flight IS 'The daemon may have this many exchanges in flight at once.';
COMMENT ON COLUMN contego.share.rate IS 'The daemon may begin this many exchanges per second.';
COMMENT ON COLUMN contego.share.provider IS 'The limits are for the CAS of this provider.';
COMMENT ON COLUMN contego.share.daemon_id IS 'The daemon with this number (contego.daemon.id) has the share.';

-- The verbs that people used on requests: retry, cancel, hold, release, close, skip. A request in flight accepts no verb.
--
-- The rows are a chain: each holds the hash of the row before it. A row that is changed, deleted or put in later breaks the chain, and
-- contegod audit verify finds that. The transaction of a verb does not wait for other verbs: within seconds a daemon gives its row the next
-- place in the chain (contego.seal_audit). Only the owner can change rows, and the owner could compute all hashes again. A signed export
-- that is kept elsewhere shows that, too.
CREATE TABLE contego.operator_action (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id  bigint NOT NULL,
    verb        text NOT NULL,
    before      text NOT NULL,
    after       text NOT NULL,
    reason      text,
    acted_by    text NOT NULL DEFAULT session_user,
    acted_date  timestamptz NOT NULL DEFAULT clock_timestamp(),
    on_behalf_of text DEFAULT nullif(left(current_setting('contego.on_behalf_of', true), 1000), ''),
    changes     jsonb,
    position    bigint,
    former_hash text,
    hash        text,
    CONSTRAINT operator_action_position UNIQUE (position),
    CONSTRAINT sealed_as_a_whole CHECK (num_nulls(position, former_hash, hash) IN (0, 3))
);
CREATE INDEX operator_action_request ON contego.operator_action (request_id);
CREATE INDEX operator_action_unsealed ON contego.operator_action (id) WHERE position IS NULL;
COMMENT ON TABLE contego.operator_action IS 'Each row is a verb that a person used on a request and that took effect.';
COMMENT ON COLUMN contego.operator_action.acted_by IS 'The person used this login.';
COMMENT ON COLUMN contego.operator_action.on_behalf_of IS 'The session named this person or program in its setting contego.on_behalf_of. The database cannot check it.';
COMMENT ON COLUMN contego.operator_action.changes IS 'These values were changed beside the progress: a list of the former and the new value for each name.';
COMMENT ON COLUMN contego.operator_action.position IS 'The row has this place in the chain, from 1. NULL: a daemon gives it one within seconds.';
COMMENT ON COLUMN contego.operator_action.former_hash IS 'The row before it in the chain has this hash. The first row has an empty text.';
COMMENT ON COLUMN contego.operator_action.hash IS 'This is the SHA-256 of former_hash and of the row as contego.audit_text writes it.';
COMMENT ON COLUMN contego.operator_action.id IS 'Verbs have these numbers in the order in which they were used.';
COMMENT ON COLUMN contego.operator_action.verb IS 'The verb is retry, cancel, hold, release, close, skip, set_fallout, end_fallout or submit_corrective, or the CRM used withdraw or reschedule.';
COMMENT ON COLUMN contego.operator_action.before IS 'The request had this progress before the verb.';
COMMENT ON COLUMN contego.operator_action.after IS 'The request had this progress after the verb.';
COMMENT ON COLUMN contego.operator_action.reason IS 'The person gave this reason.';
COMMENT ON COLUMN contego.operator_action.acted_date IS 'The person used the verb at this time.';
COMMENT ON COLUMN contego.operator_action.request_id IS 'The verb was used on the request with this number (contego.request.id).';
COMMENT ON SEQUENCE contego.operator_action_id_seq IS 'This sequence gives the values of contego.operator_action.id.';

-- Requests that people may submit in their own name (contego.submit_corrective). The owner of the schema edits this list.
CREATE TABLE contego.corrective_action (
    action text PRIMARY KEY,
    role   text NOT NULL,
    CONSTRAINT role_is_known CHECK (role IN ('support', 'operator'))
);
COMMENT ON TABLE contego.corrective_action IS 'Each row is an action that people may submit with contego.submit_corrective. The owner of the schema edits the rows.';
COMMENT ON COLUMN contego.corrective_action.action IS 'This is a CRM action, or the code of a direct command.';
COMMENT ON COLUMN contego.corrective_action.role IS 'The role support: support and operators may submit it. The role operator: only operators may.';
INSERT INTO contego.corrective_action (action, role)
SELECT a.action, CASE WHEN a.action LIKE 'GET\_%' THEN 'support' ELSE 'operator' END
FROM unnest('{GET_ACTIVE_SUBSCRIPTIONS,GET_PAIRING_STATUS_FOR_CARD,GET_PAIRING_STATUS_FOR_PAIRING_MODULE,
              ADD_SUBSCRIPTIONS,CANCEL_SUBSCRIPTIONS,CREATE_PAIRING,ADD_TO_EXISTING_PAIRING,
              BECOME_SUBSCRIBER,ACTIVATE_SUBSCRIPTION,CHANGE_SUBSCRIPTION_DISTRIBUTION,END_SHORT_TERM_DEACTIVATION,SHORT_TERM_ACTIVATION,
              END_SUBSCRIPTION_RESTING,DEACTIVATE_SUBSCRIPTION,TERMINATE_SUBSCRIPTION,REST_SUBSCRIPTION,END_SHORT_TERM_ACTIVATION,
              SHORT_TERM_DEACTIVATION,START_SERVICE,STOP_SERVICE,ADD_SERVICE,REMOVE_SERVICE,SWAP_SERVICE,REGRET_SWAP,ADD_INSTALLED_ITEM,
              REMOVE_INSTALLED_ITEM,SWAP_INSTALLED_ITEM}'::text[]) AS a (action);

-- The work of people on held and rejected requests. A request is in the hands of one owner at a time. A request that is rejected, sent again
-- and rejected again has a row for each time.
CREATE TABLE contego.fallout (
    request_id  bigint NOT NULL,
    opened_date timestamptz NOT NULL DEFAULT clock_timestamp(),
    opened_by   text NOT NULL DEFAULT session_user,
    owner       text,
    note        text,
    ticket      text,
    due_date    timestamptz,
    ended_date  timestamptz,
    ended_by    text,
    ended_with  text,
    CONSTRAINT fallout_pkey PRIMARY KEY (request_id, opened_date),
    CONSTRAINT due_date_is_finite CHECK (isfinite(due_date)),
    CONSTRAINT ended_has_a_verb CHECK ((ended_date IS NULL) = (ended_with IS NULL))
);
CREATE UNIQUE INDEX fallout_open ON contego.fallout (request_id) WHERE ended_date IS NULL;
CREATE INDEX fallout_of_owner ON contego.fallout (owner) WHERE ended_date IS NULL;
COMMENT ON TABLE contego.fallout IS 'Each row is the work of people on a request that is held or was rejected: its owner, note, ticket and due date. contego.set_fallout writes it.';
COMMENT ON COLUMN contego.fallout.request_id IS 'The work is about the request with this number (contego.request.id).';
COMMENT ON COLUMN contego.fallout.opened_date IS 'The work was first entered at this time.';
COMMENT ON COLUMN contego.fallout.opened_by IS 'This login first entered it.';
COMMENT ON COLUMN contego.fallout.owner IS 'This login or team does the work. NULL: nobody does.';
COMMENT ON COLUMN contego.fallout.note IS 'People wrote this about the work.';
COMMENT ON COLUMN contego.fallout.ticket IS 'The ticket of another system has this number or address.';
COMMENT ON COLUMN contego.fallout.due_date IS 'The work must be done by this time.';
COMMENT ON COLUMN contego.fallout.ended_date IS 'The work ended at this time. NULL: it is open.';
COMMENT ON COLUMN contego.fallout.ended_by IS 'This login ended it.';
COMMENT ON COLUMN contego.fallout.ended_with IS 'This verb ended it: release, retry, cancel, close, skip, withdraw or end_fallout.';

-- The card and box numbers, subscription and process of every request, open or finished. A row is written when its request is
-- inserted and never changed. So claiming and recording do not touch this table, and one index serves both partitions. Without
-- it, a search for the requests of a card would read all finished requests.
CREATE TABLE contego.subject (
    kind       text NOT NULL,
    name       text NOT NULL,
    request_id bigint NOT NULL,
    CONSTRAINT subject_pkey PRIMARY KEY (kind, name, request_id)
);
COMMENT ON TABLE contego.subject IS 'Each row is a card, box, subscription or process of a request, open or finished.';
COMMENT ON COLUMN contego.subject.kind IS 'The kind is card, box, subscription or process.';
COMMENT ON COLUMN contego.subject.name IS 'This is the number or name of the subject. Of a longer text, the first 500 characters are kept.';
COMMENT ON COLUMN contego.subject.request_id IS 'The request with this number (contego.request.id) names the subject.';

-- The feed. A position drawn when a request ends would be drawn before the transaction commits. A lower position may commit later, and a
-- reader that has passed the higher one would never see it. So the transaction that ends a request only inserts a row into feed_inbox.
-- Twice a second a daemon, one at a time, gives positions to the rows committed since (contego.number_finished). It holds the lock until
-- that transaction ends, so that a position is visible only when all lower ones are. A reader never takes the lock: its transaction may
-- stay open, or be prepared, and others would wait for it.
--
-- The transaction that gives positions sends NOTIFY. When the transaction that records sent it, each recording waited for the commit of
-- every INSERT of the CRM. This was measured to cost a third of the rate.
--
-- The alternative, to stop at the oldest running transaction, would let any forgotten session of the whole cluster stop every reader.
CREATE SEQUENCE contego.feed_position AS bigint;
COMMENT ON SEQUENCE contego.feed_position IS 'This sequence gives the values of contego.feed.position.';

CREATE TABLE contego.feed_inbox (
    request_id       bigint NOT NULL,
    life_cycle_state text NOT NULL,
    finished_date    timestamptz NOT NULL,
    owned_by         text NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
ALTER TABLE contego.feed_inbox REPLICA IDENTITY FULL; -- for publications; an index would slow every end of a request
COMMENT ON TABLE contego.feed_inbox IS 'Each row is a request that has finished and has no position in the feed yet.';
COMMENT ON COLUMN contego.feed_inbox.request_id IS 'The request with this number (contego.request.id) has finished.';
COMMENT ON COLUMN contego.feed_inbox.life_cycle_state IS 'The request is COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.feed_inbox.finished_date IS 'The request finished at this time.';
COMMENT ON COLUMN contego.feed_inbox.owned_by IS 'The request belongs to this source (contego.request.owned_by).';

CREATE TABLE contego.feed (
    position         bigint PRIMARY KEY,
    request_id       bigint NOT NULL,
    life_cycle_state text NOT NULL,
    finished_date    timestamptz NOT NULL,
    owned_by         text NOT NULL
);
CREATE INDEX feed_owned_by ON contego.feed (owned_by, position);
COMMENT ON TABLE contego.feed IS 'Each row is a request that has finished, with its position in the feed. Read the feed with the function contego.finished_after.';
COMMENT ON COLUMN contego.feed.position IS 'Positions grow, with gaps. A position becomes visible only when all lower ones are visible.';
COMMENT ON COLUMN contego.feed.request_id IS 'The request with this number (contego.request.id) has finished. It has another row if a person sent it again and it finished again.';
COMMENT ON COLUMN contego.feed.life_cycle_state IS 'The request finished as COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.feed.finished_date IS 'The request finished at this time.';
COMMENT ON COLUMN contego.feed.owned_by IS 'The request belongs to this source (contego.request.owned_by).';

-- Finished requests by the month (UTC) of their end: request_finished_2030_01 and, with the commands of those requests,
-- command_finished_2030_01. The tables of a month are created ahead, and dropped as a whole when the site needs them no longer. To delete
-- their rows one by one would cost as much as writing them did.
--
-- Within a month no request occurs twice, and no command of a request does. No index can ensure this across months, or between them and the
-- open partition, because it would have to contain the date. Across tables the move itself ensures it: it deletes the row in the
-- old place while it holds the lock on the request.
CREATE TABLE contego.month (
    month          date PRIMARY KEY,
    made_date      timestamptz NOT NULL DEFAULT now(),
    dropping_since timestamptz,
    cleared_up_to  bigint NOT NULL DEFAULT 0,
    CONSTRAINT month_begins_with_its_first_day CHECK (extract(day FROM month) = 1)
);
COMMENT ON TABLE contego.month IS 'Each row is a month for which tables of finished requests and their commands exist.';
COMMENT ON COLUMN contego.month.month IS 'This is the first day of the month. A month begins and ends in UTC.';
COMMENT ON COLUMN contego.month.made_date IS 'The tables of the month were created at this time.';
COMMENT ON COLUMN contego.month.dropping_since IS 'The month has been in the course of being dropped since this time. Its requests cannot be sent again.';
COMMENT ON COLUMN contego.month.cleared_up_to IS 'Rows in other tables are deleted for the requests of the month up to this number.';

-- The columns of the partitions get the comments of the table. The tables of the months are created like request_finished and
-- command_finished, comments included.
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

-- The ledger of migrations. `contegod migrate` creates these two tables itself, before the first step.
COMMENT ON TABLE contego.migration IS 'Each row is a migration that was applied to the schema.';
COMMENT ON COLUMN contego.migration.version IS 'This is the number of the migration.';
COMMENT ON COLUMN contego.migration.name IS 'This is the name of the migration.';
COMMENT ON COLUMN contego.migration.applied_date IS 'The migration was applied at this time.';
COMMENT ON COLUMN contego.migration.sha256 IS 'This is the SHA-256 of the file of the migration as it was applied. A file never changes after its release.';
COMMENT ON COLUMN contego.migration.compatible_from IS 'A program works with the schema after this migration if its newest migration is this version or a later one.';
COMMENT ON TABLE contego.definition IS 'Each row is a function or a view that was applied, with the checksum of its file.';
COMMENT ON COLUMN contego.definition.kind IS 'The kind is function or view.';
COMMENT ON COLUMN contego.definition.name IS 'This is the name in the schema contego, which is also the name of the file.';
COMMENT ON COLUMN contego.definition.sha256 IS 'This is the SHA-256 of the file. If the file differs, contegod migrate applies it again.';
COMMENT ON COLUMN contego.definition.applied_date IS 'The file was last applied at this time.';
