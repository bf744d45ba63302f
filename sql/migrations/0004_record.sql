-- How outcomes are written, by the holder of the latest claim only.

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
    our_ends boolean[];
    any_ran_before boolean;
    moment timestamptz;
    ended bigint[];
    landed bigint[];
BEGIN
    WITH named AS (
        SELECT s.request_id, s.fence, bool_or(s.ends) AS ends
        FROM (
            SELECT c.request_id, c.fence, false AS ends FROM jsonb_to_recordset(commands) AS c (request_id bigint, fence bigint)
            UNION ALL
            SELECT v.request_id, v.fence, coalesce(v.disposition IN ('complete', 'reject', 'cancel', 'close'), false)
            FROM jsonb_to_recordset(verdicts) AS v (request_id bigint, fence bigint, disposition text)
        ) AS s
        GROUP BY s.request_id, s.fence
    ), held AS MATERIALIZED (
        SELECT o.id, o.fence, n.ends, o.attempts > 0 OR o.interrupted OR o.executed_date IS NOT NULL AS ran_before
        FROM contego.request_open AS o
        JOIN named AS n ON n.request_id = o.id AND n.fence = o.fence
        -- What is in flight is said, and found, in a way that leads through no other index than that of the numbers: the one of what is
        -- in flight is full of what was, as long as somebody holds a transaction open.
        WHERE o.id = ANY (ARRAY(SELECT a.request_id FROM named AS a)) AND o.claimed_by IS NOT NULL
        ORDER BY o.id
        FOR UPDATE OF o
    )
    -- Request and fence together: one batch may hold outcomes of two claims on one request, where this daemon lost its
    -- lease, joined again and claimed the same request anew.
    SELECT coalesce(array_agg(h.id) FILTER (WHERE h.id IS NOT NULL), '{}'),
           coalesce(array_agg(h.fence) FILTER (WHERE h.id IS NOT NULL), '{}'),
           coalesce(array_agg(h.ends) FILTER (WHERE h.id IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT n.request_id) FILTER (WHERE h.id IS NULL), '{}'),
           coalesce(bool_or(h.ran_before), false)
    INTO ours, our_fences, our_ends, stale, any_ran_before
    FROM named AS n
    LEFT JOIN held AS h ON h.id = n.request_id AND h.fence = n.fence;

    -- One moment for all that ends here: it says in which month a request and its commands lie.
    moment := clock_timestamp();
    IF to_regclass('contego.request_finished_' || to_char(moment AT TIME ZONE 'UTC', 'YYYY_MM')) IS NULL THEN
        PERFORM contego.make_month(moment); -- no daemon has had the time
    END IF;

    IF any_ran_before THEN
        INSERT INTO contego.former_attempt (
            request_id, sequence, attempt, type, request, response, reference_number, status_code, exchange, outcome,
            error_code, error_description, sent_date, duration_ms, fence, recorded_date)
        SELECT c.request_id, c.sequence, c.attempts, c.type, c.request, c.response, c.reference_number, c.status_code,
               c.exchange, c.outcome, c.error_code, c.error_description, c.sent_date, c.duration_ms, c.fence, c.recorded_date
        FROM jsonb_to_recordset(commands) AS n (request_id bigint, fence bigint, sequence smallint)
        JOIN contego.command_open AS c ON c.request_id = n.request_id AND c.sequence = n.sequence
        WHERE (n.request_id, n.fence) IN (SELECT * FROM unnest(ours, our_fences)) AND c.exchange IS NOT NULL;
    END IF;

    -- Written once where the request ends here. Where it ends later, or has such a command already, it is written among the
    -- open ones, and moves when the request ends.
    WITH said AS MATERIALIZED (
        SELECT n.*, CASE WHEN n.sent_age IS NULL THEN 0 ELSE 1 END AS attempts,
               moment - n.sent_age * interval '1 millisecond' AS sent_date,
               o.ends AND NOT EXISTS (SELECT FROM contego.command_open AS c
                                      WHERE c.request_id = n.request_id AND c.sequence = n.sequence) AS at_once
        FROM jsonb_to_recordset(commands) AS n (
            request_id bigint, fence bigint, sequence smallint, type text, parameters jsonb, request text, response text,
            reference_number text, status_code text, exchange text, outcome text, error_code text, error_description text,
            result jsonb, sent_age double precision, duration_ms double precision)
        JOIN unnest(ours, our_fences, our_ends) AS o (id, fence, ends) ON o.id = n.request_id AND o.fence = n.fence
    ), written AS (
        INSERT INTO contego.command_finished (
            request_id, sequence, type, parameters, request, response, reference_number, status_code, exchange, outcome,
            error_code, error_description, result, attempts, first_sent_date, sent_date, duration_ms, fence, finished_date)
        SELECT s.request_id, s.sequence, s.type, s.parameters, s.request, s.response, s.reference_number, s.status_code,
               s.exchange, s.outcome, s.error_code, s.error_description, s.result, s.attempts, s.sent_date, s.sent_date,
               s.duration_ms, s.fence, moment
        FROM said AS s
        WHERE s.at_once
    )
    INSERT INTO contego.command_open AS c (
        request_id, sequence, type, parameters, request, response, reference_number, status_code, exchange, outcome,
        error_code, error_description, result, attempts, first_sent_date, sent_date, duration_ms, fence)
    SELECT s.request_id, s.sequence, s.type, s.parameters, s.request, s.response, s.reference_number, s.status_code,
           s.exchange, s.outcome, s.error_code, s.error_description, s.result, s.attempts, s.sent_date, s.sent_date,
           s.duration_ms, s.fence
    FROM said AS s
    WHERE NOT s.at_once
    ON CONFLICT (request_id, sequence) DO UPDATE
    SET type = excluded.type, parameters = excluded.parameters, request = excluded.request,
        response = excluded.response, reference_number = excluded.reference_number,
        status_code = excluded.status_code, exchange = excluded.exchange, outcome = excluded.outcome, error_code = excluded.error_code,
        error_description = excluded.error_description, result = excluded.result,
        attempts = c.attempts + excluded.attempts, first_sent_date = coalesce(c.first_sent_date, excluded.first_sent_date),
        sent_date = excluded.sent_date, duration_ms = excluded.duration_ms, fence = excluded.fence,
        recorded_date = now();

    -- An update that changes the partition moves the row, all of it.
    UPDATE contego.command AS c SET finished_date = moment
    WHERE c.finished_date IS NULL
      AND c.request_id IN (SELECT o.id FROM unnest(ours, our_ends) AS o (id, ends) WHERE o.ends);

    WITH ending AS (
        SELECT v.*
        FROM jsonb_to_recordset(verdicts) AS v (
            request_id bigint, fence bigint, disposition text, error_code text, error_description text,
            reference_number text, result jsonb, sent_age double precision)
        WHERE (v.request_id, v.fence) IN (SELECT * FROM unnest(ours, our_fences)) AND v.disposition IN ('complete', 'reject', 'cancel', 'close')
    ), gone AS (
        -- The end comes along: joined to the rows once more, it would be compared with every one of them.
        DELETE FROM contego.request_open AS o USING ending AS e WHERE o.id = e.request_id
        RETURNING o.*, e.disposition, e.sent_age, e.reference_number AS said_reference, e.error_code AS said_code,
                  e.error_description AS said_description, e.result AS said_result
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
               CASE WHEN g.disposition IN ('complete', 'close') THEN 'COMPLETED' ELSE 'REJECTED' END,
               CASE g.disposition WHEN 'complete' THEN 'DONE' WHEN 'close' THEN 'CLOSED' WHEN 'cancel' THEN 'CANCELLED' ELSE 'REJECTED' END,
               g.sequence_number,
               coalesce(moment - g.sent_age * interval '1 millisecond', g.executed_date),
               moment, coalesce(g.said_reference, g.reference_number), g.said_code, g.said_description,
               g.said_result, g.attempts, g.due_date, g.lanes, g.fence, g.interrupted
        FROM gone AS g
        RETURNING request_finished.id
    )
    SELECT array_agg(f.id) INTO ended FROM finished AS f;

    WITH stays AS (
        UPDATE contego.request_open AS o
        SET progress = CASE v.disposition WHEN 'retry' THEN 'RETRYING' WHEN 'hold' THEN 'HELD' ELSE 'QUEUED' END,
            attempts = o.attempts + CASE WHEN v.disposition = 'retry' AND v.counts THEN 1 ELSE 0 END,
            due_date = CASE v.disposition WHEN 'retry' THEN now() + v.delay * interval '1 millisecond' ELSE o.due_date END,
            executed_date = coalesce(moment - v.sent_age * interval '1 millisecond', o.executed_date),
            reference_number = coalesce(v.reference_number, o.reference_number),
            error_code = v.error_code, error_description = v.error_description,
            claimed_by = NULL, claimed_date = NULL,
            interrupted = v.disposition IN ('retry', 'release') AND coalesce(v.in_doubt, false)
        FROM jsonb_to_recordset(verdicts) AS v (
            request_id bigint, fence bigint, disposition text, error_code text, error_description text,
            reference_number text, delay double precision, counts boolean, in_doubt boolean, sent_age double precision)
        WHERE o.id = v.request_id AND (v.request_id, v.fence) IN (SELECT * FROM unnest(ours, our_fences)) AND v.disposition IN ('retry', 'hold', 'release')
        RETURNING o.id
    )
    SELECT coalesce(array_agg(s.id), '{}') INTO landed FROM stays AS s;

    -- A statement of its own: its snapshot sees the rows that were parked while the deletion above waited.
    UPDATE contego.request_open AS o
    SET progress = 'QUEUED', blocked_by = NULL
    WHERE o.progress = 'BLOCKED' AND o.blocked_by = ANY (ended);
    GET DIAGNOSTICS woken = ROW_COUNT;
    IF landed <> '{}' THEN
        woken := woken + contego.wake_earlier(landed);
    END IF;
END
$$;

-- What compiling would cost is never earned back: statements are short, and their estimates grow with the backlog.
ALTER FUNCTION contego.record SET jit = off;
ALTER FUNCTION contego.record SET enable_seqscan = off; -- this and the next as for contego.claim
ALTER FUNCTION contego.record SET plan_cache_mode = force_generic_plan;
