-- Writes what happened to requests that are still held under the claim they name; `stale` are those that are not,
-- `woken` counts the parked requests that may now be claimed. One call is one transaction's worth.
--
-- Each column is an array, the first element of all of them is the first row: a driver sends them in binary, and nothing is parsed.
-- What an array has no element for is NULL. Ages and times are in milliseconds, an age is that before now.
CREATE OR REPLACE FUNCTION contego.record(
    command_request_id bigint[] DEFAULT '{}', command_fence bigint[] DEFAULT '{}', command_sequence integer[] DEFAULT '{}',
    command_type text[] DEFAULT '{}', command_parameters jsonb[] DEFAULT '{}', command_request text[] DEFAULT '{}',
    command_response text[] DEFAULT '{}', command_reference text[] DEFAULT '{}', command_status text[] DEFAULT '{}',
    command_exchange text[] DEFAULT '{}', command_outcome text[] DEFAULT '{}', command_code text[] DEFAULT '{}',
    command_description text[] DEFAULT '{}', command_result jsonb[] DEFAULT '{}', command_sent_age double precision[] DEFAULT '{}',
    command_duration double precision[] DEFAULT '{}',
    verdict_request_id bigint[] DEFAULT '{}', verdict_fence bigint[] DEFAULT '{}', verdict_disposition text[] DEFAULT '{}',
    verdict_code text[] DEFAULT '{}', verdict_description text[] DEFAULT '{}', verdict_reference text[] DEFAULT '{}',
    verdict_result jsonb[] DEFAULT '{}', verdict_delay double precision[] DEFAULT '{}', verdict_counts boolean[] DEFAULT '{}',
    verdict_in_doubt boolean[] DEFAULT '{}', verdict_sent_age double precision[] DEFAULT '{}',
    OUT stale bigint[], OUT woken bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    moment timestamptz;
    named bigint[];
    named_fences bigint[];
    named_ends boolean[];
    all_end boolean;
    kept bigint[] := '{}';
    kept_fences bigint[] := '{}';
    any_kept_ran_before boolean := false;
    ended bigint[];
    ended_fences bigint[];
    ours bigint[];
    our_fences bigint[];
    any_ran_before boolean;
    landed bigint[];
BEGIN
    -- One moment for all that ends here: it says in which month a request and its commands lie.
    moment := clock_timestamp();
    IF to_regclass('contego.request_finished_' || to_char(moment AT TIME ZONE 'UTC', 'YYYY_MM')) IS NULL THEN
        PERFORM contego.make_month(moment); -- no daemon has had the time
    END IF;

    -- Request and fence together: one batch may hold outcomes of two claims on one request, where this daemon lost its lease, joined
    -- again and claimed the same request anew.
    SELECT array_agg(n.request_id), array_agg(n.fence), array_agg(n.ends), coalesce(bool_and(n.ends), true)
    INTO named, named_fences, named_ends, all_end
    FROM (
        SELECT s.request_id, s.fence, bool_or(s.ends) AS ends
        FROM (
            SELECT command_request_id[c.n] AS request_id, command_fence[c.n] AS fence, false AS ends
            FROM generate_series(1, cardinality(command_request_id)) AS c (n)
            UNION ALL
            SELECT verdict_request_id[v.n], verdict_fence[v.n],
                   coalesce(verdict_disposition[v.n] IN ('complete', 'reject', 'cancel', 'close'), false)
            FROM generate_series(1, cardinality(verdict_request_id)) AS v (n)
        ) AS s
        GROUP BY s.request_id, s.fence
    ) AS n;

    -- Where all ends, as mostly, it is deleted without being locked before. Else all is locked in one go and in the order of ids, as
    -- by others who lock several, so that nobody waits for somebody who waits for him.
    IF NOT all_end THEN
        WITH held AS MATERIALIZED (
            SELECT o.id, o.fence, n.ends, o.attempts > 0 OR o.interrupted OR o.executed_date IS NOT NULL AS ran_before
            FROM unnest(named, named_fences, named_ends) AS n (id, fence, ends)
            JOIN contego.request_open AS o ON o.id = ANY (ARRAY[n.id]) AND o.fence = ANY (ARRAY[n.fence])
            -- What is in flight is said, and found, in a way that leads through no other index than that of the numbers: the one of what
            -- is in flight is full of what was, as long as somebody holds a transaction open.
            WHERE o.claimed_by IS NOT NULL
            ORDER BY n.id
            FOR UPDATE OF o
        )
        SELECT coalesce(array_agg(h.id), '{}'), coalesce(array_agg(h.fence), '{}'), coalesce(bool_or(h.ran_before), false)
        INTO kept, kept_fences, any_kept_ran_before
        FROM held AS h
        WHERE NOT h.ends;
    END IF;

    -- Unnested, it is taken for few, and each is asked for by its number, however large the table was when this was planned.
    WITH ending AS MATERIALIZED (
        SELECT v.n::integer AS n, v.request_id, v.fence, v.disposition
        FROM unnest(verdict_request_id, verdict_fence, verdict_disposition) WITH ORDINALITY AS v (request_id, fence, disposition, n)
        WHERE v.disposition IN ('complete', 'reject', 'cancel', 'close')
        ORDER BY v.request_id
    ), gone AS (
        -- The end comes along: joined to the rows once more, it would be compared with every one of them.
        DELETE FROM contego.request_open AS o USING ending AS e
        WHERE o.id = ANY (ARRAY[e.request_id]) AND o.fence = ANY (ARRAY[e.fence]) AND o.claimed_by IS NOT NULL
        RETURNING o.*, e.disposition, e.n
    ), freed AS (
        DELETE FROM contego.lane AS l
        USING (SELECT g.provider, unnest(g.lanes) AS lane, g.sequence_number FROM gone AS g) AS g
        WHERE l.provider = ANY (ARRAY[g.provider]) AND l.lane = g.lane AND l.sequence_number = g.sequence_number
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
               coalesce(moment - verdict_sent_age[g.n] * interval '1 millisecond', g.executed_date),
               moment, coalesce(verdict_reference[g.n], g.reference_number), verdict_code[g.n], verdict_description[g.n],
               verdict_result[g.n], g.attempts, g.due_date, g.lanes, g.fence, g.interrupted
        FROM gone AS g
    )
    SELECT coalesce(array_agg(g.id), '{}'), coalesce(array_agg(verdict_fence[g.n]), '{}'),
           any_kept_ran_before OR coalesce(bool_or(g.attempts > 0 OR g.interrupted OR g.executed_date IS NOT NULL), false)
    INTO ended, ended_fences, any_ran_before
    FROM gone AS g;

    ours := ended || kept;
    our_fences := ended_fences || kept_fences;
    stale := '{}';
    IF cardinality(ours) < cardinality(named) THEN
        SELECT coalesce(array_agg(DISTINCT named[n.i]), '{}')
        INTO stale
        FROM generate_series(1, cardinality(named)) AS n (i)
        WHERE (named[n.i], named_fences[n.i]) NOT IN (SELECT * FROM unnest(ours, our_fences));
    END IF;

    IF any_ran_before THEN
        WITH ours_again AS MATERIALIZED (
            SELECT s.n
            FROM generate_series(1, cardinality(command_request_id)) AS s (n)
            WHERE (command_request_id[s.n], command_fence[s.n]) IN (SELECT * FROM unnest(ours, our_fences))
        )
        INSERT INTO contego.former_attempt (
            request_id, sequence, attempt, type, request, response, reference_number, status_code, exchange, outcome,
            error_code, error_description, sent_date, duration_ms, fence, recorded_date)
        SELECT c.request_id, c.sequence, c.attempts, c.type, c.request, c.response, c.reference_number, c.status_code,
               c.exchange, c.outcome, c.error_code, c.error_description, c.sent_date, c.duration_ms, c.fence, c.recorded_date
        FROM ours_again AS s
        JOIN contego.command_open AS c ON c.request_id = ANY (ARRAY[command_request_id[s.n]]) AND c.sequence = command_sequence[s.n]
        -- One under this claim is this very attempt, written before in a transaction whose commit was not heard of.
        WHERE c.exchange IS NOT NULL AND c.fence <> command_fence[s.n];
    END IF;

    -- Written once where the request ends here. Where it ends later, or has such a command already, it is written among the
    -- open ones, and moves when the request ends.
    WITH said AS MATERIALIZED (
        SELECT s.n, o.id AS request_id, CASE WHEN command_sent_age[s.n] IS NULL THEN 0 ELSE 1 END AS attempts,
               moment - command_sent_age[s.n] * interval '1 millisecond' AS sent_date,
               o.ends AND NOT EXISTS (SELECT FROM contego.command_open AS c
                                      WHERE c.request_id = ANY (ARRAY[o.id]) AND c.sequence = command_sequence[s.n]) AS at_once
        FROM generate_series(1, cardinality(command_request_id)) AS s (n)
        JOIN (SELECT e.id, e.fence, true AS ends FROM unnest(ended, ended_fences) AS e (id, fence)
              UNION ALL
              SELECT k.id, k.fence, false FROM unnest(kept, kept_fences) AS k (id, fence)) AS o
             ON o.id = command_request_id[s.n] AND o.fence = command_fence[s.n]
    ), written AS (
        INSERT INTO contego.command_finished (
            request_id, sequence, type, parameters, request, response, reference_number, status_code, exchange, outcome,
            error_code, error_description, result, attempts, first_sent_date, sent_date, duration_ms, fence, finished_date)
        SELECT s.request_id, command_sequence[s.n], command_type[s.n], command_parameters[s.n], command_request[s.n],
               command_response[s.n], command_reference[s.n], command_status[s.n], command_exchange[s.n], command_outcome[s.n],
               command_code[s.n], command_description[s.n], command_result[s.n], s.attempts, s.sent_date, s.sent_date,
               command_duration[s.n], command_fence[s.n], moment
        FROM said AS s
        WHERE s.at_once
    )
    INSERT INTO contego.command_open AS c (
        request_id, sequence, type, parameters, request, response, reference_number, status_code, exchange, outcome,
        error_code, error_description, result, attempts, first_sent_date, sent_date, duration_ms, fence)
    SELECT s.request_id, command_sequence[s.n], command_type[s.n], command_parameters[s.n], command_request[s.n],
           command_response[s.n], command_reference[s.n], command_status[s.n], command_exchange[s.n], command_outcome[s.n],
           command_code[s.n], command_description[s.n], command_result[s.n], s.attempts, s.sent_date, s.sent_date,
           command_duration[s.n], command_fence[s.n]
    FROM said AS s
    WHERE NOT s.at_once
    ON CONFLICT (request_id, sequence) DO UPDATE
    SET type = excluded.type, parameters = excluded.parameters, request = excluded.request,
        response = excluded.response, reference_number = excluded.reference_number,
        status_code = excluded.status_code, exchange = excluded.exchange, outcome = excluded.outcome, error_code = excluded.error_code,
        error_description = excluded.error_description, result = excluded.result,
        attempts = c.attempts + CASE WHEN c.fence = excluded.fence THEN 0 ELSE excluded.attempts END, first_sent_date = coalesce(c.first_sent_date, excluded.first_sent_date),
        sent_date = excluded.sent_date, duration_ms = excluded.duration_ms, fence = excluded.fence,
        recorded_date = now();

    -- An update that changes the partition moves the row, all of it.
    UPDATE contego.command AS c SET finished_date = moment
    WHERE c.finished_date IS NULL
      AND c.request_id = ANY (ended);

    WITH staying AS MATERIALIZED (
        SELECT v.n, verdict_request_id[v.n] AS id
        FROM generate_series(1, cardinality(verdict_request_id)) AS v (n)
        WHERE (verdict_request_id[v.n], verdict_fence[v.n]) IN (SELECT * FROM unnest(kept, kept_fences))
          AND verdict_disposition[v.n] IN ('retry', 'hold', 'release')
    ), stays AS (
        UPDATE contego.request_open AS o
        SET progress = CASE verdict_disposition[v.n] WHEN 'retry' THEN 'RETRYING' WHEN 'hold' THEN 'HELD' ELSE 'QUEUED' END,
            attempts = o.attempts + CASE WHEN verdict_disposition[v.n] = 'retry' AND verdict_counts[v.n] THEN 1 ELSE 0 END,
            due_date = CASE verdict_disposition[v.n] WHEN 'retry' THEN now() + verdict_delay[v.n] * interval '1 millisecond' ELSE o.due_date END,
            executed_date = coalesce(moment - verdict_sent_age[v.n] * interval '1 millisecond', o.executed_date),
            reference_number = coalesce(verdict_reference[v.n], o.reference_number),
            error_code = verdict_code[v.n], error_description = verdict_description[v.n],
            claimed_by = NULL, claimed_date = NULL,
            interrupted = coalesce(verdict_in_doubt[v.n], false)
        FROM staying AS v
        WHERE o.id = ANY (ARRAY[v.id])
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

REVOKE ALL ON FUNCTION contego.record FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.record TO contego_daemon;
COMMENT ON FUNCTION contego.record IS 'Daemon: writes what happened to requests that it still holds.';
