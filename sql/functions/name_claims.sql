-- Lists the claims that a batch names, each once: its request, its fence, and whether a verdict of the batch ends the request.
-- `all_end` is true if the batch ends all of them. Request and fence go together: a daemon may lose its lease, join again and claim the
-- same request anew. Then one batch may bring outcomes of two claims of one request.
CREATE OR REPLACE FUNCTION contego.name_claims(
    command_request_id bigint[], command_fence bigint[],
    verdict_request_id bigint[], verdict_fence bigint[], verdict_disposition text[],
    OUT requests bigint[], OUT fences bigint[], OUT ends boolean[], OUT all_end boolean)
LANGUAGE plpgsql
AS $$
BEGIN
    SELECT array_agg(n.request_id), array_agg(n.fence), array_agg(n.ends), coalesce(bool_and(n.ends), true)
    INTO requests, fences, ends, all_end
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
END
$$;

REVOKE ALL ON FUNCTION contego.name_claims FROM PUBLIC;
COMMENT ON FUNCTION contego.name_claims IS 'Part of recording: returns the claims that a batch names, and which of them it ends.';
