-- Counts the requests of a run that have ended since the last look, and returns the run with the new numbers. A run of 100 failures in a
-- row pauses: its parameters or the CAS are probably wrong. Cards that a reconciliation finds unknown do not count as failures there.
--
-- A request that a person sent again after it was rejected counts as failed until it ends. The run does not take it back, and does not count it
-- against its pace. contego.run_progress shows it in flight.
CREATE OR REPLACE FUNCTION contego.count_ended(r contego.run) RETURNS contego.run
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ended record;
    read_back record;
    elapsed double precision := greatest(extract(epoch FROM clock_timestamp() - r.looked_date), 0.001);
    -- The average is over half a minute, and over less while the run is younger.
    memory double precision := least(30, greatest(1, extract(epoch FROM clock_timestamp() - greatest(r.created_date, r.from_date)) / 2));
BEGIN
    SELECT c.settled, c.unknown, c.fault INTO read_back FROM contego.compare_cards(r) AS c;
    WITH ended_cards AS MATERIALIZED (
        -- Each request is looked up by its number. A request of a dropped month counts as failed.
        SELECT f.position, f.state = 'retried' AS retried, coalesce((SELECT e.life_cycle_state FROM contego.request_finished AS e WHERE e.id = f.request_id LIMIT 1), '')
                           = 'COMPLETED' AS done
        FROM contego.run_fed AS f
        WHERE f.run = r.id AND f.state <> 'failed' AND f.state IN ('open', 'retried')
          AND (SELECT o.id FROM contego.request_open AS o WHERE o.id = f.request_id) IS NULL
          AND (read_back.settled IS NULL OR f.position = ANY (read_back.settled)) -- others may have ended since that statement
    ), done_cards AS (
        DELETE FROM contego.run_fed AS f USING ended_cards AS e WHERE e.done AND f.run = r.id AND f.position = ANY (ARRAY[e.position])
    ), failed_cards AS (
        UPDATE contego.run_fed AS f SET state = 'failed' FROM ended_cards AS e
        WHERE NOT e.done AND f.run = r.id AND f.position = ANY (ARRAY[e.position])
    )
    SELECT count(*) FILTER (WHERE e.done) AS done, count(*) FILTER (WHERE NOT e.done) AS failed, count(*) FILTER (WHERE e.retried) AS retried
    INTO ended FROM ended_cards AS e;
    r.done := r.done + ended.done;
    r.failed := r.failed + ended.failed - ended.retried;
    r.failed_in_a_row := CASE WHEN ended.done > 0 THEN 0 ELSE r.failed_in_a_row + ended.failed - read_back.unknown END;
    r.rate := r.rate + ((ended.done + ended.failed) / elapsed - r.rate) * (1 - exp(-elapsed / memory));
    r.looked_date := clock_timestamp();
    IF r.state = 'RUNNING' AND r.failed_in_a_row >= 100 THEN
        r.state := 'PAUSED';
        r.why := r.failed_in_a_row || ' requests failed one after the other; contego.run_result has their errors';
    END IF;
    IF r.state = 'RUNNING' AND read_back.fault IS NOT NULL THEN
        r.state := 'PAUSED';
        r.why := read_back.fault;
    END IF;
    RETURN r;
END
$$;

-- Each request and each card is found through an index, as in contego.claim.
ALTER FUNCTION contego.count_ended SET jit = off;
ALTER FUNCTION contego.count_ended SET enable_seqscan = off;
ALTER FUNCTION contego.count_ended SET enable_hashjoin = off;
ALTER FUNCTION contego.count_ended SET enable_mergejoin = off;

REVOKE ALL ON FUNCTION contego.count_ended FROM PUBLIC;
COMMENT ON FUNCTION contego.count_ended IS 'Part of contego.feed_runs: counts the requests of a run that have ended.';
