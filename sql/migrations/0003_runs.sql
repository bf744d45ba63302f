-- compatible_from: 2
--
-- Runs: one direct command for many cards. The cards of a run wait in a compact table. A daemon feeds them into contego.request a little
-- ahead of the pace, as ordinary requests. So the order on the lanes, restarts, outages and the fence need nothing new.

CREATE TABLE contego.run (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_date    timestamptz NOT NULL DEFAULT now(),
    created_by      text NOT NULL DEFAULT session_user,
    owned_by        text NOT NULL,
    idempotency_key text,
    action          text NOT NULL,
    parameters      jsonb NOT NULL,
    provider        text NOT NULL,
    priority        text NOT NULL,
    process_name    text NOT NULL,
    process_id      text NOT NULL,
    pace            double precision,
    most_in_flight  integer NOT NULL,
    from_date       timestamptz NOT NULL,
    until_date      timestamptz,
    quiet_from      time,
    quiet_until     time,
    time_zone       text NOT NULL,
    cards           integer NOT NULL,
    state           text NOT NULL DEFAULT 'RUNNING',
    why             text,
    finished_date   timestamptz,
    fed_up_to       integer NOT NULL DEFAULT 0,
    done            integer NOT NULL DEFAULT 0,
    failed          integer NOT NULL DEFAULT 0,
    failed_in_a_row integer NOT NULL DEFAULT 0,
    rate            double precision NOT NULL DEFAULT 0,
    paced_date      timestamptz NOT NULL DEFAULT clock_timestamp(),
    looked_date     timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_look       timestamptz NOT NULL DEFAULT clock_timestamp(),
    attended        boolean NOT NULL DEFAULT true,
    lineage         bigint NOT NULL,
    CONSTRAINT run_key_is_used_already UNIQUE (owned_by, idempotency_key),
    CONSTRAINT run_state_is_known CHECK (state IN ('RUNNING', 'PAUSED', 'DONE', 'CANCELLED', 'EXPIRED'))
);
-- A feeder looks into this index, which has few entries.
CREATE INDEX run_attended ON contego.run (id) WHERE attended;
COMMENT ON TABLE contego.run IS 'Each row is a run: one direct command for many cards. Query contego.run_progress instead.';
COMMENT ON COLUMN contego.run.id IS 'The database gives each run this number.';
COMMENT ON COLUMN contego.run.created_date IS 'The run was started at this time.';
COMMENT ON COLUMN contego.run.created_by IS 'This login started the run. Its name is in created_by of the requests, too.';
COMMENT ON COLUMN contego.run.owned_by IS 'The run and its requests belong to this source (contego.source), or to the login if it acts for none.';
COMMENT ON COLUMN contego.run.idempotency_key IS 'A login of the source gave this key. A second run with the same key is not started.';
COMMENT ON COLUMN contego.run.action IS 'The run makes a request with this action for each card.';
COMMENT ON COLUMN contego.run.parameters IS 'All requests of the run have these parameters, beside the card and its own parameters.';
COMMENT ON COLUMN contego.run.provider IS 'The requests go to the CAS of this provider.';
COMMENT ON COLUMN contego.run.priority IS 'The requests have this priority: REGULAR or EXPRESS.';
COMMENT ON COLUMN contego.run.process_name IS 'The requests have this process name.';
COMMENT ON COLUMN contego.run.process_id IS 'The requests have this process ID. The default is the number of the run.';
COMMENT ON COLUMN contego.run.pace IS 'A daemon feeds at most this many requests per second. NULL: only most_in_flight bounds the pace.';
COMMENT ON COLUMN contego.run.most_in_flight IS 'At most this many requests of the run are in the queue or in flight at once. Blocked and held requests do not count.';
COMMENT ON COLUMN contego.run.from_date IS 'Nothing is sent before this time.';
COMMENT ON COLUMN contego.run.until_date IS 'Nothing is sent from this time on: the run expires. NULL: the run has no end.';
COMMENT ON COLUMN contego.run.quiet_from IS 'From this local time on each day nothing is sent. NULL: there are no quiet hours.';
COMMENT ON COLUMN contego.run.quiet_until IS 'The quiet hours end at this local time. If it is earlier than quiet_from, they last over midnight.';
COMMENT ON COLUMN contego.run.time_zone IS 'The quiet hours are times in this time zone.';
COMMENT ON COLUMN contego.run.cards IS 'The run has this many cards.';
COMMENT ON COLUMN contego.run.state IS 'The state is RUNNING, PAUSED, DONE, CANCELLED or EXPIRED.';
COMMENT ON COLUMN contego.run.why IS 'This sentence explains the state.';
COMMENT ON COLUMN contego.run.finished_date IS 'The run became DONE, CANCELLED or EXPIRED at this time.';
COMMENT ON COLUMN contego.run.fed_up_to IS 'The cards up to this position were fed into the queue at least once.';
COMMENT ON COLUMN contego.run.done IS 'This many cards have a COMPLETED request.';
COMMENT ON COLUMN contego.run.failed IS 'This many cards have a REJECTED request.';
COMMENT ON COLUMN contego.run.failed_in_a_row IS 'This many requests failed since the last success or resume. At 100 the run pauses.';
COMMENT ON COLUMN contego.run.rate IS 'This many requests ended per second lately, as a moving average over half a minute.';
COMMENT ON COLUMN contego.run.paced_date IS 'The pace has been used up to this time.';
COMMENT ON COLUMN contego.run.looked_date IS 'A daemon last looked after the run at this time.';
COMMENT ON COLUMN contego.run.next_look IS 'A daemon looks after the run again at this time.';
COMMENT ON COLUMN contego.run.attended IS 'If true, daemons look after the run: it is running, or requests of it are not finished.';
COMMENT ON COLUMN contego.run.lineage IS 'The run was started or resumed under the lineage with this number. If data was lost since, it pauses.';
COMMENT ON SEQUENCE contego.run_id_seq IS 'This sequence gives the values of contego.run.id.';

