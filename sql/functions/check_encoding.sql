-- Only a database that is not in UTF-8 can hold bytes that have no place there: one in SQL_ASCII takes any.
CREATE OR REPLACE FUNCTION contego.check_encoding(of_column text, given text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM convert_to(given, 'UTF8');
EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
    PERFORM contego.refuse_insert(of_column, 'has bytes that are no text in UTF-8',
                                  'The database is in ' || getdatabaseencoding() || '. Set client_encoding to what the client writes, or send UTF-8.');
END
$$;

REVOKE ALL ON FUNCTION contego.check_encoding FROM PUBLIC;
COMMENT ON FUNCTION contego.check_encoding IS 'Part of inserting: refuses a text that cannot be turned into UTF-8.';
