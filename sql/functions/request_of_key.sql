-- Returns the request of this login's source that has an idempotency key; NULL: there is none.
CREATE OR REPLACE FUNCTION contego.request_of_key(provider text, idempotency_key text) RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT k.request_id FROM contego.idempotency AS k
    WHERE k.idempotency_key = ANY (ARRAY[contego.kept_key(request_of_key.idempotency_key)])
      AND k.provider = left(coalesce(nullif(request_of_key.provider, ''), 'default'), 100) AND k.owned_by = (SELECT contego.own_source())
$$;

-- The key is found through an index, as in contego.claim.
ALTER FUNCTION contego.request_of_key SET jit = off;
ALTER FUNCTION contego.request_of_key SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.request_of_key FROM PUBLIC;
COMMENT ON FUNCTION contego.request_of_key IS 'Part of contego.withdraw and contego.reschedule: returns the request of this login''s source that has a key.';
