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

-- Puts scheduled and retrying requests that have become due into the queue. Their numbers first: joined to the rows, they would be
-- compared with every one of them if the planner had made its plan while the table was empty.
CREATE FUNCTION contego.queue_due(of_provider text, this_moment timestamptz) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    due bigint[] := ARRAY(
        SELECT d.id FROM contego.request_open AS d
        WHERE d.provider = of_provider AND d.progress IN ('SCHEDULED', 'RETRYING') AND d.due_date <= this_moment
        ORDER BY d.due_date
        LIMIT 2000 -- so that an EXPRESS request does not wait until a large bulk has been moved
        FOR UPDATE SKIP LOCKED);
BEGIN
    IF due <> '{}' THEN
        UPDATE contego.request_open AS o SET progress = 'QUEUED' WHERE o.id = ANY (due);
    END IF;
END
$$;

-- Looks at the first requests of the queue, or at those after (from_regular, from_number), and locks them. Those that may be claimed
-- are `free`, in the order of sending, and `free_bytes` is the size of all of them. The others are `parked`, each with the request
-- that it waits for; `candidates` says whether that one was looked at and locked here, too. `long_lanes` are lanes on which several
-- requests were found.
CREATE FUNCTION contego.find_candidates(
    of_provider text, this_moment timestamptz, at_most integer, from_regular boolean, from_number bigint,
    OUT free bigint[], OUT free_bytes bigint, OUT parked bigint[], OUT blockers bigint[], OUT candidates boolean[], OUT found_rows integer,
    OUT last_regular boolean, OUT long_lanes text[])
LANGUAGE plpgsql
AS $$
BEGIN
    WITH candidate AS MATERIALIZED (
        SELECT q.id, q.priority <> 'EXPRESS' AS regular, q.sequence_number, q.lanes, q.parameters_size
        FROM contego.request_open AS q
        WHERE q.provider = of_provider AND q.progress = 'QUEUED'
          AND (q.priority <> 'EXPRESS', q.sequence_number) > (from_regular, from_number)
        ORDER BY q.priority <> 'EXPRESS', q.sequence_number
        LIMIT at_most
        FOR UPDATE SKIP LOCKED
    ), ranked AS MATERIALIZED (
        SELECT c.*, row_number() OVER () AS rank FROM candidate AS c
    ), busy AS MATERIALIZED (
        -- Those that come later than a candidate; one that comes earlier is found among the lanes.
        SELECT unnest(f.lanes) AS lane, f.id
        FROM contego.request_open AS f
        WHERE f.provider = of_provider AND f.progress = 'IN_FLIGHT'
          AND f.sequence_number > (SELECT min(c.sequence_number) FROM candidate AS c)
    ), on_lane AS MATERIALIZED (
        -- Where a candidate comes behind another on a lane, the table of lanes need not be asked.
        SELECT c.id, c.sequence_number, mine.lane, lag(c.id) OVER before AS before_id,
               lag(c.sequence_number) OVER before AS before_number
        FROM ranked AS c
        CROSS JOIN LATERAL unnest(c.lanes) AS mine (lane)
        WINDOW before AS (PARTITION BY mine.lane COLLATE "C" ORDER BY c.sequence_number)
    ), behind AS (
        SELECT c.id, c.before_id AS blocked_by, c.before_number AS sequence_number, true AS candidate
        FROM on_lane AS c
        WHERE c.before_id <> c.id -- a lane written twice into a row does not make it wait for itself
        UNION ALL
        SELECT c.id, earlier.request_id, earlier.sequence_number, false
        FROM on_lane AS c
        CROSS JOIN LATERAL (
            SELECT l.request_id, l.sequence_number
            FROM contego.lane AS l
            JOIN contego.request_open AS o ON o.id = ANY (ARRAY[l.request_id])
            WHERE l.provider = of_provider AND l.lane = c.lane AND l.sequence_number < c.sequence_number
              AND l.request_id <> c.id -- a person may have changed its number
              -- What stands in the queue is due, whatever the clocks of the two transactions say.
              AND (o.progress NOT IN ('SCHEDULED', 'HELD') OR o.scheduled_date <= this_moment)
            ORDER BY l.sequence_number DESC
            LIMIT 1
        ) AS earlier
        WHERE c.before_id IS NULL
        UNION ALL
        SELECT c.id, busy.id, 0, false
        FROM on_lane AS c
        JOIN busy ON busy.lane = c.lane
    ), nearest AS (
        SELECT DISTINCT ON (b.id) b.id, b.blocked_by, b.candidate FROM behind AS b ORDER BY b.id, b.sequence_number DESC
    )
    SELECT array_agg(c.id ORDER BY c.rank) FILTER (WHERE n.id IS NULL),
           sum(c.parameters_size) FILTER (WHERE n.id IS NULL),
           array_agg(c.id) FILTER (WHERE n.id IS NOT NULL),
           array_agg(n.blocked_by) FILTER (WHERE n.id IS NOT NULL),
           array_agg(n.candidate) FILTER (WHERE n.id IS NOT NULL),
           count(*), bool_or(c.regular),
           (SELECT array_agg(DISTINCT l.lane COLLATE "C") FROM on_lane AS l WHERE l.before_id IS NOT NULL)
    INTO free, free_bytes, parked, blockers, candidates, found_rows, last_regular, long_lanes
    FROM ranked AS c
    LEFT JOIN nearest AS n ON n.id = c.id;
