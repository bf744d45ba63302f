-- Parameters as others may see them. A view's functions run in the reader's search path, where an operator of the reader's own
-- could undo the masking: here it is pinned.
CREATE OR REPLACE FUNCTION contego.shown(parameters jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT contego.masked(parameters) $$;

REVOKE ALL ON FUNCTION contego.shown FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.shown TO contego_support;
COMMENT ON FUNCTION contego.shown IS 'Parameters as anybody may see them: as contego.masked, whatever the search path.';
