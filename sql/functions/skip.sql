-- The verb skip, for one request or for several.
CREATE OR REPLACE FUNCTION contego.skip(request bigint, reason text)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM contego.act('skip', ARRAY[]::bigint[] || request, reason, false) $$;

CREATE OR REPLACE FUNCTION contego.skip(request bigint[], reason text)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM contego.act('skip', ARRAY[]::bigint[] || request, reason, false) $$;

REVOKE ALL ON FUNCTION contego.skip(bigint, text), contego.skip(bigint[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.skip(bigint, text), contego.skip(bigint[], text) TO contego_operator;
COMMENT ON FUNCTION contego.skip(bigint, text) IS 'Puts held requests back into the queue without their unfinished command: it was done by hand, or is no longer wanted.';
COMMENT ON FUNCTION contego.skip(bigint[], text) IS 'Puts held requests back into the queue without their unfinished command: it was done by hand, or is no longer wanted.';
