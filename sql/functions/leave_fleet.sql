-- A daemon says good-bye. What it could not give back is rescued as that of a dead one.
CREATE OR REPLACE FUNCTION contego.leave_fleet(of_daemon bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    DELETE FROM contego.daemon WHERE id = of_daemon
$$;

REVOKE ALL ON FUNCTION contego.leave_fleet FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.leave_fleet TO contego_daemon;
COMMENT ON FUNCTION contego.leave_fleet IS 'Daemon: says good-bye.';
