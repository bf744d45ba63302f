-- Runs: what start_run refuses and counts, the window, the pace, the verbs, and the rights. The daemon's call is made by hand here.
BEGIN;
SELECT no_plan();
CREATE ROLE one_crm LOGIN IN ROLE contego_crm;
CREATE ROLE other_crm LOGIN IN ROLE contego_crm;
CREATE ROLE an_operator LOGIN IN ROLE contego_operator;
CREATE ROLE a_supporter LOGIN IN ROLE contego_support;
GRANT USAGE ON SCHEMA tap TO PUBLIC;
CREATE TABLE public.kept (card text, entry integer, text text);
INSERT INTO public.kept SELECT lpad(n::text, 11, '0'), n, 'number ' || n FROM generate_series(1, 10) AS n;
GRANT SELECT ON public.kept TO one_crm;
CREATE TABLE public.hidden (card text);
CREATE FUNCTION public.destructive() RETURNS text LANGUAGE plpgsql AS $$ BEGIN DELETE FROM public.kept; RETURN '1'; END $$;

-- As a daemon calls it; the clock of a look is not the transaction's, so that a test need not wait.
CREATE FUNCTION public.look(of_run bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE contego.run SET next_look = '-infinity', paced_date = '-infinity' WHERE id = of_run;
    UPDATE contego.run SET next_look = '2100-01-01' WHERE id <> of_run;
    PERFORM contego.feed_runs('{default}');
END $$;
-- As a daemon records: all requests of the run, with this disposition.
CREATE FUNCTION public.answer(of_run bigint, disposition text, at_most integer DEFAULT 100000) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[] := ARRAY(SELECT o.id FROM contego.request_open AS o WHERE o.process_id = of_run::text AND o.progress = 'QUEUED' ORDER BY o.id LIMIT at_most);
BEGIN
    UPDATE contego.request_open SET progress = 'IN_FLIGHT', claimed_by = 1, claimed_date = now(), fence = 77 WHERE id = ANY (ids);
    PERFORM contego.record(verdict_request_id => ids, verdict_fence => array_fill(77::bigint, ARRAY[cardinality(ids)]),
                           verdict_disposition => array_fill(disposition, ARRAY[cardinality(ids)]),
                           verdict_code => array_fill(CASE disposition WHEN 'reject' THEN 'NO_SUCH_CARD' END, ARRAY[cardinality(ids)]));
END $$;
CREATE FUNCTION public.state(of_run bigint) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', state, waiting, in_flight, done, failed, cancelled) FROM contego.run_progress WHERE run = of_run $$;

-- Runs that are refused.
SELECT throws_matching($$SELECT contego.start_run('BECOME_SUBSCRIBER', '{1}')$$, 'action must be one of', 'an action of the CRM is no direct command');
SELECT throws_matching($$SELECT contego.start_run('UPDATE_CA_PIN_TO_GIVEN_VALUE', '{1}')$$, 'cannot hold PINs', 'a run holds no PIN');
SELECT throws_matching($$SELECT contego.start_run('SEND_MAIL_MESSAGE_TO_CLIENT', '{1}', parameters => '{"new_pin": "1234"}')$$, 'cannot hold PINs', 'not even as a parameter');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS')$$, 'either as a list or as a query', 'the cards are missing');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{1}', 'SELECT 1 AS card')$$, 'either as a list or as a query', 'the cards are given twice');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{1}', pace => 0)$$, 'pace must be above 0', 'pace 0');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{1}', pace => 'NaN')$$, 'pace must be above 0', 'pace NaN');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{1}', pace => 'Infinity')$$, 'at most 10000', 'pace without a bound');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{1}', most_in_flight => 0)$$, 'most_in_flight', 'nothing in flight');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{1}', priority => 'EXPRESS', most_in_flight => 201)$$, 'at most 200', 'an EXPRESS run that others would wait behind');
SELECT throws_matching($$SELECT contego.start_run('SEND_MAIL_MESSAGE_TO_CLIENT', '{1}', parameters => jsonb_build_object('message', repeat('x', 17000)))$$, '16384 bytes', 'large parameters of all cards');
SELECT throws_matching($$SELECT contego.start_run('SEND_MAIL_MESSAGE_TO_CLIENT', query => 'SELECT 1 AS card, repeat(''x'', 17000) AS m', columns => '{"message": "m"}')$$, '16384 bytes', 'large parameters of one card');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{1,NULL}')$$, 'card 2 of the list is NULL', 'a card that is NULL');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{1}', until_date => '2000-01-01')$$, 'could never send', 'a window in the past');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{1}', from_date => '2100-01-01 23:00+00', until_date => '2100-01-02 05:00+00',
    quiet_from => '22:00', quiet_until => '06:00', time_zone => 'UTC')$$, 'could never send', 'a window inside the quiet hours never opens');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{1}', quiet_from => '22:00', quiet_until => '22:00')$$, 'must differ', 'quiet hours of length 0');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{1}', quiet_from => '22:00', quiet_until => '06:00', time_zone => 'Mars')$$, 'Mars', 'an unknown time zone');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', query => 'DROP TABLE public.kept')$$, 'syntax error', 'a query that drops a table');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', query => 'SELECT 1 AS card) AS q; DROP TABLE public.kept; SELECT (1')$$, '.', 'a query of several statements');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', query => 'SELECT public.destructive() AS card')$$, 'read-only transaction', 'a query that calls a function that writes');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', query => 'SELECT 1/0 AS card')$$, 'division by zero', 'a query that fails');
