-- Locks the requests that these claims still hold, in the order of their ids. Every function that locks several requests uses this order,
-- so that no two sessions deadlock. Returns the claims that do not end (`kept`), and whether one of their requests ran before.
CREATE OR REPLACE FUNCTION contego.lock_claimed(
    requests bigint[], fences bigint[], ends boolean[], OUT kept bigint[], OUT kept_fences bigint[], OUT ran_before boolean)
LANGUAGE plpgsql
AS $$
BEGIN
    WITH held_requests AS MATERIALIZED (
        SELECT o.id, o.fence, n.ends, o.attempts > 0 OR o.maybe_sent OR o.executed_date IS NOT NULL AS ran_before
        FROM unnest(requests, fences, ends) AS n (id, fence, ends)
        JOIN contego.request_open AS o ON o.id = ANY (ARRAY[n.id]) AND o.fence = ANY (ARRAY[n.fence])
        -- Tests claimed_by, not progress, so that the planner uses the primary key. While any session keeps a transaction open, the index
        -- of the requests in flight is full of entries of earlier ones.
        WHERE o.claimed_by IS NOT NULL
        ORDER BY n.id
        FOR UPDATE OF o
    )
    SELECT coalesce(array_agg(h.id), '{}'), coalesce(array_agg(h.fence), '{}'), coalesce(bool_or(h.ran_before), false)
    INTO kept, kept_fences, ran_before
    FROM held_requests AS h
    WHERE NOT h.ends;
END
$$;

REVOKE ALL ON FUNCTION contego.lock_claimed FROM PUBLIC;
COMMENT ON FUNCTION contego.lock_claimed IS 'Part of recording: locks the requests that these claims still hold. Returns the claims whose requests do not end.';
