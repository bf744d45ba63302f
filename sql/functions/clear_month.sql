-- Deletes rows of a month's requests from the tables that have no months. Returns how many requests or rows it looked at; 0: no
-- rows are left. A call handles the next 2,000 requests. After the last request, a call handles
-- 10,000 rows of the feed, and after those 10,000 former entries of the ledger.
CREATE OR REPLACE FUNCTION contego.clear_month(m contego.month) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last_one bigint;
    cleared bigint;
BEGIN
    EXECUTE format($q$
        WITH cleared_requests AS MATERIALIZED (
            SELECT r.id, r.provider, r.idempotency_key, r.owned_by, r.lanes, r.subscription, r.process_id
            FROM contego.%I AS r WHERE r.id > $1 ORDER BY r.id LIMIT 2000
        ), their_subjects AS MATERIALIZED ( -- before the DELETE, so that it looks up all three columns of the index
            SELECT s.kind, s.name, i.id
            FROM cleared_requests AS i CROSS JOIN LATERAL contego.subjects_of(i.lanes, i.subscription, i.process_id) AS s
        ), deleted_subjects AS (
            DELETE FROM contego.subject AS s USING their_subjects AS w
            WHERE s.kind = ANY (ARRAY[w.kind]) AND s.name = w.name AND s.request_id = w.id
        ), deleted_keys AS (
            DELETE FROM contego.idempotency AS k USING cleared_requests AS i
            WHERE k.idempotency_key = ANY (ARRAY[contego.kept_key(i.idempotency_key)]) AND k.provider = i.provider
              AND k.owned_by = i.owned_by AND k.request_id = i.id
        ), deleted_hits AS (
            DELETE FROM contego.outage_request AS h USING cleared_requests AS i WHERE h.request_id = ANY (ARRAY[i.id])
        ), deleted_fallout AS (
            DELETE FROM contego.fallout AS f USING cleared_requests AS i WHERE f.request_id = ANY (ARRAY[i.id])
        ), deleted_attempts AS (
            DELETE FROM contego.former_attempt AS f USING cleared_requests AS i WHERE f.request_id = ANY (ARRAY[i.id])
        )
        SELECT max(i.id), count(*) FROM cleared_requests AS i $q$, 'request_finished' || to_char(m.month, '_YYYY_MM'))
    INTO last_one, cleared
    USING m.cleared_up_to;
    IF cleared > 0 THEN
        UPDATE contego.month AS u SET cleared_up_to = last_one WHERE u.month = m.month;
        RETURN cleared;
    END IF;
    -- Positions grow with time, except for transactions that were open for long: a row that stays behind goes with the next month.
    DELETE FROM contego.feed AS f
    USING (SELECT e.position, e.finished_date FROM contego.feed AS e ORDER BY e.position LIMIT 10000) AS oldest
    WHERE f.position = ANY (ARRAY[oldest.position]) AND contego.month_of(oldest.finished_date) <= m.month;
    GET DIAGNOSTICS cleared = ROW_COUNT;
    IF cleared = 0 THEN
        -- The requests that replaced these entries are gone, so nobody can undo them any more.
        DELETE FROM contego.former_entitlement AS e
        USING (SELECT o.provider, o.card, o.kind, o.name, o.request_id FROM contego.former_entitlement AS o
               WHERE o.replaced_date < (m.month + interval '1 month') AT TIME ZONE 'UTC' ORDER BY o.replaced_date LIMIT 10000) AS oldest
        WHERE e.provider = ANY (ARRAY[oldest.provider]) AND e.card = oldest.card AND e.kind = oldest.kind AND e.name = oldest.name
          AND e.request_id = oldest.request_id;
        GET DIAGNOSTICS cleared = ROW_COUNT;
    END IF;
    RETURN cleared;
END
$$;

-- Each step looks into one index for each table, even if the planner expects the tables to be empty.
ALTER FUNCTION contego.clear_month SET jit = off;
ALTER FUNCTION contego.clear_month SET enable_seqscan = off;
ALTER FUNCTION contego.clear_month SET enable_hashjoin = off;
ALTER FUNCTION contego.clear_month SET enable_mergejoin = off;

REVOKE ALL ON FUNCTION contego.clear_month FROM PUBLIC;
COMMENT ON FUNCTION contego.clear_month IS 'Part of dropping a month: deletes rows of its requests from other tables.';
