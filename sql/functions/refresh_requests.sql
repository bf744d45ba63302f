-- Returns the requests that send again everything that a card should have now; none if it should have nothing. REFRESH carries the boxes and the
-- services without a window. A service with a window is a request of its own, because an action has no windows.
CREATE OR REPLACE FUNCTION contego.refresh_requests(of_provider text, of_card text)
RETURNS TABLE (action text, parameters jsonb)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH due AS MATERIALIZED (SELECT * FROM contego.due_to(of_provider, of_card))
    SELECT 'REFRESH', jsonb_build_object('distributions', jsonb_build_array(jsonb_build_object(
        'distributor', 'REFRESH', 'smartcards', jsonb_build_array(of_card),
        'stbs', coalesce(jsonb_agg(d.name) FILTER (WHERE d.kind = 'box'), '[]'),
        'services', coalesce(jsonb_agg(d.name) FILTER (WHERE d.kind = 'service' AND d.start_date IS NULL AND d.end_date IS NULL), '[]'))))
    FROM due AS d
    HAVING count(*) > 0
    UNION ALL
    SELECT 'ADD_SUBSCRIPTIONS', jsonb_strip_nulls(jsonb_build_object('smartcard_ca_id', of_card, 'service_ca_id', d.name,
                                                                     'start_date', d.start_date, 'end_date', d.end_date))
    FROM due AS d
    WHERE d.kind = 'service' AND (d.start_date IS NOT NULL OR d.end_date IS NOT NULL)
$$;

REVOKE ALL ON FUNCTION contego.refresh_requests FROM PUBLIC;
COMMENT ON FUNCTION contego.refresh_requests IS 'Returns the requests that send again everything that a card should have now.';
