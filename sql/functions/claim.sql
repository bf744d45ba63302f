-- How requests are handed out, each to one daemon at a time.
--
-- How the functions ask for rows. A session keeps its plans, and statistics stay as they are until somebody analyses the tables. Both
-- may say that a table is empty when it holds a million rows; autovacuum itself leaves such statistics when it finds the table drained.
-- Then the planner takes reading the whole table for as cheap as one look into an index, and does so for every row that it joins.
-- So a statement joins a table by `o.id = ANY (ARRAY[x.id])`, not by `o.id = x.id`. PostgreSQL can neither hash nor merge this
-- condition, and without sequential scans only the look into the index is left. For an index of several columns the first one is
-- written so, and the others stay equalities. A table that is only read may be asked in a LATERAL query with OFFSET 0 instead.
-- What an UPDATE finds by a list of ids names no condition of a partial index: the planner might read all of that index.
-- tests/end_to_end/test_plan_ages.py holds each call to it.

-- A claim has four steps, each a function of its own, so that an error or a claim that takes long says in which of them it is:
-- take_lock, queue_due, find_candidates, park_blocked. They run with the settings of contego.claim.

-- Gives due requests of one provider to one daemon. Blocked ones leave the queue until the one they wait for is finished.
--
-- Blocked is a request when, on any of its lanes, another one is in flight, or an earlier one is due and not finished.
-- It is parked behind its nearest predecessor, so that each finish wakes the next of a lane and not all that wait. The lock on the
-- predecessor makes its finisher wait for this transaction and then see the parked row; where the lock is not to be had
-- (it is being finished right now), the row just stays in the queue.
--
-- A claim looks at some thousand requests and at 10,000 lanes, then lets other claims have their turn: its cost is mostly the lanes. It
-- returns no more bytes of parameters than `most_bytes`, but at least one request. `parameters` is NULL if a person changed the row beyond
-- the bounds of an INSERT. `finished` lists the finished commands, and as `unanswered` each command that was sent without a readable answer.
-- Where it brings less than was asked for, a last row without
-- a number says what else there is: whether there may be more behind those that were parked; in how many milliseconds the next
-- scheduled or retrying one is due; for how many milliseconds an INSERT may tell nobody.
CREATE OR REPLACE FUNCTION contego.claim(for_daemon bigint, of_provider text, at_most integer, most_bytes bigint DEFAULT 2097152)
RETURNS TABLE (
    id bigint, action text, parameters text, size integer, priority text, sequence_number bigint, fence bigint, attempts integer,
    maybe_sent boolean, age_seconds double precision, finished jsonb,
    more boolean, due_in double precision, notify_suppressed_for double precision)
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
BEGIN
    -- A daemon whose host is gone before it committed must not keep the lock, and with it all others, for hours.
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true);
    PERFORM contego.take_lock('claim', of_provider);
    this_fence := nextval('contego.fence');
    this_moment := clock_timestamp(); -- now() may be long ago: it is when the wait for the lock began
    PERFORM contego.queue_due(of_provider, this_moment);

    LOOP
        looked := contego.find_candidates(of_provider, this_moment, greatest(room, at_least), lanes_left, from_regular, from_number);
        newly_parked := CASE WHEN looked.parked IS NULL THEN 0
                             ELSE contego.park_blocked(looked.parked, looked.blockers, looked.candidates) END;

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
        at_least := CASE WHEN newly_parked > looked.found_rows / 2 THEN 1000 ELSE 50 END; -- where most are blocked, more are
        IF from_number = 0 THEN
            parked_in_front := newly_parked;
        END IF;
        EXIT WHEN room <= 0 OR bytes_used_up OR looked.cut OR parked_in_front = 0 OR looked_at >= 5000;

        -- Where most are blocked, others are not to wait until the last of them is parked: every other look begins behind the last of
        -- the lanes on which several were found.
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
           -- Nobody waits for longer than since the INSERT, whatever date the CRM gave.
           extract(epoch FROM this_moment - greatest(o.scheduled_date, o.created_date))::double precision,
           CASE WHEN o.attempts > 0 OR o.maybe_sent OR o.executed_date IS NOT NULL THEN (
               SELECT jsonb_agg(jsonb_build_object('sequence', c.sequence, 'result', c.result,
                                                   'reference_number', c.reference_number,
                                                   'unanswered', c.outcome NOT IN ('success', 'skipped')) ORDER BY c.sequence)
               FROM contego.command_open AS c
               WHERE c.request_id = o.id
                 AND (c.outcome IN ('success', 'skipped')
                      -- Sent, and no readable answer came: the CAS may have done it.
                      OR EXISTS (SELECT FROM (SELECT c.exchange, c.error_code
                                              UNION ALL
                                              SELECT f.exchange, f.error_code FROM contego.former_attempt AS f
                                              WHERE f.request_id = c.request_id AND f.sequence = c.sequence) AS a
                                 WHERE a.exchange = 'sent_no_answer'
                                    OR a.error_code IN ('ANSWER_OF_ANOTHER', 'UNREADABLE_ANSWER', 'MAYBE_SENT')
                                    OR a.error_code ~ '^HTTP_5' AND a.error_code <> 'HTTP_503')))
           END, NULL::boolean, NULL::double precision, NULL::double precision
    FROM unnest(claimed) WITH ORDINALITY AS mine (id, rank)
    JOIN contego.request_open AS o ON o.id = ANY (ARRAY[mine.id])
    -- What takes much more than its text had when it was inserted, a person has written there: it might be a GB as text. OFFSET: written
    -- out once.
    CROSS JOIN LATERAL (
        SELECT CASE WHEN pg_column_size(o.parameters) <= least(2000, 8 * o.parameters_size + 100)
                         OR contego.parameters_fault(o.parameters) IS NULL THEN o.parameters::text END AS text
        OFFSET 0
    ) AS p
    ORDER BY mine.rank;

    IF room <= 0 THEN
        IF NOT EXISTS (SELECT FROM contego.busy AS b
                       WHERE b.provider = of_provider AND b.busy_until > this_moment + interval '700 milliseconds') THEN
            INSERT INTO contego.busy AS b VALUES (of_provider, this_moment + interval '1 second')
            ON CONFLICT (provider) DO UPDATE SET busy_until = excluded.busy_until;
        END IF;
        RETURN;
    END IF;
    more := parked_in_front > 0 OR bytes_used_up OR looked.cut;
    SELECT greatest(0, extract(epoch FROM o.due_date - this_moment) * 1000) INTO due_in
    FROM contego.request_open AS o
    WHERE o.provider = of_provider AND o.progress IN ('SCHEDULED', 'RETRYING')
    ORDER BY o.due_date
    LIMIT 1;
    notify_suppressed_for := (SELECT extract(epoch FROM b.busy_until - this_moment) * 1000
                   FROM contego.busy AS b WHERE b.provider = of_provider AND b.busy_until > this_moment);
    RETURN NEXT;
END
$$;

-- What compiling would cost is never earned back: statements are short, and their estimates grow with the backlog.
ALTER FUNCTION contego.claim SET jit = off;
-- Every statement here asks for rows by an index. After a bulk of inserts the planner may still take the tables for empty,
-- and would read the whole of them each time, until they are analysed.
ALTER FUNCTION contego.claim SET enable_seqscan = off;
-- Sets that a claim has made itself are joined by hashing, however few the planner takes them for. What is asked for in an order comes
-- in that of its index: a bitmap would be made of all rows and sorted.
ALTER FUNCTION contego.claim SET enable_nestloop = off;
ALTER FUNCTION contego.claim SET enable_bitmapscan = off;
-- A plan for these very numbers is no better than the one for any, and making it takes longer than a claim of one request.
ALTER FUNCTION contego.claim SET plan_cache_mode = force_generic_plan;

REVOKE ALL ON FUNCTION contego.claim FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.claim TO contego_daemon;
COMMENT ON FUNCTION contego.claim IS 'Daemon: takes due requests of a provider.';
