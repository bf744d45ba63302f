-- after: make_month month_of take_lock
--
-- Creates this month and the next two if they are missing. Returns the months that it created. It does not wait for a session that keeps
-- the tables locked: it is called again, and contego.record creates the current month itself if it has to.
CREATE OR REPLACE FUNCTION contego.make_months() RETURNS SETOF date
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
AS $$
DECLARE
    this_month timestamp := contego.month_of(now());
    wanted timestamptz;
BEGIN
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true); -- as in contego.claim
    FOR ahead IN 0..2 LOOP
        wanted := (this_month + make_interval(months => ahead)) AT TIME ZONE 'UTC';
        CONTINUE WHEN EXISTS (SELECT FROM contego.month AS m WHERE m.month = contego.month_of(wanted));
        BEGIN
            IF contego.make_month(wanted) THEN
                RETURN NEXT contego.month_of(wanted);
            END IF;
        EXCEPTION WHEN lock_not_available THEN
            RETURN;
        END;
    END LOOP;
END
$$;

REVOKE ALL ON FUNCTION contego.make_months FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.make_months TO contego_daemon, contego_operator;
COMMENT ON FUNCTION contego.make_months IS 'Creates this month and the next two if they are missing. Returns the months that it created.';

SELECT contego.make_months();