SELECT throws_ok($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', query => 'SELECT 1 AS number')$$, '42703',
    'run: query: must return a column "card" (it returns none)', 'a query without the column card');
SELECT throws_matching($$SELECT contego.start_run('SEND_MAIL_MESSAGE_TO_CLIENT', query => 'SELECT 1 AS card', columns => '{"message": "text"}')$$,
    '^run: columns: .*column q.text', 'a query without a column of columns');
SELECT throws_ok($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{}')$$, '22023', 'run: cards: must name at least one card (was empty)', 'an empty list');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', query => 'SELECT 1 AS card WHERE false', dry_run => true)$$, 'cards: must name', 'a query without rows');
SELECT throws_matching(format('SELECT contego.start_run(%L, %L, parameters => %L)', action, '{1}', parameters), '^run: parameters.' || missing || ': is mandatory for ' || action, action || ' without ' || missing)
FROM (VALUES ('SEND_MAIL_MESSAGE_TO_CLIENT', '{}', 'message'), ('SEND_MAIL_MESSAGE_TO_CLIENT', '{"message": null}', 'message'),
             ('SEND_REPEATING_BARK_MESSAGE_TO_CLIENT', '{"message": "x", "repetition_count": 2}', 'repetition_interval'),
             ('ADD_SUBSCRIPTIONS', '{}', 'service_ca_id'), ('CREATE_PAIRING', '{}', 'stbs'), ('DISPLAY_FINGERPRINT', '{"position_x": 1}', 'position_y')) AS v (action, parameters, missing);
SELECT throws_matching($$SELECT contego.start_run('ADD_TO_EXISTING_PAIRING', '{1}')$$, 'smartcards or stbs', 'nothing to add to a pairing');
SELECT throws_ok($$SELECT contego.submit_corrective('a reason')$$, '22023', 'submit_corrective: action: is mandatory without of_request (was not given)', 'a corrective request without an action');
INSERT INTO contego.lock (purpose, provider) VALUES ('claim', 'default');
SELECT throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{1}', provider => 'defualt')$$, 'daemons have served default', 'a provider that nobody serves');
SELECT is((SELECT count(*)::integer FROM public.kept), 10, 'no query has changed the table');
SELECT is((SELECT count(*)::integer FROM contego.run), 0, 'nothing that was refused is stored');

-- What a dry run counts.
SELECT results_eq($$SELECT run, is_new, card_count, duplicates, faulty, examples, lasts FROM contego.start_run(
        'GET_ACTIVE_SUBSCRIPTIONS', '{01,02,01,no card}', pace => 2, dry_run => true)$$,
    $$VALUES (NULL::bigint, false, 3, 1, 1, '{no card}'::text[], interval '1.5 seconds')$$, 'a dry run counts cards, duplicates and faults');
