-- Returns the services and boxes that a request gives its cards or takes from them, if it is completed. That holds for a request that a person
-- closed, or whose commands a person skipped, too: the person has vouched that the work was done by hand.
--
-- An action is expanded as the plan expands it (src/plan): the pairs of card and service after the action, without the pairs before it, are
-- given, and the other way round they are taken. An action that names no change gives everything, or takes it if it turns the
-- subscription off. A test compares this function with the plan, action by action.
CREATE OR REPLACE FUNCTION contego.intended(action text, parameters jsonb)
RETURNS TABLE (card text, kind text, name text, given boolean, start_date text, end_date text)
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    turns_off boolean := action IN ('DEACTIVATE_SUBSCRIPTION', 'TERMINATE_SUBSCRIPTION', 'REST_SUBSCRIPTION', 'SHORT_TERM_DEACTIVATION',
                                    'END_SHORT_TERM_ACTIVATION');
    changes boolean := jsonb_path_exists(parameters, '$.distributions[*].added.*[*]')
                       OR jsonb_path_exists(parameters, '$.distributions[*].removed.*[*]');
BEGIN
    IF action IN ('ADD_SUBSCRIPTIONS', 'CANCEL_SUBSCRIPTIONS') THEN
        RETURN QUERY SELECT parameters ->> 'smartcard_ca_id', 'service', parameters ->> 'service_ca_id', action = 'ADD_SUBSCRIPTIONS',
                            parameters ->> 'start_date', parameters ->> 'end_date';
    ELSIF action IN ('CREATE_PAIRING', 'ADD_TO_EXISTING_PAIRING') THEN
        RETURN QUERY
        SELECT DISTINCT c.id #>> '{}', 'box', b.id #>> '{}', true, NULL::text, NULL::text
        FROM (SELECT jsonb_path_query(parameters, '$.smartcards[*].smartcard_ca_id') UNION ALL SELECT parameters -> 'smartcard_ca_id') AS c (id)
        CROSS JOIN jsonb_path_query(parameters, '$.stbs[*].stb_ca_id') AS b (id)
        WHERE c.id IS NOT NULL;
    ELSIF action = 'HEAL' THEN -- what the CAS should have had
        RETURN QUERY
        SELECT parameters ->> 'smartcard_ca_id', c.kind, c.one ->> c.id, c.given, c.one ->> 'start_date', c.one ->> 'end_date'
        FROM (SELECT 'service' AS kind, 'service_ca_id' AS id, true AS given, jsonb_path_query(parameters, '$.add[*]') AS one
              UNION ALL
              SELECT 'service', 'service_ca_id', false, jsonb_path_query(parameters, '$.cancel[*]')
              UNION ALL
              SELECT 'box', 'stb_ca_id', true, jsonb_path_query(parameters, '$.stbs[*]')) AS c;
    ELSIF jsonb_array_length(jsonb_path_query_array(parameters, '$.distributions[*].**{0 to 1}.smartcards[*]'))::bigint
          * jsonb_array_length(jsonb_path_query_array(parameters, '$.distributions[*].**{0 to 1}.*[*]')) > 1000000 THEN
        RETURN; -- the plan refuses it, because it has too many pairs
    ELSIF jsonb_typeof(parameters -> 'distributions') = 'array' AND parameters -> 'draft' IS DISTINCT FROM 'true' THEN
        RETURN QUERY
        WITH lists AS MATERIALIZED (
            SELECT d.n, l.what, l.side, i.id #>> '{}' AS id
            FROM jsonb_array_elements(parameters -> 'distributions') WITH ORDINALITY AS d (one, n)
            CROSS JOIN (VALUES ('smartcards'), ('stbs'), ('services')) AS w (what)
            CROSS JOIN LATERAL (VALUES (w.what, 'has', d.one -> w.what), (w.what, 'added', d.one -> 'added' -> w.what),
                                       (w.what, 'removed', d.one -> 'removed' -> w.what)) AS l (what, side, ids)
            CROSS JOIN LATERAL jsonb_path_query(l.ids, '$[*]') AS i (id)
        ), states AS MATERIALIZED (
            SELECT DISTINCT l.n, l.what, l.id, l.side = 'has' AS after,
                   l.side = 'removed' OR l.side = 'has' AND NOT EXISTS (
                       SELECT FROM lists AS a WHERE (a.n, a.what, a.id, a.side) = (l.n, l.what, l.id, 'added')) AS before
            FROM lists AS l
            WHERE l.side <> 'added'
        ), pairs AS MATERIALIZED (
            SELECT c.id AS card, o.what, o.id AS name, bool_or(c.after AND o.after) AND NOT turns_off AS after,
                   bool_or(c.before AND o.before) AND (changes OR turns_off) AS before
            FROM states AS c
            JOIN states AS o ON o.n = c.n AND o.what IN ('services', 'stbs')
            WHERE c.what = 'smartcards'
            GROUP BY c.id, o.what, o.id
        )
        SELECT p.card, CASE p.what WHEN 'services' THEN 'service' ELSE 'box' END, p.name, p.after, NULL::text, NULL::text
        FROM pairs AS p
        WHERE CASE
            WHEN p.after = p.before THEN false
            WHEN p.what = 'services' THEN action <> 'ADD_INSTALLED_ITEM' -- it leads to pairings only
            ELSE NOT turns_off -- no command ends a pairing
        END;
    END IF;
END
$$;

ALTER FUNCTION contego.intended SET jit = off;

REVOKE ALL ON FUNCTION contego.intended FROM PUBLIC;
COMMENT ON FUNCTION contego.intended IS 'Returns the services and boxes that a request gives its cards, or takes from them, if it is completed.';
