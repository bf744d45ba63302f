CREATE OR REPLACE FUNCTION contego.cards_of(subscription text, of_provider text) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(array_agg(DISTINCT substr(l.lane, 6)), '{}')
    FROM contego.subject AS s
    CROSS JOIN LATERAL (SELECT * FROM contego.request AS q WHERE q.id = s.request_id OFFSET 0) AS r
    CROSS JOIN LATERAL unnest(r.lanes) AS l (lane)
    WHERE s.kind = 'subscription' AND s.name = left(cards_of.subscription, 500) AND r.provider = coalesce(of_provider, 'default')
      AND l.lane LIKE 'card:%'
$$;

REVOKE ALL ON FUNCTION contego.cards_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.cards_of TO contego_operator;
COMMENT ON FUNCTION contego.cards_of IS 'Returns the cards that the requests of a subscription name.';
