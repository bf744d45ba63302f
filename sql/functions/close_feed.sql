CREATE OR REPLACE FUNCTION contego.close_feed() RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1s'
AS $$
    SELECT set_config('idle_in_transaction_session_timeout', '1s', true); -- as in contego.open_feed
    UPDATE contego.ledger SET position = NULL; -- it could not be kept
    DROP TRIGGER IF EXISTS announce_finished ON contego.request_finished
$$;

REVOKE ALL ON FUNCTION contego.close_feed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.close_feed TO contego_operator;
COMMENT ON FUNCTION contego.close_feed IS 'Closes the feed: requests that finish from now on do not enter it. Its rows stay. The ledger is no longer kept.';
