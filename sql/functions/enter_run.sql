-- Stores a run and its cards. A card that is named twice with the same parameters is stored once.
CREATE OR REPLACE FUNCTION contego.enter_run(
    settings jsonb, cards text[], own jsonb[], reason text, dry_run boolean,
    OUT run bigint, OUT is_new boolean, OUT card_count integer, OUT duplicates integer, OUT faulty integer, OUT examples text[],
    OUT opens_date timestamptz, OUT lasts interval)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET work_mem = '64MB'
AS $$
DECLARE
    r contego.run := jsonb_populate_record(NULL::contego.run, settings - '{owned_by,on_behalf_of}'::text[]);
BEGIN
    r := contego.with_defaults(r);
    PERFORM contego.check_action(r);
    PERFORM contego.check_run(r);
    IF EXISTS (SELECT FROM unnest(own) AS g (own) WHERE pg_column_size(g.own) > 16384) THEN
        RAISE EXCEPTION 'run: the parameters of a card may have 16384 bytes' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    SELECT u.id, false, u.cards INTO run, is_new, card_count
    FROM contego.run AS u WHERE u.owned_by = contego.own_source() AND u.idempotency_key = r.idempotency_key;
    IF run IS NOT NULL THEN
        RETURN;
    END IF;
    SELECT c.card_count, c.duplicates, c.faulty, c.examples INTO card_count, duplicates, faulty, examples
    FROM contego.count_cards(coalesce(cards, '{}'), own) AS c;
    PERFORM contego.check_cards(r, card_count, own);
    opens_date := contego.next_opening(r, now());
    lasts := card_count / r.pace * interval '1 second';
    is_new := NOT dry_run;
    IF dry_run THEN
        RETURN;
    END IF;

    r.cards := card_count;
    run := contego.keep_run(r, cards, own, 'start', reason, jsonb_build_object('action', r.action, 'cards', card_count));
    IF run IS NULL THEN -- another session has just started it
        SELECT u.id, false, u.cards INTO run, is_new, card_count
        FROM contego.run AS u WHERE u.owned_by = contego.own_source() AND u.idempotency_key = r.idempotency_key;
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.enter_run FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.enter_run TO contego_crm, contego_operator;
COMMENT ON FUNCTION contego.enter_run IS 'Part of contego.start_run: checks and stores a run and its cards, with the owner''s rights.';
