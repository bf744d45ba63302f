CREATE OR REPLACE FUNCTION contego.forget_finished(up_to_position bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    WITH deleted_positions AS (DELETE FROM contego.feed AS f WHERE f.position <= least(up_to_position, (SELECT l.position FROM contego.ledger AS l)) RETURNING 1)
    SELECT count(*) FROM deleted_positions
$$;

REVOKE ALL ON FUNCTION contego.forget_finished FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.forget_finished TO contego_operator;
COMMENT ON FUNCTION contego.forget_finished IS 'Deletes the rows of the feed up to a position, but none that the ledger has not read. The requests stay.';
