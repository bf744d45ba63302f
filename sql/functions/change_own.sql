-- Withdraws or reschedules requests of this login's source, in the order of their numbers, so that two sessions do not deadlock. Returns one row for
-- each: its progress before and after, or the reason for a refusal. The request of another source is refused as if it did not exist.
CREATE OR REPLACE FUNCTION contego.change_own(to_verb text, ids bigint[], new_date timestamptz, because text)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE plpgsql
AS $$
DECLARE
    o contego.request;
    own text := contego.own_source();
    stopped boolean := (contego.claiming_stopped()).since IS NOT NULL;
BEGIN
    FOR request_id IN SELECT DISTINCT wanted.id FROM unnest(ids) AS wanted (id) ORDER BY 1 LOOP
        -- This waits for a session that claims or records the request now. If it finished meanwhile, the second look finds it.
        SELECT * INTO o FROM contego.request AS r
        WHERE r.id = change_own.request_id AND r.life_cycle_state = 'PENDING' AND r.owned_by = own FOR UPDATE;
        IF NOT FOUND THEN
            SELECT * INTO o FROM contego.request AS r WHERE r.id = change_own.request_id AND r.owned_by = own;
        END IF;
        action := o.action;
        before := o.progress;
        refused := coalesce(contego.objection_to_crm(to_verb, o), CASE WHEN stopped THEN
            'the database may have lost data, so nobody knows yet whether it was sent; try again when claiming goes on' END);
        after := CASE
            WHEN refused IS NOT NULL THEN o.progress
            WHEN to_verb = 'withdraw' THEN 'CANCELLED'
            WHEN new_date > now() THEN 'SCHEDULED'
            ELSE 'QUEUED'
        END;
        IF refused IS NULL THEN
            IF to_verb = 'withdraw' THEN
                PERFORM contego.carry_out('withdraw', o, after, because);
            ELSE
                PERFORM contego.move_to(o.id, new_date);
            END IF;
            INSERT INTO contego.operator_action (request_id, verb, before, after, reason)
            VALUES (change_own.request_id, to_verb, change_own.before, change_own.after, because);
        END IF;
        RETURN NEXT;
    END LOOP;
    PERFORM contego.notify_unless_full('contego');
END
$$;

REVOKE ALL ON FUNCTION contego.change_own FROM PUBLIC;
COMMENT ON FUNCTION contego.change_own IS 'Part of contego.withdraw and contego.reschedule: changes requests of this login''s source, and returns a row for each.';
