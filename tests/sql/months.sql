-- A finished request goes to its month with its commands. A month is dropped with all its rows in other tables.
BEGIN;
SELECT plan(40);

-- Records the outcomes of commands, from the position `first` on, and the disposition of their request; NULL: it has none yet.
CREATE FUNCTION pg_temp.record(of_request bigint, first integer, came_to text[], verdict text) RETURNS bigint[] LANGUAGE sql AS $$
    SELECT r.stale
    FROM (
        SELECT o.id, o.fence, array_agg(first - 1 + c.n ORDER BY c.n) FILTER (WHERE c.n IS NOT NULL) AS places,
               array_agg(o.id) FILTER (WHERE c.n IS NOT NULL) AS ids, array_agg(o.fence) FILTER (WHERE c.n IS NOT NULL) AS fences
        FROM contego.request_open AS o
        LEFT JOIN generate_series(1, cardinality(came_to)) AS c (n) ON true
        WHERE o.id = of_request
        GROUP BY o.id, o.fence
    ) AS o
    CROSS JOIN LATERAL contego.record(
        command_request_id => o.ids, command_fence => o.fences, command_sequence => o.places::smallint[],
        command_type => ARRAY(SELECT 'ADD_SUBSCRIPTIONS' FROM unnest(o.places)),
        command_parameters => ARRAY(SELECT '{"n": 1}'::jsonb FROM unnest(o.places)),
        command_request => ARRAY(SELECT 'sent ' || place FROM unnest(o.places) AS place),
        command_response => ARRAY(SELECT 'answered' FROM unnest(o.places)),
        command_reference => ARRAY(SELECT 'ref-' || place FROM unnest(o.places) AS place),
        command_status => ARRAY(SELECT 'OK' FROM unnest(o.places)), command_exchange => ARRAY(SELECT 'answered' FROM unnest(o.places)),
        command_outcome => came_to, command_result => ARRAY(SELECT '{"paired": true}'::jsonb FROM unnest(o.places)),
        command_sent_age => ARRAY(SELECT 20.0::float8 FROM unnest(o.places)),
        command_duration => ARRAY(SELECT 15.0::float8 FROM unnest(o.places)),
        verdict_request_id => ARRAY(SELECT o.id WHERE verdict IS NOT NULL), verdict_fence => ARRAY[o.fence],
        verdict_disposition => ARRAY[verdict], verdict_code => ARRAY[CASE verdict WHEN 'complete' THEN NULL ELSE 'X' END],
        verdict_delay => '{0}', verdict_counts => '{true}', verdict_sent_age => '{30}') AS r
$$;
CREATE FUNCTION pg_temp.claimed() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM contego.claim((SELECT max(id) FROM contego.daemon), 'default', 10)
$$;
-- Counts the commands of a request among the open ones and in the month of its end.
CREATE FUNCTION pg_temp.lie(of_request bigint) RETURNS text LANGUAGE sql AS $$
    SELECT (SELECT count(*) FROM contego.command_open AS c WHERE c.request_id = of_request) || ' open, '
        || (SELECT count(*) FROM contego.command_finished AS c JOIN contego.request_finished AS r
            ON r.id = c.request_id AND r.finished_date = c.finished_date WHERE r.id = of_request) || ' finished'
$$;
CREATE FUNCTION pg_temp.insert_one(card text) RETURNS bigint LANGUAGE sql AS $$
    SELECT request_id FROM contego.submit('ADD_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', card, 'service_ca_id', '1111'),
                                          subscription => 'S-1', process_id => 'RUN-1', idempotency_key => 'key-' || card)
$$;
SELECT contego.join_fleet('one', 'host-1', 1, '1.0', interval '1 hour') AS daemon \gset

-- Months are created before they are needed.
SELECT results_eq('SELECT month, state FROM contego.months',
                  $$SELECT (contego.month_of(now()) + make_interval(months => n))::date, CASE n WHEN 0 THEN 'current' ELSE 'made ahead' END
                    FROM generate_series(0, 2) AS n$$, 'this month and the next two exist');
