-- Masks the PINs in the parameters of a request (see contego.masked_part). Parameters beyond the bounds of an INSERT got into the table
-- around the gate. The function replaces them as a whole and does not look into them, so that every row can be ended.
CREATE OR REPLACE FUNCTION contego.masked(document jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    fault text;
BEGIN
    IF pg_column_size(document) > 1000 THEN
        fault := contego.parameters_fault(document);
        IF fault IS NOT NULL THEN
            RETURN jsonb_build_object('****', fault);
        END IF;
    END IF;
    IF document IS NULL OR document::text NOT ILIKE '%pin%' COLLATE "C" THEN
        RETURN document;
    END IF;
    RETURN contego.masked_part(document, 32);
END
$$;

-- Masks the PINs in the parameters of a request with this action. An action that sets a PIN has few parameters. All of them are masked but
-- the few that hold no PIN, since the PIN may stand under any misspelt name.
CREATE OR REPLACE FUNCTION contego.masked(document jsonb, of_action text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    IF of_action NOT LIKE 'UPDATE\_CA\_PIN\_%' OR jsonb_typeof(document) IS DISTINCT FROM 'object' THEN
        RETURN contego.masked(document);
    END IF;
    RETURN (
        SELECT coalesce(jsonb_object_agg(m.key, CASE
                   WHEN jsonb_typeof(m.value) IN ('string', 'number')
                        AND m.key IN ('****', 'smartcard_ca_id', 'sub_provisioning_distribution_id', 'smartcard_sub_provisioning_distribution_id')
                   THEN m.value ELSE '"****"' END), '{}')
        FROM jsonb_each(contego.masked(document)) AS m);
END
$$;

REVOKE ALL ON FUNCTION contego.masked(jsonb), contego.masked(jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.masked(jsonb), contego.masked(jsonb, text) TO contego_support;
COMMENT ON FUNCTION contego.masked(jsonb) IS 'Returns the parameters with **** for every value whose name contains pin.';
COMMENT ON FUNCTION contego.masked(jsonb, text) IS 'Returns the parameters of a request with this action, with **** for every value that may be a PIN.';
