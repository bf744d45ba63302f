-- Refuses a run whose action is not in contego.run_actions. A run that undoes requests or renews windows has an action of its own, which only
-- contego.revert and contego.renew_windows give it.
CREATE OR REPLACE FUNCTION contego.check_action(r contego.run) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    fault text;
BEGIN
    fault := CASE
        WHEN r.action = 'UPDATE_CA_PIN_TO_GIVEN_VALUE'
            THEN 'a run cannot hold PINs, since its cards are kept; submit single requests, or use UPDATE_CA_PIN_TO_DEFAULT_VALUE'
        WHEN r.action IS NULL OR r.action <> ALL (contego.run_actions())
            THEN format('action must be one of %s (was %s)', array_to_string(contego.run_actions(), ' '), coalesce(r.action, 'not given'))
        -- A CRM would see services that another CRM has ordered.
        WHEN r.action IN ('REFRESH', 'RECONCILE') AND NOT pg_has_role(session_user, 'contego_operator', 'MEMBER')
            THEN format('only an operator may %s cards', lower(r.action))
        WHEN r.action = 'REFRESH' AND r.parameters <> '{}' THEN 'REFRESH has no parameters: the ledger has them'
    END;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'run: %', fault USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.check_action FROM PUBLIC;
COMMENT ON FUNCTION contego.check_action IS 'Part of contego.start_run: refuses a run whose action is not in contego.run_actions.';
