-- The gate: refuses a row that no daemon could ever handle. `r` is the row as the CRM gave it, with defaults for the columns it left out.
CREATE OR REPLACE FUNCTION contego.refuse_unbounded(r contego.request_open) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    fault text := contego.parameters_fault(r.parameters);
BEGIN
    -- The constraints of the table would refuse these rows as well, but their error shows the row, and the PIN in it.
    IF r.action IS NULL THEN
        PERFORM contego.refuse_insert('action', 'is NULL', 'Give a CRM action, or the code of a command.');
    END IF;
    IF jsonb_typeof(r.parameters) IS DISTINCT FROM 'object' THEN
        PERFORM contego.refuse_insert('parameters', 'is ' || coalesce('of the type ' || jsonb_typeof(r.parameters), 'NULL'),
                                      'It must be a JSON object; an empty one is {}.');
    END IF;
    IF fault IS NOT NULL THEN
        PERFORM contego.refuse_insert('parameters', fault, 'Split the request into several.');
    END IF;
    PERFORM contego.check_texts(jsonb_build_object(
        'action', r.action, 'subscription', r.subscription, 'process_name', r.process_name, 'process_id', r.process_id,
        'on_behalf_of', r.on_behalf_of, 'provider', r.provider, 'priority', r.priority, 'idempotency_key', r.idempotency_key));
END
$$;

REVOKE ALL ON FUNCTION contego.refuse_unbounded FROM PUBLIC;
COMMENT ON FUNCTION contego.refuse_unbounded IS 'Part of an INSERT: refuses parameters and texts beyond their bounds.';