-- A row takes 52 bytes and its entry in the index 28, so that a million waiting cards take about 85 MB.
CREATE TABLE contego.run_card (
    run        bigint NOT NULL,
    position   integer NOT NULL,
    card       text NOT NULL,
    parameters jsonb,
    request_id bigint,
    CONSTRAINT run_card_pkey PRIMARY KEY (run, position)
);
COMMENT ON TABLE contego.run_card IS 'Each row is a card of a run. Query contego.run_result instead.';
COMMENT ON COLUMN contego.run_card.run IS 'The card belongs to the run with this number (contego.run.id).';
COMMENT ON COLUMN contego.run_card.position IS 'The cards of a run are fed in the order of their positions, from 1.';
COMMENT ON COLUMN contego.run_card.card IS 'This is the CA ID of the smartcard, or of the box if the command is about a box.';
COMMENT ON COLUMN contego.run_card.parameters IS 'The request of this card has these parameters, beside those of the run. NULL: it has no others.';
COMMENT ON COLUMN contego.run_card.request_id IS 'The request with this number is the latest one for the card. NULL: the card waits.';

-- The cards that were fed and are not done: few, unless many fail. So no look at a run reads all its cards.
CREATE TABLE contego.run_fed (
    run        bigint NOT NULL,
    position   integer NOT NULL,
    request_id bigint NOT NULL,
    state      text NOT NULL DEFAULT 'open',
    CONSTRAINT run_fed_pkey PRIMARY KEY (run, position),
    CONSTRAINT run_fed_state_is_known CHECK (state IN ('open', 'again', 'failed'))
);
CREATE INDEX run_fed_unfinished ON contego.run_fed (run, position) WHERE state <> 'failed';
COMMENT ON TABLE contego.run_fed IS 'Each row is a card of a run that was fed into the queue and is not done.';
COMMENT ON COLUMN contego.run_fed.run IS 'The card belongs to the run with this number (contego.run.id).';
COMMENT ON COLUMN contego.run_fed.position IS 'The card has this position in the run (contego.run_card.position).';
COMMENT ON COLUMN contego.run_fed.request_id IS 'The request with this number is the latest one for the card.';
COMMENT ON COLUMN contego.run_fed.state IS 'open: the request is not finished. again: the card waits for another request. failed: the request was REJECTED.';

-- A verb on a run is kept like a verb on a request.
ALTER TABLE contego.operator_action ALTER request_id DROP NOT NULL, ADD run bigint,
    ADD CONSTRAINT action_is_on_a_request_or_a_run CHECK (num_nonnulls(request_id, run) = 1);
CREATE INDEX operator_action_run ON contego.operator_action (run) WHERE run IS NOT NULL;
COMMENT ON COLUMN contego.operator_action.request_id IS 'The verb was used on the request with this number (contego.request.id). NULL: it was used on a run.';
COMMENT ON COLUMN contego.operator_action.run IS 'The verb was used on the run with this number (contego.run.id). NULL: it was used on a request.';
COMMENT ON COLUMN contego.operator_action.verb IS 'The verb is retry, cancel, hold, release, close or skip, or the CRM used withdraw or reschedule. For a run it is start, pause, resume, cancel, retry_failed or forget.';
