-- Returns the names of the columns in which a submitted request differs from the request that has its key already; NULL: in none. PINs are
-- masked when a request ends, so the parameters of a finished request are compared masked. A date that was not given is no difference.
CREATE OR REPLACE FUNCTION contego.mismatch(of_request bigint, given jsonb) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT string_agg(d.name, ', ')
        FROM contego.request AS r
        CROSS JOIN LATERAL (VALUES
            ('action', r.action IS DISTINCT FROM given ->> 'action'),
            ('parameters', r.parameters IS DISTINCT FROM CASE r.life_cycle_state
                WHEN 'PENDING' THEN given -> 'parameters' ELSE contego.masked(given -> 'parameters', r.action) END),
            ('subscription', r.subscription IS DISTINCT FROM given ->> 'subscription'),
            ('process_name', r.process_name IS DISTINCT FROM given ->> 'process_name'),
            ('process_id', r.process_id IS DISTINCT FROM given ->> 'process_id'),
            ('priority', r.priority <> left(coalesce(nullif(given ->> 'priority', ''), 'REGULAR'), 100)),
            ('scheduled_date', r.scheduled_date <> (given ->> 'scheduled_date')::timestamptz
                               AND (given ->> 'scheduled_date')::timestamptz >= '0001-01-01 00:00:00+00')
        ) AS d (name, differs)
        WHERE r.id = ANY (ARRAY[of_request]) AND d.differs);
END
$$;

-- The request is found through an index, as in contego.claim.
ALTER FUNCTION contego.mismatch SET jit = off;
ALTER FUNCTION contego.mismatch SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.mismatch FROM PUBLIC;
COMMENT ON FUNCTION contego.mismatch IS 'Part of contego.submit_many: returns the columns in which a request differs from the request that has its key, or NULL.';
