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

REVOKE ALL ON FUNCTION contego.masked FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.masked TO contego_support;
COMMENT ON FUNCTION contego.masked IS 'The same parameters with **** for whatever stands under a name with pin in it.';
