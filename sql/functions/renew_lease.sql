-- Lengthens the lease. False: the daemon was taken for dead; it must join again.
CREATE OR REPLACE FUNCTION contego.renew_lease(of_daemon bigint, lease interval) RETURNS boolean
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    WITH renewed AS (
        UPDATE contego.daemon SET lease_until = clock_timestamp() + lease
        WHERE id = of_daemon AND lease_until > clock_timestamp()
        RETURNING id)
    SELECT EXISTS (SELECT FROM renewed)
$$;

REVOKE ALL ON FUNCTION contego.renew_lease FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.renew_lease TO contego_daemon;
COMMENT ON FUNCTION contego.renew_lease IS 'Daemon: lengthens its lease; false: it was taken for dead.';
