-- Moves each request that a verdict ends to the finished requests, if the claim of the verdict still holds it, and frees its lanes. Returns
-- the claims whose requests ended, and whether one of these requests ran before.
CREATE OR REPLACE FUNCTION contego.end_requests(
    moment timestamptz, verdict_request_id bigint[], verdict_fence bigint[], verdict_disposition text[], verdict_code text[],
    verdict_description text[], verdict_reference text[], verdict_result jsonb[], verdict_sent_age double precision[],
    OUT ended bigint[], OUT ended_fences bigint[], OUT ran_before boolean)
LANGUAGE plpgsql
AS $$
BEGIN
    -- The planner expects an unnested array to be short. So it looks up each row by its id, however large the table was at that time.
    WITH ending_verdicts AS MATERIALIZED (
        SELECT v.n::integer AS n, v.request_id, v.fence, v.disposition
        FROM unnest(verdict_request_id, verdict_fence, verdict_disposition) WITH ORDINALITY AS v (request_id, fence, disposition, n)
        WHERE v.disposition IN ('complete', 'reject', 'cancel', 'close')
        ORDER BY v.request_id
    ), ended_requests AS (
        -- Returns the verdict as well: a second join would compare the verdicts with every deleted row.
        DELETE FROM contego.request_open AS o USING ending_verdicts AS e
        WHERE o.id = ANY (ARRAY[e.request_id]) AND o.fence = ANY (ARRAY[e.fence]) AND o.claimed_by IS NOT NULL
        RETURNING o.*, e.disposition, e.n
    ), freed_lanes AS (
        DELETE FROM contego.lane AS l
        USING (SELECT r.provider, unnest(r.lanes) AS lane, r.sequence_number FROM ended_requests AS r) AS f
        WHERE l.provider = ANY (ARRAY[f.provider]) AND l.lane = f.lane AND l.sequence_number = f.sequence_number
    ), finished_requests AS (
        INSERT INTO contego.request_finished (
            id, created_date, created_by, owned_by, on_behalf_of, action, parameters, subscription, process_name, process_id, provider,
            priority, scheduled_date, idempotency_key, life_cycle_state, progress, sequence_number, executed_date,
            finished_date, reference_number, error_code, error_description, result, attempts, due_date, lanes, fence,
            maybe_sent)
        SELECT r.id, r.created_date, r.created_by, r.owned_by, r.on_behalf_of, r.action,
               -- Decided here, since a call costs a microsecond for each row.
               CASE WHEN r.action LIKE 'UPDATE\_CA\_PIN\_%' THEN contego.masked(r.parameters, r.action) ELSE contego.masked(r.parameters) END,
               r.subscription,
               r.process_name, r.process_id, r.provider, r.priority, r.scheduled_date, r.idempotency_key,
               CASE WHEN r.disposition IN ('complete', 'close') THEN 'COMPLETED' ELSE 'REJECTED' END,
               CASE r.disposition WHEN 'complete' THEN 'DONE' WHEN 'close' THEN 'CLOSED' WHEN 'cancel' THEN 'CANCELLED' ELSE 'REJECTED' END,
               r.sequence_number,
               coalesce(moment - verdict_sent_age[r.n] * interval '1 millisecond', r.executed_date),
               moment, coalesce(verdict_reference[r.n], r.reference_number), verdict_code[r.n], verdict_description[r.n],
               verdict_result[r.n], r.attempts, r.due_date, r.lanes, r.fence, r.maybe_sent
        FROM ended_requests AS r
    )
    SELECT coalesce(array_agg(r.id), '{}'), coalesce(array_agg(verdict_fence[r.n]), '{}'),
           coalesce(bool_or(r.attempts > 0 OR r.maybe_sent OR r.executed_date IS NOT NULL), false)
    INTO ended, ended_fences, ran_before
    FROM ended_requests AS r;
END
$$;

REVOKE ALL ON FUNCTION contego.end_requests FROM PUBLIC;
COMMENT ON FUNCTION contego.end_requests IS 'Part of recording: moves the requests that end to the finished ones, and frees their lanes.';
