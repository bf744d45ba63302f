-- Confirms this lineage and all earlier lineages that were not confirmed. Claiming goes on. `by_whom` is added to the login.
CREATE OR REPLACE FUNCTION contego.confirm_lineage(up_to bigint, by_whom text, because text) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE contego.lineage AS l
    SET confirmed_date = clock_timestamp(), confirmed_by = session_user || by_whom, reason = because
    WHERE l.confirmed_date IS NULL AND l.number <= up_to
$$;

REVOKE ALL ON FUNCTION contego.confirm_lineage FROM PUBLIC;
COMMENT ON FUNCTION contego.confirm_lineage IS 'Confirms a lineage, so that claiming goes on.';