SELECT is_empty('SELECT contego.make_months()', 'an existing month is not created again');
SET LOCAL timezone = 'America/New_York';
SELECT contego.make_month('2001-01-31 23:59:59+00');
INSERT INTO contego.request_finished (id, owned_by, action, parameters, life_cycle_state, progress, finished_date) OVERRIDING SYSTEM VALUE
SELECT n, 'crm', 'A', '{}', 'COMPLETED', 'DONE', t::timestamptz
FROM (VALUES (-1, '2001-01-01 00:00:00+00'), (-2, '2001-01-31 23:59:59.999999+00')) AS edge (n, t);
SELECT is((SELECT count(*) FROM contego.request_finished_2001_01), 2::bigint, 'a month begins and ends in UTC, in any time zone of the session');
SELECT throws_ok($$INSERT INTO contego.request_finished (id, owned_by, action, parameters, life_cycle_state, progress, finished_date)
                   OVERRIDING SYSTEM VALUE VALUES (-1, 'crm', 'A', '{}', 'COMPLETED', 'DONE', '2001-01-15 00:00:00+00')$$, '23505', NULL,
                 'no request occurs twice in a month');
RESET timezone;
DROP TABLE contego.request_finished_2001_01, contego.command_finished_2001_01;
DELETE FROM contego.month WHERE month = '2001-01-01';

-- One call writes a command once.
SELECT pg_temp.insert_one('a') AS one \gset
SELECT pg_temp.insert_one('b') AS two \gset
SELECT pg_temp.insert_one('c') AS three \gset
SELECT pg_temp.claimed();
SELECT pg_temp.record(:one, 1, '{success}', 'complete');
SELECT is(pg_temp.lie(:one), '0 open, 1 finished', 'a command that ends its request goes to the month at once');
SELECT is((SELECT count(*) FROM contego.attempt WHERE request_id = :one), 1::bigint, 'and the views see it');
SELECT is((SELECT n_tup_ins FROM pg_stat_xact_user_tables WHERE relname = 'command_open'), 0::bigint, 'and nothing was written twice');

-- Commands that were written before the request ended.
SELECT pg_temp.record(:two, 1, '{success}', NULL);
SELECT is(pg_temp.lie(:two), '1 open, 0 finished', 'a command of a request that goes on is among the open ones');
SELECT to_jsonb(c) - 'finished_date' AS before FROM contego.command AS c WHERE request_id = :two \gset
SELECT pg_temp.record(:two, 2, '{success}', 'complete');
SELECT is(pg_temp.lie(:two), '0 open, 2 finished', 'it moves when the request ends');
SELECT is((SELECT to_jsonb(c) - 'finished_date' FROM contego.command AS c WHERE request_id = :two AND sequence = 1), :'before'::jsonb,
          'with all its columns');

-- A command that is tried again.
SELECT pg_temp.record(:three, 1, '{success,retry}', 'retry');
SELECT is(pg_temp.lie(:three), '2 open, 0 finished', 'a request that is tried again keeps its commands among the open ones');
SELECT pg_temp.claimed();
SELECT pg_temp.record(:three, 2, '{rejected}', 'reject');
SELECT is(pg_temp.lie(:three), '0 open, 2 finished', 'they move when it ends');
SELECT is((SELECT string_agg(attempt || ' ' || outcome, ', ' ORDER BY attempt) FROM contego.attempt WHERE request_id = :three AND sequence = 2),
          '1 retry, 2 rejected', 'and every attempt is there');
SELECT is((SELECT first_sent_date < sent_date FROM contego.command WHERE request_id = :three AND sequence = 2), true,
          'the first attempt''s date is kept');

