-- The verb release, for one request or for several.
CREATE OR REPLACE FUNCTION contego.release(request bigint, reason text DEFAULT NULL)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM contego.act('release', ARRAY[]::bigint[] || request, reason, false) $$;

CREATE OR REPLACE FUNCTION contego.release(request bigint[], reason text DEFAULT NULL)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM contego.act('release', ARRAY[]::bigint[] || request, reason, false) $$;

REVOKE ALL ON FUNCTION contego.release(bigint, text), contego.release(bigint[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.release(bigint, text), contego.release(bigint[], text) TO contego_operator;
COMMENT ON FUNCTION contego.release(bigint, text) IS 'Puts held requests back into the queue. Their attempts stay as they are.';
COMMENT ON FUNCTION contego.release(bigint[], text) IS 'Puts held requests back into the queue. Their attempts stay as they are.';
