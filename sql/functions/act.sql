-- Applies one verb to many requests, in the order of their numbers, so that two people do not deadlock. Returns one row for each: its
-- progress before and after, or the reason for a refusal. With `only_preview` it changes nothing.
CREATE OR REPLACE FUNCTION contego.act(to_verb text, ids bigint[], because text, only_preview boolean)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    o contego.request;
BEGIN
    IF NOT EXISTS (SELECT FROM contego.transition AS t WHERE t.actor = 'person' AND t.verb = to_verb) THEN
        RAISE EXCEPTION 'there is no verb "%"', to_verb
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The verbs are retry, cancel, hold, release, close, skip.';
    END IF;
    -- The CAS did not confirm the work that these verbs take as done, so a person has to vouch for it.
    IF to_verb IN ('close', 'skip') AND NOT only_preview AND coalesce(because, '') !~ '\S' THEN
        RAISE EXCEPTION 'the verb "%" needs a reason', to_verb
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The reason must say which work was done by hand, and where.';
    END IF;
    FOR request_id IN SELECT DISTINCT wanted.id FROM unnest(ids) AS wanted (id) WHERE wanted.id IS NOT NULL ORDER BY 1 LOOP
        IF only_preview THEN -- takes no lock: in a transaction that stays open, a lock would keep daemons from recording the outcome
            SELECT * INTO o FROM contego.request AS r WHERE r.id = act.request_id;
        ELSE
            -- This waits for a session that claims or records the request now. Recording may move the row, so a second look may find it.
            SELECT * INTO o FROM contego.request AS r WHERE r.id = act.request_id FOR UPDATE;
            IF NOT FOUND THEN
                SELECT * INTO o FROM contego.request AS r WHERE r.id = act.request_id FOR UPDATE;
            END IF;
            -- A session that is about to drop the month of the request waits for this lock, or this statement sees that it drops it.
            PERFORM FROM contego.month AS m WHERE m.month = contego.month_of(o.finished_date) FOR SHARE;
        END IF;
        action := o.action;
        before := o.progress;
        refused := contego.objection(to_verb, o);
        after := CASE
            WHEN refused IS NOT NULL THEN o.progress
            WHEN to_verb = 'hold' THEN 'HELD'
            WHEN to_verb = 'cancel' THEN 'CANCELLED'
            WHEN to_verb = 'close' THEN 'CLOSED'
            WHEN o.scheduled_date > now() THEN 'SCHEDULED'
            ELSE 'QUEUED'
        END;
        IF refused IS NULL AND NOT only_preview THEN
            PERFORM contego.carry_out(to_verb, o, after, because);
            INSERT INTO contego.operator_action (request_id, verb, before, after, reason)
            VALUES (act.request_id, to_verb, act.before, act.after, because);
        END IF;
        RETURN NEXT;
    END LOOP;
    IF NOT only_preview THEN
        PERFORM contego.notify_unless_full('contego');
    END IF;
END
$$;

-- Each request is found through an index, as in contego.claim.
ALTER FUNCTION contego.act SET jit = off;
ALTER FUNCTION contego.act SET enable_seqscan = off;
ALTER FUNCTION contego.act SET plan_cache_mode = force_generic_plan;

REVOKE ALL ON FUNCTION contego.act FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.act TO contego_operator;
COMMENT ON FUNCTION contego.act IS 'Applies a verb to many requests. Returns the progress of each before and after, or the reason for a refusal. The six verbs and their preview call it.';
