CREATE OR REPLACE FUNCTION contego.current_lineage() RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT coalesce(max(l.number), 0) FROM contego.lineage AS l $$;

REVOKE ALL ON FUNCTION contego.current_lineage FROM PUBLIC;
COMMENT ON FUNCTION contego.current_lineage IS 'Returns the number of the current lineage.';
