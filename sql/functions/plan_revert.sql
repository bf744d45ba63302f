-- Returns what contego.revert would do about each service and box that these requests touched (contego.opposite_of), and what it cannot undo.
CREATE OR REPLACE FUNCTION contego.plan_revert(ids bigint[], cancel_unknown boolean)
RETURNS TABLE (provider text, card text, kind text, name text, effect text, start_date text, end_date text, request_id bigint, why text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH mistakes AS MATERIALIZED (
        SELECT r.id, r.provider, r.action, r.parameters, r.life_cycle_state, r.progress
        FROM unnest(ids) AS n (id)
        CROSS JOIN LATERAL (SELECT * FROM contego.request AS q WHERE q.id = n.id OFFSET 0) AS r
    ), touched AS MATERIALIZED (
        SELECT m.provider, i.card, array_agg(DISTINCT m.id) AS ids
        FROM mistakes AS m
        CROSS JOIN LATERAL contego.intended(m.action, m.parameters) AS i
        WHERE m.life_cycle_state = 'COMPLETED' AND i.card ~ '^[0-9]{1,64}$' AND i.name ~ '^[0-9]{1,64}$'
        GROUP BY m.provider, i.card
    )
    SELECT t.provider, t.card, o.*
    FROM touched AS t
    CROSS JOIN LATERAL contego.opposite_of(t.provider, t.card, t.ids, cancel_unknown) AS o
    UNION ALL
    SELECT DISTINCT m.provider, i.card, NULL, NULL, 'LEFT_ALONE', NULL, NULL, m.id,
           CASE m.life_cycle_state WHEN 'PENDING' THEN format('request %s is one of the mistakes, and still open', m.id)
                                   ELSE format('request %s was rejected after some of its commands were done', m.id) END
    FROM mistakes AS m
    CROSS JOIN LATERAL contego.intended(m.action, m.parameters) AS i
    WHERE m.life_cycle_state = 'PENDING'
       OR m.life_cycle_state = 'REJECTED' AND EXISTS (
           SELECT FROM contego.command AS c WHERE c.request_id = m.id AND c.finished_date IS NOT NULL AND c.outcome = 'success')
$$;

-- Each request is found through an index, as in contego.claim.
ALTER FUNCTION contego.plan_revert SET jit = off;
ALTER FUNCTION contego.plan_revert SET enable_seqscan = off;
ALTER FUNCTION contego.plan_revert SET enable_hashjoin = off;
ALTER FUNCTION contego.plan_revert SET enable_mergejoin = off;

REVOKE ALL ON FUNCTION contego.plan_revert FROM PUBLIC;
COMMENT ON FUNCTION contego.plan_revert IS 'Part of contego.revert: returns what it would do about each service and box that these requests touched.';
