-- Returns the request of this login that has an idempotency key; NULL: there is none.
CREATE OR REPLACE FUNCTION contego.request_of_key(provider text, idempotency_key text) RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT k.request_id FROM contego.idempotency AS k
    WHERE k.idempotency_key = contego.kept_key(request_of_key.idempotency_key)
      AND k.provider = left(coalesce(nullif(request_of_key.provider, ''), 'default'), 100) AND k.created_by = session_user
$$;

REVOKE ALL ON FUNCTION contego.request_of_key FROM PUBLIC;
COMMENT ON FUNCTION contego.request_of_key IS 'Part of contego.withdraw and contego.reschedule: returns the request of this login that has a key.';
