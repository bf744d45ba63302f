-- Registers a daemon and returns its number. The lease is measured by the clock of the database.
CREATE OR REPLACE FUNCTION contego.join_fleet(daemon_name text, daemon_host text, daemon_pid integer, daemon_version text, lease interval,
                                   daemon_machine text DEFAULT '', daemon_started_ticks bigint DEFAULT 0)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO contego.daemon (name, host, pid, version, lease_until, lease, machine, started_ticks)
    VALUES (daemon_name, daemon_host, daemon_pid, daemon_version, clock_timestamp() + lease, lease, daemon_machine, daemon_started_ticks)
    RETURNING id
$$;

REVOKE ALL ON FUNCTION contego.join_fleet FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.join_fleet TO contego_daemon;
COMMENT ON FUNCTION contego.join_fleet IS 'Daemon: registers the daemon and returns its number.';
