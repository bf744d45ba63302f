-- Refuses a run without cards, or without a parameter that every request needs: it would end at once, or fail card by card. A parameter
-- that only some cards lack is no reason: those cards fail alone.
CREATE OR REPLACE FUNCTION contego.check_cards(r contego.run, card_count integer, own jsonb[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing text;
BEGIN
    IF card_count = 0 THEN
        RAISE EXCEPTION 'run: cards: must name at least one card (was empty)' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT m.name INTO missing
    FROM unnest(contego.mandatory_parameters(r.action)) WITH ORDINALITY AS m (name, place)
    WHERE coalesce(r.parameters -> m.name, 'null') = 'null'
      AND NOT EXISTS (SELECT FROM unnest(own) AS g (own) WHERE coalesce(g.own -> m.name, 'null') <> 'null')
    ORDER BY m.place
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'run: parameters.%: is mandatory for % (was not given)', missing, r.action
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give it in parameters for all cards, or by columns for each card of a query.';
    END IF;
    IF r.action = 'ADD_TO_EXISTING_PAIRING' AND NOT r.parameters ?| '{smartcards,stbs}'
       AND NOT EXISTS (SELECT FROM unnest(own) AS g (own) WHERE g.own ?| '{smartcards,stbs}') THEN
        RAISE EXCEPTION 'run: parameters: must have smartcards or stbs for ADD_TO_EXISTING_PAIRING (had neither)'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.check_cards FROM PUBLIC;
COMMENT ON FUNCTION contego.check_cards IS 'Part of contego.start_run: refuses a run without cards or without a mandatory parameter.';
