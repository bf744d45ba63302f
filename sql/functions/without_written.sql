-- Returns the members of `stale` whose outcome an earlier call has not written. An earlier call wrote it if the commit succeeded and its
-- answer was lost: then the daemon brings the same batch once more. `held` and `held_fences` are the claims that still hold.
--
-- Only a record under a claim ends a request as DONE or REJECTED with the fence of that claim. Only such a record writes a command with that
-- fence. If a claim has neither, the request waits as the verdict says, and nobody has claimed it since.
CREATE OR REPLACE FUNCTION contego.without_written(
    stale bigint[], held bigint[], held_fences bigint[], command_request_id bigint[], command_fence bigint[], command_sequence integer[],
    command_outcome text[], verdict_request_id bigint[], verdict_fence bigint[], verdict_disposition text[]) RETURNS bigint[]
LANGUAGE plpgsql
AS $$
BEGIN
    RETURN (
        WITH lost_claims AS (
            SELECT n.request_id, n.fence, count(n.sequence) AS commands, max(n.disposition) AS disposition
            FROM (
                SELECT c.request_id, c.fence, c.sequence, NULL::text AS disposition
                FROM unnest(command_request_id, command_fence, command_sequence) AS c (request_id, fence, sequence)
                UNION ALL
                SELECT v.request_id, v.fence, NULL, v.disposition
                FROM unnest(verdict_request_id, verdict_fence, verdict_disposition) AS v (request_id, fence, disposition)
            ) AS n
            WHERE n.request_id = ANY (stale) AND (n.request_id, n.fence) NOT IN (SELECT * FROM unnest(held, held_fences))
            GROUP BY n.request_id, n.fence
        )
        SELECT coalesce(array_agg(DISTINCT l.request_id), '{}')
        FROM lost_claims AS l
        WHERE NOT CASE
            WHEN l.disposition IN ('complete', 'reject') THEN EXISTS (
                SELECT FROM contego.request_finished AS r
                WHERE r.id = ANY (ARRAY[l.request_id]) AND r.fence = l.fence
                  AND r.progress = CASE l.disposition WHEN 'complete' THEN 'DONE' ELSE 'REJECTED' END)
            WHEN l.commands > 0 THEN NOT EXISTS (
                SELECT FROM unnest(command_request_id, command_fence, command_sequence, command_outcome) AS c (request_id, fence, sequence, outcome)
                WHERE c.request_id = l.request_id AND c.fence = l.fence
                  AND NOT EXISTS (
                      SELECT FROM contego.command AS w
                      WHERE w.request_id = ANY (ARRAY[c.request_id]) AND w.sequence = c.sequence AND w.fence = c.fence AND w.outcome = c.outcome)
                  AND NOT EXISTS (
                      SELECT FROM contego.former_attempt AS f
                      WHERE f.request_id = ANY (ARRAY[c.request_id]) AND f.sequence = c.sequence AND f.fence = c.fence AND f.outcome = c.outcome))
            ELSE EXISTS (
                SELECT FROM contego.request_open AS o
                WHERE o.id = ANY (ARRAY[l.request_id]) AND o.fence = l.fence
                  AND o.progress = CASE l.disposition WHEN 'hold' THEN 'HELD' WHEN 'retry' THEN 'RETRYING' ELSE 'QUEUED' END)
        END);
END
$$;

REVOKE ALL ON FUNCTION contego.without_written FROM PUBLIC;
COMMENT ON FUNCTION contego.without_written IS 'Part of recording: returns the requests that are stale and whose outcome no earlier call has written.';
