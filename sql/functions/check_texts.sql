-- Looks at the texts of a row one by one; for rows only of which one is known to be too long, or where the database is not in UTF-8.
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
COMMENT ON FUNCTION contego.check_texts IS 'Part of inserting: refuses a text that is too long.';
