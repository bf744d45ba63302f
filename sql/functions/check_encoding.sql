-- Only a database in another encoding than UTF8 can contain bytes that are not valid in UTF-8: one in SQL_ASCII accepts any byte.
CREATE OR REPLACE FUNCTION contego.check_encoding(of_column text, given text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM convert_to(given, 'UTF8');
EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
    PERFORM contego.refuse_insert(of_column, 'has bytes that are not valid text in UTF-8',
                                  'The database is in ' || getdatabaseencoding() || '. Set client_encoding to the encoding of the client, or send UTF-8.');
END
$$;

REVOKE ALL ON FUNCTION contego.check_encoding FROM PUBLIC;
COMMENT ON FUNCTION contego.check_encoding IS 'Part of an INSERT: refuses a text that cannot be converted to UTF-8.';
