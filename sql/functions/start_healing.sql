-- Starts the run that corrects the differences of a reconciliation, with the settings of its run. Returns the number of the new run, or NULL
-- if there is nothing to correct. The cards are looked up again when they are fed.
CREATE OR REPLACE FUNCTION contego.start_healing(of_reconciliation bigint, of_kinds text[], at_pace double precision, starter text, because text, except_cards text[] DEFAULT '{}')
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET work_mem = '64MB'
AS $$
DECLARE
    new_run bigint := nextval('contego.run_id_seq');
    queued integer;
BEGIN
    INSERT INTO contego.run (id, created_by, owned_by, action, parameters, provider, priority, process_name, process_id, pace, most_in_flight,
                             from_date, quiet_from, quiet_until, time_zone, cards, lineage)
    OVERRIDING SYSTEM VALUE
    SELECT new_run, starter, r.owned_by, 'HEAL', '{}', r.provider, r.priority, r.process_name, new_run::text, coalesce(at_pace, r.pace),
           r.most_in_flight, now(), r.quiet_from, r.quiet_until, r.time_zone, 0, contego.current_lineage()
    FROM contego.run AS r WHERE r.id = of_reconciliation;
    INSERT INTO contego.reconciliation (run, heals, against, unknown_codes)
    SELECT new_run, n.run, n.against, n.unknown_codes FROM contego.reconciliation AS n WHERE n.run = of_reconciliation;
    UPDATE contego.difference AS d SET state = 'queued', state_date = clock_timestamp(), heal_run = new_run
    FROM contego.drift AS f
    WHERE f.reconciliation = of_reconciliation AND f.state = 'open' AND f.correction IS NOT NULL
      AND (of_kinds IS NULL OR f.kind = ANY (of_kinds)) AND f.card <> ALL (except_cards)
      AND d.provider = f.provider AND d.card = f.card AND d.kind = f.kind AND d.name = f.name;
    INSERT INTO contego.run_card (run, position, card)
    SELECT new_run, row_number() OVER (ORDER BY d.card), d.card
    FROM (SELECT DISTINCT q.card FROM contego.difference AS q WHERE q.reconciliation = of_reconciliation AND q.heal_run = new_run) AS d;
    GET DIAGNOSTICS queued = ROW_COUNT;
    IF queued = 0 THEN
        DELETE FROM contego.run AS r WHERE r.id = new_run;
        RETURN NULL;
    END IF;
    UPDATE contego.run AS r SET cards = queued WHERE r.id = new_run;
    INSERT INTO contego.operator_action (run, verb, before, after, reason, changes)
    VALUES (new_run, 'heal', '', 'RUNNING', because, jsonb_build_object('reconciliation', of_reconciliation, 'cards', queued, 'kinds', of_kinds));
    PERFORM contego.notify_unless_full('contego'); -- a daemon polls soon, and feeds the run
    RETURN new_run;
END
$$;

REVOKE ALL ON FUNCTION contego.start_healing FROM PUBLIC;
COMMENT ON FUNCTION contego.start_healing IS 'Part of contego.heal: starts the run that corrects the differences of a reconciliation.';
