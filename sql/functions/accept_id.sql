-- Refuses an id that a client gives: it could be the id of another request, or put the request before earlier ones on its lanes. So id is no
-- identity column: in one, OVERRIDING SYSTEM VALUE would choose the id, and a trigger could not tell a chosen id from the default.
CREATE OR REPLACE FUNCTION contego.accept_id() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'contego.request.id is given, but the database sets it'
        USING ERRCODE = 'generated_always', SCHEMA = 'contego', TABLE = 'request', COLUMN = 'id',
              HINT = 'Leave the column out, or give NULL or DEFAULT. INSERT ... RETURNING id returns the id.';
END
$$;

REVOKE ALL ON FUNCTION contego.accept_id FROM PUBLIC;
COMMENT ON FUNCTION contego.accept_id() IS 'This trigger function refuses an id that a client gives.';

-- The functions of the schema run as the owner and may choose an id. The trigger comes before accept_request, which sets the id, in the
-- order of names.
CREATE OR REPLACE TRIGGER accept_id BEFORE INSERT ON contego.request_open
    FOR EACH ROW WHEN (NEW.id IS NOT NULL AND NOT has_table_privilege('contego.request_open'::regclass, 'INSERT'))
    EXECUTE FUNCTION contego.accept_id();
