CREATE OR REPLACE FUNCTION contego.resume_run(run bigint, reason text DEFAULT NULL, OUT before text, OUT after text, OUT refused text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT c.before, c.after, c.refused FROM contego.change_run(run, 'resume', reason) AS c $$;

REVOKE ALL ON FUNCTION contego.resume_run FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.resume_run TO contego_crm, contego_operator;
COMMENT ON FUNCTION contego.resume_run IS 'Lets a paused run go on.';
