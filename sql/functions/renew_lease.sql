-- Extends the lease. Returns false if the daemon counts as dead: it must join again. A lease that has ended may be renewed under the same
-- number until contego.rescue takes the daemon for dead. The daemon then keeps its claims.
--
-- The daemon stays steady if its last renewal was on this server and at most three fifths of a lease ago. A daemon renews every third of
-- its lease, and a renewal may take a quarter of it. So the database, or the way to it, was away if more time has passed. Then the daemon
-- counts as steady from this renewal on. A clock that was set back also begins a new count.
CREATE OR REPLACE FUNCTION contego.renew_lease(of_daemon bigint, lease interval) RETURNS boolean
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    WITH renewed_lease AS (
        UPDATE contego.daemon AS d
        SET lease_until = clock_timestamp() + renew_lease.lease,
            lease = renew_lease.lease,
            steady_since = CASE WHEN d.server_start = pg_postmaster_start_time()
                                     AND d.steady_since <= clock_timestamp()
                                     AND d.lease_until - d.lease BETWEEN clock_timestamp() - 0.6 * d.lease AND clock_timestamp()
                                THEN d.steady_since ELSE clock_timestamp() END,
            server_start = pg_postmaster_start_time()
        WHERE d.id = of_daemon AND d.lease_until > '-infinity'
        RETURNING d.id)
    SELECT EXISTS (SELECT FROM renewed_lease)
$$;

REVOKE ALL ON FUNCTION contego.renew_lease FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.renew_lease TO contego_daemon;
COMMENT ON FUNCTION contego.renew_lease IS 'Daemon: extends its lease. Returns false if the daemon counts as dead.';
