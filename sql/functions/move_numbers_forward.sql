-- Moves all sequences to one number that is at least 100 million above every number in use, and returns it. It ends in eight zeros, so that people
-- recognise it. A site with a million requests a day gives as many numbers in three months.
CREATE OR REPLACE FUNCTION contego.move_numbers_forward() RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    gap CONSTANT bigint := 100000000;
    target bigint;
BEGIN
    SELECT (max(greatest(n.given, n.in_use)) / gap + 2) * gap INTO target FROM contego.numbers() AS n;
    PERFORM setval(n.sequence::regclass, target) FROM contego.numbers() AS n;
    RETURN target;
END
$$;

REVOKE ALL ON FUNCTION contego.move_numbers_forward FROM PUBLIC;
COMMENT ON FUNCTION contego.move_numbers_forward IS 'Moves all sequences of the schema beyond every number that may have been given.';
