-- Returns the command that corrects a difference, or NULL if a person must decide: no command makes a card known, and none ends a pairing.
CREATE OR REPLACE FUNCTION contego.correction_of(kind text, should_have jsonb, has jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN kind IN ('missing', 'wrong_window') THEN 'ADD_SUBSCRIPTIONS'
        WHEN kind = 'extra' THEN 'CANCEL_SUBSCRIPTIONS'
        WHEN kind = 'wrong_pairing' AND NOT should_have <@ coalesce(has, '[]')
            THEN CASE WHEN jsonb_array_length(has) > 0 THEN 'ADD_TO_EXISTING_PAIRING' ELSE 'CREATE_PAIRING' END
    END
$$;

REVOKE ALL ON FUNCTION contego.correction_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.correction_of TO contego_support;
COMMENT ON FUNCTION contego.correction_of IS 'Returns the command that corrects a difference, or NULL if a person must decide.';
