-- after: make_month month_of take_lock
-- Makes this month and the next two where they are missing, and says which were. Whoever keeps the tables locked is not waited for:
-- it is called again, and contego.record makes the month of now itself if it has to.
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
COMMENT ON FUNCTION contego.make_months IS 'Makes this month and the next two where they are missing; returns those that were.';

SELECT contego.make_months();
