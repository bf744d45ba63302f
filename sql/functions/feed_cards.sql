-- Inserts requests for the next cards of a run, as many as the pace and most_in_flight allow, but at most 1000. Returns the run. The caller
-- has locked the row of the run, so no other session feeds it. If cards were fed, the function sets the time of the next look. A card that
-- has a request already is fed again only if run_fed says so.
CREATE OR REPLACE FUNCTION contego.feed_cards(r contego.run) RETURNS contego.run
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    open_now record;
    room integer;
    waiting integer[];
    again integer[];
    new_cards integer;
    ids bigint[];
    left_alone jsonb;
BEGIN
    SELECT count(*) FILTER (WHERE o.progress NOT IN ('HELD', 'BLOCKED')) AS moving, count(*) AS total INTO open_now
    FROM contego.run_fed AS f
    JOIN contego.request_open AS o ON o.id = ANY (ARRAY[f.request_id])
    WHERE f.run = r.id AND f.state <> 'failed' AND f.state = 'open';
    -- A thousand held or blocked requests stop the run until some end, so that it cannot fill the table of open requests.
    room := least(1000, r.most_in_flight - open_now.moving, r.most_in_flight + 1000 - open_now.total);
    -- A feeding is one statement, so its bytes are bounded: 2 MiB of common parameters.
    room := least(room, greatest(1, 2097152 / (octet_length(r.parameters::text) + 200)));
    IF r.pace IS NOT NULL THEN
        -- A run that could not send catches up for a second only.
        r.paced_date := greatest(r.paced_date, moment - greatest(interval '1 second', interval '1 second' / r.pace));
        room := least(room, floor(extract(epoch FROM moment - r.paced_date) * r.pace + 0.001));
    END IF;
    IF room <= 0 THEN
        RETURN r;
    END IF;
    waiting := ARRAY(SELECT f.position FROM contego.run_fed AS f
                     WHERE f.run = r.id AND f.state <> 'failed' AND f.state = 'again' ORDER BY f.position LIMIT room);
    -- A person may have run the former request of a card again meanwhile. Another request would do it twice. RECONCILE only
    -- reads a card, and HEAL looks it up for each request, so these two may have another request.
    UPDATE contego.run_fed AS f SET state = 'open'
    WHERE r.action NOT IN ('RECONCILE', 'HEAL') AND f.run = r.id AND f.state <> 'failed' AND f.position = ANY (waiting)
      AND ((SELECT o.id FROM contego.request_open AS o WHERE o.id = f.request_id) IS NOT NULL
           OR (SELECT e.life_cycle_state FROM contego.request_finished AS e WHERE e.id = f.request_id LIMIT 1) = 'COMPLETED');
    again := ARRAY(SELECT f.position FROM contego.run_fed AS f
                   WHERE f.run = r.id AND f.state <> 'failed' AND f.state = 'again' AND f.position = ANY (waiting) ORDER BY f.position);
    new_cards := least(room - cardinality(again), r.cards - r.fed_up_to);
    WITH fed_cards AS MATERIALIZED (
        UPDATE contego.run_card AS c SET request_id = nextval('contego.request_id_seq')
        WHERE c.run = r.id AND c.position = ANY (again || ARRAY(SELECT generate_series(r.fed_up_to + 1, r.fed_up_to + new_cards)))
          AND (c.request_id IS NULL OR c.position = ANY (again))
        RETURNING c.position, c.card, c.parameters, c.request_id
    ), noted_cards AS (
        INSERT INTO contego.run_fed (run, position, request_id)
        SELECT r.id, c.position, c.request_id FROM fed_cards AS c
        ON CONFLICT (run, position) DO UPDATE SET request_id = excluded.request_id, state = 'open'
    ), next_requests AS MATERIALIZED (
        -- Other runs do not need the function, whose call takes some time.
        SELECT c.*, CASE WHEN r.action IN ('REFRESH', 'HEAL', 'REVERT', 'RENEWAL')
                         THEN contego.looked_up_request(r, c.card, c.parameters) END AS looked_up
        FROM fed_cards AS c
    ), inserted_requests AS (
        INSERT INTO contego.request (id, owned_by, on_behalf_of, action, parameters, subscription, process_name, process_id, provider, priority)
        SELECT n.request_id, r.owned_by, r.on_behalf_of, coalesce(n.looked_up ->> 'action', r.action),
               coalesce(n.looked_up -> 'parameters', contego.run_parameters(r.action, n.card, r.parameters, n.parameters)),
               n.parameters ->> 'subscription', r.process_name, r.process_id, r.provider, r.priority
        FROM next_requests AS n
        ORDER BY n.request_id
    )
    SELECT array_agg(n.request_id), jsonb_object_agg(n.position, n.looked_up -> 'objection') FILTER (WHERE n.looked_up ? 'objection')
    INTO ids, left_alone
    FROM next_requests AS n;
    IF left_alone IS NOT NULL THEN
        PERFORM contego.leave_alone(r, left_alone);
    END IF;
    IF r.action = 'REFRESH' THEN -- services with a window are requests of their own, which the run does not count
        WITH more_requests AS (
            INSERT INTO contego.request (id, owned_by, on_behalf_of, action, parameters, process_name, process_id, provider, priority)
            SELECT nextval('contego.request_id_seq'), r.owned_by, r.on_behalf_of, n.action, n.parameters, r.process_name, r.process_id, r.provider, r.priority
            FROM contego.run_card AS c
            CROSS JOIN LATERAL contego.refresh_requests(r.provider, c.card) AS n
            WHERE c.run = r.id AND c.position = ANY (again || ARRAY(SELECT generate_series(r.fed_up_to + 1, r.fed_up_to + new_cards)))
              AND n.action <> 'REFRESH'
            RETURNING id
        )
        SELECT ids || array_agg(m.id) INTO ids FROM more_requests AS m;
    END IF;
    -- The trigger has entered the login of the daemon.
    IF r.created_by <> session_user THEN
        UPDATE contego.request_open AS o SET created_by = r.created_by WHERE o.id = ANY (ids);
    END IF;
    r.fed_up_to := r.fed_up_to + new_cards;
    r.paced_date := coalesce(r.paced_date + (cardinality(again) + new_cards) * interval '1 second' / r.pace, r.paced_date);
    IF cardinality(again) + new_cards > 0 THEN
        r.next_look := clock_timestamp() + CASE WHEN cardinality(again) + new_cards < 1000 THEN interval '100 milliseconds' ELSE interval '0' END;
    END IF;
    RETURN r;
END
$$;

-- Each request and each card is found through an index, as in contego.claim.
ALTER FUNCTION contego.feed_cards SET jit = off;
ALTER FUNCTION contego.feed_cards SET enable_seqscan = off;
ALTER FUNCTION contego.feed_cards SET enable_hashjoin = off;
ALTER FUNCTION contego.feed_cards SET enable_mergejoin = off;

REVOKE ALL ON FUNCTION contego.feed_cards FROM PUBLIC;
COMMENT ON FUNCTION contego.feed_cards IS 'Part of contego.feed_runs: inserts requests for the next cards of a run.';
