-- Reads the feed. It writes nothing and takes no lock, so an open transaction of a reader does not delay new positions: the daemons give
-- them (contego.number_finished). A reader that waits at a closed feed is told so.
--
-- A position beyond the latest one was given by another database, or in a part of the log that is lost: SQLSTATE CG004.
CREATE OR REPLACE FUNCTION contego.finished_after(after_position bigint, at_most integer DEFAULT 1000)
RETURNS TABLE ("position" bigint, request_id bigint, life_cycle_state text, finished_date timestamptz, subscription text,
               idempotency_key text, reference_number text, error_code text, error_description text, result jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    latest bigint;
    sees_all boolean := pg_has_role(session_user, 'contego_support', 'MEMBER');
BEGIN
    SELECT n.last_value - (NOT n.is_called)::integer INTO latest FROM contego.feed_position AS n;
    IF after_position > latest THEN
        RAISE EXCEPTION 'position % is beyond the latest position %, so this database has lost it, or another database has given it',
                        after_position, latest
            USING ERRCODE = 'CG004',
                  HINT = 'After a failover or a restore, go on with the same position once a daemon runs or contegod after-data-loss is done.'
                         ' In another database, begin with position 0.';
    END IF;
    RETURN QUERY EXECUTE format($q$
        SELECT f.position, f.request_id, f.life_cycle_state, f.finished_date, r.subscription, r.idempotency_key, r.reference_number,
               r.error_code, r.error_description, r.result
        FROM (SELECT * FROM contego.feed AS e WHERE e.position > $1 %s ORDER BY e.position LIMIT $2) AS f
        LEFT JOIN contego.request AS r ON r.id = ANY (ARRAY[f.request_id])
        ORDER BY f.position $q$, CASE WHEN sees_all THEN '' ELSE 'AND e.owned_by = $3' END)
    USING coalesce(after_position, 0), least(greatest(at_most, 1), 10000), CASE WHEN NOT sees_all THEN contego.own_source() END;
    IF NOT FOUND AND NOT EXISTS (SELECT FROM pg_trigger AS t
                                 WHERE t.tgrelid = 'contego.request_finished'::regclass AND t.tgname = 'announce_finished') THEN
        RAISE EXCEPTION 'the feed of finished requests is closed'
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'An operator opens it: SELECT contego.open_feed();';
    END IF;
END
$$;

ALTER FUNCTION contego.finished_after SET jit = off;
ALTER FUNCTION contego.finished_after SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.finished_after FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.finished_after TO contego_crm, contego_support;
COMMENT ON FUNCTION contego.finished_after IS 'Returns the requests that finished after a position of the feed, in the order of positions. No position is repeated, and none is left out.';
