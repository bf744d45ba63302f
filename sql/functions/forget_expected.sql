-- Deletes the list of the caller's source for a provider, before the source gives a new one. Returns the number of rows.
CREATE OR REPLACE FUNCTION contego.forget_expected(provider text DEFAULT 'default') RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    deleted bigint;
BEGIN
    DELETE FROM contego.expectation AS x WHERE x.provider = forget_expected.provider AND x.owned_by = contego.own_source();
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END
$$;

REVOKE ALL ON FUNCTION contego.forget_expected FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.forget_expected TO contego_crm, contego_operator;
COMMENT ON FUNCTION contego.forget_expected IS 'Deletes the rows of contego.expected that the source of the caller gave for a provider.';
