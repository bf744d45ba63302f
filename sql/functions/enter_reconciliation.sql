-- Makes a reconciliation of a run that the caller has just started.
CREATE OR REPLACE FUNCTION contego.enter_reconciliation(
    of_run bigint, against text, unknown_codes text[], heal_at_most_cards integer, heal_at_most_percent double precision) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM contego.run AS r WHERE r.id = of_run AND r.action = 'RECONCILE' AND r.created_by = session_user AND r.fed_up_to = 0) THEN
        RAISE EXCEPTION 'run % is no reconciliation that this login has just started', of_run USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO contego.reconciliation (run, against, unknown_codes, heal_at_most_cards, heal_at_most_percent)
    VALUES (of_run, enter_reconciliation.against, enter_reconciliation.unknown_codes, enter_reconciliation.heal_at_most_cards,
            enter_reconciliation.heal_at_most_percent);
END
$$;

REVOKE ALL ON FUNCTION contego.enter_reconciliation FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.enter_reconciliation TO contego_operator;
COMMENT ON FUNCTION contego.enter_reconciliation IS 'Part of contego.reconcile: makes a reconciliation of a run that the caller has just started.';
