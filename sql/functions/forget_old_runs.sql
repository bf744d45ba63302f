-- Deletes runs that ended before a moment, with their cards, the oldest first. A call deletes at most 10,000 cards. Returns how many cards
-- and runs it deleted; 0: no such run is left. The requests of the runs stay, as long as their months do.
CREATE OR REPLACE FUNCTION contego.forget_old_runs(ended_before timestamptz) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old_run bigint;
    gone bigint;
BEGIN
    SELECT u.id INTO old_run FROM contego.run AS u
    WHERE NOT u.attended AND u.finished_date < ended_before
      AND NOT EXISTS (SELECT FROM contego.reconciliation AS h JOIN contego.run AS a ON a.id = h.run WHERE h.heals = u.id AND a.attended)
    ORDER BY u.finished_date
    LIMIT 1
    FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    DELETE FROM contego.run_card AS c
    WHERE c.run = old_run AND c.position <= (SELECT min(f.position) + 9999 FROM contego.run_card AS f WHERE f.run = old_run);
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone = 0 THEN
        DELETE FROM contego.run_fed AS f WHERE f.run = old_run;
        DELETE FROM contego.run AS u WHERE u.id = old_run;
        gone := 1;
    END IF;
    RETURN gone;
END
$$;

ALTER FUNCTION contego.forget_old_runs SET jit = off;
ALTER FUNCTION contego.forget_old_runs SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.forget_old_runs FROM PUBLIC;
COMMENT ON FUNCTION contego.forget_old_runs IS 'Part of dropping months: deletes runs that ended before a moment, with their cards.';
