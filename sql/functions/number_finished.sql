-- Gives at most 10,000 requests of contego.feed_inbox their positions in the feed, the earliest first, and returns how many. See the
-- comment at contego.feed_position in sql/migrations. Daemons call it, each in a transaction of its own: while a session keeps the lock,
-- no reader sees new positions.
CREATE OR REPLACE FUNCTION contego.number_finished() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    numbered bigint;
BEGIN
    -- Mostly there is nothing to do. Then the function writes nothing, not even a lock.
    IF NOT EXISTS (SELECT FROM contego.feed_inbox) OR NOT contego.try_lock('number_finished') THEN
        RETURN 0;
    END IF;
    IF (contego.notice_lineage()).confirmed_date IS NULL THEN -- a reader may know positions that a lost tail had given
        RETURN 0;
    END IF;
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true); -- as in contego.claim
    -- This is a separate statement, so that its snapshot is newer than the lock.
    WITH numbered_requests AS (
        DELETE FROM contego.feed_inbox AS i
        WHERE i.ctid = ANY (ARRAY(
            SELECT e.ctid FROM contego.feed_inbox AS e ORDER BY e.finished_date, e.request_id LIMIT 10000))
        RETURNING i.*
    )
    INSERT INTO contego.feed (position, request_id, life_cycle_state, finished_date, owned_by)
    SELECT nextval('contego.feed_position'), m.request_id, m.life_cycle_state, m.finished_date, m.owned_by
    FROM (SELECT * FROM numbered_requests ORDER BY numbered_requests.finished_date, numbered_requests.request_id) AS m;
    GET DIAGNOSTICS numbered = ROW_COUNT;
    IF numbered > 0 THEN
        PERFORM contego.notify_unless_full('contego_finished');
    END IF;
    RETURN numbered;
END
$$;

ALTER FUNCTION contego.number_finished SET jit = off;
-- Rows are deleted by their place (ctid), even if the planner expects an empty table: it would compare each row with the whole list.
ALTER FUNCTION contego.number_finished SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.number_finished FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.number_finished TO contego_daemon;
COMMENT ON FUNCTION contego.number_finished IS 'Daemon: gives at most 10,000 finished requests their positions in the feed, and returns how many.';
