-- Looks after one run of these providers, which has waited longest, and returns after how many milliseconds to call again. Daemons
-- call it, each call in a transaction of its own. Returns NULL if no run goes on. A run that another session has locked is left to that
-- session.
--
-- An error in the data of a run pauses that run, so that it stops no other run. A run that takes too long waits for half a minute, so
-- that the other runs come first.
CREATE OR REPLACE FUNCTION contego.feed_runs(of_providers text[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r contego.run;
    wait double precision;
BEGIN
    IF EXISTS (SELECT FROM contego.renewal_policy AS p WHERE p.active AND p.next_look <= clock_timestamp())
       AND (contego.notice_lineage()).confirmed_date IS NOT NULL THEN
        PERFORM contego.renew_windows();
    END IF;
    -- A person has sent a request again whose run nobody looks after any more.
    UPDATE contego.run AS u SET attended = true, next_look = clock_timestamp()
    WHERE u.id = ANY (ARRAY(SELECT f.run FROM contego.run_fed AS f WHERE f.state = 'retried')) AND NOT u.attended;
    IF NOT EXISTS (SELECT FROM contego.run AS u WHERE u.attended) THEN
        RETURN NULL;
    END IF;
    IF (contego.notice_lineage()).confirmed_date IS NULL THEN -- the latest feeding may be lost
        RETURN 1000;
    END IF;
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true); -- as in contego.claim
    SELECT * INTO r FROM contego.run AS u
    WHERE u.attended AND u.provider = ANY (of_providers) AND u.next_look <= clock_timestamp()
    ORDER BY u.next_look
    LIMIT 1
    FOR NO KEY UPDATE SKIP LOCKED;
    IF FOUND THEN
        BEGIN
            PERFORM contego.store_run(contego.attend_run(r));
        EXCEPTION
        WHEN query_canceled THEN
            UPDATE contego.run AS u SET next_look = clock_timestamp() + interval '30 seconds' WHERE u.id = r.id;
        WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded OR raise_exception THEN
            UPDATE contego.run AS u
            SET state = CASE WHEN u.state = 'RUNNING' THEN 'PAUSED' ELSE u.state END, why = 'an error stopped the run: ' || SQLERRM,
                next_look = clock_timestamp() + interval '10 seconds'
            WHERE u.id = r.id;
        END;
    END IF;
    SELECT 1000 * extract(epoch FROM min(u.next_look) - clock_timestamp()) INTO wait
    FROM contego.run AS u WHERE u.attended AND u.provider = ANY (of_providers);
    RETURN least(greatest(coalesce(wait, 1000), CASE WHEN r.id IS NULL THEN 50 ELSE 0 END), 1000);
END
$$;

ALTER FUNCTION contego.feed_runs SET jit = off;
ALTER FUNCTION contego.feed_runs SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.feed_runs FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.feed_runs TO contego_daemon;
COMMENT ON FUNCTION contego.feed_runs IS 'Daemon: looks after one run of these providers, and returns after how many milliseconds to call again.';