END
$$;

-- Parks each of `parked` behind its blocker; returns how many were.
CREATE FUNCTION contego.park_blocked(parked bigint[], blockers bigint[], candidates boolean[]) RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    still_there bigint[];
    their_numbers bigint[];
    newly_parked integer;
BEGIN
    -- Locked before any is parked, for a statement cannot lock what it has changed. One that is a candidate itself is locked already.
    SELECT array_agg(b.id), array_agg(CASE b.progress WHEN 'IN_FLIGHT' THEN 0 ELSE b.sequence_number END)
    INTO still_there, their_numbers
    FROM (
        SELECT l.id, l.progress, l.sequence_number FROM contego.request_open AS l
        WHERE l.id = ANY (ARRAY(
            SELECT p.blocker FROM unnest(blockers, candidates) AS p (blocker, candidate) WHERE NOT p.candidate))
        FOR KEY SHARE SKIP LOCKED
    ) AS b;
    UPDATE contego.request_open AS o
    SET progress = 'BLOCKED', blocked_by = p.blocker, blocked_date = coalesce(o.blocked_date, now())
    FROM unnest(parked, blockers, candidates) AS p (id, blocker, candidate)
    LEFT JOIN unnest(still_there, their_numbers) AS s (id, number) ON s.id = p.blocker
    -- As it is now that it is locked: one that comes later blocks by its flight only, which may be over.
    WHERE o.id = ANY (ARRAY[p.id]) AND (p.candidate OR s.number < o.sequence_number);
    GET DIAGNOSTICS newly_parked = ROW_COUNT;
    RETURN newly_parked;
END
$$;

-- The first of these whose parameters have no more bytes together than that; one at least if `any_size`.
CREATE FUNCTION contego.within_bytes(requests bigint[], most_bytes bigint, any_size boolean) RETURNS bigint[]
LANGUAGE sql
AS $$
    SELECT array_agg(s.id ORDER BY s.place)
    FROM (
        SELECT r.id, r.place, sum(o.parameters_size) OVER (ORDER BY r.place) AS bytes
        FROM unnest(requests) WITH ORDINALITY AS r (id, place)
        JOIN contego.request_open AS o ON o.id = ANY (ARRAY[r.id])
    ) AS s
    WHERE s.bytes <= most_bytes OR any_size AND s.place = 1
$$;

