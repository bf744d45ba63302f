-- Inserts the requests whose key is not known yet, in the order of the list, in one statement. Returns a number for every member of the
-- list.
CREATE OR REPLACE FUNCTION contego.insert_submission(requests jsonb, for_source text, OUT ids bigint[], OUT news boolean[])
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    WITH given_requests AS MATERIALIZED (
        SELECT g.*, left(coalesce(nullif(g.provider, ''), 'default'), 100) AS at_provider, contego.kept_key(g.idempotency_key) AS kept,
               row_number() OVER (PARTITION BY left(coalesce(nullif(g.provider, ''), 'default'), 100), g.idempotency_key ORDER BY g.place) AS nth
        FROM ROWS FROM (jsonb_to_recordset(requests) AS (
            action text, parameters jsonb, subscription text, process_name text, process_id text, on_behalf_of text, provider text, priority text,
            scheduled_date timestamptz, idempotency_key text)) WITH ORDINALITY
            AS g (action, parameters, subscription, process_name, process_id, on_behalf_of, provider, priority, scheduled_date, idempotency_key,
                  place)
    ), known_keys AS MATERIALIZED (
        SELECT g.place, i.request_id
        FROM given_requests AS g
        CROSS JOIN LATERAL (
            SELECT k.request_id FROM contego.idempotency AS k
            WHERE k.provider = g.at_provider AND k.idempotency_key = g.kept AND k.owned_by = for_source
            OFFSET 0
        ) AS i
    ), new_requests AS MATERIALIZED (
        SELECT f.*, nextval('contego.request_id_seq') AS id
        FROM (SELECT g.* FROM given_requests AS g
              WHERE (g.kept IS NULL OR g.nth = 1) AND NOT EXISTS (SELECT FROM known_keys AS k WHERE k.place = g.place)
              ORDER BY g.place) AS f
    ), inserted_requests AS (
        INSERT INTO contego.request (id, owned_by, action, parameters, subscription, process_name, process_id, on_behalf_of, provider,
                                     priority, scheduled_date, idempotency_key)
        SELECT f.id, for_source, f.action, f.parameters, f.subscription, f.process_name, f.process_id, f.on_behalf_of, f.provider,
               f.priority, f.scheduled_date, f.idempotency_key
        FROM new_requests AS f
        ORDER BY f.place
    )
    SELECT array_agg(coalesce(k.request_id, f.id, same.id) ORDER BY g.place), array_agg(f.id IS NOT NULL ORDER BY g.place)
    FROM given_requests AS g
    LEFT JOIN known_keys AS k ON k.place = g.place
    LEFT JOIN new_requests AS f ON f.place = g.place
    LEFT JOIN new_requests AS same ON f.id IS NULL AND same.kept = g.kept AND same.at_provider = g.at_provider
$$;

-- Even for a long list, the members are joined to each other by hash, and the keys are looked up in their index.
ALTER FUNCTION contego.insert_submission SET jit = off;
ALTER FUNCTION contego.insert_submission SET enable_nestloop = off;
ALTER FUNCTION contego.insert_submission SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.insert_submission FROM PUBLIC;
COMMENT ON FUNCTION contego.insert_submission IS 'Part of contego.submit_many: inserts the new requests, and returns a number for every member of the list.';
