-- Returns the reason, as a sentence, why the CRM may not withdraw or reschedule a request; NULL: it may. `o` is the current row.
CREATE OR REPLACE FUNCTION contego.objection_to_crm(to_verb text, o contego.request) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF o.id IS NULL THEN
        RETURN 'there is no such request';
    END IF;
    IF o.progress = 'IN_FLIGHT' THEN
        RETURN 'it is in flight: a command that a daemon has sent cannot be called back; try again when it is no longer in flight';
    END IF;
    IF NOT EXISTS (SELECT FROM contego.transition AS t WHERE t.actor = 'CRM' AND t.verb = to_verb AND t.before = o.progress) THEN
        RETURN 'it is ' || o.progress || '; ' || to_verb || ' is for ' || (
            SELECT string_agg(DISTINCT t.before, ', ') FROM contego.transition AS t WHERE t.actor = 'CRM' AND t.verb = to_verb);
    END IF;
    -- The CAS may have done a part of it. A CRM that was told that the request is withdrawn would take it for not done.
    IF o.executed_date IS NOT NULL OR o.maybe_sent THEN
        RETURN 'a command of it was sent, so the CAS may have done a part of it; an operator can cancel or close it';
    END IF;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION contego.objection_to_crm FROM PUBLIC;
COMMENT ON FUNCTION contego.objection_to_crm IS 'Part of contego.withdraw and contego.reschedule: returns the reason why the CRM may not change a request, or NULL.';
