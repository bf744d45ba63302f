-- Returns the time that a text names, as the CRM and the CAS write it. NULL: the text is no date with a zone, or PostgreSQL cannot hold it.
CREATE OR REPLACE FUNCTION contego.date_of(written text) RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN CASE WHEN written ~ '^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$' THEN written::timestamptz END;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION contego.date_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.date_of TO contego_support; -- for contego.expected_drift
COMMENT ON FUNCTION contego.date_of IS 'Returns the time that a text names, or NULL if it names none.';
