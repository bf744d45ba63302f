-- A daemon calls it if a claim failed because of the contents of a row. It finds such rows among the requests that a claim looks at, and
-- holds them, so that claims go on. The statement that holds a row reads no column that could make it fail as the claim did. Returns the
-- requests that were held.
CREATE OR REPLACE FUNCTION contego.hold_unreadable(of_provider text) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    suspect bigint;
    fault text;
    held bigint[] := '{}';
BEGIN
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true); -- as in contego.claim
    PERFORM contego.take_lock('claim', of_provider);
    FOR suspect IN
        (SELECT q.id FROM contego.request_open AS q
         WHERE q.provider = of_provider AND q.progress = 'QUEUED'
         ORDER BY q.priority <> 'EXPRESS', q.sequence_number LIMIT 5000)
        UNION ALL
        (SELECT d.id FROM contego.request_open AS d
         WHERE d.provider = of_provider AND d.progress IN ('SCHEDULED', 'RETRYING') AND d.due_date <= clock_timestamp()
         ORDER BY d.due_date LIMIT 10000)
    LOOP
        fault := contego.row_fault(suspect);
        CONTINUE WHEN fault IS NULL;
        BEGIN
            UPDATE contego.request_open AS o
            SET progress = 'HELD', error_code = 'UNREADABLE_ROW', error_description = fault || '; cancel or close it, and submit a new request'
            WHERE o.id = suspect AND o.progress IN ('QUEUED', 'SCHEDULED', 'RETRYING');
            held := held || suspect;
        EXCEPTION WHEN OTHERS THEN
            RAISE WARNING 'request % cannot be held: %', suspect, SQLERRM;
        END;
    END LOOP;
    RETURN held;
END
$$;

ALTER FUNCTION contego.hold_unreadable SET enable_seqscan = off;
ALTER FUNCTION contego.hold_unreadable SET jit = off;

REVOKE ALL ON FUNCTION contego.hold_unreadable FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.hold_unreadable TO contego_daemon;
COMMENT ON FUNCTION contego.hold_unreadable IS 'Daemon: holds the requests whose rows make a claim fail, and returns their numbers.';
