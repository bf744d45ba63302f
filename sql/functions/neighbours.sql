-- Returns the daemons on one machine that nobody has taken for dead, even if their lease has ended. A daemon on that machine can see which
-- of their processes still run.
CREATE OR REPLACE FUNCTION contego.neighbours(on_machine text) RETURNS TABLE (id bigint, pid integer, started_ticks bigint)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.id, d.pid, d.started_ticks
    FROM contego.daemon AS d
    WHERE d.machine = on_machine AND on_machine <> '' AND d.lease_until > '-infinity'
$$;

REVOKE ALL ON FUNCTION contego.neighbours FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.neighbours TO contego_daemon;
COMMENT ON FUNCTION contego.neighbours IS 'Daemon: returns the daemons of one machine that nobody has taken for dead.';
