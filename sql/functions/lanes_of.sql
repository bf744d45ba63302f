-- The lanes of a request. Whatever the parameters hold, this must not fail: it runs inside the CRM's transaction. Only texts
-- are CA IDs; a number or an object in place of one is refused by the daemon, and may hold a secret. Long
-- texts are cut so that they fit an index; two that share a beginning then share a lane, which does no harm. In PL/pgSQL,
-- which keeps the plan: in SQL it would be made for every row.
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
COMMENT ON FUNCTION contego.lanes_of IS 'The smartcards and boxes that the parameters of a request name.';
