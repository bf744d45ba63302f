-- Sets the owner, note, ticket and due date of requests that are held or were rejected. It goes in the order of their numbers, so that two
-- people do not deadlock. NULL leaves a value as it is. An empty text, or a date of minus infinity, clears it. Returns a row for each request:
-- refused is the reason if nothing was set.
CREATE OR REPLACE FUNCTION contego.set_fallout(
    request bigint[], owner text DEFAULT NULL, note text DEFAULT NULL, ticket text DEFAULT NULL, due_date timestamptz DEFAULT NULL,
    reason text DEFAULT NULL)
RETURNS TABLE (request_id bigint, action text, progress text, refused text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    too_long text;
    given jsonb;
    was jsonb;
    becomes jsonb;
    r record;
BEGIN
    SELECT string_agg(format('%s has %s bytes', g.name, octet_length(g.text)), ', ') INTO too_long
    FROM (VALUES ('owner', owner), ('note', note), ('ticket', ticket), ('reason', reason)) AS g (name, text)
    WHERE octet_length(g.text) > 4000;
    IF too_long IS NOT NULL THEN
        RAISE EXCEPTION 'set_fallout: %; 4000 are allowed', too_long USING ERRCODE = 'invalid_parameter_value';
    ELSIF due_date = 'infinity' THEN
        RAISE EXCEPTION 'set_fallout: due_date is infinity; it must be a date, or -infinity to clear it' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    given := jsonb_strip_nulls(jsonb_build_object('owner', owner, 'note', note, 'ticket', ticket, 'due_date', due_date));
    IF given = '{}' THEN
        RAISE EXCEPTION 'set_fallout: owner, note, ticket or due_date must be given' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Verbs on these requests wait for this transaction, so it must not stay open.
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true);
    FOR request_id IN SELECT DISTINCT w.id FROM unnest(request) AS w (id) WHERE w.id IS NOT NULL ORDER BY 1 LOOP
        -- A verb that waits for this lock ends the fallout afterwards.
        SELECT q.action, q.progress INTO r FROM contego.request AS q WHERE q.id = set_fallout.request_id FOR SHARE;
        action := r.action;
        progress := r.progress;
        refused := CASE WHEN r.progress IS NULL THEN 'there is no such request'
                        WHEN r.progress NOT IN ('HELD', 'REJECTED') THEN 'it is ' || r.progress || '; set_fallout is for HELD, REJECTED' END;
        IF refused IS NULL THEN
            INSERT INTO contego.fallout (request_id) VALUES (set_fallout.request_id) ON CONFLICT DO NOTHING;
            SELECT jsonb_build_object('owner', f.owner, 'note', f.note, 'ticket', f.ticket, 'due_date', f.due_date) INTO was
            FROM contego.fallout AS f WHERE f.request_id = set_fallout.request_id AND f.ended_date IS NULL FOR UPDATE;
            UPDATE contego.fallout AS f
            SET owner = CASE WHEN set_fallout.owner IS NULL THEN f.owner ELSE nullif(set_fallout.owner, '') END,
                note = CASE WHEN set_fallout.note IS NULL THEN f.note ELSE nullif(set_fallout.note, '') END,
                ticket = CASE WHEN set_fallout.ticket IS NULL THEN f.ticket ELSE nullif(set_fallout.ticket, '') END,
                due_date = CASE WHEN set_fallout.due_date IS NULL THEN f.due_date ELSE nullif(set_fallout.due_date, '-infinity') END
            WHERE f.request_id = set_fallout.request_id AND f.ended_date IS NULL
            RETURNING jsonb_build_object('owner', f.owner, 'note', f.note, 'ticket', f.ticket, 'due_date', f.due_date) INTO becomes;
            INSERT INTO contego.operator_action (request_id, verb, before, after, reason, changes)
            SELECT set_fallout.request_id, 'set_fallout', r.progress, r.progress, set_fallout.reason,
                   coalesce(jsonb_object_agg(b.key, jsonb_build_array(was -> b.key, b.value)), '{}')
            FROM jsonb_each(becomes) AS b WHERE b.value IS DISTINCT FROM was -> b.key;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;

-- Each request is found through an index, as in contego.claim.
ALTER FUNCTION contego.set_fallout SET jit = off;
ALTER FUNCTION contego.set_fallout SET enable_seqscan = off;
ALTER FUNCTION contego.set_fallout SET plan_cache_mode = force_generic_plan;

REVOKE ALL ON FUNCTION contego.set_fallout FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.set_fallout TO contego_support;
COMMENT ON FUNCTION contego.set_fallout IS 'Sets the owner, note, ticket and due date of held and rejected requests. NULL leaves a value as it is; an empty text, or a date of minus infinity, clears it.';