SELECT is((SELECT count(*)::integer FROM contego.run), 0, 'a dry run stores nothing');
SELECT results_eq($$SELECT card_count, duplicates FROM contego.start_run('SEND_MAIL_MESSAGE_TO_CLIENT',
        query => 'SELECT card, text FROM public.kept UNION ALL SELECT card, ''other'' FROM public.kept UNION ALL SELECT card, text FROM public.kept -- twice',
        columns => '{"message": "text"}', dry_run => true)$$, $$VALUES (20, 10)$$, 'the same card with other parameters is no duplicate');

-- The quiet hours, over midnight and in a zone that changes its clocks.
SELECT is(contego.next_opening(r, at), opens, 'opens at ' || opens)
FROM (VALUES
    ('22:00'::time, '07:00'::time, '2030-01-10 21:59 Europe/Athens'::timestamptz, '2030-01-10 21:59 Europe/Athens'::timestamptz),
    ('22:00', '07:00', '2030-01-10 22:00 Europe/Athens', '2030-01-11 07:00 Europe/Athens'),
    ('22:00', '07:00', '2030-01-11 06:59:59 Europe/Athens', '2030-01-11 07:00 Europe/Athens'),
    ('22:00', '07:00', '2030-01-11 07:00 Europe/Athens', '2030-01-11 07:00 Europe/Athens'),
    ('22:00', '07:00', '2030-03-30 23:00 Europe/Athens', '2030-03-31 07:00 Europe/Athens'),
    ('12:00', '14:00', '2030-01-10 13:00 Europe/Athens', '2030-01-10 14:00 Europe/Athens'),
    (NULL, NULL, '2020-01-01 00:00+00', '2029-01-01 00:00+00')
) AS given (quiet_from, quiet_until, at, opens)
CROSS JOIN LATERAL jsonb_populate_record(NULL::contego.run, jsonb_build_object(
    'from_date', '2029-01-01 00:00+00', 'quiet_from', quiet_from, 'quiet_until', quiet_until, 'time_zone', 'Europe/Athens')) AS r;

-- A run from its start to its end.
CREATE TEMPORARY TABLE made AS
SELECT * FROM contego.start_run('SEND_MAIL_MESSAGE_TO_CLIENT', query => 'SELECT card, entry, text, ''S-'' || entry AS who FROM public.kept ORDER BY card',
    columns => '{"message": "text", "communication_queue_number": "entry", "subscription": "who"}',
    parameters => '{"start_indication": "2030-01-01T00:00:00Z"}', pace => 4, idempotency_key => 'mails');
SELECT is((SELECT run FROM contego.start_run('SEND_MAIL_MESSAGE_TO_CLIENT', '{1}', idempotency_key => 'mails')), (SELECT run FROM made), 'the same key starts no second run');
SELECT public.look(run) FROM made;
SELECT is(public.state(run), 'RUNNING 6 4 0 0 0', 'a run feeds a second of its pace at once at most') FROM made;
SELECT results_eq($$SELECT parameters, subscription, process_name, process_id FROM contego.request WHERE subscription = 'S-1'$$,
    $$SELECT '{"smartcard_ca_id": "00000000001", "message": "number 1", "communication_queue_number": "1", "start_indication": "2030-01-01T00:00:00Z"}'::jsonb,
             'S-1', 'MAIL_BARK_MESSAGE_UTILITY', run::text FROM made$$, 'the request has the parameters of the run and of the card');
UPDATE contego.run SET next_look = '-infinity', paced_date = clock_timestamp();
SELECT contego.feed_runs('{default}');
SELECT is(public.state(run), 'RUNNING 6 4 0 0 0', 'nothing is fed before its time') FROM made;
SELECT public.answer(run, 'complete', 3), public.answer(run, 'reject', 1) FROM made;
SELECT public.look(run) FROM made;
SELECT is(public.state(run), 'RUNNING 2 4 3 1 0', 'ended requests are counted, and the next cards are fed') FROM made;
SELECT is((SELECT refused FROM contego.pause_run((SELECT run FROM made), 'lunch')), NULL, 'the run pauses');
SELECT is(public.state(run), 'PAUSED 6 0 3 1 0', 'its requests that are not in flight are withdrawn at once') FROM made;
SELECT is((SELECT array_agg(DISTINCT error_code || ' ' || error_description) FROM contego.request WHERE progress = 'CANCELLED'),
    ARRAY['WITHDRAWN run ' || run || ': paused by ' || session_user || ': lunch'], 'and say why') FROM made;
