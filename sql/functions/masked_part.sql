-- Masks every PIN in the parameters of a request that has ended: the value of each key that contains `pin`, in upper or lower case, so
-- that a misspelt new_pin is masked, too. No other member of a request has such a name. An unknown member such as `mapping` is masked
-- without need. The comparison uses the collation C, since in another one PIN may not match pin. The function sets no search_path:
-- setting it would cost more than the work, for every row.
--
-- It calls itself for nested values, 32 levels deep at most, and masks deeper values as a whole.
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
COMMENT ON FUNCTION contego.masked_part IS 'Part of masking: masks a nested value of the parameters. Values more than levels deep are masked as a whole.';
