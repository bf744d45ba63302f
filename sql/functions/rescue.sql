-- Takes daemons whose lease has ended for dead, puts their requests back into the queue, and returns how many. Any daemon may call it at any
-- time. It also wakes requests that wait without need: their blocker is no longer open, or it comes after them and is no longer in flight.
-- It rejects requests of a provider that no daemon has ever served (contego.reject_unserved).
--
-- Very many requests may wait. One call looks at 10,000 blockers after `sweep_after`, and returns in `sweep_after` where the next call must
-- go on; 0: from the beginning.
--
-- When a daemon is dead. A lease also ends if the database is away for longer than a lease. Then no daemon could renew, and all may live.
-- So a second condition must hold: a living daemon is steady (contego.renew_lease) for as long as the lease that has ended lasts. Its latest
-- renewal must be at most three fifths of its own lease ago. During that time the other daemon could have renewed as well. Without a steady
-- daemon, the daemons whose lease has ended keep their requests, and may renew. A daemon whose process was seen to have ended (lease_until
-- is minus infinity) is dead at once.
--
-- Why no two daemons believe that a request is theirs:
-- 1. A daemon sends a request only if it holds it under its present number. It sends only within nine tenths of a lease after it began its
--    latest successful renewal. The renewal sets lease_until to a whole lease after a later moment, so the lease outlasts that time.
-- 2. Only this function takes a request from a daemon that does not give it back. It first deletes the row of the daemon, and only if
--    lease_until has passed. So the daemon has stopped sending by then. The grace only delays this.
-- 3. The deletion and a renewal change the same row. The second of them waits for the first and then reads the row again. If the lease was
--    renewed, the row is not deleted. If the row is gone, renew_lease returns false. Then the daemon can only join under a new number, and
--    sends nothing that it holds under the old one.
-- 4. Another server may take over, with a clock that differs. If that clock is ahead, leases seem to end early. But no daemon is steady
--    there before its first renewal there. So a lease that was renewed on the former server is judged a whole lease later at the earliest.
--    If the clock is behind, leases seem to last for hours. They are cut to a whole lease from now, and no daemon trusts its lease for
--    longer than that.
-- Only a clock of a running server that is set forward by less than three fifths of a lease can shorten a lease unseen.
CREATE OR REPLACE FUNCTION contego.rescue(INOUT sweep_after bigint DEFAULT 0, OUT rescued bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    candidates bigint[];
    blockers bigint[];
    first_numbers bigint[];
BEGIN
    -- While claiming is stopped, no daemon counts as dead. The row of a daemon also says whether the daemon has found its latest writes
    -- (contego.look_for_writes), and that is still needed.
    IF (contego.notice_lineage()).confirmed_date IS NULL THEN
        rescued := 0;
        RETURN;
    END IF;
    -- A lease that is longer than a lease can be was given by a clock that was ahead of this one.
    UPDATE contego.daemon AS d SET lease_until = clock_timestamp() + d.lease
    WHERE d.lease_until > clock_timestamp() + d.lease;

    DELETE FROM contego.daemon AS d
    WHERE d.lease_until <= clock_timestamp()
      AND (d.lease_until = '-infinity'
           OR EXISTS (SELECT FROM contego.daemon AS l
                      WHERE l.lease_until > clock_timestamp() + 0.4 * l.lease
                        AND l.server_start = pg_postmaster_start_time()
                        AND l.steady_since <= clock_timestamp() - d.lease));

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

    PERFORM contego.reject_unserved();
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
