-- Masks the PINs in the parameters of a request (see contego.masked_part). Parameters beyond the bounds of an INSERT came around the
-- gate: this does not look into them and replaces them as a whole, so that any row can be ended.
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

-- The same for a request of that action. One that sets a PIN has few parameters: everything in it that is none of those which hold no PIN is
-- masked, since the PIN may stand under any misspelt name.
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
COMMENT ON FUNCTION contego.masked(jsonb) IS 'The same parameters with **** for whatever stands under a name with pin in it.';
COMMENT ON FUNCTION contego.masked(jsonb, text) IS 'The same parameters, of a request of that action, with **** for whatever may be a PIN.';
