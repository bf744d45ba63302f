-- Returns the members of `requests` whose outcome contego.record can write without waiting: no other session has locked their row, or the
-- row of a request that waits for them. It also returns requests that are not open any more, since contego.record reports them as stale.
-- The function tries the locks, and the end of the transaction releases them.
CREATE OR REPLACE FUNCTION contego.recordable(requests bigint[]) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    free bigint[];
    locked bigint[];
BEGIN
    free := ARRAY(SELECT o.id FROM contego.request_open AS o WHERE o.id = ANY (requests) FOR UPDATE SKIP LOCKED);
    locked := ARRAY(SELECT o.id FROM contego.request_open AS o WHERE o.id = ANY (requests) AND o.id <> ALL (free));
    free := ARRAY(SELECT w.id FROM contego.request_open AS w WHERE w.progress = 'BLOCKED' AND w.blocked_by = ANY (requests)
                  FOR UPDATE SKIP LOCKED);
    locked := locked || ARRAY(SELECT w.blocked_by FROM contego.request_open AS w
                              WHERE w.progress = 'BLOCKED' AND w.blocked_by = ANY (requests) AND w.id <> ALL (free));
    RETURN ARRAY(SELECT r.id FROM unnest(requests) AS r (id) WHERE r.id <> ALL (locked));
END
$$;
ALTER FUNCTION contego.recordable SET enable_seqscan = off;
ALTER FUNCTION contego.recordable SET jit = off;

REVOKE ALL ON FUNCTION contego.recordable FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.recordable TO contego_daemon;
COMMENT ON FUNCTION contego.recordable IS 'Daemon: returns the requests whose outcome can be recorded now, because no other session has locked a row that changes.';
