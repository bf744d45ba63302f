-- Returns parameters as others may see them. The functions of a view run with the reader's search path, in which an operator of the
-- reader could undo the masking. This function sets a fixed search path.
CREATE OR REPLACE FUNCTION contego.shown(parameters jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT contego.masked(parameters) $$;

REVOKE ALL ON FUNCTION contego.shown FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.shown TO contego_support;
COMMENT ON FUNCTION contego.shown IS 'Returns parameters with PINs masked, as contego.masked does, under any search path of the reader.';
