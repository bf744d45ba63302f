-- Returns the unfinished command of a request: the first tried command that has not succeeded. It is NULL if the next command was not
-- tried yet; only a daemon can say which command that is.
CREATE OR REPLACE FUNCTION contego.unfinished_command(of_request bigint, OUT sequence integer, OUT type text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.sequence, c.type FROM contego.command AS c
    WHERE c.request_id = of_request AND c.outcome NOT IN ('success', 'skipped')
    ORDER BY c.sequence
    LIMIT 1
$$;

REVOKE ALL ON FUNCTION contego.unfinished_command FROM PUBLIC;
COMMENT ON FUNCTION contego.unfinished_command IS 'Returns the unfinished command of a request: the first tried command that has not succeeded.';
