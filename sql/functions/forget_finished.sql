CREATE OR REPLACE FUNCTION contego.forget_finished(up_to_position bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (DELETE FROM contego.feed AS f WHERE f.position <= up_to_position RETURNING 1)
    SELECT count(*) FROM gone
$$;

REVOKE ALL ON FUNCTION contego.forget_finished FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.forget_finished TO contego_operator;
COMMENT ON FUNCTION contego.forget_finished IS 'Deletes the feed up to a position; the requests stay.';
