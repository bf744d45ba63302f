-- The verb hold, for one request and for many.
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
COMMENT ON FUNCTION contego.hold(bigint, text) IS 'Keeps back what is not in flight until it is released. What comes after it on the same cards and boxes waits.';
COMMENT ON FUNCTION contego.hold(bigint[], text) IS 'Keeps back what is not in flight until it is released. What comes after it on the same cards and boxes waits.';
