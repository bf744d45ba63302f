-- Who lives, and what becomes of the requests of the dead.

-- A daemon says that it is there. The lease is counted in the database's clock.
CREATE FUNCTION contego.join_fleet(daemon_name text, daemon_host text, daemon_pid integer, daemon_version text, lease interval,
                                   daemon_machine text DEFAULT '', daemon_started_ticks bigint DEFAULT 0)
RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO contego.daemon (name, host, pid, version, lease_until, machine, started_ticks)
    VALUES (daemon_name, daemon_host, daemon_pid, daemon_version, clock_timestamp() + lease, daemon_machine, daemon_started_ticks)
    RETURNING id
$$;

-- The daemons whose lease has not ended on one machine: whoever runs there can see which of them are no more.
CREATE FUNCTION contego.neighbours(on_machine text) RETURNS TABLE (id bigint, pid integer, started_ticks bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.id, d.pid, d.started_ticks
    FROM contego.daemon AS d
    WHERE d.machine = on_machine AND on_machine <> '' AND d.lease_until > clock_timestamp()
$$;

-- Ends the lease of a daemon whose process was seen to be no more, by one on the same machine.
CREATE FUNCTION contego.declare_dead(of_daemon bigint, on_machine text) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE contego.daemon SET lease_until = '-infinity'
    WHERE id = of_daemon AND machine = on_machine AND on_machine <> ''
$$;

-- Lengthens the lease. False: the daemon was taken for dead; it must join again.
CREATE FUNCTION contego.renew_lease(of_daemon bigint, lease interval) RETURNS boolean
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    WITH renewed AS (
        UPDATE contego.daemon SET lease_until = clock_timestamp() + lease
        WHERE id = of_daemon AND lease_until > clock_timestamp()
        RETURNING id)
    SELECT EXISTS (SELECT FROM renewed)
$$;

-- Puts the requests of daemons whose lease has ended back into the queue, and repairs rows that wait for a request that
-- is no longer open, or no longer in flight and not before them. Returns how many were rescued. Any daemon may call it at any time.
--
-- What waits may be very much: one call looks at some of the requests that are waited for, those after `sweep_after`, and says
-- after which the next call should go on; 0: from the beginning.
CREATE FUNCTION contego.rescue(INOUT sweep_after bigint DEFAULT 0, OUT rescued bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    candidates bigint[];
    blockers bigint[];
    first_numbers bigint[];
BEGIN
    DELETE FROM contego.daemon AS d WHERE d.lease_until <= clock_timestamp();

    -- What is locked is being recorded or repaired at this moment: the next call sees what became of it, nobody waits.
    -- Whose it is is asked again once it is locked: a rescue elsewhere and a claim may have been quicker.
    SELECT array_agg(f.id) INTO candidates
    FROM (
        SELECT i.id FROM contego.request_open AS i
        WHERE i.progress = 'IN_FLIGHT'
          AND NOT EXISTS (SELECT FROM contego.daemon AS d WHERE d.id = i.claimed_by)
        LIMIT 10000
        FOR UPDATE SKIP LOCKED
    ) AS f;
    -- Claimed, not IN_FLIGHT: the latter would be found in another index than that of the numbers, by reading all that is in flight.
    UPDATE contego.request_open AS o
    SET progress = 'QUEUED', claimed_by = NULL, claimed_date = NULL, interrupted = true
    WHERE o.id = ANY (candidates) AND o.claimed_by IS NOT NULL
      AND NOT EXISTS (SELECT FROM contego.daemon AS d WHERE d.id = o.claimed_by);
    GET DIAGNOSTICS rescued = ROW_COUNT;

    -- Each step asks one index only: what the planner takes the BLOCKED rows for may be hours old.
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

    PERFORM contego.number_finished(); -- so that whoever waits for the feed is told, though nobody reads
END
$$;

-- What each daemon may do to a provider's CAS, of what all of them together may.
CREATE TABLE contego.share (
    provider  text NOT NULL,
    daemon_id bigint NOT NULL REFERENCES contego.daemon ON DELETE CASCADE,
    in_flight integer NOT NULL,
    rate      double precision NOT NULL,
    PRIMARY KEY (provider, daemon_id)
);
COMMENT ON TABLE contego.share IS 'What each daemon takes of what the fleet may do to the CAS of a provider.';
COMMENT ON COLUMN contego.share.in_flight IS 'Exchanges at once that it may have on their way.';
COMMENT ON COLUMN contego.share.rate IS 'Exchanges that it may begin in a second.';

-- A daemon takes its share anew: an equal part, but no more than the others leave. `now_...` is the most that it may
-- have on its way until it has heard the answer; it counts against the others till the next call, so that a share that
-- shrinks is free only when it is really given up. The sum over the living daemons is never above `most_...`.
CREATE FUNCTION contego.take_share(of_daemon bigint, of_provider text, most_in_flight integer, most_rate double precision,
                                   now_in_flight integer, now_rate double precision)
RETURNS TABLE (in_flight integer, rate double precision)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    others record;
BEGIN
    PERFORM contego.take_lock('share', of_provider);
    PERFORM FROM contego.daemon AS d WHERE d.id = of_daemon AND d.lease_until > clock_timestamp() FOR KEY SHARE;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 0, 0::double precision; -- taken for dead: nothing until it has joined again
        RETURN;
    END IF;
    SELECT count(*)::integer AS number, count(*) FILTER (WHERE s.daemon_id < of_daemon) AS before,
           coalesce(sum(s.in_flight), 0)::integer AS in_flight, coalesce(sum(s.rate), 0) AS rate
    INTO others
    FROM contego.share AS s
    JOIN contego.daemon AS d ON d.id = s.daemon_id
    WHERE s.provider = of_provider AND s.daemon_id <> of_daemon AND d.lease_until > clock_timestamp();

    in_flight := least(most_in_flight / (others.number + 1)
                           + (others.before < most_in_flight % (others.number + 1))::integer,
                       greatest(0, most_in_flight - others.in_flight));
    rate := least(most_rate / (others.number + 1), greatest(0, most_rate - others.rate));
    IF rate < most_rate / (others.number + 1) / 100 THEN
        rate := 0; -- a crumb
    END IF;
    INSERT INTO contego.share AS s
    VALUES (of_provider, of_daemon, greatest(take_share.in_flight, now_in_flight), greatest(take_share.rate, now_rate))
    ON CONFLICT ON CONSTRAINT share_pkey DO UPDATE SET in_flight = excluded.in_flight, rate = excluded.rate;
    RETURN NEXT;
END
$$;

-- A daemon says good-bye. What it could not give back is rescued as that of a dead one.
CREATE FUNCTION contego.leave_fleet(of_daemon bigint) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    DELETE FROM contego.daemon WHERE id = of_daemon
$$;

-- What compiling would cost is never earned back: statements are short, and their estimates grow with the backlog.
ALTER FUNCTION contego.rescue SET jit = off;
ALTER FUNCTION contego.rescue SET enable_seqscan = off; -- as for contego.claim
-- The requests that are waited for are read in the order of their index, and no further than is looked at.
ALTER FUNCTION contego.rescue SET enable_hashagg = off;
ALTER FUNCTION contego.rescue SET enable_bitmapscan = off;
