-- Returns the services and boxes that a card should have now: by the ledger and by its requests that are kept; the later end counts. So
-- the answer is complete even if the ledger is behind, or is not kept. Services whose window has ended are left out. So are services and
-- boxes that an open request is about to take away: a request that gave them again would come after it.
CREATE OR REPLACE FUNCTION contego.due_to(of_provider text, of_card text)
RETURNS TABLE (kind text, name text, start_date text, end_date text, request_id bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH requests AS MATERIALIZED (
        SELECT r.id, r.action, r.parameters, r.life_cycle_state, r.finished_date
        FROM contego.subject AS s
        CROSS JOIN LATERAL (SELECT * FROM contego.request AS q WHERE q.id = s.request_id OFFSET 0) AS r
        WHERE s.kind = 'card' AND s.name = of_card AND r.provider = of_provider AND r.life_cycle_state <> 'REJECTED'
    ), facts AS (
        SELECT e.kind, e.name, e.given, e.start_date, e.end_date, e.request_id, e.finished_date
        FROM contego.entitlement AS e
        WHERE e.provider = of_provider AND e.card = of_card
        UNION ALL
        SELECT i.kind, i.name, i.given, i.start_date, i.end_date, r.id, r.finished_date
        FROM requests AS r
        CROSS JOIN LATERAL contego.intended(r.action, r.parameters) AS i
        WHERE r.life_cycle_state = 'COMPLETED' AND i.card = of_card
    ), latest_facts AS (
        SELECT DISTINCT ON (f.kind, f.name) f.* FROM facts AS f ORDER BY f.kind, f.name, f.finished_date DESC, f.request_id DESC
    )
    SELECT f.kind, f.name, f.start_date, f.end_date, f.request_id
    FROM latest_facts AS f
    WHERE f.given AND NOT contego.has_passed(f.end_date)
      AND NOT EXISTS (
          SELECT FROM requests AS r
          CROSS JOIN LATERAL contego.intended(r.action, r.parameters) AS i
          WHERE r.life_cycle_state = 'PENDING' AND i.card = of_card AND i.kind = f.kind AND i.name = f.name AND NOT i.given)
    ORDER BY f.kind, f.name
$$;

ALTER FUNCTION contego.due_to SET jit = off;
ALTER FUNCTION contego.due_to SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.due_to FROM PUBLIC;
COMMENT ON FUNCTION contego.due_to IS 'Returns the services and boxes that a card should have now.';
