-- Refuses a value that is not a list of requests, and an unknown member: a misspelt member would be lost without a message.
CREATE OR REPLACE FUNCTION contego.check_submission(requests jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    known text[] := '{action,parameters,subscription,process_name,process_id,on_behalf_of,provider,priority,scheduled_date,idempotency_key}';
    unknown text;
BEGIN
    IF requests IS NULL OR jsonb_typeof(requests) <> 'array'
       OR EXISTS (SELECT FROM jsonb_array_elements(requests) AS one WHERE jsonb_typeof(one) <> 'object') THEN
        RAISE EXCEPTION 'requests must be a JSON array of objects' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT key INTO unknown
    FROM jsonb_array_elements(requests) AS one
    CROSS JOIN LATERAL jsonb_object_keys(one) AS key
    WHERE key <> ALL (known)
    LIMIT 1;
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'a request has no member "%"', unknown
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The members are ' || array_to_string(known, ', ') || '.';
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.check_submission FROM PUBLIC;
COMMENT ON FUNCTION contego.check_submission IS 'Part of contego.submit_many: refuses a value that is not a list of requests.';
