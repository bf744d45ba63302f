-- Returns the parameters of the HEAL request of a card: what the run is to correct, looked up when the request is made. A difference is left
-- out if it is not true any more by the ledger or the list. So is a service that another request has changed since it was compared, or
-- will change, even if that request is scheduled for later; the same holds for the boxes. All differences are left out while an open request
-- may change the card, and if the card is on no list any more. The request then only reads the card.
CREATE OR REPLACE FUNCTION contego.heal_parameters(of_run bigint, of_provider text, of_card text) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH queued AS MATERIALIZED (
        SELECT d.kind, d.name, d.has, n.against
        FROM contego.difference AS d
        JOIN contego.reconciliation AS n ON n.run = of_run
        WHERE d.provider = of_provider AND d.card = of_card AND d.heal_run = of_run AND d.state = 'queued'
          AND NOT contego.may_change_soon(of_provider, of_card)
          AND (n.against = 'ledger'
               OR EXISTS (SELECT FROM contego.expectation AS x WHERE x.provider = of_provider AND x.card = of_card))
          -- Another request has changed it since it was compared, or will.
          AND NOT EXISTS (SELECT FROM contego.latest_facts(of_provider, of_card) AS f
                          WHERE f.finished_date > d.seen_date
                            AND CASE d.kind WHEN 'wrong_pairing' THEN f.kind = 'box' ELSE f.kind = 'service' AND f.name = d.name END)
          AND NOT EXISTS (SELECT FROM contego.open_intents(of_provider, of_card) AS i
                          WHERE CASE d.kind WHEN 'wrong_pairing' THEN i.kind = 'box' ELSE i.kind = 'service' AND i.name = d.name END)
    ), due AS MATERIALIZED (
        SELECT f.kind, f.name, f.start_date, f.end_date FROM contego.latest_facts(of_provider, of_card) AS f
        WHERE f.given AND NOT contego.has_passed(f.end_date) AND EXISTS (SELECT FROM queued AS q WHERE q.against = 'ledger')
        UNION ALL
        SELECT x.kind, x.name, x.start_date, x.end_date FROM contego.listed(of_provider, of_card) AS x
        WHERE NOT contego.has_passed(x.end_date) AND EXISTS (SELECT FROM queued AS q WHERE q.against = 'expected')
    )
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'smartcard_ca_id', of_card,
        'add', (SELECT jsonb_agg(jsonb_build_object('service_ca_id', m.name, 'start_date', m.start_date, 'end_date', m.end_date) ORDER BY m.name)
                FROM queued AS q JOIN due AS m ON m.kind = 'service' AND m.name = q.name WHERE q.kind IN ('missing', 'wrong_window')),
        'cancel', (SELECT jsonb_agg(jsonb_build_object('service_ca_id', q.name) ORDER BY q.name)
                   FROM queued AS q
                   WHERE q.kind = 'extra'
                     AND NOT EXISTS (SELECT FROM due AS m WHERE m.kind = 'service' AND m.name = q.name)),
        'stbs', (SELECT jsonb_agg(jsonb_build_object('stb_ca_id', m.name) ORDER BY m.name)
                 FROM queued AS q JOIN due AS m ON m.kind = 'box' WHERE q.kind = 'wrong_pairing' AND NOT coalesce(q.has, '[]') ? m.name),
        'paired', (SELECT true FROM queued AS q WHERE q.kind = 'wrong_pairing' AND jsonb_array_length(q.has) > 0)))
$$;

ALTER FUNCTION contego.heal_parameters SET jit = off;
ALTER FUNCTION contego.heal_parameters SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.heal_parameters FROM PUBLIC;
COMMENT ON FUNCTION contego.heal_parameters IS 'Part of contego.feed_cards: returns the parameters of the HEAL request of a card.';
