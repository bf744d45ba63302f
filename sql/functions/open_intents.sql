-- Returns what the open requests of a card are about to give it or to take from it.
CREATE OR REPLACE FUNCTION contego.open_intents(of_provider text, of_card text)
RETURNS TABLE (kind text, name text, request_id bigint, given boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT i.kind, i.name, r.id, i.given
    FROM (SELECT DISTINCT l.request_id FROM contego.lane AS l
          WHERE l.provider = of_provider AND l.lane = 'card:' || left(of_card, 64)) AS l
    CROSS JOIN LATERAL (SELECT * FROM contego.request_open AS q WHERE q.id = l.request_id OFFSET 0) AS r
    CROSS JOIN LATERAL contego.intended(r.action, r.parameters) AS i
    WHERE i.card = of_card;
END
$$;

ALTER FUNCTION contego.open_intents SET jit = off;
ALTER FUNCTION contego.open_intents SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.open_intents FROM PUBLIC;
COMMENT ON FUNCTION contego.open_intents IS 'Returns what the open requests of a card are about to give it or to take from it.';
