-- Locks the requests of these claims that are still held under them, in the order of their ids, as every function does that locks several,
-- so that no two sessions wait for each other. Returns the claims that do not end (`kept`), and whether one of their requests ran before.
CREATE OR REPLACE FUNCTION contego.lock_claimed(
    requests bigint[], fences bigint[], ends boolean[], OUT kept bigint[], OUT kept_fences bigint[], OUT ran_before boolean)
LANGUAGE plpgsql
AS $$
BEGIN
    WITH held AS MATERIALIZED (
        SELECT o.id, o.fence, n.ends, o.attempts > 0 OR o.maybe_sent OR o.executed_date IS NOT NULL AS ran_before
        FROM unnest(requests, fences, ends) AS n (id, fence, ends)
        JOIN contego.request_open AS o ON o.id = ANY (ARRAY[n.id]) AND o.fence = ANY (ARRAY[n.fence])
        -- Tests claimed_by, not progress, so that the planner uses the primary key: as long as somebody holds a transaction open, the index
        -- of the requests in flight is full of those that were.
        WHERE o.claimed_by IS NOT NULL
        ORDER BY n.id
        FOR UPDATE OF o
    )
    SELECT coalesce(array_agg(h.id), '{}'), coalesce(array_agg(h.fence), '{}'), coalesce(bool_or(h.ran_before), false)
    INTO kept, kept_fences, ran_before
    FROM held AS h
    WHERE NOT h.ends;
END
$$;

REVOKE ALL ON FUNCTION contego.lock_claimed FROM PUBLIC;
COMMENT ON FUNCTION contego.lock_claimed IS 'Part of recording: locks the requests that are still held under these claims; returns those that do not end.';
