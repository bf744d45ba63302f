-- The verb close, for one request and for many.
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
COMMENT ON FUNCTION contego.close(bigint, text) IS 'Ends what is not in flight and was done by hand: COMPLETED, CLOSED. Frees its cards and boxes. Cannot be taken back.';
COMMENT ON FUNCTION contego.close(bigint[], text) IS 'Ends what is not in flight and was done by hand: COMPLETED, CLOSED. Frees its cards and boxes. Cannot be taken back.';
