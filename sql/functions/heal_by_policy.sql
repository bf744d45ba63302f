-- Corrects the differences of a reconciliation that has ended, if the bounds that its starter gave allow it. It leaves cards alone whose
-- latest change was rejected half done (contego.half_done). Returns a sentence for
-- contego.run.why, or NULL if a person decides or there is nothing to correct.
CREATE OR REPLACE FUNCTION contego.heal_by_policy(of_run bigint) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    n contego.reconciliation;
    number bigint;
    bounds text;
    undecided text[];
BEGIN
    SELECT * INTO n FROM contego.reconciliation AS c
    WHERE c.run = of_run AND c.heals IS NULL AND num_nonnulls(c.heal_at_most_cards, c.heal_at_most_percent) > 0
      AND NOT EXISTS (SELECT FROM contego.reconciliation AS h WHERE h.heals = c.run);
    IF n.run IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT count(DISTINCT d.card) INTO number FROM contego.drift AS d
    WHERE d.reconciliation = of_run AND d.state = 'open' AND d.correction IS NOT NULL;
    IF number = 0 THEN
        RETURN NULL;
    END IF;
    bounds := concat_ws(' and ', 'at most ' || n.heal_at_most_cards || ' cards', 'at most ' || n.heal_at_most_percent || ' %');
    IF number > n.heal_at_most_cards OR 100.0 * number > n.heal_at_most_percent * n.compared THEN
        RETURN format('%s of %s cards have a difference that a command can correct; without a person, %s are corrected', number, n.compared, bounds);
    END IF;
    undecided := ARRAY(SELECT DISTINCT d.card FROM contego.drift AS d
                       WHERE d.reconciliation = of_run AND d.state = 'open' AND contego.half_done(d.provider, d.card));
    RETURN concat_ws('; ',
        'corrected by run ' || contego.start_healing(of_run, NULL, NULL, (SELECT r.created_by FROM contego.run AS r WHERE r.id = of_run),
                                                     'without a person: the start of the reconciliation allows ' || bounds, undecided),
        CASE WHEN undecided <> '{}' THEN format('a person decides about %s cards with a request that was rejected half done', cardinality(undecided)) END);
END
$$;

REVOKE ALL ON FUNCTION contego.heal_by_policy FROM PUBLIC;
COMMENT ON FUNCTION contego.heal_by_policy IS 'Part of contego.feed_runs: corrects the differences of a reconciliation, if its bounds allow it.';
