-- Writes the state of an outage as a daemon sees it, and requests that it hit. Ages are milliseconds before this moment, so that the clock of
-- the database counts. The daemon may write the same state twice.
CREATE OR REPLACE FUNCTION contego.write_outage(
    outage_id bigint, of_provider text, of_endpoint text, by_daemon text, because text, from_age double precision, to_age double precision,
    hit bigint[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    waiting bigint;
BEGIN
    SELECT count(*) INTO waiting
    FROM (SELECT FROM contego.request_open AS q WHERE q.provider = of_provider AND q.progress = 'QUEUED' LIMIT 10000) AS due;
    INSERT INTO contego.outage AS o (id, provider, endpoint, daemon, reason, from_date, to_date, waiting)
    VALUES (outage_id, of_provider, of_endpoint, by_daemon, because, clock_timestamp() - from_age * interval '1 millisecond',
            clock_timestamp() - to_age * interval '1 millisecond', waiting)
    ON CONFLICT (id) DO UPDATE SET to_date = excluded.to_date, seen_date = clock_timestamp(), waiting = excluded.waiting;
    INSERT INTO contego.outage_request (request_id, outage_id)
    SELECT DISTINCT h.id, write_outage.outage_id FROM unnest(hit) AS h (id) ORDER BY 1
    ON CONFLICT DO NOTHING;
END
$$;

ALTER FUNCTION contego.write_outage SET jit = off;
ALTER FUNCTION contego.write_outage SET enable_seqscan = off;
ALTER FUNCTION contego.write_outage SET plan_cache_mode = force_generic_plan;

REVOKE ALL ON FUNCTION contego.write_outage FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.write_outage TO contego_daemon;
COMMENT ON FUNCTION contego.write_outage IS 'Daemon: writes the state of an outage, and the requests that it hit.';
