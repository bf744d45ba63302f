-- The ledger of entitlements: what completed requests give and take, in any order of entering, under every verb; and the refresh of a card.
BEGIN;
SELECT no_plan();
SELECT contego.open_feed();
CREATE ROLE ledger_crm LOGIN IN ROLE contego_crm;
CREATE ROLE ledger_support LOGIN IN ROLE contego_support;
CREATE ROLE ledger_operator LOGIN IN ROLE contego_operator;
GRANT USAGE ON SCHEMA tap TO PUBLIC;

CREATE FUNCTION public.ask(action text, parameters jsonb) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO contego.request (action, parameters) VALUES (action, parameters) RETURNING id $$;
-- As a daemon records, a second after the latest end.
CREATE FUNCTION public.ends(request bigint, disposition text DEFAULT 'complete') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE contego.request_open SET progress = 'IN_FLIGHT', claimed_by = 1, claimed_date = now(), fence = 77, blocked_by = NULL WHERE id = request;
    PERFORM contego.record(verdict_request_id => ARRAY[request], verdict_fence => ARRAY[77::bigint], verdict_disposition => ARRAY[disposition],
                           verdict_code => ARRAY[CASE disposition WHEN 'reject' THEN 'NO_SUCH_CARD' END]);
    PERFORM pg_sleep(0.001);
