-- Takes one step, in a transaction of its own, of dropping the oldest month that ended more than `retention_months` months ago. Returns
-- `begun`, `cleared` (call again) or `dropped`. `waiting`: another session uses the month, so call again later. `nothing`: no month is that
-- old, or another session is dropping it. Open requests are in no month. If no month is that old, a step may instead forget a run that
-- ended before as long a time (contego.forget_old_runs).
--
-- Once the step `begun` is done, the requests of the month cannot be sent again: their rows in other tables are being deleted.
CREATE OR REPLACE FUNCTION contego.drop_month(retention_months integer, OUT month date, OUT step text, OUT gone bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
AS $$
DECLARE
    oldest contego.month;
BEGIN
    IF retention_months IS NULL OR retention_months < 1 THEN
        RAISE EXCEPTION 'retention_months must be at least 1' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true); -- as in contego.claim: readers wait while a month is dropped
    step := 'nothing';
    gone := 0;
    IF NOT contego.try_lock('drop_month') THEN
        RETURN;
    END IF;
    SELECT * INTO oldest FROM contego.month AS m ORDER BY m.month LIMIT 1;
    IF oldest.month + make_interval(months => retention_months + 1) <= now() AT TIME ZONE 'UTC' THEN
        month := oldest.month;
        IF oldest.dropping_since IS NULL THEN
            UPDATE contego.month AS m SET dropping_since = now() WHERE m.month = oldest.month;
            step := 'begun';
            RETURN;
        END IF;
        gone := contego.clear_month(oldest);
        step := 'cleared';
        IF gone = 0 THEN
            PERFORM contego.drop_tables(oldest.month);
            step := 'dropped';
        END IF;
    ELSE
        gone := contego.forget_old_runs(now() - make_interval(months => retention_months));
        IF gone > 0 THEN
            step := 'cleared';
        END IF;
    END IF;
EXCEPTION WHEN lock_not_available THEN
    step := 'waiting';
    gone := 0;
END
$$;

REVOKE ALL ON FUNCTION contego.drop_month FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.drop_month TO contego_daemon, contego_operator;
COMMENT ON FUNCTION contego.drop_month IS 'Takes one step of dropping the oldest month that ended more than retention_months months ago. Call it until step is nothing.';
