-- Gives requests to daemons, each request to one daemon at a time.
--
-- How the functions find rows. A session keeps its plans, and statistics stay as they are until the tables are analysed. Both may say
-- that a table is empty while it holds a million rows. Autovacuum itself leaves such statistics if it finds an empty table. The planner
-- then takes reading the whole table for as cheap as one index lookup, and does so for every row that it joins.
--
-- So a statement joins a table by `o.id = ANY (ARRAY[x.id])`, not by `o.id = x.id`. PostgreSQL can neither hash nor merge this condition,
-- and without sequential scans only the index lookup is left. For an index of several columns, the first column is compared in this way,
-- and the others with `=`. If a table is only read, a LATERAL query with OFFSET 0 does the same. An UPDATE that finds rows by a list of
-- ids names no condition of a partial index: the planner might read that whole index. tests/end_to_end/test_plan_ages.py checks each call.

-- A claim has four steps, each a function of its own, so that an error or a slow claim shows in which step it is: take_lock, queue_due,
-- find_candidates, park_blocked. They run with the settings of contego.claim.

-- Gives due requests of one provider to one daemon. Blocked requests leave the queue until the request that they wait for is finished.
--
-- A daemon whose lease has ended gets an error (SQLSTATE CG002), because it may send nothing and would give the requests back at once. It
-- must first renew its lease or join again. So must a daemon that has not renewed its lease on this server: the renewal notices that
-- the server may have lost data. While claiming is stopped for that reason, the error is SQLSTATE CG003.
--
-- A request is blocked if, on any of its lanes, another request is in flight, or an earlier one is due and not finished. It is parked
-- behind its nearest predecessor, so that the end of a request wakes only the next one of the lane. The lock on the predecessor makes the
-- session that ends it wait for this transaction and then see the parked row. If the lock cannot be had, because the predecessor is
-- ending right now, the row stays in the queue.
--
-- A claim looks at some thousand requests and at 10,000 lanes, then lets other claims run: most of its cost is for the lanes. It returns
-- at most `most_bytes` bytes of parameters, but at least one request. `parameters` is NULL if a person changed the row beyond the bounds
-- of an INSERT. `finished` lists the finished commands, and as `unanswered` each command that was sent without a readable answer. If the
-- claim returns fewer requests than `at_most`, a last row without a number says what else there is. `more`: another claim may
-- find more requests now, for instance behind the parked ones. `due_in`: the next scheduled or retrying request is due in this many
-- milliseconds. `notify_suppressed_for`: for this many milliseconds, an INSERT may send no NOTIFY. A claim that took more than a second always
-- has the last row, and `slow` says how long each of its four steps took.
CREATE OR REPLACE FUNCTION contego.claim(for_daemon bigint, of_provider text, at_most integer, most_bytes bigint DEFAULT 2097152)
RETURNS TABLE (
    id bigint, action text, parameters text, size integer, priority text, sequence_number bigint, fence bigint, attempts integer,
    maybe_sent boolean, age_seconds double precision, finished jsonb,
    more boolean, due_in double precision, notify_suppressed_for double precision, slow text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    this_fence bigint;
    room integer := at_most;
    bytes_left bigint := most_bytes;
    lanes_left bigint := 10000;
    bytes_used_up boolean := false;
    looked record;
    free bigint[];
    newly_parked integer;
    parked_in_front integer := 0;
    at_least integer := 50;
    looked_at integer := 0;
    from_regular boolean := false;
    from_number bigint := 0;
    claimed bigint[] := '{}';
    this_moment timestamptz;
    began CONSTANT timestamptz := clock_timestamp();
    queued_date timestamptz;
    step_began timestamptz;
    looking interval := '0';
    parking interval := '0';
BEGIN
    -- If the host of a daemon fails before the daemon commits, its session must not keep the lock, and stop all claims, for hours.
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true);
    PERFORM contego.take_lock('claim', of_provider);
    this_moment := clock_timestamp(); -- now() may be long ago: it is the time at which the wait for the lock began
    IF NOT EXISTS (SELECT FROM contego.daemon AS d
                   WHERE d.id = for_daemon AND d.lease_until > this_moment AND d.server_start = pg_postmaster_start_time()) THEN
        RAISE EXCEPTION 'the lease of daemon % has ended or was not renewed on this server, so it may claim nothing', for_daemon
            USING ERRCODE = 'CG002', HINT = 'The daemon renews its lease or joins again, then claims again.';
    END IF;
    IF EXISTS (SELECT FROM contego.lineage AS l WHERE l.confirmed_date IS NULL) THEN
        RAISE EXCEPTION 'claiming is stopped, because data may be lost' USING ERRCODE = 'CG003', HINT = 'Run contegod status.';
    END IF;
    this_fence := nextval('contego.fence');
    PERFORM contego.queue_due(of_provider, this_moment);
    queued_date := clock_timestamp();

    LOOP
        step_began := clock_timestamp();
        looked := contego.find_candidates(of_provider, this_moment, greatest(room, at_least), lanes_left, from_regular, from_number);
        looking := looking + (clock_timestamp() - step_began);
        step_began := clock_timestamp();
        newly_parked := CASE WHEN looked.parked IS NULL THEN 0
                             ELSE contego.park_blocked(looked.parked, looked.blockers, looked.candidates) END;
        parking := parking + (clock_timestamp() - step_began);

        free := looked.free[1:room];
        IF looked.free_bytes > bytes_left THEN
            free := contego.within_bytes(free, bytes_left, claimed = '{}');
            bytes_used_up := coalesce(cardinality(free), 0) < least(room, cardinality(looked.free));
        END IF;
        IF free IS NOT NULL THEN
            UPDATE contego.request_open AS o
            SET progress = 'IN_FLIGHT', fence = this_fence, claimed_by = for_daemon, claimed_date = now(),
                blocked_date = NULL
            WHERE o.id = ANY (free);
            claimed := claimed || free;
            room := room - cardinality(free);
            bytes_left := bytes_left - looked.free_bytes;
        END IF;

        looked_at := looked_at + looked.found_rows;
        lanes_left := lanes_left - looked.found_lanes;
        at_least := CASE WHEN newly_parked > looked.found_rows / 2 THEN 1000 ELSE 50 END; -- if most are blocked, the next ones are, too
        IF from_number = 0 THEN
            parked_in_front := newly_parked;
        END IF;
        EXIT WHEN room <= 0 OR bytes_used_up OR looked.cut OR parked_in_front = 0 OR looked_at >= 5000;

        -- If most candidates are blocked, every second scan starts after the newest request of the congested lanes. Otherwise the
        -- claim would starve unblocked requests further back.
        IF from_number = 0 AND looked_at >= 1000 AND at_least = 1000 AND looked.long_lanes IS NOT NULL THEN
            SELECT looked.last_regular, max(l.sequence_number) INTO from_regular, from_number
            FROM unnest(looked.long_lanes) AS long (lane)
            CROSS JOIN LATERAL (
                SELECT l.sequence_number FROM contego.lane AS l
                WHERE l.provider = of_provider AND l.lane = long.lane
                ORDER BY l.sequence_number DESC
                LIMIT 1
            ) AS l;
        ELSE
            from_regular := false;
            from_number := 0;
        END IF;
    END LOOP;

    RETURN QUERY
    SELECT o.id, o.action, CASE WHEN octet_length(p.text) <= 1024 * 1024 THEN p.text END, octet_length(p.text),
           o.priority, o.sequence_number, o.fence, o.attempts, o.maybe_sent,
           -- A request has waited since its INSERT at most, even if the CRM gave an earlier date.
           extract(epoch FROM this_moment - greatest(o.scheduled_date, o.created_date))::double precision,
           CASE WHEN o.attempts > 0 OR o.maybe_sent OR o.executed_date IS NOT NULL THEN (
               SELECT jsonb_agg(jsonb_build_object('sequence', c.sequence, 'result', c.result,
                                                   'reference_number', c.reference_number,
                                                   'unanswered', c.outcome NOT IN ('success', 'skipped')) ORDER BY c.sequence)
               FROM contego.command_open AS c
               WHERE c.request_id = o.id
                 AND (c.outcome IN ('success', 'skipped')
                      -- The command was sent, and no readable answer came: the CAS may have done it.
                      OR EXISTS (SELECT FROM (SELECT c.exchange, c.error_code
                                              UNION ALL
                                              SELECT f.exchange, f.error_code FROM contego.former_attempt AS f
                                              WHERE f.request_id = c.request_id AND f.sequence = c.sequence) AS a
                                 WHERE a.exchange = 'sent_no_answer'
                                    OR a.error_code IN ('ANSWER_OF_ANOTHER', 'UNREADABLE_ANSWER', 'MAYBE_SENT')
                                    OR a.error_code ~ '^HTTP_5' AND a.error_code <> 'HTTP_503')))
           END, NULL::boolean, NULL::double precision, NULL::double precision, NULL::text
    FROM unnest(claimed) WITH ORDINALITY AS mine (id, rank)
    JOIN contego.request_open AS o ON o.id = ANY (ARRAY[mine.id])
    -- If the parameters take much more space than their text at the INSERT, a person has changed them: they might be a GB as text.
    -- OFFSET 0: they are written as text once only.
    CROSS JOIN LATERAL (
        SELECT CASE WHEN pg_column_size(o.parameters) <= least(2000, 8 * o.parameters_size + 100)
                         OR contego.parameters_fault(o.parameters) IS NULL THEN o.parameters::text END AS text
        OFFSET 0
    ) AS p
    ORDER BY mine.rank;

    IF clock_timestamp() - began > '1 second' THEN
        slow := format('%s in all: take_lock %s, queue_due %s, find_candidates %s, park_blocked %s', clock_timestamp() - began,
                       this_moment - began, queued_date - this_moment, looking, parking);
    END IF;
    IF room <= 0 THEN
        IF NOT EXISTS (SELECT FROM contego.busy AS b
                       WHERE b.provider = of_provider AND b.busy_until > this_moment + interval '700 milliseconds') THEN
            INSERT INTO contego.busy AS b VALUES (of_provider, this_moment + interval '1 second')
            ON CONFLICT (provider) DO UPDATE SET busy_until = excluded.busy_until;
        END IF;
        IF slow IS NOT NULL THEN
            more := true;
            RETURN NEXT;
        END IF;
        RETURN;
    END IF;
    more := parked_in_front > 0 OR bytes_used_up OR looked.cut;
    SELECT o.due_in, o.notify_suppressed_for INTO due_in, notify_suppressed_for
    FROM contego.outlook(of_provider, this_moment) AS o;
    RETURN NEXT;
END
$$;

-- JIT compilation costs more than it saves: the statements are short, and their estimated costs grow with the backlog.
ALTER FUNCTION contego.claim SET jit = off;
-- Every statement here finds rows through an index. After a bulk of INSERTs, the planner may still assume that the tables are empty. Until
-- they are analysed, it would read each table as a whole every time.
ALTER FUNCTION contego.claim SET enable_seqscan = off;
-- Sets that a claim computes are joined by hash, even if the planner expects few rows. Sorted results are read in the order of
-- their index: a bitmap scan would read all rows and sort them.
ALTER FUNCTION contego.claim SET enable_nestloop = off;
ALTER FUNCTION contego.claim SET enable_bitmapscan = off;
-- A plan for the given values is no better than the generic one, and planning takes longer than a claim of one request.
ALTER FUNCTION contego.claim SET plan_cache_mode = force_generic_plan;

REVOKE ALL ON FUNCTION contego.claim FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.claim TO contego_daemon;
COMMENT ON FUNCTION contego.claim IS 'Daemon: takes due requests of a provider.';
