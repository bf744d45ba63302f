-- The month in which something ended, as its first day. Without a search path of its own, so that it becomes part of the statement.
CREATE OR REPLACE FUNCTION contego.month_of(moment timestamptz) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT date_trunc('month', moment AT TIME ZONE 'UTC')::date $$;

REVOKE ALL ON FUNCTION contego.month_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.month_of TO contego_support; -- contego.months
COMMENT ON FUNCTION contego.month_of IS 'The first day of the month, in UTC, that a moment lies in.';
