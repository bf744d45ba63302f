-- The verb close, for one request or for several.
CREATE OR REPLACE FUNCTION contego.close(request bigint, reason text)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM contego.act('close', ARRAY[]::bigint[] || request, reason, false) $$;

CREATE OR REPLACE FUNCTION contego.close(request bigint[], reason text)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM contego.act('close', ARRAY[]::bigint[] || request, reason, false) $$;

REVOKE ALL ON FUNCTION contego.close(bigint, text), contego.close(bigint[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.close(bigint, text), contego.close(bigint[], text) TO contego_operator;
COMMENT ON FUNCTION contego.close(bigint, text) IS 'Closes requests that are not in flight and were done by hand: they become COMPLETED with progress CLOSED, and free their cards and boxes. It cannot be undone.';
COMMENT ON FUNCTION contego.close(bigint[], text) IS 'Closes requests that are not in flight and were done by hand: they become COMPLETED with progress CLOSED, and free their cards and boxes. It cannot be undone.';
