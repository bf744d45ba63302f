-- Builds the ledger from all requests that are kept, and lets the daemons keep it from then on. Entries of requests whose month was dropped
-- stay. The feed must be open. Requests that finish meanwhile are entered again from the feed, which does no harm.
CREATE OR REPLACE FUNCTION contego.build_ledger() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    up_to bigint;
    entered bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = 'contego.request_finished'::regclass AND t.tgname = 'announce_finished') THEN
        RAISE EXCEPTION 'the feed of finished requests is closed, so the ledger could not be kept'
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'First run, and commit: SELECT contego.open_feed();';
    END IF;
    PERFORM FROM contego.ledger FOR UPDATE;
    up_to := coalesce((SELECT max(f.position) FROM contego.feed AS f), 0);
    DELETE FROM contego.entitlement AS e
    WHERE e.finished_date >= (SELECT min(f.finished_date) FROM contego.request_finished AS f);
    PERFORM contego.enter_entitlements(array_agg(f.id))
    FROM (SELECT q.id, row_number() OVER (ORDER BY q.finished_date) / 10000 AS part
          FROM contego.request_finished AS q
          WHERE q.life_cycle_state = 'COMPLETED') AS f
    GROUP BY f.part
    ORDER BY f.part;
    UPDATE contego.ledger AS l SET position = up_to, built_date = clock_timestamp(), kept_date = clock_timestamp();
    SELECT count(*) INTO entered FROM contego.entitlement;
    RETURN entered;
END
$$;

REVOKE ALL ON FUNCTION contego.build_ledger FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.build_ledger TO contego_operator;
COMMENT ON FUNCTION contego.build_ledger IS 'Builds the ledger of entitlements from all requests that are kept, and returns its number of rows. The daemons keep it from then on.';