SELECT public.look(run) FROM made;
SELECT is(public.state(run), 'PAUSED 6 0 3 1 0', 'a paused run feeds nothing') FROM made;
SELECT is((SELECT refused FROM contego.pause_run((SELECT run FROM made))), 'it is PAUSED', 'a paused run cannot be paused');
SELECT contego.resume_run(run) FROM made;
SELECT public.look(run), public.look(run) FROM made;
SELECT public.answer(run, 'complete') FROM made;
SELECT public.look(run) FROM made;
SELECT is(public.state(run), 'DONE 0 0 9 1 0', 'the run is done when no request of it is open') FROM made;
SELECT results_eq($$SELECT card, progress, error_code FROM contego.run_result WHERE run = (SELECT run FROM made) AND progress <> 'DONE'$$,
    $$VALUES ('00000000004', 'REJECTED', 'NO_SUCH_CARD')$$, 'each card has its result');
SELECT results_eq($$SELECT progress, error_code, cards FROM contego.run_error WHERE run = (SELECT run FROM made)$$,
    $$VALUES ('REJECTED', 'NO_SUCH_CARD', 1::bigint)$$, 'errors are counted');
SELECT contego.retry_failed(run, 'it exists now') FROM made;
SELECT is(public.state(run), 'RUNNING 1 0 9 0 0', 'rejected cards wait again') FROM made;
SELECT public.look(run), public.answer(run, 'complete'), public.look(run) FROM made;
SELECT is(public.state(run), 'DONE 0 0 10 0 0', 'and get another request') FROM made;
SELECT is((SELECT count(*)::integer FROM contego.request AS q WHERE q.progress = 'DONE'), 10, 'no card was done twice');
SELECT is((SELECT array_agg(verb || ':' || before || ':' || after || ':' || coalesce(reason, '') ORDER BY id) FROM contego.operator_action WHERE run = (SELECT run FROM made)),
    '{start::RUNNING:,pause:RUNNING:PAUSED:lunch,resume:PAUSED:RUNNING:,"retry_failed:DONE:RUNNING:it exists now"}'::text[], 'the actions are kept');
SELECT is((SELECT refused FROM contego.retry_failed((SELECT run FROM made))), 'it has no card whose request was rejected', 'nothing is left to retry');

-- Cancel.
CREATE TEMPORARY TABLE cut AS SELECT * FROM contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', ARRAY(SELECT card FROM public.kept), pace => 3);
SELECT public.look(run) FROM cut;
UPDATE contego.request_open SET progress = 'IN_FLIGHT', claimed_by = 1, claimed_date = now(), fence = 77
WHERE id = (SELECT min(request_id) FROM contego.run_fed WHERE run = (SELECT run FROM cut));
SELECT contego.cancel_run(run, 'wrong list') FROM cut;
SELECT is(public.state(run), 'CANCELLED 0 1 0 0 9', 'a request in flight is not cancelled') FROM cut;
UPDATE contego.request_open SET progress = 'RETRYING', claimed_by = NULL WHERE progress = 'IN_FLIGHT';
SELECT public.look(run) FROM cut;
SELECT is(public.state(run), 'CANCELLED 0 0 0 0 10', 'it is cancelled when it would be sent again') FROM cut;
SELECT is((SELECT refused FROM contego.resume_run((SELECT run FROM cut))), 'it is CANCELLED', 'a cancelled run does not go on');
SELECT public.look(run) FROM cut;
SELECT is((SELECT count(*)::integer FROM contego.request_open), 0, 'nothing is left in the queue');
SELECT is((SELECT refused FROM contego.forget_run((SELECT run FROM cut))), NULL, 'it can be forgotten');
SELECT is((SELECT count(*)::integer FROM contego.run_card WHERE run = (SELECT run FROM cut)), 0, 'with its cards');

