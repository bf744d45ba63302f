-- Drops the two tables of a month, or fails at once if another session uses them. While this function waits for sessions that read, every
-- new session waits behind it. So it gives up after 200 ms for each of the two locks, and the caller tries again later. PostgreSQL deletes
-- the files after it has released the locks.
CREATE OR REPLACE FUNCTION contego.drop_tables(of_month date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
AS $$
DECLARE
    tables text := format('contego.%I, contego.%I', 'command_finished' || to_char(of_month, '_YYYY_MM'),
                          'request_finished' || to_char(of_month, '_YYYY_MM'));
BEGIN
    LOCK TABLE ONLY contego.request_finished IN ACCESS EXCLUSIVE MODE;
    LOCK TABLE ONLY contego.command_finished IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE NOWAIT', tables);
    EXECUTE format('DROP TABLE %s', tables);
    DELETE FROM contego.month AS m WHERE m.month = of_month;
END
$$;

REVOKE ALL ON FUNCTION contego.drop_tables FROM PUBLIC;
COMMENT ON FUNCTION contego.drop_tables IS 'Part of dropping a month: drops its tables, or fails within a moment.';
