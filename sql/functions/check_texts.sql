-- Checks the texts of a row one by one. It is called only for a row that may exceed a bound.
CREATE OR REPLACE FUNCTION contego.check_texts(of_row jsonb) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    given record;
BEGIN
    FOR given IN SELECT t.key AS name, t.value AS text FROM jsonb_each_text(of_row) AS t LOOP
        IF given.name <> 'parameters' AND octet_length(given.text) > 16384 THEN
            PERFORM contego.refuse_insert(given.name, format('has %s bytes; 16384 are allowed', octet_length(given.text)), 'Shorten it.');
        END IF;
    END LOOP;
END
$$;

REVOKE ALL ON FUNCTION contego.check_texts FROM PUBLIC;
COMMENT ON FUNCTION contego.check_texts IS 'Part of an INSERT: refuses a text that is too long.';
