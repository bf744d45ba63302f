-- Applies a verb to one request. The caller has locked the request and checked that the verb is allowed (contego.objection).
CREATE OR REPLACE FUNCTION contego.carry_out(to_verb text, o contego.request, becomes text, because text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    by_whom text := session_user || coalesce(': ' || because, '');
    claim bigint;
BEGIN
    IF to_verb <> 'hold' THEN
        PERFORM contego.close_fallout(o.id, to_verb, o.progress, becomes, because);
    END IF;
    IF to_verb = 'skip' THEN
        PERFORM contego.skip_command(o.id, by_whom);
    END IF;
    IF o.progress = 'REJECTED' THEN
        PERFORM contego.reopen(o);
    ELSIF to_verb IN ('cancel', 'close', 'withdraw') THEN
        -- The request ends like any other: claimed first, and then recorded.
        claim := nextval('contego.fence');
        UPDATE contego.request_open AS r
        SET progress = 'IN_FLIGHT', claimed_by = 0, claimed_date = now(), fence = claim, blocked_by = NULL,
            blocked_date = NULL
        WHERE r.id = o.id;
        BEGIN
            PERFORM contego.masked(o.parameters, o.action);
        EXCEPTION WHEN OTHERS THEN -- for instance damaged on the disk; a person can end the request nevertheless
            UPDATE contego.request_open AS r SET parameters = jsonb_build_object('****', 'could not be read') WHERE r.id = o.id;
        END;
        PERFORM contego.record(
            verdict_request_id => ARRAY[o.id], verdict_fence => ARRAY[claim], verdict_disposition => ARRAY[CASE to_verb WHEN 'close' THEN 'close' ELSE 'cancel' END],
            verdict_code => ARRAY[CASE to_verb WHEN 'cancel' THEN 'CANCELLED' WHEN 'withdraw' THEN 'WITHDRAWN' END],
            verdict_description => ARRAY[CASE to_verb WHEN 'cancel' THEN 'cancelled by ' || by_whom WHEN 'withdraw' THEN 'withdrawn by ' || by_whom END],
            verdict_result => ARRAY[CASE to_verb WHEN 'close' THEN jsonb_build_object('closed_by', session_user, 'reason', because) END]);
    ELSE
        UPDATE contego.request_open AS r
        SET progress = becomes, blocked_by = NULL, blocked_date = NULL, due_date = r.scheduled_date,
            attempts = CASE WHEN to_verb IN ('retry', 'skip') THEN 0 ELSE r.attempts END,
            maybe_sent = r.maybe_sent AND to_verb <> 'skip',
            -- A claim looks for finished commands only if this date says that there may be some.
            executed_date = CASE to_verb WHEN 'skip' THEN coalesce(r.executed_date, now()) ELSE r.executed_date END,
            error_code = CASE to_verb WHEN 'hold' THEN 'HELD_BY_OPERATOR' ELSE r.error_code END,
            error_description = CASE to_verb WHEN 'hold' THEN 'held by ' || by_whom ELSE r.error_description END
        WHERE r.id = o.id;
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.carry_out FROM PUBLIC;
COMMENT ON FUNCTION contego.carry_out IS 'Part of the verbs: applies a verb to one request.';
