-- Enters the lanes, key and subjects of a row that comes by replication: statement triggers do not run for such a row.
CREATE OR REPLACE FUNCTION contego.enter_replicated(r contego.request_open) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO contego.idempotency (provider, idempotency_key, owned_by, request_id)
    SELECT r.provider, contego.kept_key(r.idempotency_key), r.owned_by, r.id
    WHERE r.idempotency_key IS NOT NULL;
    INSERT INTO contego.lane (provider, lane, sequence_number, request_id)
    SELECT r.provider, unnest(r.lanes), r.sequence_number, r.id;
    INSERT INTO contego.subject (kind, name, request_id)
    SELECT s.kind, s.name, r.id FROM contego.subjects_of(r.lanes, r.subscription, r.process_id) AS s
    ON CONFLICT DO NOTHING;
END
$$;

REVOKE ALL ON FUNCTION contego.enter_replicated FROM PUBLIC;
COMMENT ON FUNCTION contego.enter_replicated IS 'Part of an INSERT: enters the lanes, key and subjects of a row that comes by replication.';
