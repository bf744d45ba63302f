-- Wakes those that wait for one of these on a lane where they come first: only its flight kept them back, and that is
-- over though it has not ended. Without this, the two would wait for each other. To be called after a statement that
-- locked them for update: what a claim parks behind them meanwhile is seen then.
-- How many they were.
CREATE OR REPLACE FUNCTION contego.wake_earlier(landed bigint[]) RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    WITH woken AS (
        UPDATE contego.request_open AS o
        SET progress = 'QUEUED', blocked_by = NULL
        FROM contego.request_open AS b
        -- The list is asked of those that wait: asked of the others only, all that wait would be read where the planner has
        -- not heard of them yet.
        WHERE o.progress = 'BLOCKED' AND o.blocked_by = ANY (landed) AND b.id = ANY (ARRAY[o.blocked_by])
          AND o.sequence_number < b.sequence_number AND b.progress <> 'IN_FLIGHT'
        RETURNING 1
    )
    SELECT count(*) FROM woken
$$;

ALTER FUNCTION contego.wake_earlier SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.wake_earlier FROM PUBLIC;
COMMENT ON FUNCTION contego.wake_earlier IS 'Part of recording: wakes those that waited for the flight of a later request.';
