-- Ends each kept claim that has a verdict: the request is retried later, held, or put back into the queue. Returns these requests.
CREATE OR REPLACE FUNCTION contego.continue_requests(
    moment timestamptz, kept bigint[], kept_fences bigint[], verdict_request_id bigint[], verdict_fence bigint[], verdict_disposition text[],
    verdict_code text[], verdict_description text[], verdict_reference text[], verdict_delay double precision[], verdict_counts boolean[],
    verdict_maybe_sent boolean[], verdict_sent_age double precision[]) RETURNS bigint[]
LANGUAGE plpgsql
AS $$
DECLARE
    landed bigint[];
BEGIN
    WITH continuing_verdicts AS MATERIALIZED (
        SELECT v.n, verdict_request_id[v.n] AS id
        FROM generate_series(1, cardinality(verdict_request_id)) AS v (n)
        WHERE (verdict_request_id[v.n], verdict_fence[v.n]) IN (SELECT * FROM unnest(kept, kept_fences))
          AND verdict_disposition[v.n] IN ('retry', 'hold', 'release')
    ), continuing_requests AS (
        UPDATE contego.request_open AS o
        SET progress = CASE verdict_disposition[v.n] WHEN 'retry' THEN 'RETRYING' WHEN 'hold' THEN 'HELD' ELSE 'QUEUED' END,
            attempts = o.attempts + CASE WHEN verdict_disposition[v.n] = 'retry' AND verdict_counts[v.n] THEN 1 ELSE 0 END,
            due_date = CASE verdict_disposition[v.n] WHEN 'retry' THEN now() + verdict_delay[v.n] * interval '1 millisecond' ELSE o.due_date END,
            executed_date = coalesce(moment - verdict_sent_age[v.n] * interval '1 millisecond', o.executed_date),
            reference_number = coalesce(verdict_reference[v.n], o.reference_number),
            error_code = verdict_code[v.n], error_description = verdict_description[v.n],
            claimed_by = NULL, claimed_date = NULL,
            maybe_sent = coalesce(verdict_maybe_sent[v.n], false)
        FROM continuing_verdicts AS v
        WHERE o.id = ANY (ARRAY[v.id])
        RETURNING o.id
    )
    SELECT coalesce(array_agg(r.id), '{}') INTO landed FROM continuing_requests AS r;
    -- Other daemons may reach the CAS even if this daemon does not. So they need not wait until they poll.
    IF EXISTS (SELECT FROM unnest(verdict_request_id, verdict_disposition, verdict_delay) AS v (request_id, disposition, delay)
               WHERE v.request_id = ANY (landed) AND (v.disposition = 'release' OR v.disposition = 'retry' AND v.delay <= 0)) THEN
        PERFORM contego.notify_unless_full('contego');
    END IF;
    RETURN landed;
END
$$;

REVOKE ALL ON FUNCTION contego.continue_requests FROM PUBLIC;
COMMENT ON FUNCTION contego.continue_requests IS 'Part of recording: retries later, holds or puts back the requests that do not end.';