-- Gives due requests of one provider to one daemon. Blocked ones leave the queue until the one they wait for is finished.
--
-- Blocked is a request when, on any of its lanes, another one is in flight, or an earlier one is due and not finished.
-- It is parked behind its nearest predecessor, so that each finish wakes the next of a lane and not all that wait. The lock on the
-- predecessor makes its finisher wait for this transaction and then see the parked row; where the lock is not to be had
-- (it is being finished right now), the row just stays in the queue.
--
-- Looks at some thousand requests, then others have their turn. Brings no more bytes of parameters than `most_bytes`, but one request
-- at least. `parameters` is NULL for a request that a person has taken beyond the bounds of an INSERT.
-- Where it brings less than was asked for, a last row without
-- a number says what else there is: whether there may be more behind those that were parked; in how many milliseconds the next
-- scheduled or retrying one is due; for how many milliseconds an INSERT may tell nobody.
CREATE FUNCTION contego.claim(for_daemon bigint, of_provider text, at_most integer, most_bytes bigint DEFAULT 2097152)
RETURNS TABLE (
    id bigint, action text, parameters text, size integer, priority text, sequence_number bigint, fence bigint, attempts integer,
    interrupted boolean, age_seconds double precision, finished jsonb,
    more boolean, due_in double precision, untold_for double precision)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    this_fence bigint;
    room integer := at_most;
    bytes_left bigint := most_bytes;
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
        looked := contego.find_candidates(of_provider, this_moment, greatest(room, at_least), from_regular, from_number);
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
        at_least := CASE WHEN newly_parked > looked.found_rows / 2 THEN 1000 ELSE 50 END; -- where most are blocked, more are
        IF from_number = 0 THEN
            parked_in_front := newly_parked;
        END IF;
        EXIT WHEN room <= 0 OR bytes_used_up OR parked_in_front = 0 OR looked_at >= 5000;

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
           o.priority, o.sequence_number, o.fence, o.attempts, o.interrupted,
           -- Nobody waits for longer than since the INSERT, whatever date the CRM gave.
           extract(epoch FROM this_moment - greatest(o.scheduled_date, o.created_date))::double precision,
           CASE WHEN o.attempts > 0 OR o.interrupted OR o.executed_date IS NOT NULL THEN (
               SELECT jsonb_agg(jsonb_build_object('sequence', c.sequence, 'result', c.result,
                                                   'reference_number', c.reference_number) ORDER BY c.sequence)
               FROM contego.command_open AS c
               WHERE c.request_id = o.id AND c.outcome IN ('success', 'skipped'))
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
    more := parked_in_front > 0 OR bytes_used_up;
    SELECT greatest(0, extract(epoch FROM o.due_date - this_moment) * 1000) INTO due_in
    FROM contego.request_open AS o
    WHERE o.provider = of_provider AND o.progress IN ('SCHEDULED', 'RETRYING')
    ORDER BY o.due_date
    LIMIT 1;
    untold_for := (SELECT extract(epoch FROM b.busy_until - this_moment) * 1000
                   FROM contego.busy AS b WHERE b.provider = of_provider AND b.busy_until > this_moment);
    RETURN NEXT;
END
$$;

-- What is wrong with a row that a claim would take; NULL: nothing. Does with it what a claim does, and undoes it.
CREATE FUNCTION contego.row_fault(of_request bigint) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    r record;
    fault text;
    size bigint;
BEGIN
    SELECT o.parameters, o.lanes, o.scheduled_date, o.created_date INTO r FROM contego.request_open AS o WHERE o.id = of_request;
    fault := contego.parameters_fault(r.parameters);
    IF fault IS NOT NULL THEN
        RETURN 'parameters ' || fault;
    END IF;
    size := octet_length(r.parameters::text) + extract(epoch FROM clock_timestamp() - greatest(r.scheduled_date, r.created_date))::bigint;
    size := octet_length((
        SELECT jsonb_agg(jsonb_build_object('sequence', c.sequence, 'result', c.result, 'reference_number', c.reference_number))::text
        FROM contego.command_open AS c WHERE c.request_id = of_request));
    UPDATE contego.request_open AS o SET progress = 'QUEUED' WHERE o.id = of_request;
    UPDATE contego.request_open AS o
    SET progress = 'IN_FLIGHT', fence = o.fence + 1, claimed_by = 0, claimed_date = now(), blocked_date = NULL
    WHERE o.id = of_request;
    RAISE EXCEPTION 'undone' USING ERRCODE = 'CG001';
EXCEPTION
    WHEN SQLSTATE 'CG001' THEN
        RETURN NULL;
    WHEN OTHERS THEN
        RETURN 'the database cannot read or change it: ' || left(SQLERRM, 500) || ' (SQLSTATE ' || SQLSTATE || ')';
END
$$;

-- For a daemon whose claim failed because of what a row holds: finds such rows among those that a claim looks at, and holds them, so
-- that the others flow. Names the column of the row in no statement that could fail as the claim did. Returns those that were held.
CREATE FUNCTION contego.hold_unreadable(of_provider text) RETURNS bigint[]
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    suspect bigint;
    fault text;
    held bigint[] := '{}';