-- A run stops itself.
CREATE TEMPORARY TABLE bad AS SELECT * FROM contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', ARRAY(SELECT n::text FROM generate_series(1, 300) AS n));
SELECT public.look(run), public.answer(run, 'reject'), public.look(run) FROM bad;
SELECT is(public.state(run), 'PAUSED 200 0 0 100 0', 'a run pauses when a hundred requests fail one after the other') FROM bad;
SELECT contego.resume_run(run) FROM bad;
SELECT public.look(run), public.answer(run, 'complete'), public.look(run) FROM bad;
SELECT is(public.state(run), 'RUNNING 0 100 100 100 0', 'a person may let it go on') FROM bad;
SELECT contego.cancel_run(run) FROM bad;

-- Windows.
CREATE TEMPORARY TABLE later AS SELECT * FROM contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{1,2}', from_date => now() + interval '1 hour', until_date => now() + interval '2 hours');
SELECT public.look(run) FROM later;
SELECT is(public.state(run), 'RUNNING 2 0 0 0 0', 'nothing is sent before the window') FROM later;
UPDATE contego.run SET from_date = now() - interval '1 hour' WHERE id = (SELECT run FROM later);
SELECT public.look(run) FROM later;
SELECT is(public.state(run), 'RUNNING 0 2 0 0 0', 'the window opens') FROM later;
UPDATE contego.run SET quiet_from = (now() AT TIME ZONE 'UTC')::time - interval '1 hour', quiet_until = (now() AT TIME ZONE 'UTC')::time + interval '1 hour', time_zone = 'UTC' WHERE id = (SELECT run FROM later);
SELECT public.look(run) FROM later;
SELECT is(public.state(run), 'RUNNING 2 0 0 0 0', 'in quiet hours the requests that wait are withdrawn') FROM later;
UPDATE contego.run SET quiet_from = NULL, quiet_until = NULL, until_date = now() WHERE id = (SELECT run FROM later);
SELECT public.look(run) FROM later;
SELECT is(public.state(run), 'EXPIRED 0 0 0 0 2', 'after the window the run expires') FROM later;

-- An error in one run pauses it.
CREATE TEMPORARY TABLE broken AS SELECT * FROM contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{1,2}');
UPDATE contego.run_card SET parameters = '["no object"]' WHERE run = (SELECT run FROM broken) AND position = 2;
SELECT public.look(run) FROM broken;
SELECT is(public.state(run), 'PAUSED 2 0 0 0 0', 'a card that cannot be a request pauses its run only') FROM broken;
SELECT matches((SELECT why FROM contego.run_progress WHERE run = (SELECT run FROM broken)), 'parameters', 'and the run says why');

-- After the database has lost data, the latest feeding may be lost, too.
CREATE TEMPORARY TABLE lost AS SELECT * FROM contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{1,2,3}', pace => 1);
SELECT public.look(run) FROM lost;
UPDATE contego.lineage SET number = number + 1;
SELECT public.look(run) FROM lost;
SELECT is(public.state(run), 'RUNNING 1 2 0 0 0', 'a failover without a loss changes nothing') FROM lost;
UPDATE contego.lineage SET number = number + 1, lost = 'a claim is missing';
SELECT public.look(run) FROM lost;
SELECT is(public.state(run), 'PAUSED 3 0 0 0 0', 'a run pauses after a loss') FROM lost;
SELECT contego.resume_run(run) FROM lost;
SELECT public.look(run) FROM lost;
SELECT is(public.state(run), 'RUNNING 2 1 0 0 0', 'and goes on when a person resumes it') FROM lost;

-- A person paused the run before the loss was known.
SELECT contego.pause_run(run) FROM lost;
UPDATE contego.lineage SET number = number + 1;
SELECT matches((SELECT refused FROM contego.resume_run(run)), 'has lost data', 'then the first resume tells of the loss') FROM lost;
SELECT is((SELECT after FROM contego.resume_run(run)), 'RUNNING', 'and the second goes on') FROM lost;

