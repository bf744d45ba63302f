-- Returns the services and boxes that a card should have now. Services whose window has ended are left out. So are services and
-- boxes that an open request is about to take away: a request that gave them again would come after it.
CREATE OR REPLACE FUNCTION contego.due_to(of_provider text, of_card text)
RETURNS TABLE (kind text, name text, start_date text, end_date text, request_id bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH open_intents AS MATERIALIZED (
        SELECT o.* FROM contego.open_intents(of_provider, of_card) AS o
    )
    SELECT f.kind, f.name, f.start_date, f.end_date, f.request_id
    FROM contego.latest_facts(of_provider, of_card) AS f
    WHERE f.given AND NOT contego.has_passed(f.end_date)
      AND NOT EXISTS (SELECT FROM open_intents AS o WHERE o.kind = f.kind AND o.name = f.name AND NOT o.given)
    ORDER BY f.kind, f.name
$$;

ALTER FUNCTION contego.due_to SET jit = off;
ALTER FUNCTION contego.due_to SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.due_to FROM PUBLIC;
COMMENT ON FUNCTION contego.due_to IS 'Returns the services and boxes that a card should have now.';
