-- Gives what was committed its positions in the feed (see the comment at contego.feed_position in sql/migrations).
CREATE OR REPLACE FUNCTION contego.number_finished() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    numbered bigint;
BEGIN
    IF NOT contego.try_lock('number_finished') THEN
        RETURN 0;
    END IF;
    PERFORM set_config('idle_in_transaction_session_timeout', '10s', true);
    -- A statement of its own: its snapshot is younger than the lock.
    WITH moved AS (
        DELETE FROM contego.feed_inbox AS i RETURNING i.*
    )
    INSERT INTO contego.feed (position, request_id, life_cycle_state, finished_date, created_by)
    SELECT nextval('contego.feed_position'), m.request_id, m.life_cycle_state, m.finished_date, m.created_by
    FROM (SELECT * FROM moved ORDER BY moved.finished_date, moved.request_id) AS m;
    GET DIAGNOSTICS numbered = ROW_COUNT;
    IF numbered > 0 THEN
        PERFORM pg_notify('contego_finished', ''); -- a hint, for those too who did not get the lock
    END IF;
    RETURN numbered;
END
$$;

REVOKE ALL ON FUNCTION contego.number_finished FROM PUBLIC;
COMMENT ON FUNCTION contego.number_finished IS 'Gives what was committed its positions in the feed, and tells who listens on contego_finished; done by readers and daemons.';
