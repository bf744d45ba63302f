-- Returns what tells this database from its copies: the system identifier and the timeline of the server, and the number of the database.
-- A part that the owner of the schema may not read is NULL.
--
-- The timeline is that of the log which the server writes now. pg_control_checkpoint() shows the former timeline until the first
-- checkpoint after a promotion has ended, which takes minutes.
CREATE OR REPLACE FUNCTION contego.database_identity(OUT system_identifier bigint, OUT timeline bigint, OUT database oid)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    SELECT d.oid INTO database FROM pg_database AS d WHERE d.datname = current_database();
    IF has_function_privilege('pg_control_system()', 'EXECUTE') THEN
        SELECT s.system_identifier INTO system_identifier FROM pg_control_system() AS s;
    END IF;
    IF NOT pg_is_in_recovery() AND has_function_privilege('pg_walfile_name(pg_lsn)', 'EXECUTE')
       AND has_function_privilege('pg_current_wal_lsn()', 'EXECUTE') THEN
        timeline := ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint;
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.database_identity FROM PUBLIC;
COMMENT ON FUNCTION contego.database_identity IS 'Returns the system identifier, the timeline and the number of this database.';
