-- Gives 10,000 ends at most their positions in the feed, the earliest first, and returns how many (see the comment at
-- contego.feed_position in sql/migrations). Daemons call it, each in a transaction of its own: whoever keeps the lock keeps every reader
-- from new positions.
CREATE OR REPLACE FUNCTION contego.number_finished() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    numbered bigint;
BEGIN
    -- Mostly there is nothing to do: then nothing is written, not even a lock.
    IF NOT EXISTS (SELECT FROM contego.feed_inbox) OR NOT contego.try_lock('number_finished') THEN
        RETURN 0;
    END IF;
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true); -- as in contego.claim
    -- A statement of its own: its snapshot is younger than the lock.
    WITH moved AS (
        DELETE FROM contego.feed_inbox AS i
        WHERE i.ctid = ANY (ARRAY(
            SELECT e.ctid FROM contego.feed_inbox AS e ORDER BY e.finished_date, e.request_id LIMIT 10000))
        RETURNING i.*
    )
    INSERT INTO contego.feed (position, request_id, life_cycle_state, finished_date, created_by)
    SELECT nextval('contego.feed_position'), m.request_id, m.life_cycle_state, m.finished_date, m.created_by
    FROM (SELECT * FROM moved ORDER BY moved.finished_date, moved.request_id) AS m;
    GET DIAGNOSTICS numbered = ROW_COUNT;
    IF numbered > 0 THEN
        PERFORM contego.notify_unless_full('contego_finished');
    END IF;
    RETURN numbered;
END
$$;

ALTER FUNCTION contego.number_finished SET jit = off;
-- The rows are deleted by where they lie, also if the planner takes the table for empty: it would compare each row with all of the list.
ALTER FUNCTION contego.number_finished SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.number_finished FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.number_finished TO contego_daemon;
COMMENT ON FUNCTION contego.number_finished IS 'Daemon: gives 10,000 of what has finished at most their positions in the feed; returns how many.';
