-- The views show the life of requests, which the daemon's own functions play through.
BEGIN;
SELECT plan(22);

CREATE FUNCTION pg_temp.insert_for(cards text[]) RETURNS bigint LANGUAGE sql AS $$
    SELECT request_id FROM contego.submit('CREATE_PAIRING', jsonb_build_object('smartcards', (
        SELECT jsonb_agg(jsonb_build_object('smartcard_ca_id', card)) FROM unnest(cards) AS card)), subscription => 'S-1', process_id => 'RUN-1')
$$;
CREATE FUNCTION pg_temp.verdict(of_request bigint, what text, code text DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    SELECT contego.record(
        command_request_id => ARRAY[o.id], command_fence => ARRAY[o.fence], command_sequence => '{1}', command_type => ARRAY[o.action],
        command_parameters => ARRAY['{}'::jsonb], command_exchange => '{answered}',
        command_outcome => ARRAY[CASE what WHEN 'complete' THEN 'success' WHEN 'reject' THEN 'rejected' ELSE what END],
        command_code => ARRAY[code], command_sent_age => '{20}', command_duration => '{15}',
        verdict_request_id => ARRAY[o.id], verdict_fence => ARRAY[o.fence], verdict_disposition => ARRAY[what], verdict_code => ARRAY[code],
        verdict_sent_age => '{20}', verdict_delay => '{60000}', verdict_counts => '{true}')
    FROM contego.request_open AS o WHERE o.id = of_request
$$;

SELECT contego.join_fleet('one', 'host-1', 1, '1.0', interval '1 hour') AS daemon \gset
SELECT pg_temp.insert_for('{a}') AS first \gset
SELECT pg_temp.insert_for('{a,b}') AS second \gset
SELECT pg_temp.insert_for('{b}') AS third \gset
SELECT pg_temp.insert_for('{c}') AS alone \gset
SELECT count(id) AS claimed FROM contego.claim(:daemon, 'default', 10) \gset

SELECT is(:claimed, 2, 'two of four may be sent');
SELECT results_eq('SELECT request_id, daemon, daemon_lives FROM contego.in_flight ORDER BY request_id',
                  format('VALUES (%s::bigint, %L, true), (%s, %L, true)', :first, 'one', :alone, 'one'), 'in_flight shows the requests and their daemon');
SELECT results_eq('SELECT lane, blocker, blocker_progress, waiting FROM contego.blocked_lane ORDER BY lane',
                  format($$VALUES ('card:a', %s::bigint, 'IN_FLIGHT', 1::bigint), ('card:b', %s, 'BLOCKED', 1)$$, :first, :second),
                  'each lane shows the request that no other can pass');
SELECT is((SELECT why FROM contego.blocked_lane WHERE lane = 'card:b'), format('it waits itself for request %s on another lane', :first),
          'a blocker that waits itself shows its own blocker');
SELECT results_eq('SELECT due, blocked, in_flight, queued, held, express, daemons FROM contego.queue_health',
                  'VALUES (4::bigint, 2::bigint, 2::bigint, 0::bigint, 0::bigint, 0::bigint, 1::bigint)', 'queue_health counts the requests');
SELECT is_empty('SELECT * FROM contego.stuck', 'a request that has just begun is not stuck');

SELECT pg_temp.verdict(:first, 'hold', 'MAYBE_SENT');
SELECT pg_temp.verdict(:alone, 'retry', 'SYSTEM_ERROR');
SELECT results_eq('SELECT request_id, progress, error_code, waiting_behind FROM contego.stuck ORDER BY request_id',
                  format($$VALUES (%s::bigint, 'HELD', 'MAYBE_SENT', 1::bigint), (%s, 'RETRYING', 'SYSTEM_ERROR', 0)$$, :first, :alone),
                  'held and retrying requests are stuck, and show how many others wait');
SELECT is((SELECT why FROM contego.blocked_lane WHERE lane = 'card:a'), 'it waits for a person', 'a held blocker waits for a person');
SELECT results_eq('SELECT error_code, progress, requests FROM contego.error_summary ORDER BY error_code',
                  $$VALUES ('MAYBE_SENT', 'HELD', 1::bigint), ('SYSTEM_ERROR', 'RETRYING', 1)$$, 'open errors are summed up');
SELECT is((SELECT string_agg(event, ', ' ORDER BY event_date, step) FROM contego.timeline WHERE request_id = :alone AND event <> 'inserted'),
          'sent, answered, to be retried', 'a timeline has the steps of an attempt');

SELECT contego.cancel(:first, 'seen at the CAS');
SELECT is((SELECT by_whom FROM contego.timeline WHERE request_id = :first AND event = 'cancel'), session_user::text, 'and the verbs of a person');
SELECT contego.retry(:alone, 'at once');
SELECT count(id) AS claimed FROM contego.claim(:daemon, 'default', 10) \gset
SELECT is(:claimed, 2, 'the lane is free, and the other request is tried again');
SELECT pg_temp.verdict(:alone, 'complete');
SELECT pg_temp.verdict(:second, 'reject', 'CLIENT_NOT_FOUND');
SELECT results_eq(format('SELECT attempt, latest, outcome FROM contego.command_log WHERE request_id = %s ORDER BY attempt', :alone),
                  $$VALUES (1, false, 'retry'), (2, true, 'success')$$, 'command_log has every attempt');
SELECT results_eq('SELECT sum(finished)::bigint, sum(completed)::bigint, sum(rejected)::bigint FROM contego.throughput',
                  'VALUES (3::bigint, 1::bigint, 2::bigint)', 'throughput counts finished requests');
SELECT ok((SELECT count(*) FROM contego.throughput) >= 1440, 'a minute without finished requests has a row, too');
SELECT is((SELECT sum(requests) FROM contego.error_summary WHERE progress = 'REJECTED' AND error_code = 'CLIENT_NOT_FOUND'), 1::numeric,
          'error_summary counts rejected requests');
SELECT is((SELECT finished_per_minute FROM contego.queue_health), 0.3, 'the rate is of ten minutes');

SELECT is((SELECT array_agg(request_id ORDER BY request_id) FROM contego.card_history WHERE card = 'a'), ARRAY[:first, :second]::bigint[],
          'a card has its history, finished or not');
SELECT is((SELECT array_agg(request_id ORDER BY request_id) FROM contego.card_history WHERE card = 'b'), ARRAY[:second, :third]::bigint[],
          'so has the other card of the same request');
SELECT is((SELECT count(*) FROM contego.subscription_history WHERE subscription = 'S-1'), 4::bigint, 'so has a subscription');
SELECT is((SELECT count(*) FROM contego.process_history WHERE process = 'RUN-1'), 4::bigint, 'so has a process');

-- A rejected request that is sent again is inserted again, under its number.
SELECT contego.cancel(:third, 'not needed');
SELECT contego.retry(:second, 'registered meanwhile');
SELECT is((SELECT array_agg(progress ORDER BY request_id) FROM contego.card_history WHERE card = 'b'), ARRAY['QUEUED', 'CANCELLED'],
          'a request that is sent again is in the history once');

SELECT * FROM finish();
ROLLBACK;
