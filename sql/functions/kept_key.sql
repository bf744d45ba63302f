-- A key too long for an index is stored as its digest. The function sets no search path of its own, so that PostgreSQL inlines it into the
-- statement that calls it.
CREATE OR REPLACE FUNCTION contego.kept_key(idempotency_key text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN idempotency_key = '' THEN NULL
                WHEN octet_length(idempotency_key) <= 500 THEN idempotency_key
                ELSE 'sha256:' || encode(sha256(convert_to(idempotency_key, 'UTF8')), 'hex') END
$$;

REVOKE ALL ON FUNCTION contego.kept_key FROM PUBLIC;
COMMENT ON FUNCTION contego.kept_key IS 'Returns an idempotency key as it is stored: the key itself, its digest if it is long, or NULL for an empty text.';
