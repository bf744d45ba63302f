CREATE OR REPLACE FUNCTION contego.store_run(r contego.run) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE contego.run AS u
    SET state = r.state, why = r.why, finished_date = r.finished_date, fed_up_to = r.fed_up_to, done = r.done, failed = r.failed,
        failed_in_a_row = r.failed_in_a_row, rate = r.rate, paced_date = r.paced_date, looked_date = r.looked_date,
        next_look = r.next_look, attended = r.attended, lineage = r.lineage, paused_by = r.paused_by
    WHERE u.id = r.id
$$;

REVOKE ALL ON FUNCTION contego.store_run FROM PUBLIC;
COMMENT ON FUNCTION contego.store_run IS 'Part of a run: stores its changed columns.';
