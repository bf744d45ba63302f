-- Ignores an owner that a client gives. The functions of the schema run as the owner and may give one. The trigger comes before
-- accept_request, which asks for the owner, in the order of names.
CREATE OR REPLACE FUNCTION contego.accept_owner() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.owned_by := NULL;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION contego.accept_owner FROM PUBLIC;
COMMENT ON FUNCTION contego.accept_owner() IS 'This trigger function ignores a value for owned_by that a client gives.';

CREATE OR REPLACE TRIGGER accept_owner BEFORE INSERT ON contego.request_open
    FOR EACH ROW WHEN (NEW.owned_by IS NOT NULL AND NOT has_table_privilege('contego.request_open'::regclass, 'INSERT'))
    EXECUTE FUNCTION contego.accept_owner();
