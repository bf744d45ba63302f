-- Returns the sessions that hold a lock that claims, shares and the feed wait for: a row of contego.lock, or a table of the schema in a
-- mode that keeps writers out. Each session is one row. PostgreSQL shows the owner of the schema everything only with pg_read_all_stats.
-- Without it `client` and `state` are NULL, and `since` is when the first session began to wait, or NULL if none waits.
--
-- A prepared transaction holds its locks without a session: `pid` is NULL, `state` is prepared, and `application` is its name.
CREATE OR REPLACE FUNCTION contego.lock_holders()
RETURNS TABLE (pid integer, login text, application text, client text, state text, since timestamptz, holds text)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    WITH held_locks AS MATERIALIZED (
        SELECT x.pid, x.virtualtransaction, 'the lock ' || concat_ws(' of provider ', k.purpose, nullif(k.provider, '')) AS holds
        FROM contego.lock AS k
        JOIN pg_locks AS x ON x.locktype = 'transactionid' AND x.granted AND x.transactionid = k.xmax
        UNION
        SELECT r.pid, r.virtualtransaction, 'the table contego.' || c.relname || ' in mode ' || r.mode
        FROM pg_locks AS r
        JOIN pg_class AS c ON c.oid = r.relation AND c.relnamespace = 'contego'::regnamespace
        WHERE r.granted AND r.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
          AND r.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
    )
    SELECT a.pid, a.usename::text, a.application_name, a.client_addr::text, a.state,
           coalesce(a.xact_start, (SELECT min(w.waitstart) FROM pg_locks AS w
                                   WHERE NOT w.granted AND a.pid = ANY (pg_blocking_pids(w.pid)))) AS since,
           h.holds
    FROM held_locks AS h
    JOIN pg_stat_activity AS a ON a.pid = h.pid
    WHERE a.pid <> pg_backend_pid()
    UNION ALL
    SELECT NULL, p.owner::text, p.gid, NULL, 'prepared', p.prepared, h.holds
    FROM held_locks AS h
    JOIN pg_locks AS x ON x.pid IS NULL AND x.locktype = 'transactionid' AND x.granted AND x.virtualtransaction = h.virtualtransaction
    JOIN pg_prepared_xacts AS p ON h.pid IS NULL AND p.transaction = x.transactionid
    ORDER BY since, pid
$$;

REVOKE ALL ON FUNCTION contego.lock_holders FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.lock_holders TO contego_daemon, contego_support;
COMMENT ON FUNCTION contego.lock_holders IS 'Returns the sessions and prepared transactions that hold a lock that claims wait for. The lock is a row of contego.lock, or a table of the schema in a mode that keeps writers out.';
