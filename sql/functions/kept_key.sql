-- A key too long for an index is kept as its digest. Without a search path of its own, so that it becomes part of the
-- statement that calls it.
CREATE OR REPLACE FUNCTION contego.kept_key(idempotency_key text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN octet_length(idempotency_key) <= 500 THEN idempotency_key
                ELSE 'sha256:' || encode(sha256(convert_to(idempotency_key, 'UTF8')), 'hex') END
$$;

REVOKE ALL ON FUNCTION contego.kept_key FROM PUBLIC;
COMMENT ON FUNCTION contego.kept_key IS 'An idempotency key as it is kept: itself, or its digest where it is long.';
