-- Returns the requests that match every member of `filter`, in the order of their numbers.
CREATE OR REPLACE FUNCTION contego.matching(filter jsonb) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    known text[] := '{provider,action,progress,error_code,subscription,process_name,process_id,source,card,cards,box,created_from,created_to}';
    unknown text;
    about_kind text;
    about_name text;
    about bigint[]; -- the requests that contego.subject has for one of the members
BEGIN
    IF jsonb_typeof(filter) <> 'object' THEN
        RAISE EXCEPTION 'filter: must be an object (was %)', left(filter::text, 100) USING ERRCODE = 'invalid_parameter_value';
    ELSIF filter ? 'cards' AND jsonb_typeof(filter -> 'cards') <> 'array' THEN
        RAISE EXCEPTION 'filter.cards: must be a list (was %)', left(filter ->> 'cards', 100) USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT key INTO unknown FROM jsonb_object_keys(filter) AS key WHERE key <> ALL (known) LIMIT 1;
    IF unknown IS NOT NULL OR filter = '{}' THEN
        RAISE EXCEPTION '%', CASE WHEN unknown IS NULL THEN 'an empty filter would match every request'
                             ELSE format('a filter has no member "%s"', unknown) END
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The members are ' || array_to_string(known, ', ') || '.';
    END IF;
    SELECT member.key, filter ->> member.key INTO about_kind, about_name
    FROM unnest(ARRAY['card', 'box', 'subscription', 'process_id']) AS member (key)
    WHERE filter ? member.key
    LIMIT 1;
    IF about_kind IS NOT NULL THEN
        about := ARRAY(SELECT s.request_id FROM contego.subject AS s WHERE s.kind = replace(about_kind, '_id', '') AND s.name = left(about_name, 500));
    ELSIF filter ? 'cards' THEN
        about := ARRAY(SELECT DISTINCT s.request_id FROM jsonb_array_elements_text(filter -> 'cards') AS c (card)
                       JOIN contego.subject AS s ON s.kind = 'card' AND s.name = c.card);
    END IF;
    RETURN ARRAY(
        SELECT r.id
        FROM contego.request AS r
        WHERE (about IS NULL OR r.id = ANY (about))
          AND (NOT filter ? 'provider' OR r.provider = filter ->> 'provider')
          AND (NOT filter ? 'action' OR r.action = filter ->> 'action')
          AND (NOT filter ? 'progress' OR r.progress = filter ->> 'progress' AND r.life_cycle_state = CASE
              WHEN filter ->> 'progress' IN ('DONE', 'CLOSED') THEN 'COMPLETED'
              WHEN filter ->> 'progress' IN ('REJECTED', 'CANCELLED') THEN 'REJECTED'
              ELSE 'PENDING' END)
          AND (NOT filter ? 'error_code' OR r.error_code = filter ->> 'error_code')
          AND (NOT filter ? 'subscription' OR r.subscription = filter ->> 'subscription')
          AND (NOT filter ? 'process_name' OR r.process_name = filter ->> 'process_name')
          AND (NOT filter ? 'process_id' OR r.process_id = filter ->> 'process_id')
          AND (NOT filter ? 'source' OR r.owned_by = filter ->> 'source')
          AND (NOT filter ? 'cards' OR EXISTS (SELECT FROM unnest(r.lanes) AS l (lane)
                                               WHERE left(l.lane, 5) = 'card:' AND filter -> 'cards' ? substr(l.lane, 6)))
          AND (NOT filter ? 'card' OR r.lanes @> ARRAY['card:' || (filter ->> 'card')])
          AND (NOT filter ? 'box' OR r.lanes @> ARRAY['box:' || (filter ->> 'box')])
          AND (NOT filter ? 'created_from' OR r.created_date >= (filter ->> 'created_from')::timestamptz)
          AND (NOT filter ? 'created_to' OR r.created_date < (filter ->> 'created_to')::timestamptz)
        ORDER BY r.id);
END
$$;

-- A plan that is made for this filter leaves out the conditions of members that the filter does not have.
ALTER FUNCTION contego.matching SET plan_cache_mode = force_custom_plan;

REVOKE ALL ON FUNCTION contego.matching FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.matching TO contego_operator;
COMMENT ON FUNCTION contego.matching IS 'Returns the numbers of the requests that match every member of the filter, for the verbs and their preview.';
