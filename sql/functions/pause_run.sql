CREATE OR REPLACE FUNCTION contego.pause_run(run bigint, reason text DEFAULT NULL, OUT before text, OUT after text, OUT refused text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT c.before, c.after, c.refused FROM contego.change_run(run, 'pause', reason) AS c $$;

REVOKE ALL ON FUNCTION contego.pause_run FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.pause_run TO contego_crm, contego_operator;
COMMENT ON FUNCTION contego.pause_run IS 'Pauses a run: its requests that are not in flight are withdrawn, and their cards wait.';
