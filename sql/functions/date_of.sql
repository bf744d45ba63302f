-- Returns a date that the CRM wrote as a time. NULL: the text is no date with a zone, or PostgreSQL cannot hold it.
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
COMMENT ON FUNCTION contego.date_of IS 'Part of the ledger: returns a date that the CRM wrote as a time.';
