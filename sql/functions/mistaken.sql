-- Returns the requests that contego.revert is to undo: the requests of a run, or the requests that match a filter (contego.matching).
CREATE OR REPLACE FUNCTION contego.mistaken(of_run bigint, filter jsonb) RETURNS bigint[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF num_nonnulls(of_run, filter) <> 1 THEN
        RAISE EXCEPTION 'revert: give either a run or a filter' USING ERRCODE = 'invalid_parameter_value';
    ELSIF of_run IS NULL THEN
        RETURN contego.matching(filter);
    ELSIF NOT EXISTS (SELECT FROM contego.run AS u WHERE u.id = of_run) THEN
        RAISE EXCEPTION 'revert: run: must be the number of a run (was %)', of_run USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN ARRAY(SELECT c.request_id FROM contego.run_card AS c WHERE c.run = of_run AND c.request_id IS NOT NULL ORDER BY c.request_id);
END
$$;

REVOKE ALL ON FUNCTION contego.mistaken FROM PUBLIC;
COMMENT ON FUNCTION contego.mistaken IS 'Part of contego.revert: returns the requests that are to be undone.';
