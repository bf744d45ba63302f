-- Looks after one run, whose row the caller has locked: counts ended requests, feeds cards or takes requests back, and finds the end of
-- the run. Returns the run as it is to be stored.
CREATE OR REPLACE FUNCTION contego.attend_run(r contego.run) RETURNS contego.run
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    opens timestamptz := contego.next_opening(r, moment);
BEGIN
    r := contego.count_ended(r);
    r.next_look := moment + CASE
        WHEN r.state = 'RUNNING' AND opens > moment THEN least(opens - moment, interval '10 seconds')
        WHEN r.state = 'PAUSED' THEN interval '1 second'
        ELSE interval '300 milliseconds'
    END;
    IF r.state = 'RUNNING' AND r.lineage <> contego.current_lineage() THEN
        IF EXISTS (SELECT FROM contego.lineage AS l WHERE l.number > r.lineage AND (l.lost IS NOT NULL OR l.leases_end IS NOT NULL)) THEN
            r.state := 'PAUSED';
            r.why := 'the database has lost data, so cards that were fed just before may be fed again; resume the run if that does no harm';
        END IF;
        r.lineage := contego.current_lineage();
    END IF;
    IF r.state IN ('RUNNING', 'PAUSED') AND moment >= r.until_date THEN
        r.state := 'EXPIRED';
        r.why := 'until_date has passed';
    END IF;
    IF r.state = 'RUNNING' AND opens <= moment THEN
        r := contego.feed_cards(r);
    ELSE
        r := contego.stop_waiting(r);
        PERFORM contego.take_back(r, coalesce(r.why, 'its time has not come'));
    END IF;
    IF r.state = 'RUNNING' AND r.fed_up_to = r.cards
       AND NOT EXISTS (SELECT FROM contego.run_fed AS f WHERE f.run = r.id AND f.state <> 'failed') THEN
        r.state := 'DONE';
        r.why := contego.heal_by_policy(r.id);
    END IF;
    IF r.state NOT IN ('RUNNING', 'PAUSED') THEN
        r.finished_date := coalesce(r.finished_date, moment);
    END IF;
    r.attended := r.state = 'RUNNING'
        OR r.state = 'PAUSED' AND r.until_date IS NOT NULL
        OR EXISTS (SELECT FROM contego.run_fed AS f WHERE f.run = r.id AND f.state <> 'failed' AND f.state IN ('open', 'retried'));
    RETURN r;
END
$$;

-- Each request and each card is found through an index, as in contego.claim.
ALTER FUNCTION contego.attend_run SET jit = off;
ALTER FUNCTION contego.attend_run SET enable_seqscan = off;
ALTER FUNCTION contego.attend_run SET enable_hashjoin = off;
ALTER FUNCTION contego.attend_run SET enable_mergejoin = off;

REVOKE ALL ON FUNCTION contego.attend_run FROM PUBLIC;
COMMENT ON FUNCTION contego.attend_run IS 'Part of contego.feed_runs: looks after one run.';