-- While claiming is stopped, nobody knows which requests may have been sent.
SELECT public.look(run) FROM lost;
UPDATE contego.lineage SET confirmed_date = NULL;
SELECT is((SELECT after FROM contego.pause_run(run)), 'PAUSED', 'a run is paused while claiming is stopped') FROM lost;
SELECT is((SELECT count(*)::integer FROM contego.request_open WHERE process_id = run::text AND progress = 'QUEUED'), 1, 'but takes no request back') FROM lost;
SELECT matches((SELECT refused FROM contego.withdraw_many(ARRAY(SELECT id FROM contego.request_open WHERE process_id = run::text))), 'may have lost data', 'nor is a request withdrawn') FROM lost;
UPDATE contego.request_open SET maybe_sent = true WHERE process_id = (SELECT run::text FROM lost);
UPDATE contego.lineage SET confirmed_date = now();
SELECT public.look(run) FROM lost;
SELECT is((SELECT count(*)::integer FROM contego.request_open WHERE process_id = run::text AND progress = 'QUEUED'), 1, 'and a request that may have been sent stays') FROM lost;

-- A person runs a rejected request again whose card waits for another request.
CREATE TEMP TABLE twice AS SELECT run FROM contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{77701,77702}');
SELECT public.look(run), public.answer(run, 'reject') FROM twice;
SELECT contego.pause_run(run), contego.retry_failed(run) FROM twice;
SELECT count(*) FROM contego.retry((SELECT min(id) FROM contego.request WHERE process_id = (SELECT run::text FROM twice)), 'the card is registered now');
SELECT contego.resume_run(run) FROM twice;
SELECT public.look(run) FROM twice;
SELECT is((SELECT count(*)::integer FROM contego.request WHERE process_id = run::text), 3, 'then only the other card gets another request') FROM twice;
SELECT public.answer(run, 'complete') FROM twice;
SELECT public.look(run) FROM twice;
SELECT is(public.state(run), 'DONE 0 0 2 0 0', 'and both are counted') FROM twice;

-- A person runs a rejected request of a run again that has ended.
CREATE TEMP TABLE late AS SELECT run FROM contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{77711,77712}');
SELECT public.look(run), public.answer(run, 'reject', 1), public.answer(run, 'complete'), public.look(run) FROM late;
SELECT is(public.state(run), 'DONE 0 0 1 1 0', 'one of two cards fails') FROM late;
SELECT count(*) FROM contego.retry((SELECT id FROM contego.request WHERE process_id = (SELECT run::text FROM late) AND progress = 'REJECTED'), 'registered');
SELECT is(public.state(run), 'DONE 0 1 1 0 0', 'a retried request is in flight, and failed no longer') FROM late;
SELECT is((contego.poll(0, '{default}', '0', '1 second')).feeding, true, 'a daemon is told to look after the run');
SELECT contego.feed_runs('{default}');
SELECT public.look(run) FROM late;
SELECT is(public.state(run), 'DONE 0 1 1 0 0', 'a run takes no retried request back, even if it has ended') FROM late;
SELECT public.answer(run, 'complete'), public.look(run) FROM late;
SELECT is(public.state(run), 'DONE 0 0 2 0 0', 'and counts its end') FROM late;
SELECT is((SELECT count(*)::integer FROM contego.run_fed WHERE run = (SELECT run FROM late)), 0, 'no card is left over');
SELECT is((SELECT attended FROM contego.run WHERE id = (SELECT run FROM late)), false, 'nobody looks after the run any more');

-- A cancel while rejected cards wait for another request.
CREATE TEMP TABLE dropped AS SELECT run FROM contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{77721,77722,77723}', pace => 2);
SELECT public.look(run), public.answer(run, 'reject'), contego.pause_run(run), contego.retry_failed(run), contego.cancel_run(run) FROM dropped;
SELECT is(public.state(run), 'CANCELLED 0 0 0 2 1', 'cards that were rejected and wait count as failed after a cancel') FROM dropped;
SELECT results_eq($$SELECT progress, count(*) FROM contego.run_result WHERE run = (SELECT run FROM dropped) AND error_code = 'NO_SUCH_CARD' GROUP BY 1$$,
    $$SELECT progress, cards FROM contego.run_error WHERE run = (SELECT run FROM dropped)$$, 'and both views count the same errors');

