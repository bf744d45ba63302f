-- Enters the next 1000 requests of the feed into the ledger, and returns how many positions it read. Daemons call it, one at a time. It
-- does nothing while the ledger is not kept.
CREATE OR REPLACE FUNCTION contego.keep_ledger() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    up_to bigint := (SELECT l.position FROM contego.ledger AS l);
    next_ones record;
BEGIN
    IF up_to IS NULL OR NOT EXISTS (SELECT FROM contego.feed AS f WHERE f.position > up_to) THEN
        RETURN 0;
    END IF;
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true); -- as in contego.claim
    SELECT l.position INTO up_to FROM contego.ledger AS l FOR UPDATE SKIP LOCKED;
    IF up_to IS NULL THEN
        RETURN 0;
    END IF;
    SELECT array_agg(f.request_id) FILTER (WHERE f.life_cycle_state = 'COMPLETED') AS ids, max(f.position) AS last, count(*) AS number
    INTO next_ones
    FROM (SELECT * FROM contego.feed AS e WHERE e.position > up_to ORDER BY e.position LIMIT 1000) AS f;
    PERFORM contego.enter_entitlements(coalesce(next_ones.ids, '{}'));
    UPDATE contego.ledger AS l SET position = coalesce(next_ones.last, l.position), kept_date = clock_timestamp();
    RETURN next_ones.number;
END
$$;

ALTER FUNCTION contego.keep_ledger SET jit = off;
ALTER FUNCTION contego.keep_ledger SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.keep_ledger FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.keep_ledger TO contego_daemon;
COMMENT ON FUNCTION contego.keep_ledger IS 'Daemon: enters the next requests of the feed into the ledger, and returns how many positions it read.';
