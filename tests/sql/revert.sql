-- Undo: what contego.revert plans for every kind of mistake, what it leaves alone, the run, the history of the ledger, and the rights.
BEGIN;
SELECT no_plan();
SELECT contego.open_feed();
CREATE ROLE revert_crm LOGIN IN ROLE contego_crm;
CREATE ROLE revert_support LOGIN IN ROLE contego_support;
CREATE ROLE revert_operator LOGIN IN ROLE contego_operator;
GRANT USAGE ON SCHEMA tap TO PUBLIC;

CREATE FUNCTION public.ends(request bigint, disposition text DEFAULT 'complete') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE contego.request_open SET progress = 'IN_FLIGHT', claimed_by = 1, claimed_date = now(), fence = 77, blocked_by = NULL WHERE id = request;
    PERFORM contego.record(verdict_request_id => ARRAY[request], verdict_fence => ARRAY[77::bigint], verdict_disposition => ARRAY[disposition],
                           verdict_code => ARRAY[CASE disposition WHEN 'reject' THEN 'NO_SUCH_CARD' END]);
    PERFORM pg_sleep(0.001);
END $$;
CREATE FUNCTION public.ask(action text, parameters jsonb, process text DEFAULT 'right') RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO contego.request (action, parameters, process_id) VALUES (action, parameters, process) RETURNING id $$;
CREATE FUNCTION public.done(action text, parameters jsonb, process text DEFAULT 'right') RETURNS void LANGUAGE sql AS $$
    SELECT public.ends(public.ask(action, parameters, process)) $$;
CREATE FUNCTION public.adds(card text, service text, process text DEFAULT 'right', until text DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    SELECT public.done('ADD_SUBSCRIPTIONS', jsonb_strip_nulls(jsonb_build_object('smartcard_ca_id', card, 'service_ca_id', service, 'end_date', until)), process) $$;
CREATE FUNCTION public.cancels(card text, service text, process text DEFAULT 'right') RETURNS void LANGUAGE sql AS $$
    SELECT public.done('CANCEL_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', card, 'service_ca_id', service), process) $$;
CREATE FUNCTION public.keep() RETURNS void LANGUAGE sql AS $$ SELECT contego.number_finished(), contego.keep_ledger() $$;
CREATE FUNCTION public.planned(of_card text, process text DEFAULT 'wrong', cancel_unknown boolean DEFAULT false) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', effect, kind, name, end_date), ', ' ORDER BY kind, name)
    FROM contego.preview_revert(filter => jsonb_build_object('process_id', process), cancel_unknown => cancel_unknown) WHERE card = of_card $$;
