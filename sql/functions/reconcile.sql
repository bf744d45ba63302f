-- Starts a reconciliation: a run that reads cards from the CAS and compares them. Without cards and query, it reads all cards of the ledger,
-- or of the list. It has the caller's rights, since it runs the caller's query.
CREATE OR REPLACE FUNCTION contego.reconcile(
    cards text[] DEFAULT NULL, query text DEFAULT NULL, against text DEFAULT 'ledger', read text DEFAULT NULL, provider text DEFAULT NULL,
    priority text DEFAULT NULL, pace double precision DEFAULT 50, most_in_flight integer DEFAULT NULL, from_date timestamptz DEFAULT NULL,
    until_date timestamptz DEFAULT NULL, quiet_from time DEFAULT NULL, quiet_until time DEFAULT NULL, time_zone text DEFAULT NULL,
    heal_at_most_cards integer DEFAULT NULL, heal_at_most_percent double precision DEFAULT NULL,
    unknown_codes text[] DEFAULT '{CLIENT_NOT_FOUND,CLIENT_NOT_MANAGED_BY_SMS}', reason text DEFAULT NULL, dry_run boolean DEFAULT false,
    OUT reconciliation bigint, OUT card_count integer, OUT opens_date timestamptz, OUT lasts interval)
LANGUAGE plpgsql
AS $$
DECLARE
    of_cards text[] := cards;
    fault text;
BEGIN
    fault := CASE
        WHEN num_nonnulls(cards, query) > 1 THEN 'give the cards either as a list or as a query'
        WHEN against IS NULL OR against NOT IN ('ledger', 'expected') THEN format('against must be ledger or expected (was %s)', against)
        WHEN against = 'expected' AND num_nonnulls(heal_at_most_cards, heal_at_most_percent) > 0
            THEN 'heal_at_most_cards and heal_at_most_percent need the ledger; a person decides what to correct by a list'
        WHEN read NOT IN ('services', 'boxes') THEN format('read must be services or boxes, or not be given (was %s)', read)
        WHEN heal_at_most_cards < 0 THEN format('heal_at_most_cards must not be negative (was %s)', heal_at_most_cards)
        WHEN NOT heal_at_most_percent BETWEEN 0 AND 100 THEN format('heal_at_most_percent must be from 0 to 100 (was %s)', heal_at_most_percent)
        WHEN unknown_codes IS NULL OR array_position(unknown_codes, NULL) IS NOT NULL OR octet_length(unknown_codes::text) > 2000
            THEN 'unknown_codes must be a list of texts, with 2000 bytes at most'
        WHEN against = 'ledger' AND (SELECT l.position FROM contego.ledger AS l) IS NULL
            THEN 'the ledger is not kept; an operator runs contego.open_feed(), and then contego.build_ledger()'
    END;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'reconcile: %', fault USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF of_cards IS NULL THEN
        of_cards := (contego.read_cards(coalesce(query, format(
            CASE against WHEN 'ledger' THEN 'SELECT DISTINCT e.card FROM contego.entitlement AS e WHERE e.provider = %L'
                         ELSE 'SELECT DISTINCT x.card FROM contego.expectation AS x WHERE x.provider = %L' END,
            coalesce(nullif(provider, ''), 'default'))))).cards;
    END IF;
    SELECT e.run, e.card_count, e.opens_date, e.lasts INTO reconciliation, card_count, opens_date, lasts
    FROM contego.enter_run(jsonb_build_object(
        'action', 'RECONCILE', 'parameters', CASE WHEN read IS NULL THEN '{}' ELSE jsonb_build_object('read', read) END,
        'provider', provider, 'priority', priority, 'pace', pace, 'most_in_flight', most_in_flight, 'from_date', from_date,
        'until_date', until_date, 'quiet_from', quiet_from, 'quiet_until', quiet_until, 'time_zone', time_zone),
        of_cards, NULL, reason, dry_run) AS e;
    IF reconciliation IS NOT NULL THEN
        PERFORM contego.enter_reconciliation(reconciliation, against, unknown_codes, heal_at_most_cards, heal_at_most_percent);
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.reconcile FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.reconcile TO contego_operator;
COMMENT ON FUNCTION contego.reconcile IS 'Starts a reconciliation: reads cards from the CAS at a pace, and compares them with the ledger or with the list of the CRM.';
