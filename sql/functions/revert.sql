-- Undoes requests that were a mistake: the requests of a run, or the requests that match a filter (contego.matching). It starts a run that sends the opposite
-- commands. Each command is looked up again when it is fed, so that a card which another request changes meanwhile is left alone. Returns
-- the number of the new run, or NULL if there is nothing to send.
CREATE OR REPLACE FUNCTION contego.revert(
    run bigint DEFAULT NULL, filter jsonb DEFAULT NULL, reason text DEFAULT NULL, pace double precision DEFAULT 20, priority text DEFAULT NULL,
    from_date timestamptz DEFAULT NULL, until_date timestamptz DEFAULT NULL, quiet_from time DEFAULT NULL, quiet_until time DEFAULT NULL,
    time_zone text DEFAULT NULL, cancel_unknown boolean DEFAULT false,
    OUT new_run bigint, OUT requests integer, OUT cards integer, OUT commands integer, OUT left_alone integer, OUT not_undone integer)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET work_mem = '64MB'
AS $$
DECLARE
    r contego.run;
    ids bigint[];
    providers text[];
    of_cards text[];
    own jsonb[];
BEGIN
    IF coalesce(reason, '') !~ '\S' THEN
        RAISE EXCEPTION 'revert: reason: is mandatory (was not given)' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    ids := contego.mistaken(run, filter);
    requests := cardinality(ids);
    SELECT count(DISTINCT p.card), count(*) FILTER (WHERE p.effect IN ('ADD', 'CANCEL', 'PAIR')), count(*) FILTER (WHERE p.effect = 'LEFT_ALONE'),
           count(*) FILTER (WHERE p.effect IN ('UNKNOWN', 'NOT_POSSIBLE')), array_agg(DISTINCT p.provider),
           array_agg(p.card ORDER BY p.card, p.effect, p.name) FILTER (WHERE p.effect IN ('ADD', 'CANCEL', 'PAIR')),
           array_agg(contego.change_of(p.card, p.kind, p.name, p.effect, p.start_date, p.end_date, p.request_id) ORDER BY p.card, p.effect, p.name)
               FILTER (WHERE p.effect IN ('ADD', 'CANCEL', 'PAIR'))
    INTO cards, commands, left_alone, not_undone, providers, of_cards, own
    FROM contego.plan_revert(ids, cancel_unknown) AS p;
    IF cardinality(providers) > 1 THEN
        RAISE EXCEPTION 'revert: filter.provider: must name one of the providers of the requests (they are %)', array_to_string(providers[1:20], ', ')
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF commands = 0 THEN
        RETURN;
    END IF;
    r.action := 'REVERT';
    r.provider := providers[1];
    r.priority := priority;
    r.pace := pace;
    r.from_date := from_date;
    r.until_date := until_date;
    r.quiet_from := quiet_from;
    r.quiet_until := quiet_until;
    r.time_zone := time_zone;
    r.process_name := 'REVERT';
    r.cards := commands;
    r := contego.with_defaults(r);
    PERFORM contego.check_run(r);
    new_run := contego.keep_run(r, of_cards, own, 'revert', reason, jsonb_strip_nulls(jsonb_build_object(
        'run', run, 'filter', filter, 'cancel_unknown', cancel_unknown, 'requests', requests, 'cards', cards, 'commands', commands, 'left_alone', left_alone, 'not_undone', not_undone)));
END
$$;

REVOKE ALL ON FUNCTION contego.revert FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.revert TO contego_operator;
COMMENT ON FUNCTION contego.revert IS 'Undoes the requests of a run, or the requests that match a filter, by a run of the opposite commands.';
