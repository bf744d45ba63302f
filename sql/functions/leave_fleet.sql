-- Removes a daemon that stops. Requests that it could not give back are rescued like those of a dead daemon. A daemon that has not said whether its
-- writes survived a failover keeps its row: the others must not believe that it has.
CREATE OR REPLACE FUNCTION contego.leave_fleet(of_daemon bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    latest contego.lineage := contego.notice_lineage();
BEGIN
    DELETE FROM contego.daemon AS d WHERE d.id = of_daemon AND (d.lineage = latest.number OR latest.confirmed_date IS NOT NULL);
    UPDATE contego.daemon AS d SET lease_until = '-infinity' WHERE d.id = of_daemon;
END
$$;

REVOKE ALL ON FUNCTION contego.leave_fleet FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.leave_fleet TO contego_daemon;
COMMENT ON FUNCTION contego.leave_fleet IS 'Daemon: removes the daemon from the fleet when it stops.';
