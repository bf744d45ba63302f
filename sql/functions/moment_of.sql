-- Returns the time that a text names, or NULL: for no text, for a text that is no date, and for a date that PostgreSQL cannot hold.
CREATE OR REPLACE FUNCTION contego.moment_of(written text) RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN nullif(written, '')::timestamptz;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION contego.moment_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.moment_of TO contego_support; -- for contego.expected_drift
COMMENT ON FUNCTION contego.moment_of IS 'Returns the time that a text names, or NULL if it names none.';
