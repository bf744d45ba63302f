CREATE OR REPLACE FUNCTION contego.retry_failed(run bigint, reason text DEFAULT NULL, OUT before text, OUT after text, OUT refused text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT c.before, c.after, c.refused FROM contego.change_run(run, 'retry_failed', reason) AS c $$;

REVOKE ALL ON FUNCTION contego.retry_failed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.retry_failed TO contego_crm, contego_operator;
COMMENT ON FUNCTION contego.retry_failed IS 'Feeds the cards of a run again whose requests were rejected, each with a new request.';
