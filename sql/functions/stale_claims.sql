-- Returns the requests of the claims (`requests`, `fences`) that are not among the claims that still hold (`held`, `held_fences`).
CREATE OR REPLACE FUNCTION contego.stale_claims(requests bigint[], fences bigint[], held bigint[], held_fences bigint[]) RETURNS bigint[]
LANGUAGE plpgsql
AS $$
BEGIN
    RETURN (
        SELECT coalesce(array_agg(DISTINCT requests[n.i]), '{}')
        FROM generate_series(1, cardinality(requests)) AS n (i)
        WHERE (requests[n.i], fences[n.i]) NOT IN (SELECT * FROM unnest(held, held_fences)));
END
$$;

REVOKE ALL ON FUNCTION contego.stale_claims FROM PUBLIC;
COMMENT ON FUNCTION contego.stale_claims IS 'Part of recording: returns the requests of the claims that no longer hold.';
