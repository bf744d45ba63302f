-- Returns why a change that was planned (contego.change_of) must not be sent now: another request has changed the same service or box since,
-- or is about to. NULL: nothing speaks against it.
CREATE OR REPLACE FUNCTION contego.objection_to_change(of_provider text, of_card text, change jsonb) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    latest bigint;
    open_one bigint;
BEGIN
    SELECT f.request_id INTO latest FROM contego.facts_of(of_provider, of_card) AS f
    WHERE f.kind = change ->> 'kind' AND f.name = change ->> 'name'
    ORDER BY f.finished_date DESC, f.request_id DESC
    LIMIT 1;
    IF latest IS DISTINCT FROM (change -> 'after_request')::bigint THEN
        RETURN format('request %s changed it later', latest);
    END IF;
    SELECT min(o.request_id) INTO open_one FROM contego.open_intents(of_provider, of_card) AS o
    WHERE o.kind = change ->> 'kind' AND o.name = change ->> 'name';
    RETURN CASE WHEN open_one IS NOT NULL THEN format('request %s is open and would change it', open_one) END;
END
$$;

REVOKE ALL ON FUNCTION contego.objection_to_change FROM PUBLIC;
COMMENT ON FUNCTION contego.objection_to_change IS 'Part of a run that undoes or renews: returns why a planned change must not be sent now, or NULL.';