-- A person sends it again, and ends it.
SELECT is((SELECT after FROM contego.retry(:three)), 'QUEUED', 'a rejected request may be sent again');
SELECT is(pg_temp.lie(:three), '2 open, 0 finished', 'its commands come back with it');
SELECT is((SELECT finished #> '{0,sequence}' FROM contego.claim(:daemon, 'default', 10) WHERE id = :three), '1'::jsonb, 'and what succeeded is known to the claim');
SELECT pg_temp.record(:three, 1, '{}', 'hold');
SELECT contego.cancel(:three);
SELECT is(pg_temp.lie(:three), '0 open, 2 finished', 'cancelled, they go to the month');
SELECT pg_temp.insert_one('closed') AS closed \gset
SELECT pg_temp.claimed();
SELECT pg_temp.record(:closed, 1, '{hold}', 'hold');
SELECT contego.close(:closed, 'done by hand');
SELECT is(pg_temp.lie(:closed), '0 open, 1 finished', 'closed, it goes there as well');

-- The current month is missing.
SELECT 'contego.request_finished' || to_char(contego.month_of(now()), '_YYYY_MM') AS requests,
       'contego.command_finished' || to_char(contego.month_of(now()), '_YYYY_MM') AS commands \gset
DROP TABLE :requests, :commands;
DELETE FROM contego.month WHERE month = contego.month_of(now());
SELECT pg_temp.insert_one('d') AS four \gset
SELECT pg_temp.claimed();
SELECT pg_temp.record(:four, 1, '{success}', 'complete');
SELECT is(pg_temp.lie(:four), '0 open, 1 finished', 'recording creates the month if it is missing');
SELECT is((SELECT state FROM contego.months WHERE month = contego.month_of(now())), 'current', 'and enters it');

-- A month of 5000 requests, rejected long ago, and rows that do not belong to it.
SELECT contego.open_feed();
SELECT contego.month_of(now() - interval '3 months') AS old \gset
SELECT contego.make_month(:'old'::timestamp AT TIME ZONE 'UTC');
INSERT INTO contego.request_finished (id, owned_by, action, parameters, subscription, process_id, idempotency_key, life_cycle_state, progress,
                                      error_code, lanes, finished_date)
OVERRIDING SYSTEM VALUE
SELECT 1000000 + n, 'crm', 'A', '{}', 'S-1', 'RUN-1', 'old-' || n, 'REJECTED', 'REJECTED', 'X', ARRAY['card:a', 'box:' || n], :'old'::timestamp AT TIME ZONE 'UTC'
FROM generate_series(1, 5000) AS n;
INSERT INTO contego.command (request_id, sequence, type, parameters, outcome, attempts, fence, finished_date)
SELECT id, 1, 'A', '{}', 'rejected', 2, 1, finished_date FROM contego.request_finished WHERE id > 1000000;
INSERT INTO contego.former_attempt (request_id, sequence, attempt, type, outcome, fence, recorded_date)
SELECT id, 1, 1, 'A', 'retry', 1, now() FROM contego.request_finished WHERE id > 1000000;
INSERT INTO contego.idempotency (provider, idempotency_key, owned_by, request_id) SELECT provider, idempotency_key, owned_by, id FROM contego.request_finished WHERE id > 1000000;
INSERT INTO contego.subject
SELECT split_part(lane, ':', 1), split_part(lane, ':', 2), id FROM contego.request_finished CROSS JOIN unnest(lanes) AS lane WHERE id > 1000000
UNION ALL SELECT 'subscription', 'S-1', id FROM contego.request_finished WHERE id > 1000000
UNION ALL SELECT 'process', 'RUN-1', id FROM contego.request_finished WHERE id > 1000000;
SELECT pg_temp.insert_one('a2') AS open_one \gset
UPDATE contego.request_open SET created_date = '2001-01-01' WHERE id = :open_one;
INSERT INTO contego.command (request_id, sequence, type, parameters, outcome, attempts, fence) VALUES (:open_one, 1, 'A', '{}', 'retry', 1, 1);
INSERT INTO contego.former_attempt (request_id, sequence, attempt, type, outcome, fence, recorded_date)
VALUES (:open_one, 1, 1, 'A', 'retry', 1, '2001-01-01');
SELECT contego.number_finished();
CREATE TEMP VIEW others AS
SELECT (SELECT count(*) FROM contego.request WHERE id < 1000000) AS requests, (SELECT count(*) FROM contego.command WHERE request_id < 1000000) AS commands,
       (SELECT count(*) FROM contego.subject WHERE request_id < 1000000) AS subjects,
       (SELECT count(*) FROM contego.idempotency WHERE request_id < 1000000) AS keys,
       (SELECT count(*) FROM contego.former_attempt WHERE request_id < 1000000) AS attempts;
CREATE TEMP TABLE as_it_was AS SELECT * FROM others;

SELECT throws_ok('SELECT contego.drop_month(0)', '22023', NULL, 'retention_months must be at least 1');
SELECT throws_ok('SELECT contego.drop_month(NULL)', '22023', NULL, 'and must be given');
SELECT results_eq('SELECT month, step FROM contego.drop_month(3)', $$VALUES (NULL::date, 'nothing')$$, 'a month is kept for retention_months');
SELECT is((SELECT after FROM contego.preview('retry', ARRAY[1005000])), 'QUEUED', 'until then its requests may be sent again');
SELECT results_eq('SELECT month, step FROM contego.drop_month(2)', format('VALUES (%L::date, %L)', :'old', 'begun'), 'then dropping it begins');
SELECT is((SELECT state FROM contego.months WHERE month = :'old'), 'is being dropped', 'and contego.months shows it');
SELECT is((SELECT refused FROM contego.retry(1005000)), 'it is so old that it is about to be dropped; submit a new request',
          'from now on none of its requests is sent again');
SELECT results_eq('SELECT step, gone FROM contego.drop_month(2)', $$VALUES ('cleared', 2000::bigint)$$, 'its rows in other tables are deleted in slices');
SELECT is((SELECT count(*) FROM contego.subject WHERE request_id > 1000000), 12000::bigint, 'of 2000 requests each');
SELECT results_eq('SELECT gone FROM contego.drop_month(2)', 'VALUES (2000::bigint)', 'one after the other');
SELECT results_eq('SELECT gone FROM contego.drop_month(2)', 'VALUES (1000::bigint)', 'to the last');
SELECT is((SELECT count(*) FROM contego.feed WHERE request_id > 1000000), 5000::bigint, 'then the feed');
SELECT results_eq('SELECT step, gone FROM contego.drop_month(2)', $$VALUES ('cleared', 5000::bigint)$$, 'in slices too');
SELECT results_eq('SELECT month, step FROM contego.drop_month(2)', format('VALUES (%L::date, %L)', :'old', 'dropped'), 'then the month itself');
SELECT results_eq('SELECT month, step FROM contego.drop_month(2)', $$VALUES (NULL::date, 'nothing')$$, 'and that is all');
SELECT is((SELECT count(*) FROM contego.request WHERE id > 1000000) + (SELECT count(*) FROM contego.command WHERE request_id > 1000000)
          + (SELECT count(*) FROM contego.subject WHERE request_id > 1000000) + (SELECT count(*) FROM contego.idempotency WHERE request_id > 1000000)
          + (SELECT count(*) FROM contego.former_attempt WHERE request_id > 1000000) + (SELECT count(*) FROM contego.feed WHERE request_id > 1000000),
          0::bigint, 'nothing is left of its requests');
SELECT results_eq('SELECT * FROM others', 'SELECT * FROM as_it_was', 'no other row is deleted');
SELECT is((SELECT progress FROM contego.request WHERE id = :open_one), 'QUEUED', 'an open request stays, however old it is');
SELECT is((SELECT is_new FROM contego.submit('A', '{}', idempotency_key => 'old-1')), true, 'a key may be used again after its request was dropped');

SELECT * FROM finish();
ROLLBACK;
