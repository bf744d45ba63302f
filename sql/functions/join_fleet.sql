-- Registers a daemon and returns its number. The lease is measured by the clock of the database.
--
-- If claiming is stopped, the daemon joins nevertheless: it claims nothing, and reports why (contego.renew_lease). It cannot say whether writes
-- were lost, because it has made none. With `failover_keeps_writes`, the site vouches that a server which takes over has every acknowledged write.
-- Then a new timeline of the same server and database needs no further confirmation.
CREATE OR REPLACE FUNCTION contego.join_fleet(daemon_name text, daemon_host text, daemon_pid integer, daemon_version text, lease interval,
                                   daemon_machine text DEFAULT '', daemon_started_ticks bigint DEFAULT 0,
                                   daemon_token uuid DEFAULT gen_random_uuid(), failover_keeps_writes boolean DEFAULT false)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    latest contego.lineage := contego.notice_lineage();
    behind text;
    joined_as bigint;
BEGIN
    SELECT string_agg(n.sequence, ', ' ORDER BY n.sequence) INTO behind FROM contego.numbers() AS n WHERE n.given < n.in_use;
    IF behind IS NOT NULL THEN
        latest := contego.notice_lineage('numbers that are in use would have been given again by ' || behind);
    END IF;
    INSERT INTO contego.daemon (name, host, pid, version, lease_until, lease, machine, started_ticks, token, joined, lineage)
    VALUES (daemon_name, daemon_host, daemon_pid, daemon_version, clock_timestamp() + lease, lease, daemon_machine, daemon_started_ticks,
            daemon_token, latest.number, latest.number)
    RETURNING id INTO joined_as;
    IF failover_keeps_writes AND latest.confirmed_date IS NULL AND latest.lost IS NULL AND contego.is_failover(latest) THEN
        PERFORM contego.confirm_lineage(latest.number, ' as daemon ' || joined_as, NULL);
    END IF;
    RETURN joined_as;
END
$$;

REVOKE ALL ON FUNCTION contego.join_fleet FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.join_fleet TO contego_daemon;
COMMENT ON FUNCTION contego.join_fleet IS 'Daemon: registers the daemon and returns its number.';
