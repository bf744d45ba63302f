-- Returns what the completed requests of a card gave it and took from it, one row for each request and service or box. The ledger and the
-- requests that are kept both count, so the answer is complete even if the ledger is behind, or is not kept.
--
-- This function and contego.open_intents are in PL/pgSQL, which keeps their plans: a function in SQL would be planned for every card.
CREATE OR REPLACE FUNCTION contego.facts_of(of_provider text, of_card text)
RETURNS TABLE (kind text, name text, request_id bigint, given boolean, start_date text, end_date text, finished_date timestamptz)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT DISTINCT ON (f.kind, f.name, f.request_id) f.*
    FROM (
        SELECT e.kind, e.name, e.request_id, e.given, e.start_date, e.end_date, e.finished_date
        FROM contego.entitlement AS e
        WHERE e.provider = of_provider AND e.card = of_card
        UNION ALL
        SELECT e.kind, e.name, e.request_id, e.given, e.start_date, e.end_date, e.finished_date
        FROM contego.former_entitlement AS e
        WHERE e.provider = of_provider AND e.card = of_card
        UNION ALL
        SELECT i.kind, i.name, r.id, i.given, i.start_date, i.end_date, r.finished_date
        FROM contego.subject AS s
        CROSS JOIN LATERAL (SELECT * FROM contego.request_finished AS q WHERE q.id = s.request_id OFFSET 0) AS r
        CROSS JOIN LATERAL contego.intended(r.action, r.parameters) AS i
        WHERE s.kind = 'card' AND s.name = of_card AND r.provider = of_provider AND r.life_cycle_state = 'COMPLETED' AND i.card = of_card
    ) AS f
    ORDER BY f.kind, f.name, f.request_id, f.finished_date DESC;
END
$$;

ALTER FUNCTION contego.facts_of SET jit = off;
ALTER FUNCTION contego.facts_of SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.facts_of FROM PUBLIC;
COMMENT ON FUNCTION contego.facts_of IS 'Returns what the completed requests of a card gave it and took from it.';
