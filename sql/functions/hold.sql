-- The verb hold, for one request or for several.
CREATE OR REPLACE FUNCTION contego.hold(request bigint, reason text DEFAULT NULL)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM contego.act('hold', ARRAY[]::bigint[] || request, reason, false) $$;

CREATE OR REPLACE FUNCTION contego.hold(request bigint[], reason text DEFAULT NULL)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM contego.act('hold', ARRAY[]::bigint[] || request, reason, false) $$;

REVOKE ALL ON FUNCTION contego.hold(bigint, text), contego.hold(bigint[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.hold(bigint, text), contego.hold(bigint[], text) TO contego_operator;
COMMENT ON FUNCTION contego.hold(bigint, text) IS 'Holds requests that are not in flight until a person releases them. Later requests on the same cards and boxes wait.';
COMMENT ON FUNCTION contego.hold(bigint[], text) IS 'Holds requests that are not in flight until a person releases them. Later requests on the same cards and boxes wait.';
