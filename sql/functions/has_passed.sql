-- Returns whether a date that the CRM wrote has passed. A date that PostgreSQL cannot hold has not passed. Nor has a
-- text that is no date; only a request that a person closed may have one.
CREATE OR REPLACE FUNCTION contego.has_passed(written text) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce(contego.date_of(written) <= now(), false);
END
$$;

REVOKE ALL ON FUNCTION contego.has_passed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.has_passed TO contego_support; -- for contego.expected_drift
COMMENT ON FUNCTION contego.has_passed IS 'Part of the ledger: returns whether a date that the CRM wrote has passed.';
