-- Enters completed requests into the ledger. It may enter a request again, and in any order: of two requests on the same service of a card,
-- the request that finished later counts. A closed request was perhaps never checked, so texts that are no CA ID are left out. Requests on one card never run at the same time, so their ends have an order.
CREATE OR REPLACE FUNCTION contego.enter_entitlements(ids bigint[]) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO contego.entitlement AS e (provider, card, kind, name, given, start_date, end_date, request_id, finished_date)
    SELECT DISTINCT ON (r.provider, i.card, i.kind, i.name)
           r.provider, i.card, i.kind, i.name, i.given, i.start_date, i.end_date, r.id, r.finished_date
    FROM unnest(ids) AS n (id)
    CROSS JOIN LATERAL (SELECT * FROM contego.request_finished AS f WHERE f.id = n.id OFFSET 0) AS r
    CROSS JOIN LATERAL contego.intended(r.action, r.parameters) AS i
    WHERE r.life_cycle_state = 'COMPLETED' AND i.card ~ '^[0-9]{1,64}$' AND i.name ~ '^[0-9]{1,64}$'
    ORDER BY r.provider, i.card, i.kind, i.name, r.finished_date DESC, r.id DESC
    ON CONFLICT (provider, card, kind, name) DO UPDATE
    SET given = excluded.given, start_date = excluded.start_date, end_date = excluded.end_date, request_id = excluded.request_id,
        finished_date = excluded.finished_date
    WHERE (e.finished_date, e.request_id) <= (excluded.finished_date, excluded.request_id)
$$;

ALTER FUNCTION contego.enter_entitlements SET jit = off;
ALTER FUNCTION contego.enter_entitlements SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.enter_entitlements FROM PUBLIC;
COMMENT ON FUNCTION contego.enter_entitlements IS 'Part of the ledger: enters completed requests.';
