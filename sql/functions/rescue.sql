-- Puts the requests of daemons whose lease has ended back into the queue, and returns how many. Any daemon may call it at any time. It also
-- wakes requests that wait without need: their blocker is no longer open, or it comes after them and is no longer in flight.
--
-- Very many requests may wait. One call looks at 10,000 blockers after `sweep_after`, and returns in `sweep_after` where the next call must
-- go on; 0: from the beginning.
CREATE OR REPLACE FUNCTION contego.rescue(INOUT sweep_after bigint DEFAULT 0, OUT rescued bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    candidates bigint[];
    blockers bigint[];
    first_numbers bigint[];
BEGIN
    DELETE FROM contego.daemon AS d WHERE d.lease_until <= clock_timestamp();

    -- A locked row is being recorded or repaired at this moment: the next call sees the result, and this one does not wait.
    -- Once the row is locked, its daemon is checked again: a rescue by another daemon, or a claim, may have been faster.
    SELECT array_agg(f.id) INTO candidates
    FROM (
        SELECT i.id FROM contego.request_open AS i
        WHERE i.progress = 'IN_FLIGHT'
          AND NOT EXISTS (SELECT FROM contego.daemon AS d WHERE d.id = i.claimed_by)
        LIMIT 10000
        FOR UPDATE SKIP LOCKED
    ) AS f;
    -- Tests claimed_by, not progress, so that the planner uses the primary key. With progress it could read all requests in flight.
    UPDATE contego.request_open AS o
    SET progress = 'QUEUED', claimed_by = NULL, claimed_date = NULL, maybe_sent = true
    WHERE o.id = ANY (candidates) AND o.claimed_by IS NOT NULL
      AND NOT EXISTS (SELECT FROM contego.daemon AS d WHERE d.id = o.claimed_by);
    GET DIAGNOSTICS rescued = ROW_COUNT;

    -- Each step reads one index only, because the planner's idea of the BLOCKED rows may be hours old.
    SELECT array_agg(s.blocked_by), array_agg(s.first_number) INTO blockers, first_numbers
    FROM (
        SELECT w.blocked_by, min(w.sequence_number) AS first_number FROM contego.request_open AS w
        WHERE w.progress = 'BLOCKED' AND w.blocked_by >= CASE sweep_after WHEN 0 THEN -9223372036854775808 ELSE sweep_after + 1 END
        GROUP BY w.blocked_by ORDER BY w.blocked_by
        LIMIT 10000
    ) AS s;
    sweep_after := CASE WHEN cardinality(blockers) = 10000 THEN blockers[10000] ELSE 0 END;
    SELECT array_agg(waited_for.id) INTO blockers
    FROM unnest(blockers, first_numbers) AS waited_for (id, first_number)
    LEFT JOIN contego.request_open AS b ON b.id = ANY (ARRAY[waited_for.id])
    WHERE b.id IS NULL OR (b.progress <> 'IN_FLIGHT' AND b.sequence_number >= waited_for.first_number);
    SELECT array_agg(s.id) INTO candidates
    FROM (
        SELECT w.id FROM contego.request_open AS w
        WHERE w.progress = 'BLOCKED' AND w.blocked_by = ANY (blockers)
        FOR UPDATE SKIP LOCKED
    ) AS s;
    UPDATE contego.request_open AS o
    SET progress = 'QUEUED', blocked_by = NULL
    WHERE o.id = ANY (candidates) AND o.blocked_by IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM contego.request_open AS b
          WHERE b.id = ANY (ARRAY[o.blocked_by]) AND (b.sequence_number < o.sequence_number OR b.progress = 'IN_FLIGHT'));

    -- If another login has filled the notification queue of the server, this call frees it again once that login has disconnected.
    PERFORM pg_notification_queue_usage();
END
$$;

-- JIT compilation costs more than it saves: the statements are short, and their estimated costs grow with the backlog.
ALTER FUNCTION contego.rescue SET jit = off;
ALTER FUNCTION contego.rescue SET enable_seqscan = off; -- as for contego.claim
-- The blockers are read in the order of their index, and no further than the limit.
ALTER FUNCTION contego.rescue SET enable_hashagg = off;
ALTER FUNCTION contego.rescue SET enable_bitmapscan = off;

REVOKE ALL ON FUNCTION contego.rescue FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.rescue TO contego_daemon;
COMMENT ON FUNCTION contego.rescue IS 'Daemon: puts the requests of dead daemons back into the queue, and returns how many.';
