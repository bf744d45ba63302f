-- Returns whether a request of the card was rejected after some of its commands were done, and no request of the card was completed since.
-- Then nobody knows what the card should have until a person decides about the request.
CREATE OR REPLACE FUNCTION contego.half_done(of_provider text, of_card text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM contego.subject AS s
        CROSS JOIN LATERAL (SELECT * FROM contego.request_finished AS q WHERE q.id = s.request_id OFFSET 0) AS r
        WHERE s.kind = 'card' AND s.name = of_card AND r.provider = of_provider AND r.life_cycle_state = 'REJECTED'
          AND NOT contego.only_reads(r.action, r.parameters)
          AND EXISTS (SELECT FROM contego.command AS c WHERE c.request_id = r.id AND c.outcome = 'success')
          AND NOT EXISTS (SELECT FROM contego.latest_facts(of_provider, of_card) AS f WHERE f.finished_date > r.finished_date))
$$;

ALTER FUNCTION contego.half_done SET jit = off;
ALTER FUNCTION contego.half_done SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.half_done FROM PUBLIC;
COMMENT ON FUNCTION contego.half_done IS 'Part of reconciliation: returns whether a rejected request has changed a part of the card.';
