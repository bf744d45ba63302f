-- Returns, as words, the first of these writes that the database does not have, or NULL if it has all of them. Each write is a claim of a
-- request, or the end of a claim (`ends`). A daemon got an answer to each of them. Only the end of a log can be lost. So a daemon that finds the
-- latest write of each of its connections finds all writes before them.
--
-- A request may have been claimed again since, and has a higher fence then. A claim that ended is missing if the request is still in flight under
-- it.
CREATE OR REPLACE FUNCTION contego.missing_write(requests bigint[], fences bigint[], ends boolean[]) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN w.ends THEN 'the outcome' ELSE 'the claim' END || ' of request ' || w.id || ' under fence ' || w.fence
    FROM unnest(requests, fences, ends) AS w (id, fence, ends)
    LEFT JOIN contego.request AS r ON r.id = ANY (ARRAY[w.id])
    WHERE r.id IS NULL OR r.fence < w.fence OR (w.ends AND r.fence = w.fence AND r.claimed_by IS NOT NULL)
    ORDER BY w.fence
    LIMIT 1
$$;

ALTER FUNCTION contego.missing_write SET jit = off;
ALTER FUNCTION contego.missing_write SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.missing_write FROM PUBLIC;
COMMENT ON FUNCTION contego.missing_write IS 'Part of a renewal: returns the first write of a daemon that this database does not have.';
