-- Wakes the requests that wait for one of `landed` on a lane on which they come first, and returns how many. Only the flight of the later
-- request kept them waiting, and the flight is over though that request has not ended. Without this, the two would wait for each
-- other. It is called after a statement that locked `landed` for update, so that it sees requests that a claim parked meanwhile.
CREATE OR REPLACE FUNCTION contego.wake_earlier(landed bigint[]) RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    WITH woken_requests AS (
        UPDATE contego.request_open AS o
        SET progress = 'QUEUED', blocked_by = NULL
        FROM contego.request_open AS b
        -- The list restricts the waiting requests. If it restricted only their blockers, a plan made from old statistics would read all
        -- waiting requests.
        WHERE o.progress = 'BLOCKED' AND o.blocked_by = ANY (landed) AND b.id = ANY (ARRAY[o.blocked_by])
          AND o.sequence_number < b.sequence_number AND b.progress <> 'IN_FLIGHT'
        RETURNING 1
    )
    SELECT count(*) FROM woken_requests
$$;

ALTER FUNCTION contego.wake_earlier SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.wake_earlier FROM PUBLIC;
COMMENT ON FUNCTION contego.wake_earlier IS 'Part of recording: wakes the requests that waited only because a later request was in flight.';
