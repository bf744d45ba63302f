-- Ends the lease of a daemon. Another daemon on the same machine calls it when it sees that the process no longer runs.
CREATE OR REPLACE FUNCTION contego.declare_dead(of_daemon bigint, on_machine text) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE contego.daemon SET lease_until = '-infinity'
    WHERE id = of_daemon AND machine = on_machine AND on_machine <> ''
$$;

REVOKE ALL ON FUNCTION contego.declare_dead FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.declare_dead TO contego_daemon;
COMMENT ON FUNCTION contego.declare_dead IS 'Daemon: ends the lease of a daemon on the same machine whose process no longer runs.';
