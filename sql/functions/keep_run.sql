-- Stores a run and its cards, for the source of this login if the run names no other. A card that is named twice with the same parameters is stored once. Returns the
-- number of the run, or NULL if another session has just used its key.
CREATE OR REPLACE FUNCTION contego.keep_run(
    r contego.run, cards text[], own jsonb[], verb text, because text, changes jsonb) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET work_mem = '64MB'
AS $$
DECLARE
    number bigint;
BEGIN
    INSERT INTO contego.run (owned_by, idempotency_key, action, parameters, provider, priority, process_name, process_id, pace, most_in_flight,
                             from_date, until_date, quiet_from, quiet_until, time_zone, cards, lineage, on_behalf_of)
    VALUES (coalesce(r.owned_by, contego.own_source()), r.idempotency_key, r.action, r.parameters, r.provider, r.priority, r.process_name, '', r.pace, r.most_in_flight,
            r.from_date, r.until_date, r.quiet_from, r.quiet_until, r.time_zone, r.cards, contego.current_lineage(),
            coalesce(r.on_behalf_of, nullif(left(current_setting('contego.on_behalf_of', true), 1000), '')))
    ON CONFLICT ON CONSTRAINT run_key_is_used_already DO NOTHING
    RETURNING id INTO number;
    IF number IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE contego.run AS u SET process_id = coalesce(nullif(r.process_id, ''), u.id::text) WHERE u.id = number;
    INSERT INTO contego.run_card (run, position, card, parameters)
    SELECT number, row_number() OVER (ORDER BY min(g.place)), g.card, nullif(g.own, '{}')
    FROM unnest(keep_run.cards, own) WITH ORDINALITY AS g (card, own, place)
    GROUP BY g.card, g.own;
    INSERT INTO contego.operator_action (run, verb, before, after, reason, changes)
    VALUES (number, keep_run.verb, '', 'RUNNING', because, keep_run.changes);
    PERFORM contego.notify_unless_full('contego'); -- a daemon polls soon, and feeds the run
    RETURN number;
END
$$;

REVOKE ALL ON FUNCTION contego.keep_run FROM PUBLIC;
COMMENT ON FUNCTION contego.keep_run IS 'Part of starting a run: stores the run and its cards.';
