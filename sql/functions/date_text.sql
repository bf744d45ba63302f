CREATE OR REPLACE FUNCTION contego.date_text(moment timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT replace(to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '') || 'Z' $$;

REVOKE ALL ON FUNCTION contego.date_text FROM PUBLIC;
COMMENT ON FUNCTION contego.date_text IS 'Part of renewals: writes a time as the parameters of a command have it.';
