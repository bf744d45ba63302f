-- Returns whether the database still runs on this lineage. A part that is not known now or was not known then is not compared.
CREATE OR REPLACE FUNCTION contego.is_this_database(l contego.lineage) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (l.system_identifier = i.system_identifier) IS NOT FALSE AND (l.timeline = i.timeline) IS NOT FALSE AND l.database = i.database
    FROM contego.database_identity() AS i
$$;

REVOKE ALL ON FUNCTION contego.is_this_database FROM PUBLIC;
COMMENT ON FUNCTION contego.is_this_database IS 'Returns whether the database still runs on this lineage.';
