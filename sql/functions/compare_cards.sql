-- Compares the cards of a reconciliation whose requests have ended since the last look, and keeps the differences. Returns the
-- positions of the cards that are settled, and how many of them the CAS does not know. `settled` is NULL for any other run.
-- While the ledger is not kept, cards wait, and `fault` says so. If the run is over, they are settled without a comparison.
--
-- The requests of one card never run at the same time. So an answer shows the card as all requests left it that finished before, and a card
-- is compared when the ledger has them all. A card is passed over, and read again, if a later request has changed it, or if an open request
-- is about to. After five times it is left alone. A card that is not on the list of the CRM is not compared with it. One call compares
-- 1000 cards at most.
CREATE OR REPLACE FUNCTION contego.compare_cards(r contego.run, OUT settled integer[], OUT unknown integer, OUT fault text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c contego.reconciliation;
    entered_up_to bigint;
BEGIN
    SELECT * INTO c FROM contego.reconciliation AS n WHERE n.run = r.id;
    IF c.run IS NULL THEN
        unknown := 0;
        RETURN;
    END IF;
    SELECT l.position INTO entered_up_to FROM contego.ledger AS l;
    IF c.against = 'ledger' AND entered_up_to IS NULL THEN
        fault := 'the ledger is not kept; open the feed, run contego.build_ledger(), and resume the run';
    END IF;
    WITH ended_requests AS MATERIALIZED (
        SELECT f.position, k.card, q.id, q.life_cycle_state, q.error_code, q.result, q.finished_date, coalesce(p.times, 0) AS times
        FROM contego.run_fed AS f
        JOIN contego.run_card AS k ON k.run = f.run AND k.position = ANY (ARRAY[f.position])
        LEFT JOIN contego.passed_over AS p ON p.run = f.run AND p.position = f.position
        LEFT JOIN LATERAL ( -- the month of the request may have been dropped
            SELECT e.id, e.life_cycle_state, e.error_code, e.result, e.finished_date
            FROM contego.request_finished AS e WHERE e.id = f.request_id LIMIT 1) AS q ON true
        WHERE f.run = r.id AND f.state <> 'failed' AND f.state = 'open'
          AND (SELECT o.id FROM contego.request_open AS o WHERE o.id = f.request_id) IS NULL
        ORDER BY f.position
        LIMIT 1000
    ), judged_cards AS MATERIALIZED (
        SELECT e.*, CASE
            WHEN fault IS NOT NULL THEN CASE WHEN r.state IN ('CANCELLED', 'EXPIRED') THEN 'is not read' ELSE 'waits' END
            WHEN entered_up_to IS NOT NULL AND e.id IN (SELECT i.request_id FROM contego.feed_inbox AS i
                                                        UNION ALL
                                                        SELECT d.request_id FROM contego.feed AS d WHERE d.position > entered_up_to) THEN 'waits'
            WHEN c.against = 'expected'
              AND NOT EXISTS (SELECT FROM contego.expectation AS x WHERE x.provider = r.provider AND x.card = e.card) THEN 'is not listed'
            WHEN contego.may_change_soon(r.provider, e.card)
              OR EXISTS (SELECT FROM contego.entitlement AS n
                         WHERE n.provider = r.provider AND n.card = e.card AND n.finished_date > e.finished_date)
                THEN CASE WHEN e.times < 5 THEN 'comes again' ELSE 'is left alone' END
            WHEN e.life_cycle_state = 'COMPLETED' AND jsonb_typeof(e.result) = 'object' AND e.result ?| '{subscriptions,stbs,paired}' THEN 'is read'
            WHEN e.life_cycle_state = 'REJECTED' AND e.error_code = ANY (c.unknown_codes) THEN 'is unknown'
            ELSE 'is not read' END AS verdict
        FROM ended_requests AS e
    ), fed_again AS (
        UPDATE contego.run_fed AS f SET state = 'again' FROM judged_cards AS j
        WHERE j.verdict = 'comes again' AND f.run = r.id AND f.position = ANY (ARRAY[j.position])
    ), counted_passes AS (
        INSERT INTO contego.passed_over AS p (run, position)
        SELECT r.id, j.position FROM judged_cards AS j WHERE j.verdict = 'comes again'
        ON CONFLICT (run, position) DO UPDATE SET times = p.times + 1
    ), found_differences AS MATERIALIZED (
        SELECT j.card, j.id, d.kind, d.name, d.should_have, d.cas_has
        FROM judged_cards AS j
        CROSS JOIN LATERAL contego.card_differences(r.provider, j.card, c.against, j.result,
                                                    CASE j.verdict WHEN 'is unknown' THEN j.error_code END, j.finished_date) AS d
        WHERE j.verdict IN ('is read', 'is unknown')
    ), settled_differences AS (
        UPDATE contego.difference AS d
        SET state = CASE WHEN d.state = 'queued' AND j.verdict = 'is read' THEN 'healed' ELSE 'gone' END, state_date = clock_timestamp(), request_id = j.id
        FROM judged_cards AS j
        WHERE d.provider = r.provider AND d.card = j.card AND d.state IN ('open', 'queued')
          AND CASE j.verdict
              WHEN 'is unknown' THEN true
              WHEN 'is read' THEN CASE d.kind WHEN 'unknown_card' THEN true WHEN 'wrong_pairing' THEN j.result ?| '{stbs,paired}'
                                              ELSE j.result ? 'subscriptions' END
              ELSE false END
          AND NOT EXISTS (SELECT FROM found_differences AS f WHERE f.card = d.card AND f.kind = d.kind AND f.name = d.name)
    ), failed_corrections AS (
        UPDATE contego.difference AS d SET state = 'open', state_date = clock_timestamp(), request_id = coalesce(j.id, d.request_id)
        FROM judged_cards AS j
        WHERE d.provider = r.provider AND d.card = j.card AND d.state = 'queued' AND d.heal_run = r.id
          AND j.verdict IN ('is not read', 'is left alone', 'is not listed')
    ), kept_differences AS (
        INSERT INTO contego.difference AS d (provider, card, kind, name, reconciliation, should_have, has, request_id)
        SELECT r.provider, f.card, f.kind, f.name, coalesce(c.heals, c.run), f.should_have, f.cas_has, f.id
        FROM found_differences AS f
        ORDER BY f.card, f.kind, f.name
        ON CONFLICT (provider, card, kind, name) DO UPDATE
        SET reconciliation = excluded.reconciliation, should_have = excluded.should_have, has = excluded.has,
            found_date = CASE WHEN d.state IN ('open', 'queued') THEN d.found_date ELSE excluded.found_date END,
            seen_date = excluded.seen_date, request_id = excluded.request_id,
            state = CASE WHEN d.state = 'queued' AND d.heal_run IS DISTINCT FROM r.id
                           AND EXISTS (SELECT FROM contego.run AS u WHERE u.id = d.heal_run AND u.state IN ('RUNNING', 'PAUSED'))
                         THEN 'queued' ELSE 'open' END,
            state_date = CASE WHEN d.state IN ('open', 'queued') THEN d.state_date ELSE excluded.state_date END
    ), judged_numbers AS (
        SELECT count(*) FILTER (WHERE j.verdict IN ('is read', 'is unknown')) AS compared,
               count(*) FILTER (WHERE j.verdict = 'is left alone') AS passed_over,
               coalesce(bool_or(j.result ? 'subscriptions'), false) AS services,
               coalesce(bool_or(jsonb_path_exists(j.result, '$.subscriptions[*] ? (@.start_date > "" || @.end_date > "")')), false) AS windows,
               coalesce(bool_or(j.result ? 'stbs'), false) AS boxes
        FROM judged_cards AS j
    ), found_numbers AS (
        SELECT count(DISTINCT f.card) AS unlike, count(*) FILTER (WHERE f.kind = 'missing') AS missing,
               count(*) FILTER (WHERE f.kind = 'extra') AS extra,
               count(*) FILTER (WHERE f.kind = 'wrong_window' AND f.cas_has <> '{}') AS wrong_window,
               count(*) FILTER (WHERE f.kind = 'wrong_window' AND f.cas_has = '{}') AS undated,
               count(*) FILTER (WHERE f.kind = 'wrong_pairing') AS wrong_pairing,
               count(*) FILTER (WHERE f.kind = 'unknown_card') AS unknown_card
        FROM found_differences AS f
    ), counted_differences AS (
        UPDATE contego.reconciliation AS n
        SET compared = n.compared + j.compared, unlike = n.unlike + f.unlike, passed_over = n.passed_over + j.passed_over,
            missing = n.missing + f.missing, extra = n.extra + f.extra, wrong_window = n.wrong_window + f.wrong_window,
            undated = n.undated + f.undated, wrong_pairing = n.wrong_pairing + f.wrong_pairing,
            unknown_card = n.unknown_card + f.unknown_card, services_returned = n.services_returned OR j.services,
            windows_returned = n.windows_returned OR j.windows, boxes_returned = n.boxes_returned OR j.boxes
        FROM judged_numbers AS j, found_numbers AS f
        WHERE n.run = r.id AND (j.compared > 0 OR j.passed_over > 0)
    )
    SELECT coalesce(array_agg(j.position) FILTER (WHERE j.verdict NOT IN ('waits', 'comes again')), '{}'), count(*) FILTER (WHERE j.verdict = 'is unknown')
    INTO settled, unknown
    FROM judged_cards AS j;
END
$$;

-- Each request and each card is found through an index, as in contego.claim.
ALTER FUNCTION contego.compare_cards SET jit = off;
ALTER FUNCTION contego.compare_cards SET enable_seqscan = off;
ALTER FUNCTION contego.compare_cards SET enable_hashjoin = off;
ALTER FUNCTION contego.compare_cards SET enable_mergejoin = off;

REVOKE ALL ON FUNCTION contego.compare_cards FROM PUBLIC;
COMMENT ON FUNCTION contego.compare_cards IS 'Part of contego.feed_runs: compares the cards of a reconciliation whose requests have ended.';
