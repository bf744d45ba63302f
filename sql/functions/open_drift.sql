CREATE OR REPLACE FUNCTION contego.open_drift() RETURNS TABLE (provider text, kind text, differences bigint)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.provider, d.kind, count(*) FROM contego.difference AS d WHERE d.state IN ('open', 'queued') GROUP BY d.provider, d.kind
$$;

REVOKE ALL ON FUNCTION contego.open_drift FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.open_drift TO contego_daemon;
COMMENT ON FUNCTION contego.open_drift IS 'Daemon: counts the open differences by provider and kind, for a metric.';
