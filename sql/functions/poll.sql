-- Polls for a daemon. One call polls for all its providers and writes nothing after the first, so an idle daemon costs little,
-- however many providers it has.
--
-- `claimable`: the providers of `of_providers` with a request in the queue, or with a request that becomes due within `ahead`.
-- `sweep_turn`: the number of the current turn, if it is the turn of this daemon to call contego.rescue, and there is something that
-- contego.rescue may repair. Otherwise NULL.
-- `ends`: whether finished requests wait for their positions in the feed (contego.number_finished).
-- `unsealed`: whether rows of the audit wait for their places in the chain (contego.seal_audit).
-- `feeding`: whether a run goes on or a policy of renewal has its turn (contego.feed_runs), or the ledger has requests to enter (contego.keep_ledger).
--
-- Turns. The daemons with a valid lease take turns of `turn_length`, in the order of their numbers, so that one of them sweeps at a time.
-- They agree on the turn by the clock of the database and need no lock. A daemon that hangs misses its own turns only. A daemon that died
-- has its turns until its lease ends.
CREATE OR REPLACE FUNCTION contego.poll(for_daemon bigint, of_providers text[], ahead interval, turn_length interval,
                             OUT claimable text[], OUT sweep_turn bigint, OUT ends boolean,
                             OUT unsealed boolean, OUT feeding boolean)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    this_moment timestamptz := clock_timestamp();
    this_turn bigint := floor(extract(epoch FROM this_moment) / extract(epoch FROM turn_length));
    members record;
BEGIN
    -- The first poll for a provider makes the row that its claims lock. So no claim waits for another session that inserts it, and the
    -- provider counts as served (contego.served_providers) before its first request.
    IF EXISTS (SELECT FROM unnest(of_providers) AS p (provider)
               WHERE NOT EXISTS (SELECT FROM contego.lock AS l WHERE l.purpose = 'claim' AND l.provider = p.provider)) THEN
        INSERT INTO contego.lock (purpose, provider) SELECT 'claim', p.provider FROM unnest(of_providers) AS p (provider)
        ON CONFLICT DO NOTHING;
    END IF;

    claimable := ARRAY(
        SELECT p.provider
        FROM unnest(of_providers) AS p (provider)
        WHERE contego.queued(p.provider)
           OR (SELECT o.due_in FROM contego.outlook(p.provider, this_moment) AS o) <= 1000 * extract(epoch FROM ahead));

    SELECT count(*) AS number, count(*) FILTER (WHERE d.id < for_daemon) AS before INTO members
    FROM contego.daemon AS d
    WHERE d.lease_until > this_moment;
    IF members.number = 0 OR this_turn % members.number = members.before THEN
        -- Each look reads the first entry of one index, the last one an entry for each provider.
        PERFORM FROM contego.request_open AS o WHERE o.progress = 'IN_FLIGHT' ORDER BY o.provider, o.sequence_number LIMIT 1;
        IF NOT FOUND THEN
            PERFORM FROM contego.request_open AS o WHERE o.progress = 'BLOCKED' ORDER BY o.blocked_by LIMIT 1;
        END IF;
        IF NOT FOUND THEN
            PERFORM FROM contego.unserved_providers(contego.served_providers()) LIMIT 1;
        END IF;
        -- The clock is read again. A lease that another daemon renewed since this call began is no longer than a lease can be.
        IF FOUND OR EXISTS (SELECT FROM contego.daemon AS d
                            WHERE d.lease_until <= this_moment OR d.lease_until > clock_timestamp() + d.lease) THEN
            sweep_turn := this_turn;
        END IF;
    END IF;

    ends := EXISTS (SELECT FROM contego.feed_inbox);
    unsealed := EXISTS (SELECT FROM contego.operator_action AS a WHERE a.position IS NULL);
    feeding := EXISTS (SELECT FROM contego.run AS u WHERE u.attended)
            OR EXISTS (SELECT FROM contego.run_fed AS f WHERE f.state = 'retried')
            OR EXISTS (SELECT FROM contego.renewal_policy AS p WHERE p.active AND p.next_look <= this_moment)
            OR EXISTS (SELECT FROM contego.feed AS f WHERE f.position > (SELECT l.position FROM contego.ledger AS l));

    -- If another login has filled the notification queue of the server, this call frees it again once that login has disconnected.
    PERFORM pg_notification_queue_usage();
END
$$;

-- As for contego.claim.
ALTER FUNCTION contego.poll SET jit = off;
ALTER FUNCTION contego.poll SET enable_seqscan = off;
ALTER FUNCTION contego.poll SET enable_bitmapscan = off;
ALTER FUNCTION contego.poll SET plan_cache_mode = force_generic_plan;

REVOKE ALL ON FUNCTION contego.poll FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.poll TO contego_daemon;
COMMENT ON FUNCTION contego.poll IS 'Daemon: returns which providers have requests to claim, whether it is the daemon''s turn to sweep, and whether ends, actions or runs wait.';
