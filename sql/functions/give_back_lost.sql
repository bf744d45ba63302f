-- Puts requests back into the queue if a claim took them and its answer never arrived: the daemon knows of no claim after
-- `latest_fence`. None of their commands was sent. Waits for the transaction of that claim if it still runs.
CREATE OR REPLACE FUNCTION contego.give_back_lost(of_daemon bigint, of_provider text, latest_fence bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    given_back bigint[];
BEGIN
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true); -- as in contego.claim
    PERFORM contego.take_lock('claim', of_provider);
    WITH lost_requests AS (
        UPDATE contego.request_open
        SET progress = 'QUEUED', claimed_by = NULL, claimed_date = NULL
        WHERE progress = 'IN_FLIGHT' AND claimed_by = of_daemon AND provider = of_provider AND fence > latest_fence
        RETURNING id
    )
    SELECT coalesce(array_agg(l.id), '{}') INTO given_back FROM lost_requests AS l;
    PERFORM contego.wake_earlier(given_back);
    RETURN cardinality(given_back);
END
$$;

ALTER FUNCTION contego.give_back_lost SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.give_back_lost FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.give_back_lost TO contego_daemon;
COMMENT ON FUNCTION contego.give_back_lost IS 'Daemon: puts back requests that a claim took whose answer never arrived.';
