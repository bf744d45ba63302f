-- Submits one request, as contego.submit_many submits a list.
CREATE OR REPLACE FUNCTION contego.submit(
    action text, parameters jsonb, subscription text DEFAULT NULL, process_name text DEFAULT NULL, process_id text DEFAULT NULL,
    provider text DEFAULT NULL, priority text DEFAULT NULL, scheduled_date timestamptz DEFAULT NULL,
    idempotency_key text DEFAULT NULL, on_behalf_of text DEFAULT NULL, OUT request_id bigint, OUT is_new boolean, OUT mismatch text)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.request_id, s.is_new, s.mismatch
    FROM contego.submit_many(jsonb_build_array(jsonb_build_object(
        'action', action, 'parameters', parameters, 'subscription', subscription, 'process_name', process_name,
        'process_id', process_id, 'provider', provider, 'priority', priority, 'scheduled_date', scheduled_date,
        'idempotency_key', idempotency_key, 'on_behalf_of', on_behalf_of))) AS s
$$;

REVOKE ALL ON FUNCTION contego.submit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.submit TO contego_crm;
COMMENT ON FUNCTION contego.submit IS 'Inserts one request and returns its number. If the idempotency key is known, returns the number of the request that has it, is_new is false, and mismatch names the columns that differ.';
