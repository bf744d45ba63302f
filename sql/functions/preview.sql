CREATE OR REPLACE FUNCTION contego.preview(verb text, ids bigint[])
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM contego.act(verb, ids, NULL, true) $$;

REVOKE ALL ON FUNCTION contego.preview FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.preview TO contego_operator;
COMMENT ON FUNCTION contego.preview IS 'Returns what a verb would do to these requests, one row for each. It changes nothing.';
