-- What support asks of one request, one card, one box, one subscription, one process. The views run with the owner's rights and
-- show parameters masked only; contego_support reads them.

-- The card and box numbers, subscription and process of every request, open or finished. It is written when a request is
-- inserted and never again, so that claiming and recording have nothing to do with it, and one index answers for both
-- partitions. Without it all that ever touched a card would be found by reading all finished requests.
CREATE TABLE contego.subject (
    kind       text NOT NULL,
    name       text NOT NULL,
    request_id bigint NOT NULL,
    CONSTRAINT subject_pkey PRIMARY KEY (kind, name, request_id)
);

-- Without a search path of its own, so that it becomes part of the statement that calls it.
CREATE FUNCTION contego.subjects_of(lanes text[], subscription text, process_id text) RETURNS TABLE (kind text, name text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT split_part(lane, ':', 1), substr(lane, strpos(lane, ':') + 1) FROM unnest(lanes) AS lane
    UNION ALL
    SELECT about.kind, left(about.name, 500)
    FROM (VALUES ('subscription', subscription), ('process', process_id)) AS about (kind, name)
    WHERE about.name IS NOT NULL
$$;
REVOKE ALL ON FUNCTION contego.subjects_of FROM PUBLIC;
COMMENT ON FUNCTION contego.subjects_of IS 'What a request is about: its cards, boxes, subscription and process.';

-- A second insert of the same is a request that a person sent again.
CREATE FUNCTION contego.enter_subjects() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO contego.subject (kind, name, request_id)
    SELECT s.kind, s.name, i.id
    FROM inserted AS i
    CROSS JOIN LATERAL contego.subjects_of(i.lanes, i.subscription, i.process_id) AS s
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION contego.enter_subjects FROM PUBLIC;
CREATE TRIGGER enter_subjects AFTER INSERT ON contego.request
    REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION contego.enter_subjects();

-- Those that are there already.
INSERT INTO contego.subject (kind, name, request_id)
SELECT s.kind, s.name, r.id
FROM contego.request AS r
CROSS JOIN LATERAL contego.subjects_of(r.lanes, r.subscription, r.process_id) AS s;

-- Parameters as others may see them. A view's functions run in the reader's search path, where an operator of the reader's own
-- could undo the masking: here it is pinned.
CREATE FUNCTION contego.shown(parameters jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT contego.masked(parameters) $$;
REVOKE ALL ON FUNCTION contego.shown FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.shown TO contego_support;

CREATE VIEW contego.request_status AS
SELECT r.id, r.life_cycle_state, r.progress,
       CASE r.progress
           WHEN 'QUEUED' THEN 'waits to be claimed'
           WHEN 'SCHEDULED' THEN 'is not due yet'
           WHEN 'BLOCKED' THEN 'waits for request ' || r.blocked_by
           WHEN 'IN_FLIGHT' THEN 'is being sent by ' || coalesce(d.name, 'a daemon that is no more')
           WHEN 'RETRYING' THEN 'failed for a passing reason, is tried again'
           WHEN 'HELD' THEN 'waits for a person'
           WHEN 'DONE' THEN 'every command was answered with success'
           WHEN 'CLOSED' THEN 'was done by hand and ended by a person'
           WHEN 'CANCELLED' THEN 'was ended by a person'
           ELSE 'was refused'
       END AS meaning,
       r.error_code, r.error_description, r.action, r.subscription, r.process_name, r.process_id, r.provider, r.priority,
       r.created_date, r.created_by, r.scheduled_date, r.due_date, r.executed_date, r.finished_date, r.attempts,
       r.reference_number, r.result,
       (SELECT count(*) FROM contego.command AS c WHERE c.request_id = r.id) AS commands,
       (SELECT count(*) FROM contego.command AS c WHERE c.request_id = r.id AND c.outcome IN ('success', 'skipped')) AS commands_done,
       r.blocked_by, r.blocked_date, d.name AS daemon, r.claimed_date, r.lanes, contego.shown(r.parameters) AS parameters,
       r.idempotency_key, r.sequence_number
FROM contego.request AS r
LEFT JOIN contego.daemon AS d ON d.id = r.claimed_by;

CREATE VIEW contego.command_log AS
SELECT a.request_id, a.sequence, a.attempt, a.latest, a.type, a.outcome, a.exchange, a.status_code, a.reference_number,
       a.error_code, a.error_description, a.sent_date, a.sent_date + a.duration_ms * interval '1 millisecond' AS ended_date,
       a.duration_ms, a.request, a.response, a.fence, a.recorded_date, r.action, r.subscription, r.provider
FROM (
    SELECT c.request_id, c.sequence, c.attempts AS attempt, true AS latest, c.type, c.outcome, c.exchange, c.status_code,
           c.reference_number, c.error_code, c.error_description, c.sent_date, c.duration_ms, c.request, c.response, c.fence,
           c.recorded_date
    FROM contego.command AS c
    UNION ALL
    SELECT f.request_id, f.sequence, f.attempt, false, f.type, f.outcome, f.exchange, f.status_code,
           f.reference_number, f.error_code, f.error_description, f.sent_date, f.duration_ms, f.request, f.response, f.fence,
           f.recorded_date
    FROM contego.former_attempt AS f
) AS a
JOIN contego.request AS r ON r.id = a.request_id;

-- One view for each kind of subject: the same columns, found by its number or name.
DO $$
DECLARE
    kind text;
    what text;
BEGIN
    FOR kind, what IN VALUES
        ('card', 'CA ID of the smartcard; ask with WHERE card = ''...''.'),
        ('box', 'CA ID of the set-top box; ask with WHERE box = ''...''.'),
        ('subscription', 'The subscription, as the CRM calls it; ask with WHERE subscription = ''...''.'),
        ('process', 'The CRM''s process (process_id); ask with WHERE process = ''...''.')
    LOOP
        EXECUTE format($f$
            CREATE VIEW contego.%1$I AS
            SELECT s.name AS %2$I, r.id AS request_id, r.created_date, r.action, r.life_cycle_state, r.progress, r.error_code,
                   r.error_description, r.executed_date, r.finished_date, r.reference_number, r.provider, r.created_by
            FROM contego.subject AS s
            JOIN contego.request AS r ON r.id = s.request_id
            WHERE s.kind = %2$L;
            COMMENT ON VIEW contego.%1$I IS %3$L;
            COMMENT ON COLUMN contego.%1$I.%2$I IS %4$L;
            COMMENT ON COLUMN contego.%1$I.request_id IS 'The request that names it; contego.timeline has its steps.';
            COMMENT ON COLUMN contego.%1$I.created_date IS 'When the CRM inserted the request.';
            COMMENT ON COLUMN contego.%1$I.action IS 'The CRM action, or the code of a direct command.';
            COMMENT ON COLUMN contego.%1$I.life_cycle_state IS 'PENDING, COMPLETED or REJECTED.';
            COMMENT ON COLUMN contego.%1$I.progress IS 'The same in finer steps.';
            COMMENT ON COLUMN contego.%1$I.error_code IS 'Why it was rejected, is held or is retried.';
            COMMENT ON COLUMN contego.%1$I.error_description IS 'The same in a sentence.';
            COMMENT ON COLUMN contego.%1$I.executed_date IS 'When the first command of the latest run was sent.';
            COMMENT ON COLUMN contego.%1$I.finished_date IS 'When it became COMPLETED or REJECTED.';
            COMMENT ON COLUMN contego.%1$I.reference_number IS 'Given by the CAS to the last command answered.';
            COMMENT ON COLUMN contego.%1$I.provider IS 'Which CAS.';
            COMMENT ON COLUMN contego.%1$I.created_by IS 'The login that inserted it.';
            GRANT SELECT ON contego.%1$I TO contego_support$f$,
            kind || '_history', kind, 'Every request that ever named this ' || kind || ', one row each.', what);
    END LOOP;
END
$$;

-- The steps of a request. What leaves no trace is not there: a claim that has ended, and what was parked before the last time.
CREATE VIEW contego.timeline AS
SELECT r.id AS request_id, e.event_date, e.step, e.event, e.by_whom, e.detail
FROM contego.request AS r
LEFT JOIN contego.daemon AS d ON d.id = r.claimed_by
CROSS JOIN LATERAL (VALUES
    (1, r.created_date, 'inserted', r.created_by, concat_ws(' ', r.action, nullif(r.priority, 'REGULAR'))),
    (2, CASE WHEN r.scheduled_date > r.created_date THEN r.scheduled_date END, 'due', 'CRM', NULL),
    (3, r.blocked_date, 'blocked', 'daemon', 'waits for request ' || r.blocked_by),
    (4, r.claimed_date, 'claimed', coalesce(d.name, 'a daemon that is no more'), 'claim ' || r.fence),
    (9, r.finished_date, lower(CASE r.progress WHEN 'DONE' THEN r.life_cycle_state ELSE r.progress END), 'daemon',
     concat_ws(': ', r.error_code, r.error_description))
) AS e (step, event_date, event, by_whom, detail)
WHERE e.event_date IS NOT NULL
UNION ALL
SELECT a.request_id, e.event_date, e.step, e.event, 'daemon, claim ' || a.fence,
       concat_ws(' ', a.sequence || '.', a.type, CASE WHEN a.attempt > 1 THEN 'attempt ' || a.attempt END, e.detail)
FROM contego.attempt AS a
CROSS JOIN LATERAL (SELECT a.sent_date + a.duration_ms * interval '1 millisecond' AS ended_date) AS x
CROSS JOIN LATERAL (VALUES
    (5, a.sent_date, CASE a.exchange WHEN 'not_sent' THEN 'not sent' ELSE 'sent' END, NULL),
    (6, CASE WHEN a.exchange <> 'not_sent' THEN x.ended_date END,
     CASE a.exchange WHEN 'answered' THEN 'answered' WHEN 'read_back' THEN 'read back' ELSE 'no answer' END,
     concat_ws(' ', a.outcome, a.status_code, a.reference_number)),
    -- recorded_date is when the recording began, in another clock.
    (7, CASE WHEN a.outcome IN ('retry', 'hold') THEN greatest(a.recorded_date, x.ended_date) END,
     CASE a.outcome WHEN 'retry' THEN 'to be retried' ELSE 'held' END, concat_ws(': ', a.error_code, a.error_description))
) AS e (step, event_date, event, detail)
WHERE e.event_date IS NOT NULL
UNION ALL
SELECT o.request_id, o.acted_date, 8, o.verb, o.acted_by, concat_ws(': ', o.before || ' -> ' || o.after, o.reason)
FROM contego.operator_action AS o;

GRANT SELECT ON contego.subject, contego.request_status, contego.command_log, contego.timeline TO contego_support;

COMMENT ON TABLE contego.subject IS 'What every request is about, open or finished: one row for each card, box, subscription and process.';
COMMENT ON COLUMN contego.subject.kind IS 'card, box, subscription or process.';
COMMENT ON COLUMN contego.subject.name IS 'Its number or name; of texts longer than 500 characters the first 500.';
COMMENT ON COLUMN contego.subject.request_id IS 'The request.';
COMMENT ON FUNCTION contego.shown IS 'Parameters as anybody may see them: as contego.masked, whatever the search path.';
COMMENT ON FUNCTION contego.enter_subjects() IS 'Trigger: notes what new requests are about.';