END $$;
CREATE FUNCTION public.done(action text, parameters jsonb) RETURNS void LANGUAGE sql AS $$ SELECT public.ends(public.ask(action, parameters)) $$;
CREATE FUNCTION public.kept(of_card text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM contego.number_finished();
    PERFORM contego.keep_ledger();
    RETURN (SELECT string_agg(kind || ' ' || name, ', ' ORDER BY kind, name) FROM contego.entitled WHERE card = of_card AND given);
END $$;
CREATE FUNCTION public.due(of_card text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(kind || ' ' || name, ', ' ORDER BY kind, name) FROM contego.due_to('default', of_card) $$;

SELECT throws_matching('SELECT contego.close_feed(), contego.build_ledger()', 'the feed of finished requests is closed', 'the ledger needs the feed');
SELECT contego.open_feed(), contego.build_ledger();

-- Direct commands.
SELECT public.done('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "01", "service_ca_id": "1111"}'),
       public.done('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "01", "service_ca_id": "2222", "start_date": "2020-01-01T00:00:00Z", "end_date": "2120-01-01T00:00:00Z"}'),
       public.done('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "01", "service_ca_id": "3333", "end_date": "2020-01-01T00:00:00Z"}'),
       public.done('CREATE_PAIRING', '{"smartcards": [{"smartcard_ca_id": "01"}], "stbs": [{"stb_ca_id": "91"}]}');
SELECT is(public.kept('01'), 'box 91, service 1111, service 2222, service 3333', 'direct commands give services and boxes');
SELECT is(public.due('01'), 'box 91, service 1111, service 2222', 'a service whose window has ended is not due');
SELECT public.done('CANCEL_SUBSCRIPTIONS', '{"smartcard_ca_id": "01", "service_ca_id": "1111"}');
SELECT is(public.due('01'), 'box 91, service 2222', 'services that are due are known before the ledger has them');
SELECT is(public.kept('01'), 'box 91, service 2222, service 3333', 'and the ledger follows');
SELECT is((SELECT given FROM contego.entitled WHERE card = '01' AND name = '1111'), false, 'the end of a service is kept, with its request');

-- Requests that are not completed.
SELECT public.ends(public.ask('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "02", "service_ca_id": "1111"}'), 'reject');
SELECT contego.cancel(public.ask('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "02", "service_ca_id": "2222"}'));
SELECT public.ask('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "02", "service_ca_id": "3333"}');
SELECT is(public.kept('02'), NULL, 'a request that is rejected, cancelled or open gives nothing');
CREATE TEMPORARY TABLE refused AS SELECT id FROM contego.request WHERE parameters ->> 'smartcard_ca_id' = '02' AND progress = 'REJECTED';
SELECT contego.cancel(id) FROM contego.request_open;
SELECT contego.retry(id) FROM refused;
SELECT public.ends(id) FROM refused;
SELECT is(public.kept('02'), 'service 1111', 'a rejected request that is retried gives its services when it is completed');

-- Requests that a person closed.
SELECT contego.close(public.ask('ACTIVATE_SUBSCRIPTION', '{"distributions": [{"distributor": "R", "smartcards": ["03"], "stbs": ["93"], "services": ["1111", "2222"]}]}'), 'at the console');
SELECT is(public.kept('03'), 'box 93, service 1111, service 2222', 'a closed request counts as done by hand');
SELECT contego.close(public.ask('ADD_SUBSCRIPTIONS', p), 'at the console')
FROM unnest('{"{}", "{\"smartcard_ca_id\": {}, \"service_ca_id\": []}", "{\"smartcard_ca_id\": \"03\", \"service_ca_id\": \"x\"}"}'::jsonb[]) AS p;
SELECT contego.close(public.ask('ADD_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', repeat('7', 9000), 'service_ca_id', '1')), 'at the console');
SELECT contego.close(public.ask('ACTIVATE_SUBSCRIPTION', p), 'at the console')
FROM unnest('{"{\"distributions\": 7}", "{\"distributions\": [7, [], {\"smartcards\": \"03\", \"services\": 3, \"added\": 7}]}"}'::jsonb[]) AS p;
SELECT is(public.kept('03'), 'box 93, service 1111, service 2222, service 3', 'a closed request that is no good request stops nothing');
SELECT contego.close(public.ask('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "07", "service_ca_id": "1111", "end_date": "2020-02-31"}'), 'at the console');
SELECT is(public.kept('07') || public.due('07'), 'service 1111service 1111', 'a date that does not exist has not passed');
SELECT public.done('CANCEL_SUBSCRIPTIONS', '{"smartcard_ca_id": "03", "service_ca_id": "3"}'), public.done('CANCEL_SUBSCRIPTIONS', '{"smartcard_ca_id": "07", "service_ca_id": "1111"}');
SELECT public.done('TERMINATE_SUBSCRIPTION', '{"distributions": [{"distributor": "R", "smartcards": ["03"], "stbs": ["93"], "services": ["1111", "2222"]}]}');
SELECT is(public.kept('03'), 'box 93', 'turning off takes the services, and no command ends a pairing');

-- Entering twice, and in the wrong order.
CREATE TEMPORARY TABLE before AS SELECT * FROM contego.entitlement;
SELECT contego.enter_entitlements(ARRAY(SELECT id FROM contego.request_finished ORDER BY id DESC));
SELECT contego.enter_entitlements(ARRAY[id]) FROM contego.request_finished ORDER BY id DESC;
SELECT set_eq('SELECT * FROM contego.entitlement', 'SELECT * FROM before', 'requests may be entered again, in any order');
UPDATE contego.entitlement SET given = NOT given, start_date = 'broken';
SELECT contego.build_ledger();
SELECT set_eq('SELECT * FROM contego.entitlement', 'SELECT * FROM before', 'the history builds the same ledger');
SELECT is(contego.keep_ledger(), 0, 'nothing is left to enter');
SELECT is(contego.forget_finished(1000000000) > 0, true, 'positions that the ledger has read may be forgotten');
SELECT public.done('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "04", "service_ca_id": "1111"}');
SELECT contego.number_finished();
SELECT is(contego.forget_finished(1000000000), 0::bigint, 'others are kept');
SELECT is(public.kept('04'), 'service 1111', 'until the ledger has read them');

-- Refresh.
CREATE TEMPORARY TABLE refreshed AS SELECT * FROM contego.refresh('01', reason => 'no picture');
SELECT is((SELECT array_agg(r.action || ' ' || q.priority || ' ' || q.parameters ORDER BY r.request_id) FROM refreshed AS r JOIN contego.request AS q ON q.id = r.request_id),
    ARRAY['REFRESH EXPRESS {"distributions": [{"stbs": ["91"], "services": [], "smartcards": ["01"], "distributor": "REFRESH"}]}',
          'ADD_SUBSCRIPTIONS EXPRESS {"end_date": "2120-01-01T00:00:00Z", "start_date": "2020-01-01T00:00:00Z", "service_ca_id": "2222", "smartcard_ca_id": "01"}'],
    'a refresh sends everything that is due, each window as a request of its own');
SELECT is((SELECT count(*)::integer FROM contego.operator_action WHERE verb = 'refresh' AND reason = 'no picture'), 2, 'who refreshed is kept');
SELECT public.ends(id) FROM contego.request_open;
SELECT is(public.due('01'), 'box 91, service 2222', 'a refresh changes nothing in the ledger');
SELECT is((SELECT count(*)::integer FROM contego.refresh('no such card')), 0, 'an unknown card has nothing to refresh');
SELECT public.ask('CANCEL_SUBSCRIPTIONS', '{"smartcard_ca_id": "04", "service_ca_id": "1111"}');
SELECT is((SELECT count(*)::integer FROM contego.refresh('04')), 0, 'a service that an open request takes away is not sent again');
SELECT contego.cancel(id) FROM contego.request_open;
INSERT INTO contego.request (action, parameters, subscription)
VALUES ('ACTIVATE_SUBSCRIPTION', '{"distributions": [{"distributor": "R", "smartcards": ["05", "06"], "services": ["1111"]}]}', 'S-5');
SELECT public.ends(id) FROM contego.request_open;
SELECT is((SELECT string_agg(of_card, ' ' ORDER BY of_card) FROM contego.refresh(subscription => 'S-5')), '05 06', 'a refresh of a subscription sends all its cards');
SELECT contego.cancel(id) FROM contego.request_open;
SELECT public.kept('05');
CREATE TEMPORARY TABLE made AS SELECT run FROM contego.refresh(query => 'SELECT DISTINCT card FROM contego.entitled WHERE given ORDER BY card', pace => 1000);
SELECT public.done('CANCEL_SUBSCRIPTIONS', '{"smartcard_ca_id": "06", "service_ca_id": "1111"}');
UPDATE contego.run SET paced_date = '-infinity';
SELECT contego.feed_runs('{default}');
SELECT is((SELECT string_agg(DISTINCT substr(l, 6), ' ') FROM contego.request_open AS o, unnest(o.lanes) AS l WHERE l LIKE 'card:%' AND (o.parameters -> 'distributions' -> 0) ?| '{stbs,services}'), '01 02 03 04 05',
    'a run looks up the services of a card when it feeds it');
SELECT is((SELECT count(*)::integer FROM contego.request_open), 7, 'a card with nothing due completes without a command; a window is one more request');
SELECT throws_matching($$SELECT contego.refresh('01', 'S-5')$$, 'only one of them', 'one of the three is given');

-- Rights.
SET SESSION AUTHORIZATION ledger_crm;
SELECT tap.throws_matching($$SELECT contego.refresh('01')$$, 'permission denied', 'a CRM does not refresh cards, since it would see the services of others');
SELECT tap.throws_matching($$SELECT contego.start_run('REFRESH', '{01}')$$, 'only an operator', 'not by a run either');
SELECT tap.throws_matching('SELECT count(*) FROM contego.entitled', 'permission denied', 'and does not read the ledger');
SET SESSION AUTHORIZATION ledger_support;
SELECT tap.cmp_ok((SELECT count(*)::integer FROM contego.entitled), '>', 5, 'support reads the ledger');
SET SESSION AUTHORIZATION ledger_operator;
SELECT tap.is((SELECT count(*)::integer FROM contego.refresh('05')), 1, 'an operator refreshes a card');
RESET SESSION AUTHORIZATION;

SELECT * FROM finish();
ROLLBACK;
