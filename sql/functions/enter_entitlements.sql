-- Enters completed requests into the ledger. It may enter a request again, and in any order: of two requests on the same service of a card,
-- the request that finished later counts. The other one is kept in contego.former_entitlement. A closed request was perhaps never checked,
-- so texts that are no CA ID are left out. Requests on one card never run at the same time, so their ends have an order. The caller has
-- locked contego.ledger.
CREATE OR REPLACE FUNCTION contego.enter_entitlements(ids bigint[]) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    WITH new_facts AS MATERIALIZED (
        SELECT DISTINCT ON (r.provider, i.card, i.kind, i.name, r.id)
               r.provider, i.card, i.kind, i.name, r.id AS request_id, i.given, i.start_date, i.end_date, r.finished_date
        FROM unnest(ids) AS n (id)
        CROSS JOIN LATERAL (SELECT * FROM contego.request_finished AS f WHERE f.id = n.id OFFSET 0) AS r
        CROSS JOIN LATERAL contego.intended(r.action, r.parameters) AS i
        WHERE r.life_cycle_state = 'COMPLETED' AND i.card ~ '^[0-9]{1,64}$' AND i.name ~ '^[0-9]{1,64}$'
    ), known_facts AS MATERIALIZED (
        SELECT e.provider, e.card, e.kind, e.name, e.request_id, e.given, e.start_date, e.end_date, e.finished_date
        FROM (SELECT DISTINCT f.provider, f.card, f.kind, f.name FROM new_facts AS f) AS k
        CROSS JOIN LATERAL (SELECT * FROM contego.entitlement AS g
                            WHERE g.provider = k.provider AND g.card = k.card AND g.kind = k.kind AND g.name = k.name OFFSET 0) AS e
        WHERE NOT EXISTS (SELECT FROM new_facts AS f
                          WHERE (f.provider, f.card, f.kind, f.name, f.request_id) = (e.provider, e.card, e.kind, e.name, e.request_id))
    ), facts AS MATERIALIZED (
        SELECT a.*, lead(a.finished_date) OVER (PARTITION BY a.provider, a.card, a.kind, a.name ORDER BY a.finished_date, a.request_id) AS replaced_date
        FROM (SELECT * FROM new_facts UNION ALL SELECT * FROM known_facts) AS a
    ), kept_facts AS (
        INSERT INTO contego.former_entitlement AS k (provider, card, kind, name, request_id, given, start_date, end_date, finished_date, replaced_date)
        SELECT f.* FROM facts AS f WHERE f.replaced_date IS NOT NULL
        ON CONFLICT (provider, card, kind, name, request_id) DO NOTHING
    )
    INSERT INTO contego.entitlement AS e (provider, card, kind, name, request_id, given, start_date, end_date, ends_date,
                                             finished_date)
    SELECT f.provider, f.card, f.kind, f.name, f.request_id, f.given, f.start_date, f.end_date, contego.date_of(f.end_date), f.finished_date
    FROM facts AS f
    WHERE f.replaced_date IS NULL
    ON CONFLICT (provider, card, kind, name) DO UPDATE
    SET given = excluded.given, start_date = excluded.start_date, end_date = excluded.end_date, ends_date = excluded.ends_date,
        request_id = excluded.request_id, finished_date = excluded.finished_date
$$;

ALTER FUNCTION contego.enter_entitlements SET jit = off;
ALTER FUNCTION contego.enter_entitlements SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.enter_entitlements FROM PUBLIC;
COMMENT ON FUNCTION contego.enter_entitlements IS 'Part of the ledger: enters completed requests.';
