-- The verb retry, for one request or for several.
CREATE OR REPLACE FUNCTION contego.retry(request bigint, reason text DEFAULT NULL)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM contego.act('retry', ARRAY[]::bigint[] || request, reason, false) $$;

CREATE OR REPLACE FUNCTION contego.retry(request bigint[], reason text DEFAULT NULL)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM contego.act('retry', ARRAY[]::bigint[] || request, reason, false) $$;

REVOKE ALL ON FUNCTION contego.retry(bigint, text), contego.retry(bigint[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.retry(bigint, text), contego.retry(bigint[], text) TO contego_operator;
COMMENT ON FUNCTION contego.retry(bigint, text) IS 'Sends held, retrying or rejected requests again, with attempts set to 0. Commands that succeeded are not sent again.';
COMMENT ON FUNCTION contego.retry(bigint[], text) IS 'Sends held, retrying or rejected requests again, with attempts set to 0. Commands that succeeded are not sent again.';
