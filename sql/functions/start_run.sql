-- Starts a run. It has the caller's rights, since it runs the caller's query.
CREATE OR REPLACE FUNCTION contego.start_run(
    action text, cards text[] DEFAULT NULL, query text DEFAULT NULL, columns jsonb DEFAULT NULL, parameters jsonb DEFAULT '{}',
    provider text DEFAULT NULL, priority text DEFAULT NULL, pace double precision DEFAULT NULL, most_in_flight integer DEFAULT NULL,
    from_date timestamptz DEFAULT NULL, until_date timestamptz DEFAULT NULL, quiet_from time DEFAULT NULL, quiet_until time DEFAULT NULL,
    time_zone text DEFAULT NULL, process_name text DEFAULT NULL, process_id text DEFAULT NULL, reason text DEFAULT NULL,
    idempotency_key text DEFAULT NULL, dry_run boolean DEFAULT false,
    OUT run bigint, OUT is_new boolean, OUT card_count integer, OUT duplicates integer, OUT faulty integer, OUT examples text[],
    OUT opens_date timestamptz, OUT lasts interval)
LANGUAGE plpgsql
AS $$
DECLARE
    of_cards text[] := cards;
    own jsonb[];
BEGIN
    IF (cards IS NULL) = (query IS NULL) THEN
        RAISE EXCEPTION 'give the cards either as a list or as a query' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF query IS NOT NULL THEN
        SELECT r.cards, r.own INTO of_cards, own FROM contego.read_cards(query, columns) AS r;
    ELSIF columns IS NOT NULL THEN
        RAISE EXCEPTION 'columns belong to a query; a list of cards has none' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT e.run, e.is_new, e.card_count, e.duplicates, e.faulty, e.examples, e.opens_date, e.lasts
    INTO run, is_new, card_count, duplicates, faulty, examples, opens_date, lasts
    FROM contego.enter_run(jsonb_build_object(
        'action', action, 'parameters', parameters, 'provider', provider, 'priority', priority, 'pace', pace,
        'most_in_flight', most_in_flight, 'from_date', from_date, 'until_date', until_date, 'quiet_from', quiet_from,
        'quiet_until', quiet_until, 'time_zone', time_zone, 'process_name', process_name, 'process_id', process_id,
        'idempotency_key', idempotency_key), of_cards, own, reason, dry_run) AS e;
END
$$;

REVOKE ALL ON FUNCTION contego.start_run FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.start_run TO contego_crm, contego_operator;
COMMENT ON FUNCTION contego.start_run IS 'Starts a run: one direct command for many cards. With dry_run it only counts and checks the cards.';
