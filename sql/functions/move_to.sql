-- Gives an open request that is not in flight another date. It keeps its number: when it is due, it takes its place in the order again.
CREATE OR REPLACE FUNCTION contego.move_to(of_request bigint, new_date timestamptz) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE contego.request_open AS r
    SET scheduled_date = new_date, due_date = new_date, progress = CASE WHEN new_date > now() THEN 'SCHEDULED' ELSE 'QUEUED' END,
        blocked_by = NULL, blocked_date = NULL
    WHERE r.id = of_request;
    -- A request for later blocks no other. This is a separate statement: its snapshot sees the requests that a claim parked while the
    -- caller waited for the lock on this one.
    IF new_date > now() THEN
        UPDATE contego.request_open AS w SET progress = 'QUEUED', blocked_by = NULL
        WHERE w.progress = 'BLOCKED' AND w.blocked_by = ANY (ARRAY[of_request]);
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.move_to FROM PUBLIC;
COMMENT ON FUNCTION contego.move_to IS 'Part of contego.reschedule: gives a request another date, and wakes the requests that wait for it if it is for later.';
