-- Moves all sequences to one number that is at least a billion above every number in use, and returns it. It ends in nine zeros, so that people
-- recognise it. A billion is more than a lost tail can have given: contegod handles less than 10,000 requests a second.
CREATE OR REPLACE FUNCTION contego.move_numbers_forward() RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    billion CONSTANT bigint := 1000000000;
    target bigint;
BEGIN
    SELECT (max(greatest(n.given, n.in_use)) / billion + 2) * billion INTO target FROM contego.numbers() AS n;
    PERFORM setval(n.sequence::regclass, target) FROM contego.numbers() AS n;
    RETURN target;
END
$$;

REVOKE ALL ON FUNCTION contego.move_numbers_forward FROM PUBLIC;
COMMENT ON FUNCTION contego.move_numbers_forward IS 'Moves all sequences of the schema beyond every number that may have been given.';
