-- The verb cancel, for one request or for several.
CREATE OR REPLACE FUNCTION contego.cancel(request bigint, reason text DEFAULT NULL)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM contego.act('cancel', ARRAY[]::bigint[] || request, reason, false) $$;

CREATE OR REPLACE FUNCTION contego.cancel(request bigint[], reason text DEFAULT NULL)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM contego.act('cancel', ARRAY[]::bigint[] || request, reason, false) $$;

REVOKE ALL ON FUNCTION contego.cancel(bigint, text), contego.cancel(bigint[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.cancel(bigint, text), contego.cancel(bigint[], text) TO contego_operator;
COMMENT ON FUNCTION contego.cancel(bigint, text) IS 'Cancels requests that are not in flight: they become REJECTED with progress CANCELLED, and free their cards and boxes. It cannot be undone.';
COMMENT ON FUNCTION contego.cancel(bigint[], text) IS 'Cancels requests that are not in flight: they become REJECTED with progress CANCELLED, and free their cards and boxes. It cannot be undone.';
