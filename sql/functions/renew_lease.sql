-- Extends the lease. `member` is false if the daemon counts as dead: it must join again. A lease that has ended may be renewed under the same
-- number until contego.rescue takes the daemon for dead. The daemon then keeps its claims. If claiming is stopped, `stopped` says why.
--
-- The daemon stays steady if its last renewal was on this server and at most three fifths of a lease ago. A daemon renews every third of
-- its lease, and a renewal may take a quarter of it. So the database, or the way to it, was away if more time has passed. Then the daemon
-- counts as steady from this renewal on. A clock that was set back also begins a new count.
--
-- The first renewal on another server, or after a restart, looks for the latest writes of the daemon (contego.look_for_writes): the number of
-- renewals that were answered, and the latest claim or end of a claim of each of its connections. A server that took over may not have them. If
-- the daemon has no row, it may have joined in the part of the log that is lost. Then it looks for its writes, too, unless a person has
-- confirmed since (`known_lineage`) that data was lost.
CREATE OR REPLACE FUNCTION contego.renew_lease(
    of_daemon bigint, lease interval, its_token uuid, known_lineage bigint, seen_renewals bigint,
    written_request bigint[], written_fence bigint[], written_end boolean[], failover_keeps_writes boolean,
    OUT member boolean, OUT stopped text, OUT lineage bigint, OUT renewals bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    latest contego.lineage := contego.notice_lineage();
    d contego.daemon;
BEGIN
    SELECT * INTO d FROM contego.daemon AS f
    WHERE f.id = of_daemon AND f.token = coalesce(its_token, f.token) AND f.lease_until > '-infinity';
    IF seen_renewals IS NOT NULL
       AND (d.id IS NULL OR d.lineage < latest.number OR d.server_start <> pg_postmaster_start_time()) THEN
        latest := contego.look_for_writes(d, 'daemon ' || of_daemon, coalesce(d.lineage, known_lineage), seen_renewals,
                                          written_request, written_fence, written_end, failover_keeps_writes);
    END IF;
    UPDATE contego.daemon AS u
    SET lease_until = clock_timestamp() + renew_lease.lease,
        lease = renew_lease.lease,
        steady_since = CASE WHEN u.server_start = pg_postmaster_start_time()
                                 AND u.steady_since <= clock_timestamp()
                                 AND u.lease_until - u.lease BETWEEN clock_timestamp() - 0.6 * u.lease AND clock_timestamp()
                            THEN u.steady_since ELSE clock_timestamp() END,
        server_start = pg_postmaster_start_time(),
        renewals = u.renewals + 1
    WHERE u.id = d.id AND u.lease_until > '-infinity' -- if a rescue has deleted the row meanwhile, there is nothing to renew
    RETURNING u.renewals INTO renewals;
    member := FOUND;
    lineage := latest.number;
    IF latest.confirmed_date IS NULL THEN
        stopped := (SELECT s.because FROM contego.claiming_stopped() AS s);
    END IF;
END
$$;

-- A daemon of a former release calls it. It knows of no token, and cannot say whether its writes are there.
CREATE OR REPLACE FUNCTION contego.renew_lease(of_daemon bigint, lease interval) RETURNS boolean
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$ SELECT r.member FROM contego.renew_lease(of_daemon, lease, NULL, 0, NULL, '{}', '{}', '{}', false) AS r $$;

REVOKE ALL ON FUNCTION
    contego.renew_lease(bigint, interval, uuid, bigint, bigint, bigint[], bigint[], boolean[], boolean),
    contego.renew_lease(bigint, interval)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    contego.renew_lease(bigint, interval, uuid, bigint, bigint, bigint[], bigint[], boolean[], boolean),
    contego.renew_lease(bigint, interval)
    TO contego_daemon;
COMMENT ON FUNCTION contego.renew_lease(bigint, interval, uuid, bigint, bigint, bigint[], bigint[], boolean[], boolean)
    IS 'Daemon: extends its lease. Says whether the daemon still is a member of the fleet, and why claiming is stopped.';
COMMENT ON FUNCTION contego.renew_lease(bigint, interval)
    IS 'Daemon of a former release: extends its lease. Returns false if the daemon counts as dead.';
