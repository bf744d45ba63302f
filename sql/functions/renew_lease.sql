-- Extends the lease. Returns false if the daemon counts as dead: it must join again.
CREATE OR REPLACE FUNCTION contego.renew_lease(of_daemon bigint, lease interval) RETURNS boolean
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    WITH renewed_lease AS (
        UPDATE contego.daemon SET lease_until = clock_timestamp() + lease
        WHERE id = of_daemon AND lease_until > clock_timestamp()
        RETURNING id)
    SELECT EXISTS (SELECT FROM renewed_lease)
$$;

REVOKE ALL ON FUNCTION contego.renew_lease FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.renew_lease TO contego_daemon;
COMMENT ON FUNCTION contego.renew_lease IS 'Daemon: extends its lease. Returns false if the daemon counts as dead.';
