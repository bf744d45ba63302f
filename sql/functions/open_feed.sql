-- The feed is closed until a site wants it. A closed feed costs nothing, not even the check of a disabled trigger.
CREATE OR REPLACE FUNCTION contego.open_feed() RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1s'
AS $$
    -- Sessions that record wait for this transaction, so it must not stay open.
    SELECT set_config('idle_in_transaction_session_timeout', '1s', true);
    CREATE OR REPLACE TRIGGER announce_finished AFTER INSERT ON contego.request_finished
        REFERENCING NEW TABLE AS finished
        FOR EACH STATEMENT EXECUTE FUNCTION contego.announce_finished();
    ALTER TABLE contego.request_finished ENABLE ALWAYS TRIGGER announce_finished -- for any session_replication_role of the daemon
$$;

REVOKE ALL ON FUNCTION contego.open_feed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.open_feed TO contego_operator;
COMMENT ON FUNCTION contego.open_feed IS 'Opens the feed: requests that finish from now on enter it.';