-- The person behind a run, and the metrics.
SET contego.on_behalf_of = 'Ada';
CREATE TEMP TABLE person AS SELECT run FROM contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{77731,77732}', pace => 1);
RESET contego.on_behalf_of;
SELECT public.look(run) FROM person;
SELECT is((SELECT array_agg(DISTINCT on_behalf_of) FROM contego.request WHERE process_id = run::text), '{Ada}', 'the requests name the person behind the run') FROM person;
SELECT is((SELECT on_behalf_of FROM contego.run_progress WHERE run = (SELECT run FROM person)), 'Ada', 'and so does the run');
CREATE TEMP TABLE counted AS SELECT * FROM contego.run_stats;
SELECT contego.pause_run(run) FROM person;
SELECT is((SELECT paused FROM contego.run_stats), (SELECT paused + 1 FROM counted), 'a run that a person paused is counted as such');
SELECT contego.resume_run(run) FROM person;
UPDATE contego.run SET failed_in_a_row = 100 WHERE id = (SELECT run FROM person);
SELECT public.look(run) FROM person;
SELECT is((SELECT paused_itself FROM contego.run_stats), (SELECT paused_itself + 1 FROM counted), 'a run that paused itself is counted apart');
SELECT contego.resume_run(run), public.look(run), public.look(run), public.answer(run, 'reject'), public.look(run) FROM person;
SELECT is((SELECT failed FROM contego.run_stats), (SELECT failed + 2 FROM counted) - CASE WHEN (SELECT state FROM contego.run_progress WHERE run = (SELECT run FROM person)) = 'DONE' THEN 2 ELSE 0 END, 'failed cards of open runs are counted');

-- Old runs are forgotten with the months.
UPDATE contego.run SET finished_date = now() - interval '3 months' WHERE id = (SELECT run FROM late);
SELECT is((SELECT step FROM contego.drop_month(3)), 'nothing', 'a run that ended less than that many months ago stays');
UPDATE contego.run SET finished_date = now() - interval '3 months 1 second' WHERE id = (SELECT run FROM late);
SELECT is((SELECT array_agg(s.step || ' ' || s.gone) FROM generate_series(1, 3) AS n CROSS JOIN LATERAL (SELECT * FROM contego.drop_month(2 + n - n)) AS s),
    '{cleared 2,cleared 1,nothing 0}', 'a run that ended long ago is forgotten with its cards, in steps');
SELECT is((SELECT count(*)::integer FROM contego.run_progress WHERE run = (SELECT run FROM late)), 0, 'and is gone');
SELECT is((SELECT count(*)::integer FROM contego.request WHERE process_id = run::text), 2, 'its requests stay') FROM late;

-- Rights.
GRANT SELECT ON made TO PUBLIC;
SET SESSION AUTHORIZATION other_crm;
SELECT tap.is((SELECT count(*)::integer FROM contego.run_progress), 0, 'a CRM does not see the runs of another login');
SELECT tap.is((SELECT refused FROM contego.cancel_run((SELECT max(run) FROM pg_temp.made))), 'there is no such run', 'and cannot change them');
SELECT tap.throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', query => 'SELECT card FROM public.hidden')$$, 'permission denied for table hidden', 'a query has the rights of its login');
SELECT tap.throws_matching($$SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', query => 'SELECT card FROM contego.run_card')$$, 'permission denied', 'also on the tables of the schema');
SET SESSION AUTHORIZATION one_crm;
SELECT tap.is((SELECT card_count FROM contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', query => 'SELECT card FROM public.kept', process_id => 'owned')), 10, 'a CRM starts a run');
SELECT tap.is((SELECT count(*)::integer FROM contego.run_progress), 1, 'and sees it');
RESET SESSION AUTHORIZATION;
SELECT public.look(max(id)) FROM contego.run;
SET SESSION AUTHORIZATION one_crm;
SELECT tap.is((SELECT count(*)::integer FROM contego.request WHERE process_id = 'owned'), 10, 'it owns the requests');
SET SESSION AUTHORIZATION a_supporter;
SELECT tap.cmp_ok((SELECT count(*)::integer FROM contego.run_progress), '>', 3, 'support sees all runs');
SELECT tap.throws_matching($$SELECT contego.pause_run(1)$$, 'permission denied', 'and changes none');
SET SESSION AUTHORIZATION an_operator;
SELECT tap.is((SELECT after FROM contego.pause_run((SELECT max(run) FROM contego.run_progress))), 'PAUSED', 'an operator pauses the run of a CRM');
RESET SESSION AUTHORIZATION;

SELECT * FROM finish();
ROLLBACK;
