-- Returns the tables of which the server refuses every UPDATE or DELETE because of a publication, with its error: a table without a replica
-- identity, or a row filter or a list of columns that does not fit the identity. It asks for the plan of an UPDATE and of a DELETE, since the
-- server checks this before it runs either. On a standby it returns nothing: nobody can write there.
CREATE OR REPLACE FUNCTION contego.publication_faults() RETURNS TABLE (table_name text, fault text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1s'
AS $$
DECLARE
    statement text;
    ignored text;
    detail text;
BEGIN
    FOR table_name IN
        SELECT c.relname FROM pg_class AS c
        WHERE c.relnamespace = 'contego'::regnamespace AND c.relkind = 'r' AND NOT pg_is_in_recovery()
        ORDER BY c.relname
    LOOP
        FOREACH statement IN ARRAY ARRAY[
            format('EXPLAIN UPDATE contego.%I SET %I = NULL', table_name,
                   (SELECT a.attname FROM pg_attribute AS a
                    WHERE a.attrelid = ('contego.' || quote_ident(table_name))::regclass AND a.attnum > 0 AND NOT a.attisdropped
                      AND a.attidentity = '' AND a.attgenerated = '' LIMIT 1)),
            format('EXPLAIN DELETE FROM contego.%I', table_name)]
        LOOP
            BEGIN
                EXECUTE statement INTO ignored;
            EXCEPTION WHEN object_not_in_prerequisite_state OR invalid_column_reference THEN
                GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
                fault := SQLERRM || coalesce(': ' || nullif(detail, ''), '');
                RETURN NEXT;
                EXIT;
            END;
        END LOOP;
    END LOOP;
END
$$;

REVOKE ALL ON FUNCTION contego.publication_faults FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.publication_faults TO contego_daemon, contego_support;
COMMENT ON FUNCTION contego.publication_faults IS 'Returns the tables that can no longer be changed because of a publication, with the error of the server.';
