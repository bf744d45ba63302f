-- Lists the sequences of the schema: the latest number that each has given, and the highest number that is in use. A logical copy leaves
-- sequences behind their data. Then numbers would be given a second time.
--
-- No index finds the highest fence. Fences grow with time, so the requests that finished last have one of the highest.
CREATE OR REPLACE FUNCTION contego.numbers() RETURNS TABLE (sequence text, given bigint, in_use bigint)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    WITH numbers_from AS MATERIALIZED (
        SELECT coalesce(max(l.numbers_from), 0) AS number FROM contego.lineage AS l
    )
    SELECT s.sequence, s.last_value - (NOT s.is_called)::integer, greatest(s.in_use, f.number)
    FROM numbers_from AS f
    CROSS JOIN LATERAL (
        SELECT 'contego.request_id_seq' AS sequence, q.last_value, q.is_called, (SELECT max(r.id) FROM contego.request AS r) AS in_use
        FROM contego.request_id_seq AS q
        UNION ALL
        SELECT 'contego.fence', q.last_value, q.is_called, (
            SELECT max(r.fence)
            FROM (SELECT e.fence FROM contego.request_finished AS e ORDER BY e.finished_date DESC LIMIT 100) AS r)
        FROM contego.fence AS q
        UNION ALL
        SELECT 'contego.daemon_id_seq', q.last_value, q.is_called, (SELECT max(d.id) FROM contego.daemon AS d)
        FROM contego.daemon_id_seq AS q
        UNION ALL
        SELECT 'contego.feed_position', q.last_value, q.is_called, (SELECT e.position FROM contego.feed AS e ORDER BY e.position DESC LIMIT 1)
        FROM contego.feed_position AS q
        UNION ALL
        SELECT 'contego.operator_action_id_seq', q.last_value, q.is_called, (SELECT max(a.id) FROM contego.operator_action AS a)
        FROM contego.operator_action_id_seq AS q
        UNION ALL
        SELECT 'contego.run_id_seq', q.last_value, q.is_called, (SELECT max(u.id) FROM contego.run AS u)
        FROM contego.run_id_seq AS q
    ) AS s
$$;

ALTER FUNCTION contego.numbers SET jit = off;
ALTER FUNCTION contego.numbers SET enable_seqscan = off;
-- The latest position comes from the index of positions, even if the planner expects few rows and would sort them.
ALTER FUNCTION contego.numbers SET enable_sort = off;

REVOKE ALL ON FUNCTION contego.numbers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.numbers TO contego_daemon, contego_support;
COMMENT ON FUNCTION contego.numbers IS 'Returns the sequences of the schema, each with the latest number that it has given and the highest number in use.';