BEGIN
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true); -- as in contego.claim
    PERFORM contego.take_lock('claim', of_provider);
    FOR suspect IN
        (SELECT q.id FROM contego.request_open AS q
         WHERE q.provider = of_provider AND q.progress = 'QUEUED'
         ORDER BY q.priority <> 'EXPRESS', q.sequence_number LIMIT 5000)
        UNION ALL
        (SELECT d.id FROM contego.request_open AS d
         WHERE d.provider = of_provider AND d.progress IN ('SCHEDULED', 'RETRYING') AND d.due_date <= clock_timestamp()
         ORDER BY d.due_date LIMIT 10000)
    LOOP
        fault := contego.row_fault(suspect);
        CONTINUE WHEN fault IS NULL;
        BEGIN
            UPDATE contego.request_open AS o
            SET progress = 'HELD', error_code = 'UNREADABLE_ROW', error_description = fault || '; cancel or close it, and submit a new request'
            WHERE o.id = suspect AND o.progress IN ('QUEUED', 'SCHEDULED', 'RETRYING');
            held := held || suspect;
        EXCEPTION WHEN OTHERS THEN
            RAISE WARNING 'request % cannot be held: %', suspect, SQLERRM;
        END;
    END LOOP;
    RETURN held;
END
$$;

-- The sessions that hold what claims, shares and the feed wait for: a row of contego.lock, or a table of the schema in a mode that
-- keeps writers out. One row each. Without pg_read_all_stats PostgreSQL does not show the owner of the schema everything: `client` and
-- `state` are NULL then, and `since` is when the first session began to wait, or NULL if none does.
CREATE FUNCTION contego.lock_holders()
RETURNS TABLE (pid integer, login text, application text, client text, state text, since timestamptz, holds text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.pid, a.usename::text, a.application_name, a.client_addr::text, a.state,
           coalesce(a.xact_start, (SELECT min(w.waitstart) FROM pg_locks AS w
                                   WHERE NOT w.granted AND a.pid = ANY (pg_blocking_pids(w.pid)))) AS since,
           h.holds
    FROM (
        SELECT x.pid, 'the lock ' || concat_ws(' of provider ', k.purpose, nullif(k.provider, '')) AS holds
        FROM contego.lock AS k
        JOIN pg_locks AS x ON x.locktype = 'transactionid' AND x.granted AND x.transactionid = k.xmax
        UNION
        SELECT r.pid, 'the table contego.' || c.relname || ' in mode ' || r.mode
        FROM pg_locks AS r
        JOIN pg_class AS c ON c.oid = r.relation AND c.relnamespace = 'contego'::regnamespace
        WHERE r.granted AND r.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
          AND r.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
    ) AS h
    JOIN pg_stat_activity AS a ON a.pid = h.pid
    WHERE a.pid <> pg_backend_pid()
    ORDER BY since, a.pid
$$;
COMMENT ON FUNCTION contego.lock_holders IS 'The sessions that hold what claims wait for: a row of contego.lock, or a table of the schema in a mode that keeps writers out.';

-- Wakes those that wait for one of these on a lane where they come first: only its flight kept them back, and that is
-- over though it has not ended. Without this, the two would wait for each other. To be called after a statement that
-- locked them for update: what a claim parks behind them meanwhile is seen then.
-- How many they were.
CREATE FUNCTION contego.wake_earlier(landed bigint[]) RETURNS bigint
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

-- Puts back what a claim took whose answer never arrived: the daemon knows of no claim after `latest_fence`. Nothing of
-- it was sent. Waits for that claim's transaction, should it still be under way.
CREATE FUNCTION contego.give_back_lost(of_daemon bigint, of_provider text, latest_fence bigint) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    given_back bigint[];
BEGIN
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true); -- as in contego.claim
    PERFORM contego.take_lock('claim', of_provider);
    WITH lost AS (
        UPDATE contego.request_open
        SET progress = 'QUEUED', claimed_by = NULL, claimed_date = NULL
        WHERE progress = 'IN_FLIGHT' AND claimed_by = of_daemon AND provider = of_provider AND fence > latest_fence
        RETURNING id
    )
    SELECT coalesce(array_agg(l.id), '{}') INTO given_back FROM lost AS l;
    PERFORM contego.wake_earlier(given_back);
    RETURN cardinality(given_back);
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
ALTER FUNCTION contego.hold_unreadable SET enable_seqscan = off;
ALTER FUNCTION contego.hold_unreadable SET jit = off;
ALTER FUNCTION contego.wake_earlier SET enable_seqscan = off;
ALTER FUNCTION contego.give_back_lost SET enable_seqscan = off;
