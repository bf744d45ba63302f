-- Returns since when claiming has been stopped, and why; both are NULL if it is not stopped. Changes nothing: if no daemon has noticed yet
-- that the database runs on another server history, `since` is now.
CREATE OR REPLACE FUNCTION contego.claiming_stopped(OUT since timestamptz, OUT because text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    latest contego.lineage;
    waited_for text;
BEGIN
    SELECT * INTO latest FROM contego.lineage AS l ORDER BY l.number DESC LIMIT 1;
    IF latest.number IS NULL OR contego.is_this_database(latest) AND latest.confirmed_date IS NOT NULL THEN
        RETURN;
    END IF;
    IF NOT contego.is_this_database(latest) THEN
        since := clock_timestamp();
        because := 'the database runs on a server history that no daemon has seen yet: a failover, a restore or a copy';
        RETURN;
    END IF;
    since := latest.noticed_date;
    IF latest.leases_end IS NOT NULL THEN
        because := 'contegod after-data-loss has begun and is not complete';
    ELSIF latest.lost IS NOT NULL THEN
        because := 'data was lost: ' || latest.lost;
    ELSE
        SELECT string_agg(d.name || ' on ' || d.host || ' (daemon ' || d.id || ')', ', ' ORDER BY d.id) INTO waited_for
        FROM contego.daemon AS d WHERE d.lineage < latest.number;
        because := 'after a failover, a restore or a copy, nobody has confirmed that no data was lost; '
                   || coalesce('not heard of since: ' || waited_for, 'no daemon that worked before still runs');
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.claiming_stopped FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.claiming_stopped TO contego_daemon, contego_support;
COMMENT ON FUNCTION contego.claiming_stopped IS 'Returns since when claiming has been stopped, and why. Both are NULL if claiming is not stopped.';
