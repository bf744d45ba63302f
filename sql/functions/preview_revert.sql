-- Returns what contego.revert would do, one row for each service and box of a card, and changes nothing. Give a run or a filter.
CREATE OR REPLACE FUNCTION contego.preview_revert(run bigint DEFAULT NULL, filter jsonb DEFAULT NULL, cancel_unknown boolean DEFAULT false)
RETURNS TABLE (card text, kind text, name text, effect text, start_date text, end_date text, request_id bigint, why text, provider text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.card, p.kind, p.name, p.effect, p.start_date, p.end_date, p.request_id, p.why, p.provider
    FROM contego.plan_revert(contego.mistaken(run, filter), cancel_unknown) AS p
    ORDER BY p.provider, p.card, p.kind, p.name
$$;

REVOKE ALL ON FUNCTION contego.preview_revert FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.preview_revert TO contego_operator;
COMMENT ON FUNCTION contego.preview_revert IS 'Returns what contego.revert would do about each service and box of a card. It changes nothing.';
