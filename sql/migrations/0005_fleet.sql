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
CREATE FUNCTION contego.rescue() RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    rescued bigint;
    candidates bigint[];
BEGIN
    DELETE FROM contego.daemon AS d WHERE d.lease_until <= clock_timestamp();

    -- What is locked is being recorded or repaired at this moment: the next call sees what became of it, nobody waits.
    -- Whose it is is asked again once it is locked: a rescue elsewhere and a claim may have been quicker.
    SELECT array_agg(f.id) INTO candidates
    FROM (
        SELECT i.id FROM contego.request_open AS i
        WHERE i.progress = 'IN_FLIGHT'
          AND NOT EXISTS (SELECT FROM contego.daemon AS d WHERE d.id = i.claimed_by)
        FOR UPDATE SKIP LOCKED
    ) AS f;
    UPDATE contego.request_open AS o
    SET progress = 'QUEUED', claimed_by = NULL, claimed_date = NULL, interrupted = true
    WHERE o.id = ANY (candidates) AND o.progress = 'IN_FLIGHT'
      AND NOT EXISTS (SELECT FROM contego.daemon AS d WHERE d.id = o.claimed_by);
    GET DIAGNOSTICS rescued = ROW_COUNT;

    SELECT array_agg(s.id) INTO candidates
    FROM (
        SELECT w.id FROM contego.request_open AS w
        WHERE w.progress = 'BLOCKED'
          AND NOT EXISTS (
              SELECT FROM contego.request_open AS b
              WHERE b.id = w.blocked_by AND (b.sequence_number < w.sequence_number OR b.progress = 'IN_FLIGHT'))
        FOR UPDATE SKIP LOCKED
    ) AS s;
    UPDATE contego.request_open AS o
    SET progress = 'QUEUED', blocked_by = NULL
    WHERE o.id = ANY (candidates) AND o.progress = 'BLOCKED'
      AND NOT EXISTS (
          SELECT FROM contego.request_open AS b
          WHERE b.id = o.blocked_by AND (b.sequence_number < o.sequence_number OR b.progress = 'IN_FLIGHT'));
    RETURN rescued;
END
$$;

-- A daemon that has given everything back says good-bye.
CREATE FUNCTION contego.leave_fleet(of_daemon bigint) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE contego.daemon SET lease_until = '-infinity' WHERE id = of_daemon
$$;

-- What compiling would cost is never earned back: statements are short, and their estimates grow with the backlog.
ALTER FUNCTION contego.rescue SET jit = off;
