-- Returns the requests that contego.revert is to undo: the requests of a run, or the requests that match a filter (contego.matching). Refuses
-- a run or a filter without requests: it is a mistake, and must not look like an undo that has nothing to do.
CREATE OR REPLACE FUNCTION contego.mistaken(of_run bigint, filter jsonb) RETURNS bigint[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ids bigint[];
BEGIN
    IF num_nonnulls(of_run, filter) <> 1 THEN
        RAISE EXCEPTION 'revert: give either a run or a filter' USING ERRCODE = 'invalid_parameter_value';
    ELSIF of_run IS NOT NULL AND NOT EXISTS (SELECT FROM contego.run AS u WHERE u.id = of_run) THEN
        RAISE EXCEPTION 'revert: there is no run %', of_run USING ERRCODE = 'no_data_found';
    END IF;
    ids := CASE WHEN of_run IS NULL THEN contego.matching(filter)
                ELSE ARRAY(SELECT c.request_id FROM contego.run_card AS c WHERE c.run = of_run AND c.request_id IS NOT NULL ORDER BY c.request_id) END;
    IF ids = '{}' THEN
        RAISE EXCEPTION 'revert: %', CASE WHEN of_run IS NULL THEN 'the filter matches no request' ELSE format('run %s has no request yet', of_run) END
            USING ERRCODE = 'no_data_found';
    END IF;
    RETURN ids;
END
$$;

REVOKE ALL ON FUNCTION contego.mistaken FROM PUBLIC;
COMMENT ON FUNCTION contego.mistaken IS 'Part of contego.revert: returns the requests that are to be undone.';
