-- Submits the requests of contego.refresh_requests for a few cards, at once and with one priority.
CREATE OR REPLACE FUNCTION contego.refresh_cards(cards text[], of_provider text, with_priority text, because text)
RETURNS TABLE (card text, request_id bigint, action text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF cardinality(cards) > 1000 THEN
        RAISE EXCEPTION 'refresh: % cards; 1000 are allowed at once', cardinality(cards)
            USING ERRCODE = 'program_limit_exceeded', HINT = 'Give a query: it becomes a run.';
    END IF;
    RETURN QUERY
    WITH new_requests AS MATERIALIZED (
        SELECT c.card, r.action, r.parameters, nextval('contego.request_id_seq') AS id
        FROM (SELECT DISTINCT u.card FROM unnest(cards) AS u (card)) AS c
        CROSS JOIN LATERAL contego.refresh_requests(coalesce(of_provider, 'default'), c.card) AS r
    ), inserted_requests AS (
        INSERT INTO contego.request (id, action, parameters, process_name, provider, priority)
        SELECT n.id, n.action, n.parameters, contego.process_of(n.action), of_provider, with_priority FROM new_requests AS n ORDER BY n.id
    ), kept_actions AS (
        INSERT INTO contego.operator_action (request_id, verb, before, after, reason)
        SELECT n.id, 'refresh', '', 'QUEUED', because FROM new_requests AS n
    )
    SELECT n.card, n.id, n.action FROM new_requests AS n ORDER BY n.id;
END
$$;

REVOKE ALL ON FUNCTION contego.refresh_cards FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.refresh_cards TO contego_operator;
COMMENT ON FUNCTION contego.refresh_cards IS 'Part of contego.refresh: submits the requests for a few cards.';
