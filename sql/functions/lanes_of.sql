-- Returns the lanes of a request. It must not fail for any parameters: it runs inside the CRM's transaction. Only texts are CA IDs. The
-- daemon rejects a number or an object in place of a text; such a value may hold a secret. Long texts are cut so that they fit an index.
-- Two texts that begin alike then share a lane, which does no harm. The function is in PL/pgSQL, which keeps its plan: a function in SQL
-- would be planned for every row.
CREATE OR REPLACE FUNCTION contego.lanes_of(parameters jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT coalesce(array_agg(DISTINCT kind || left(id #>> '{}', 64) ORDER BY kind || left(id #>> '{}', 64))
                            FILTER (WHERE jsonb_typeof(id) = 'string'), '{}')
        FROM (VALUES
            ('card:', '$.smartcard_ca_id'::jsonpath),
            ('card:', '$.smartcards[*].smartcard_ca_id'),
            ('card:', '$.distributions[*].**{0 to 1}.smartcards[*]'),
            ('box:', '$.stb_ca_id'),
            ('box:', '$.stbs[*].stb_ca_id'),
            ('box:', '$.distributions[*].**{0 to 1}.stbs[*]')
        ) AS places (kind, place)
        CROSS JOIN LATERAL jsonb_path_query(parameters, place) AS id
    );
END
$$;

REVOKE ALL ON FUNCTION contego.lanes_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.lanes_of TO contego_support;
COMMENT ON FUNCTION contego.lanes_of IS 'Returns the smartcards and boxes that the parameters of a request name.';
