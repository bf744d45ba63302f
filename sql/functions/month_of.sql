-- Returns the month of a moment, as its first day. The function sets no search path of its own, so that PostgreSQL inlines it.
CREATE OR REPLACE FUNCTION contego.month_of(moment timestamptz) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT date_trunc('month', moment AT TIME ZONE 'UTC')::date $$;

REVOKE ALL ON FUNCTION contego.month_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.month_of TO contego_support; -- contego.months
COMMENT ON FUNCTION contego.month_of IS 'Returns the first day of the month, in UTC, that contains a moment.';
