-- Refuses a date after the year 9999: clients cannot read it, and `infinity` would never come.
CREATE OR REPLACE FUNCTION contego.refuse_date(given timestamptz) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'contego.request.scheduled_date is %; it must be before the year 10000', given
        USING ERRCODE = 'datetime_field_overflow', SCHEMA = 'contego', TABLE = 'request', COLUMN = 'scheduled_date',
              HINT = 'Leave it out, or give NULL, to send the request now. Do not insert a request that must never be sent.';
END
$$;

REVOKE ALL ON FUNCTION contego.refuse_date FROM PUBLIC;
COMMENT ON FUNCTION contego.refuse_date IS 'Part of an INSERT and of contego.reschedule: refuses a date after the year 9999.';
