-- Returns whether this lineage follows the latest confirmed one as after one failover: the same system identifier and database, and a higher
-- timeline.
CREATE OR REPLACE FUNCTION contego.is_failover(l contego.lineage) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce((
        SELECT l.system_identifier = c.system_identifier AND l.database = c.database AND l.timeline > c.timeline
               AND NOT EXISTS (SELECT FROM contego.lineage AS u WHERE u.confirmed_date IS NULL AND u.number < l.number)
        FROM contego.lineage AS c
        WHERE c.confirmed_date IS NOT NULL
        ORDER BY c.number DESC LIMIT 1), false)
$$;

REVOKE ALL ON FUNCTION contego.is_failover FROM PUBLIC;
COMMENT ON FUNCTION contego.is_failover IS 'Part of joining: returns whether only a failover has happened since the latest confirmed lineage.';
