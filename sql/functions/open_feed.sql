-- Closed until somebody wants it: then it costs nothing, not even what a trigger that is disabled does.
CREATE OR REPLACE FUNCTION contego.open_feed() RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1s'
AS $$
    -- Recordings wait for this transaction: it must not be left open.
    SELECT set_config('idle_in_transaction_session_timeout', '1s', true);
    CREATE OR REPLACE TRIGGER announce_finished AFTER INSERT ON contego.request_finished
        REFERENCING NEW TABLE AS finished
        FOR EACH STATEMENT EXECUTE FUNCTION contego.announce_finished();
    ALTER TABLE contego.request_finished ENABLE ALWAYS TRIGGER announce_finished -- whatever session_replication_role the daemon has
$$;

REVOKE ALL ON FUNCTION contego.open_feed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.open_feed TO contego_operator;
COMMENT ON FUNCTION contego.open_feed IS 'What finishes from now on comes into the feed.';
