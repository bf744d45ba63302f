-- Hides a PIN wherever it stands in the parameters of a request that has ended: whatever a key with `pin` in it holds, in
-- whatever case, so that a misspelt new_pin hides too. No other member that a request may have is called so; what is
-- hidden too much (`mapping`) is a member that nobody knows. In the collation C, since elsewhere PIN may not be pin.
-- No search_path of its own: setting that would cost more than the work, for every row.
--
-- Calls itself for what is nested, 32 levels at most: what lies deeper is hidden as a whole.
CREATE OR REPLACE FUNCTION contego.masked_part(document jsonb, levels integer) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN CASE jsonb_typeof(document)
        WHEN 'object' THEN (
            SELECT coalesce(jsonb_object_agg(key, CASE WHEN levels = 0 OR key ILIKE '%pin%' COLLATE "C" THEN '"****"'
                                                       WHEN jsonb_typeof(value) IN ('object', 'array') THEN contego.masked_part(value, levels - 1)
                                                       ELSE value END), '{}')
            FROM jsonb_each(document))
        WHEN 'array' THEN (
            SELECT coalesce(jsonb_agg(CASE WHEN levels = 0 THEN '"****"'
                                           WHEN jsonb_typeof(element) IN ('object', 'array') THEN contego.masked_part(element, levels - 1)
                                           ELSE element END ORDER BY position), '[]')
            FROM jsonb_array_elements(document) WITH ORDINALITY AS items (element, position))
        ELSE document
    END;
END
$$;

REVOKE ALL ON FUNCTION contego.masked_part FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.masked_part TO contego_support;
COMMENT ON FUNCTION contego.masked_part IS 'Part of masking: what is nested in the parameters, up to so many levels.';
