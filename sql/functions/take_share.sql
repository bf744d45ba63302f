-- Takes the share of a daemon anew: an equal part, but no more than the others leave. `now_...` is the most that the daemon may have in
-- flight until it learns the answer. It counts against the others until the next call, so that a share that shrinks is free only
-- after the daemon has given it up. A daemon whose lease has ended may renew it and go on with its share. So its share counts until
-- contego.rescue takes the daemon for dead. The sum over the living daemons is never above `most_...`.
CREATE OR REPLACE FUNCTION contego.take_share(of_daemon bigint, of_provider text, most_in_flight integer, most_rate double precision,
                                   now_in_flight integer, now_rate double precision)
RETURNS TABLE (in_flight integer, rate double precision)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    others record;
BEGIN
    PERFORM contego.take_lock('share', of_provider);
    PERFORM FROM contego.daemon AS d WHERE d.id = of_daemon AND d.lease_until > clock_timestamp() FOR KEY SHARE;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 0, 0::double precision; -- counts as dead: no share until it has joined again
        RETURN;
    END IF;
    SELECT count(*)::integer AS number, count(*) FILTER (WHERE s.daemon_id < of_daemon) AS before,
           coalesce(sum(s.in_flight), 0)::integer AS in_flight, coalesce(sum(s.rate), 0) AS rate
    INTO others
    FROM contego.share AS s
    JOIN contego.daemon AS d ON d.id = s.daemon_id
    WHERE s.provider = of_provider AND s.daemon_id <> of_daemon AND d.lease_until > '-infinity';

    in_flight := least(most_in_flight / (others.number + 1)
                           + (others.before < most_in_flight % (others.number + 1))::integer,
                       greatest(0, most_in_flight - others.in_flight));
    rate := least(most_rate / (others.number + 1), greatest(0, most_rate - others.rate));
    IF rate < most_rate / (others.number + 1) / 100 THEN
        rate := 0; -- too small to be useful
    END IF;
    INSERT INTO contego.share AS s
    VALUES (of_provider, of_daemon, greatest(take_share.in_flight, now_in_flight), greatest(take_share.rate, now_rate))
    ON CONFLICT ON CONSTRAINT share_pkey DO UPDATE SET in_flight = excluded.in_flight, rate = excluded.rate;
    RETURN NEXT;
END
$$;

REVOKE ALL ON FUNCTION contego.take_share FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.take_share TO contego_daemon;
COMMENT ON FUNCTION contego.take_share IS 'Daemon: takes its share of the fleet''s limits for the CAS of a provider.';
