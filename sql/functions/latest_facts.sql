-- Returns the latest fact (contego.facts_of) about each service and box of a card. Of two requests, the later end counts.
CREATE OR REPLACE FUNCTION contego.latest_facts(of_provider text, of_card text)
RETURNS TABLE (kind text, name text, given boolean, start_date text, end_date text, request_id bigint, finished_date timestamptz)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT DISTINCT ON (f.kind, f.name) f.kind, f.name, f.given, f.start_date, f.end_date, f.request_id, f.finished_date
    FROM contego.facts_of(of_provider, of_card) AS f
    ORDER BY f.kind, f.name, f.finished_date DESC, f.request_id DESC
$$;

ALTER FUNCTION contego.latest_facts SET jit = off;
ALTER FUNCTION contego.latest_facts SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.latest_facts FROM PUBLIC;
COMMENT ON FUNCTION contego.latest_facts IS 'Returns the latest fact about each service and box of a card, by the ledger and by its requests.';