CREATE FUNCTION public.state(of_card text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', kind, name, end_date), ', ' ORDER BY kind, name) FROM contego.due_to('default', of_card) $$;
CREATE FUNCTION public.look(of_run bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE contego.run SET next_look = '-infinity', paced_date = '-infinity' WHERE id = of_run;
    PERFORM contego.feed_runs('{default}');
END $$;
CREATE FUNCTION public.goes(of_run bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.look(of_run);
    PERFORM public.ends(o.id) FROM (SELECT q.id FROM contego.request_open AS q WHERE q.process_id = of_run::text ORDER BY q.id) AS o;
    PERFORM public.look(of_run);
    PERFORM public.keep();
    RETURN (SELECT concat_ws(' ', state, done, failed) FROM contego.run_progress WHERE run = of_run);
END $$;
SELECT contego.build_ledger();

-- The state before, and the mistakes.
SELECT public.adds('11', '1111'), public.adds('11', '2222', until => '2120-01-01T00:00:00Z'), public.adds('12', '1111'),
       public.adds('13', '1111', until => '2120-01-01T00:00:00Z'), public.adds('14', '1111'), public.adds('15', '1111'),
       public.adds('18', '1111', until => '2020-01-01T00:00:00Z'), public.adds('19', '1111'), public.adds('20', '1111'), public.adds('21', '1111'),
       public.done('CREATE_PAIRING', '{"smartcards": [{"smartcard_ca_id": "17"}], "stbs": [{"stb_ca_id": "97"}]}');
SELECT public.keep();
CREATE TEMP TABLE before AS SELECT card, public.state(card) FROM unnest('{11,12,13,14,15,18,19,20,21}'::text[]) AS card;
SELECT public.done('DEACTIVATE_SUBSCRIPTION', '{"distributions": [{"distributor": "R", "smartcards": ["11"], "services": ["1111", "2222"]}]}', 'wrong'),
       public.adds('12', '3333', 'wrong'), public.adds('13', '1111', 'wrong', '2130-01-01T00:00:00Z'), public.cancels('14', '1111', 'wrong'),
       public.cancels('15', '1111', 'wrong'), public.cancels('18', '1111', 'wrong'), public.cancels('19', '1111', 'wrong'),
       public.adds('20', '1111', 'wrong'), public.cancels('21', '1111', 'wrong'), public.cancels('22', '1111', 'wrong'),
       public.done('CREATE_PAIRING', '{"smartcards": [{"smartcard_ca_id": "16"}], "stbs": [{"stb_ca_id": "96"}]}', 'wrong'),
       public.done('CHANGE_SUBSCRIPTION_DISTRIBUTION', '{"distributions": [{"distributor": "R", "smartcards": ["17"], "stbs": [], "services": ["5555"], "removed": {"stbs": ["97"]}}]}', 'wrong');
SELECT public.adds('14', '1111'); -- a person has seen it
CREATE TEMP TABLE waits AS SELECT public.ask('CANCEL_SUBSCRIPTIONS', '{"smartcard_ca_id": "15", "service_ca_id": "1111"}') AS id;

SELECT is(public.planned('11'), 'ADD service 1111, ADD service 2222 2120-01-01T00:00:00Z', 'services are added again with their windows');
SELECT is(public.planned('12'), 'UNKNOWN service 3333', 'the CAS may have had a service that no request gave before');
SELECT is(public.planned('12', cancel_unknown => true), 'CANCEL service 3333', 'it is cancelled on the word of a person');
SELECT is(public.planned('13'), 'ADD service 1111 2120-01-01T00:00:00Z', 'a service gets back its former window');
SELECT is(public.planned('14'), 'LEFT_ALONE service 1111', 'a service that another request changed later is left alone');
SELECT is(public.planned('15'), 'LEFT_ALONE service 1111', 'and a service that an open request changes');
SELECT is(public.planned('16'), 'NOT_POSSIBLE box 96', 'no command ends a pairing');
SELECT is(public.planned('17'), 'PAIR box 97', 'a box that was taken away is paired again');
SELECT is(public.planned('18'), 'NOTHING service 1111', 'a window that has ended is not opened again');
SELECT is(public.planned('20'), 'NOTHING service 1111', 'an order of what the card had is no change');
SELECT is(public.planned('22'), 'UNKNOWN service 1111', 'nobody knows the window of a service that was never ordered here');
SELECT matches((SELECT why FROM contego.preview_revert(filter => '{"process_id": "wrong"}') WHERE card = '14'), '^request \d+ changed it later$', 'the preview says why');
SELECT is((SELECT count(*) FROM contego.preview_revert(filter => '{"process_id": "wrong"}')), 13::bigint, 'no other card is touched');

-- The history outlives the requests. Before the ledger has them, the requests themselves tell.
SELECT public.keep();
SELECT is(public.planned('11'), 'ADD service 1111, ADD service 2222 2120-01-01T00:00:00Z', 'the ledger plans the same as the requests');
SELECT is((SELECT string_agg(concat_ws(' ', name, given, end_date), ', ' ORDER BY name) FROM contego.former_entitlement WHERE card = '11'),
    '1111 t, 2222 t 2120-01-01T00:00:00Z', 'the ledger keeps the former entries');
DELETE FROM contego.subject WHERE name IN ('11', '19') AND request_id NOT IN (SELECT id FROM contego.request WHERE process_id = 'wrong');
SELECT is(public.planned('11'), 'ADD service 1111, ADD service 2222 2120-01-01T00:00:00Z', 'also if the requests before are no longer kept');
DELETE FROM contego.former_entitlement WHERE card = '19';
SELECT is(public.planned('19'), 'UNKNOWN service 1111', 'without the history nobody knows');
CREATE TEMP TABLE history AS SELECT * FROM contego.former_entitlement;
SELECT contego.enter_entitlements(ARRAY(SELECT id FROM contego.request_finished ORDER BY id DESC));
SELECT bag_eq($$SELECT * FROM contego.former_entitlement WHERE card <> '19'$$, $$SELECT * FROM history$$, 'entering requests again changes no history');
SELECT is(public.planned('19'), 'ADD service 1111', 'and brings back the history of requests that are kept');

-- Refusals.
SELECT throws_ok($$SELECT contego.revert(filter => '{"process_id": "wrong"}')$$, '22023', 'revert: reason: is mandatory (was not given)', 'a reason is mandatory');
SELECT throws_ok($$SELECT contego.revert(filter => '{"process_id": "wrong"}', reason => ' ')$$, '22023', NULL, 'a blank is none');
SELECT throws_matching($$SELECT contego.revert(reason => 'x')$$, 'either a run or a filter', 'nothing is given');
SELECT throws_matching($$SELECT contego.revert(1, '{"process_id": "wrong"}', 'x')$$, 'either a run or a filter', 'both are given');
SELECT throws_matching($$SELECT contego.revert(999999, reason => 'x')$$, 'revert: there is no run 999999', 'an unknown run');
SELECT throws_matching($$SELECT contego.revert(filter => '{}', reason => 'x')$$, 'empty filter', 'an empty filter');
SELECT throws_matching($$SELECT contego.revert(filter => '{"process_id": "wrong"}', reason => 'x', pace => 0)$$, 'pace must be above 0', 'a pace of 0');
SELECT throws_matching($$SELECT contego.start_run('REVERT', '{1}')$$, 'action must be one of', 'nobody starts such a run with a list');
SELECT throws_ok($$SELECT contego.revert(filter => '{"process_id": "no such batch"}', reason => 'x')$$, 'P0002', 'revert: the filter matches no request', 'a filter that matches nothing is a mistake');
SELECT throws_ok($$SELECT contego.preview_revert(filter => '{"process_id": "no such batch"}')$$, 'P0002', 'revert: the filter matches no request', 'in a preview, too');
SELECT throws_ok($$SELECT contego.revert(filter => '{"cards": "01"}', reason => 'x')$$, '22023', 'filter.cards: must be a list (was 01)', 'cards that are no list');
SELECT throws_ok($$SELECT contego.revert(filter => '"wrong"', reason => 'x')$$, '22023', 'filter: must be an object (was "wrong")', 'a filter that is no object');

-- Filters.
SELECT is((SELECT string_agg(DISTINCT card, ' ') FROM contego.preview_revert(filter => '{"process_id": "wrong", "action": "DEACTIVATE_SUBSCRIPTION"}')), '11', 'by action');
SELECT is((SELECT string_agg(DISTINCT card, ' ' ORDER BY card) FROM contego.preview_revert(filter => '{"process_id": "wrong", "cards": ["12", "13"]}')), '12 13', 'by cards');
SELECT throws_matching($$SELECT contego.preview_revert(filter => '{"cards": ["12"], "created_from": "2100-01-01"}')$$, 'matches no request', 'by time');
SELECT throws_matching($$SELECT contego.preview_revert(filter => '{"process_id": "wrong", "source": "another"}')$$, 'matches no request', 'by source');
SELECT is((SELECT count(*) FROM contego.preview_revert(filter => jsonb_build_object('process_id', 'wrong', 'source', session_user))), 13::bigint, 'of the login, too');

-- The run.
SET contego.on_behalf_of = 'Ada';
CREATE TEMP TABLE made AS SELECT * FROM contego.revert(filter => '{"process_id": "wrong"}', reason => 'the batch of tonight was wrong', pace => 1000, cancel_unknown => true);
RESET contego.on_behalf_of;
SELECT results_eq('SELECT requests, cards, commands, left_alone, not_undone FROM made', 'VALUES (12, 12, 7, 2, 2)', 'the undo counts what it does, and what not');
SELECT is((SELECT concat_ws(' ', verb, reason, on_behalf_of, changes ->> 'commands', changes #>> '{filter,process_id}') FROM contego.operator_action WHERE run = (SELECT new_run FROM made)),
    'revert the batch of tonight was wrong Ada 7 wrong', 'the audit names the person, the reason and the filter');
SELECT public.adds('12', '3333', 'right'); -- after the plan, before the run sends
SELECT is((SELECT public.goes(new_run) FROM made), 'DONE 7 0', 'the run sends the opposite commands');
SELECT is((SELECT parameters ->> 'left_alone' ~ 'changed it later' FROM contego.run_result WHERE run = (SELECT new_run FROM made) AND card = '12'), true, 'a card that was changed meanwhile is left alone, and noted');
SELECT is(public.state('12'), 'service 1111, service 3333', 'it keeps what it was given');
SELECT bag_eq($$SELECT card, public.state(card) FROM unnest('{11,13,21}'::text[]) AS card$$, $$SELECT * FROM before WHERE card IN ('11', '13', '21')$$, 'the others have what they had before');
SELECT is((SELECT string_agg(action, ' ' ORDER BY id) FROM contego.request WHERE process_id = (SELECT new_run::text FROM made) AND parameters::text LIKE '%"11"%'),
    'ADD_SUBSCRIPTIONS ADD_SUBSCRIPTIONS', 'each window is a request of its own');
SELECT is(public.state('17'), 'box 97', 'the box is paired again');
SELECT is((SELECT new_run FROM contego.revert(filter => '{"process_id": "wrong"}', reason => 'twice', cancel_unknown => true)), NULL, 'a second undo finds nothing to send');

-- The undo of an undo, by the number of the run.
CREATE TEMP TABLE back AS SELECT * FROM contego.revert((SELECT new_run FROM made), reason => 'it was right', pace => 1000);
SELECT is((SELECT public.goes(new_run) FROM back), 'DONE 5 0', 'an undo can be undone');
SELECT is(public.state('11'), NULL, 'and the card has nothing again');
SELECT is(public.state('13'), 'service 1111 2130-01-01T00:00:00Z', 'or the other window');

-- A mistake that was rejected half way, or is still open.
SELECT public.adds('31', '1111'), public.adds('32', '1111');
CREATE TEMP TABLE half AS SELECT public.ask('DEACTIVATE_SUBSCRIPTION', '{"distributions": [{"distributor": "R", "smartcards": ["31"], "services": ["1111", "2222"]}]}', 'half') AS id;
INSERT INTO contego.command (request_id, sequence, type, parameters, exchange, outcome, attempts, fence) SELECT id, 1, 'CANCEL_SUBSCRIPTIONS', '{}', 'answered', 'success', 1, 77 FROM half;
SELECT public.ends(id, 'reject') FROM half;
SELECT public.ask('CANCEL_SUBSCRIPTIONS', '{"smartcard_ca_id": "32", "service_ca_id": "1111"}', 'half');
SELECT results_eq($$SELECT card, effect, why ~ 'rejected after', why ~ 'still open' FROM contego.preview_revert(filter => '{"process_id": "half"}') ORDER BY card$$,
    $$VALUES ('31', 'LEFT_ALONE', true, false), ('32', 'LEFT_ALONE', false, true)$$, 'both are told');

-- The history is bounded by the months.
UPDATE contego.former_entitlement SET replaced_date = now() - interval '4 months' WHERE card = '11';
SELECT contego.make_month(now() - interval '4 months');
SELECT s.step FROM generate_series(1, 8) AS n CROSS JOIN LATERAL (SELECT * FROM contego.drop_month(2 + n - n)) AS s;
SELECT is((SELECT count(*)::integer FROM contego.former_entitlement WHERE card = '11'), 0, 'the history goes with the month of the request that replaced it');
SELECT cmp_ok((SELECT count(*)::integer FROM contego.former_entitlement), '>', 3, 'the rest stays');

-- Rights.
SET SESSION AUTHORIZATION revert_crm;
SELECT tap.throws_matching($$SELECT contego.revert(filter => '{"process_id": "wrong"}', reason => 'x')$$, 'permission denied', 'a CRM undoes nothing');
SELECT tap.throws_matching($$SELECT contego.preview_revert(filter => '{"process_id": "wrong"}')$$, 'permission denied', 'and sees no cards of others');
SELECT tap.throws_matching($$SELECT contego.enter_run('{"action": "REVERT"}', '{1}', NULL, NULL, false)$$, 'action must be one of', 'not through the part of start_run either');
SET SESSION AUTHORIZATION revert_support;
SELECT tap.throws_matching($$SELECT contego.revert(filter => '{"process_id": "wrong"}', reason => 'x')$$, 'permission denied', 'nor does support');
SELECT tap.cmp_ok((SELECT count(*)::integer FROM contego.former_entitlement), '>', 3, 'support reads the history');
SET SESSION AUTHORIZATION revert_operator;
SELECT tap.cmp_ok((SELECT count(*)::integer FROM contego.preview_revert(filter => '{"process_id": "wrong"}')), '>', 3, 'an operator previews');
RESET SESSION AUTHORIZATION;

SELECT * FROM finish();
ROLLBACK;
