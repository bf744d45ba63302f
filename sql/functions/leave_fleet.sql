-- Removes a daemon that stops. Requests that it could not give back are rescued like those of a dead daemon.
CREATE OR REPLACE FUNCTION contego.leave_fleet(of_daemon bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    DELETE FROM contego.daemon WHERE id = of_daemon
$$;

REVOKE ALL ON FUNCTION contego.leave_fleet FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.leave_fleet TO contego_daemon;
COMMENT ON FUNCTION contego.leave_fleet IS 'Daemon: removes the daemon from the fleet when it stops.';
