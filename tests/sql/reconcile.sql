-- Reconciliation: the comparison of services, windows and pairings; cards that change meanwhile; healing, its bounds and its lookup; the list of a
-- CRM; and the rights. The daemon's calls are made by hand here.
BEGIN;
SELECT no_plan();
SELECT contego.open_feed(), contego.build_ledger();
CREATE ROLE rec_crm LOGIN IN ROLE contego_crm;
CREATE ROLE rec_other LOGIN IN ROLE contego_crm;
CREATE ROLE rec_support LOGIN IN ROLE contego_support;
CREATE ROLE rec_operator LOGIN IN ROLE contego_operator;
GRANT USAGE ON SCHEMA tap TO PUBLIC;

-- The differences of lists of services, in one word each.
CREATE FUNCTION public.unlike(should jsonb, has jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(d.kind || ' ' || d.name, ', ' ORDER BY d.name), 'none') FROM contego.service_differences(should, has, now()) AS d $$;
CREATE FUNCTION public.s(name text, from_now interval DEFAULT NULL, until_then interval DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('service_ca_id', name, 'start_date', now() + from_now, 'end_date', now() + until_then))) $$;
SELECT is(public.unlike(s('1'), s('1')), 'none', 'the same service');
SELECT is(public.unlike(s('1'), '[]'), 'missing 1', 'a missing service');
SELECT is(public.unlike('[]', s('1')), 'extra 1', 'an extra service');
SELECT is(public.unlike(s('1'), s('2')), 'missing 1, extra 2', 'another service');
SELECT is(public.unlike(s('1', NULL, '-1 hour'), '[]'), 'none', 'a window that has ended');
SELECT is(public.unlike('[]', s('1', NULL, '-1 hour')), 'none', 'a service that the CAS lists although it has ended');
SELECT is(public.unlike(s('1', NULL, '-1 hour'), s('1')), 'wrong_window 1', 'a window that has ended, and the CAS still shows it');
SELECT is(public.unlike(s('1', NULL, '1 minute'), '[]'), 'none', 'a window that ends within minutes');
SELECT is(public.unlike(s('1', NULL, '-1 minute'), s('1')), 'none', 'or has just ended');
SELECT is(public.unlike(s('1', '1 day'), '[]'), 'none', 'a window that has not begun');
SELECT is(public.unlike(s('1', '1 day'), s('1', '1 day')), 'none', 'and that the CAS lists');
SELECT is(public.unlike(s('1', '1 day'), s('1', '2 days')), 'wrong_window 1', 'with another start');
SELECT is(public.unlike(s('1'), s('1', '-1 year')), 'none', 'the CAS tells since when it shows a service');
SELECT is(public.unlike(s('1'), s('1', '1 day')), 'wrong_window 1', 'a service that should be shown already');
SELECT is(public.unlike(s('1', NULL, '1 day'), s('1', NULL, '2 days')), 'wrong_window 1', 'another end');
SELECT is(public.unlike(s('1', NULL, '1 day'), s('1', NULL, '1 day 10 seconds')), 'none', 'an end that differs by seconds');
SELECT is(public.unlike(s('1', NULL, '1 day'), s('1')), 'wrong_window 1', 'no end');
SELECT is(public.unlike(s('1'), s('1', NULL, '1 day')), 'wrong_window 1', 'an end that should not be');
SELECT is(public.unlike(s('1'), s('1', NULL, '60 years')), 'none', 'no end, as some systems write it');
SELECT is(public.unlike('[{"service_ca_id": "1", "end_date": "2120-01-01T00:00:00Z"}]', '[{"service_ca_id": "1", "end_date": "2120-01-01T01:00:00+01:00"}]'), 'none', 'another zone');
SELECT is(public.unlike('[{"service_ca_id": "1", "end_date": "2020-02-31"}]', s('1')), 'none', 'a date that does not exist');

-- As daemons do it: the answer is the result of a request on the card, and the ledger follows.
CREATE FUNCTION public.ask(action text, parameters jsonb) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO contego.request (action, parameters) VALUES (action, parameters) RETURNING id $$;
CREATE FUNCTION public.ends(request bigint, result jsonb DEFAULT NULL, code text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_sleep(0.001);
    UPDATE contego.request_open SET progress = 'IN_FLIGHT', claimed_by = 1, claimed_date = now(), fence = 77, blocked_by = NULL WHERE id = request;
    PERFORM contego.record(verdict_request_id => ARRAY[request], verdict_fence => ARRAY[77::bigint], verdict_result => ARRAY[result],
                           verdict_disposition => ARRAY[CASE WHEN code IS NULL THEN 'complete' ELSE 'reject' END], verdict_code => ARRAY[code]);
    PERFORM pg_sleep(0.001);
END $$;
CREATE FUNCTION public.done(action text, parameters jsonb) RETURNS void LANGUAGE sql AS $$ SELECT public.ends(public.ask(action, parameters)) $$;
CREATE FUNCTION public.enter() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM contego.number_finished(); WHILE contego.keep_ledger() > 0 LOOP END LOOP; END $$;
CREATE FUNCTION public.look(of_run bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE contego.run SET next_look = '-infinity', paced_date = '-infinity' WHERE id = of_run;
    UPDATE contego.run SET next_look = '2100-01-01' WHERE id <> of_run;
    PERFORM contego.feed_runs('{default}');
END $$;
-- The request of a card that the run has fed.
CREATE FUNCTION public.of_card(of_run bigint, of_card text) RETURNS bigint LANGUAGE sql AS $$
    SELECT c.request_id FROM contego.run_card AS c WHERE c.run = of_run AND c.card = of_card $$;
CREATE FUNCTION public.asked(of_run bigint, of_card text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT q.parameters - 'smartcard_ca_id' FROM contego.request AS q WHERE q.id = public.of_card(of_run, of_card) $$;
CREATE FUNCTION public.drift(of_card text) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(trim(concat_ws(' ', d.kind, d.name)) || ' ' || d.state, ', ' ORDER BY d.kind, d.name), 'none') FROM contego.drift AS d WHERE d.card = of_card $$;

SELECT public.done('ADD_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', c, 'service_ca_id', '1111')) FROM unnest('{01,02,03,04,05,06}'::text[]) AS c;
SELECT public.done('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "03", "service_ca_id": "2222", "end_date": "2120-01-01T00:00:00Z"}'),
       public.done('CREATE_PAIRING', '{"smartcards": [{"smartcard_ca_id": "04"}], "stbs": [{"stb_ca_id": "94"}]}'),
       public.done('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "07", "service_ca_id": "1111"}'), public.done('CANCEL_SUBSCRIPTIONS', '{"smartcard_ca_id": "07", "service_ca_id": "1111"}');
SELECT public.enter();
CREATE TEMP TABLE rec AS SELECT * FROM contego.reconcile(pace => 10000, reason => 'monthly');
SELECT is((SELECT card_count FROM rec), 7, 'all cards of the ledger are read, also cards that should have nothing');
SELECT public.look(reconciliation) FROM rec;
SELECT is((SELECT count(*)::integer FROM contego.request_open WHERE action = 'RECONCILE'), 7, 'each card is one request');
SELECT public.ends(public.of_card(reconciliation, '01'), '{"subscriptions": [{"service_ca_id": "1111"}], "paired": false, "stbs": []}'),
       public.ends(public.of_card(reconciliation, '02'), '{"subscriptions": [{"service_ca_id": "3333"}], "paired": false, "stbs": []}'),
       public.ends(public.of_card(reconciliation, '03'), '{"subscriptions": [{"service_ca_id": "1111"}, {"service_ca_id": "2222", "end_date": "2110-01-01T00:00:00Z"}]}'),
       public.ends(public.of_card(reconciliation, '04'), '{"subscriptions": [{"service_ca_id": "1111"}], "paired": true, "stbs": ["95"]}'),
       public.ends(public.of_card(reconciliation, '05'), NULL, 'CLIENT_NOT_FOUND'),
       public.ends(public.of_card(reconciliation, '06'), NULL, 'FEATURE_NOT_AVAILABLE'),
       public.ends(public.of_card(reconciliation, '07'), NULL, 'CLIENT_NOT_FOUND') FROM rec;
SELECT public.look(reconciliation) FROM rec;
SELECT is((SELECT compared FROM contego.reconciliations JOIN rec USING (reconciliation)), 0, 'no card is compared before the ledger has all requests before the answer');
SELECT is((SELECT state FROM contego.reconciliations JOIN rec USING (reconciliation)), 'RUNNING', 'and the run goes on');
SELECT public.enter(), public.look(reconciliation) FROM rec;
SELECT is(public.drift('01'), 'none', 'a card that is alike');
SELECT is(public.drift('02'), 'extra 3333 open, missing 1111 open', 'another service');
SELECT is(public.drift('03'), 'none', 'ends more than ten years away are alike');
SELECT is(public.drift('04'), 'wrong_pairing open', 'another box');
SELECT is(public.drift('05'), 'unknown_card open', 'a card that the CAS does not know');
SELECT is(public.drift('06') || public.drift('07'), 'nonenone', 'no difference: a card that could not be read, and an unknown card that should have nothing');
SELECT is((SELECT concat_ws(' ', state, compared, unlike, failed, missing, extra, wrong_window, wrong_pairing, unknown_card, windows_returned) FROM contego.reconciliations JOIN rec USING (reconciliation)),
    'DONE 6 3 2 1 1 0 1 1 t', 'the counts of the reconciliation');
SELECT is((SELECT failed_in_a_row FROM contego.run JOIN rec ON id = reconciliation), 0, 'unknown cards are no failures that pause a run');

-- Windows count only if the CAS returns dates.
CREATE TEMP TABLE dated AS SELECT * FROM contego.reconcile('{03}', pace => 10000);
SELECT public.done('ADD_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', '03', 'service_ca_id', '2222', 'end_date', now() + interval '1 year'));
SELECT public.enter(), public.look(reconciliation) FROM dated;
SELECT public.ends(public.of_card(reconciliation, '03'), '{"subscriptions": [{"service_ca_id": "1111"}, {"service_ca_id": "2222"}], "paired": false, "stbs": []}') FROM dated;
SELECT public.enter(), public.look(reconciliation) FROM dated;
SELECT is(public.drift('03'), 'none', 'a CAS that returns no dates has no wrong windows');
SELECT is((SELECT concat_ws(' ', wrong_window, windows_returned) FROM contego.reconciliations JOIN dated USING (reconciliation)), '0 f', 'and the reconciliation says so');
UPDATE contego.reconciliation SET windows_returned = true WHERE run = (SELECT reconciliation FROM dated);
SELECT is(public.drift('03'), 'wrong_window 2222 open', 'a lost end is a wrong window if other services have dates');

-- A card that changes meanwhile.
CREATE TEMP TABLE busy AS SELECT * FROM contego.reconcile('{01,02}', pace => 10000);
SELECT public.look(reconciliation) FROM busy;
SELECT public.ends(public.of_card(reconciliation, '01'), '{"subscriptions": [], "paired": false, "stbs": []}') FROM busy;
SELECT public.ask('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "01", "service_ca_id": "4444"}');
SELECT public.ends(public.of_card(reconciliation, '02'), '{"subscriptions": [], "paired": false, "stbs": []}') FROM busy;
SELECT public.done('CANCEL_SUBSCRIPTIONS', '{"smartcard_ca_id": "02", "service_ca_id": "1111"}');
CREATE TEMP TABLE former AS SELECT public.of_card(reconciliation, '01') AS request FROM busy;
SELECT public.enter(), public.look(reconciliation) FROM busy;
SELECT is(public.drift('01'), 'none', 'a card with an open request is passed over');
SELECT is(public.drift('02'), 'extra 3333 open, missing 1111 open', 'and so is a card with a newer request');
SELECT isnt(public.of_card(reconciliation, '01'), (SELECT request FROM former), 'they come again') FROM busy;
SELECT public.ends(id) FROM contego.request_open WHERE action = 'ADD_SUBSCRIPTIONS';
SELECT public.ends(public.of_card(reconciliation, '01'), '{"subscriptions": [{"service_ca_id": "1111"}, {"service_ca_id": "4444"}], "paired": false, "stbs": []}'),
       public.ends(public.of_card(reconciliation, '02'), '{"subscriptions": [{"service_ca_id": "3333"}], "paired": false, "stbs": []}') FROM busy;
SELECT public.enter(), public.look(reconciliation) FROM busy;
SELECT is(public.drift('01') || ', ' || public.drift('02'), 'none, extra 3333 open, missing 1111 gone', 'and are compared then');
SELECT is((SELECT concat_ws(' ', state, compared) FROM contego.reconciliations JOIN busy USING (reconciliation)), 'DONE 2', 'each card is compared once');
INSERT INTO contego.request (action, parameters, scheduled_date) VALUES ('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "01", "service_ca_id": "5555"}', now() + interval '1 month');
SELECT is(contego.may_change_soon('default', '01'), false, 'a request that is scheduled for later passes no card over');
SELECT public.ask('SEND_MAIL_MESSAGE_TO_CLIENT', '{"smartcard_ca_id": "01", "message": "hello"}');
SELECT is(contego.may_change_soon('default', '01'), false, 'nor does a message');
CREATE TEMP TABLE held AS SELECT * FROM contego.reconcile('{06}', pace => 10000);
CREATE FUNCTION public.changes_again() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    of_run bigint := (SELECT reconciliation FROM held);
BEGIN
    PERFORM public.look(of_run), public.ends(public.of_card(of_run, '06'), '{"subscriptions": []}'),
            public.done('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "06", "service_ca_id": "1111"}'), public.enter(), public.look(of_run);
END $$;
SELECT public.changes_again() FROM generate_series(1, 6);
SELECT is((SELECT concat_ws(' ', state, compared, passed_over) FROM contego.reconciliations JOIN held USING (reconciliation)), 'DONE 0 1', 'a card that changes six times is left alone');

-- Healing.
SELECT public.done('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "02", "service_ca_id": "1111"}');
SELECT public.enter();
CREATE TEMP TABLE again AS SELECT * FROM contego.reconcile('{02,03,04,05,06}', pace => 10000);
SELECT public.look(reconciliation) FROM again;
SELECT public.ends(public.of_card(reconciliation, '02'), '{"subscriptions": [{"service_ca_id": "3333"}], "paired": false, "stbs": []}'),
       public.ends(public.of_card(reconciliation, '03'), '{"subscriptions": [{"service_ca_id": "1111"}, {"service_ca_id": "2222", "end_date": "2030-01-01T00:00:00Z"}], "stbs": []}'),
       public.ends(public.of_card(reconciliation, '04'), '{"subscriptions": [{"service_ca_id": "1111"}], "paired": false, "stbs": []}'),
       public.ends(public.of_card(reconciliation, '05'), NULL, 'CLIENT_NOT_FOUND'),
       public.ends(public.of_card(reconciliation, '06'), '{"subscriptions": [], "paired": false, "stbs": []}') FROM again;
SELECT public.enter(), public.look(reconciliation) FROM again;
SELECT is((SELECT string_agg(concat_ws(' ', kind, correction, differences, cards, run), ', ' ORDER BY kind) FROM again, contego.heal(reconciliation, preview => true)),
    'extra CANCEL_SUBSCRIPTIONS 1 1, missing ADD_SUBSCRIPTIONS 2 2, unknown_card 1 1, wrong_pairing CREATE_PAIRING 1 1, wrong_window ADD_SUBSCRIPTIONS 1 1',
    'a preview counts the corrections');
SELECT is((SELECT count(*)::integer FROM contego.run WHERE action = 'HEAL'), 0, 'and queues nothing');
SELECT throws_matching('SELECT * FROM contego.heal(999)', 'there is no reconciliation 999', 'an unknown reconciliation');
SELECT throws_matching(format('SELECT * FROM contego.heal(%s, kinds => ''{unknown_card}'')', reconciliation), 'kinds are', 'no command makes a card known') FROM again;
CREATE TEMP TABLE healing AS SELECT DISTINCT run FROM again, contego.heal(reconciliation, reason => 'checked') WHERE run IS NOT NULL;
SELECT is((SELECT concat_ws(' ', verb, reason, changes ->> 'cards') FROM contego.operator_action WHERE run = (SELECT run FROM healing)), 'heal checked 4', 'who healed is kept');
SELECT is(public.drift('05'), 'unknown_card open', 'a person decides about an unknown card');
-- The CRM changes two cards before their requests are fed.
SELECT public.done('CANCEL_SUBSCRIPTIONS', '{"smartcard_ca_id": "06", "service_ca_id": "1111"}');
SELECT public.ask('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "03", "service_ca_id": "2222"}');
SELECT public.look(run) FROM healing;
SELECT is(public.asked(run, '02'), '{"add": [{"service_ca_id": "1111"}], "cancel": [{"service_ca_id": "3333"}]}', 'a request adds missing services and cancels extra ones') FROM healing;
SELECT is(public.asked(run, '04'), '{"stbs": [{"stb_ca_id": "94"}]}', 'and pairs') FROM healing;
SELECT is(public.asked(run, '06'), '{}', 'a difference that is not true any more by the requests is left out, although the ledger is behind') FROM healing;
SELECT is(public.asked(run, '03'), '{}', 'so are all of a card with an open request') FROM healing;
SELECT public.ends(id) FROM contego.request_open WHERE action = 'ADD_SUBSCRIPTIONS' AND parameters ->> 'smartcard_ca_id' = '03';
SELECT public.ends(public.of_card(run, '02'), '{"subscriptions": [{"service_ca_id": "1111"}], "paired": false, "stbs": []}'),
       public.ends(public.of_card(run, '03'), '{"subscriptions": [{"service_ca_id": "1111"}, {"service_ca_id": "2222"}], "stbs": []}'),
       public.ends(public.of_card(run, '04'), NULL, 'PAIRED_WITH_ANOTHER'),
       public.ends(public.of_card(run, '06'), '{"subscriptions": [], "paired": false, "stbs": []}') FROM healing;
SELECT public.enter(), public.look(run) FROM healing;
SELECT is(public.drift('02'), 'extra 3333 healed, missing 1111 healed', 'a difference that was corrected and is not found again is healed');
SELECT is(public.drift('03') || ', ' || public.drift('06'), 'wrong_window 2222 healed, missing 1111 healed', 'and so is a difference that the CRM has corrected itself');
SELECT is(public.drift('04'), 'wrong_pairing open', 'a refused correction leaves the difference open');
SELECT is((SELECT error_code FROM contego.drift AS d JOIN contego.request AS q ON q.id = d.request_id WHERE d.card = '04'), 'PAIRED_WITH_ANOTHER', 'and tells the error');
SELECT is((SELECT given FROM contego.entitled WHERE card = '02' AND name = '3333'), false, 'the ledger has the corrections, too');
CREATE TEMP TABLE cut AS SELECT DISTINCT run FROM again, contego.heal(reconciliation) WHERE run IS NOT NULL;
SELECT is(public.drift('04'), 'wrong_pairing queued', 'it may be healed again');
SELECT is((SELECT count(run)::integer FROM again, contego.heal(reconciliation)), 0, 'but not twice at once');
SELECT contego.cancel_run(run) FROM cut;
SELECT is(public.drift('04'), 'wrong_pairing open', 'and is open again if that run is cancelled');

-- The bounds of a healing without a person.
CREATE FUNCTION public.reconciled(at_most_cards integer, at_most_percent double precision) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    of_run bigint := (contego.reconcile('{01,02,06}', pace => 10000, heal_at_most_cards => at_most_cards, heal_at_most_percent => at_most_percent)).reconciliation;
BEGIN
    PERFORM public.look(of_run), public.ends(public.of_card(of_run, '01'), '{"subscriptions": [{"service_ca_id": "1111"}, {"service_ca_id": "4444"}], "stbs": []}'),
            public.ends(public.of_card(of_run, '02'), '{"subscriptions": [], "stbs": []}'), public.ends(public.of_card(of_run, '06'), '{"subscriptions": [{"service_ca_id": "7777"}], "stbs": []}'),
            public.enter(), public.look(of_run);
    RETURN (SELECT coalesce(why, 'a person decides') FROM contego.reconciliations WHERE reconciliation = of_run);
END $$;
SELECT is(public.reconciled(NULL, NULL), 'a person decides', 'by default a person decides');
SELECT is(public.reconciled(1, NULL), '2 of 3 cards have a difference that a command can correct; without a person, at most 1 cards are corrected', 'two cards are more than one');
SELECT matches(public.reconciled(2, 50), 'at most 2 cards and at most 50 % are corrected', 'two of three are more than 50 percent');
SELECT is((SELECT count(*)::integer FROM contego.drift WHERE state = 'queued'), 0, 'nothing was queued');
SELECT matches(public.reconciled(2, 70), '^corrected by run \d+$', 'within both bounds they are corrected');
SELECT is((SELECT count(*)::integer FROM contego.drift WHERE state = 'queued'), 2, 'as a run');
SELECT matches((SELECT reason FROM contego.operator_action WHERE verb = 'heal' ORDER BY id DESC LIMIT 1), 'at most 2 cards and at most 70 %', 'the audit tells why');
SELECT is((SELECT created_by FROM contego.run ORDER BY id DESC LIMIT 1), session_user::text, 'for the login that started the reconciliation');

-- The list of a CRM.
GRANT SELECT ON rec TO PUBLIC;
SET SESSION AUTHORIZATION rec_crm;
INSERT INTO contego.expected (card, kind, name, end_date) VALUES ('01', 'service', '1111', NULL), ('01', 'service', '9999', '2120-01-01T00:00:00Z'), ('01', 'service', '9999', '2120-01-01T00:00:00Z');
INSERT INTO contego.expected (card, kind) VALUES ('02', 'nothing');
SELECT tap.is((SELECT count(*)::integer FROM contego.expected), 3, 'a CRM gives its list; a row that comes twice is kept once');
SELECT tap.throws_matching($$INSERT INTO contego.expected (card, kind, name) VALUES ('x', 'service', '1')$$, 'needs a CA ID', 'a card that is no CA ID');
SELECT tap.throws_matching($$INSERT INTO contego.expected (card, kind, name, end_date) VALUES ('1', 'service', '1', 'soon')$$, 'must be dates', 'a date that is none');
SELECT tap.throws_matching('SELECT contego.reconcile()', 'permission denied', 'a CRM starts no reconciliation');
SELECT tap.throws_matching($$SELECT contego.start_run('RECONCILE', '{01}')$$, 'only an operator', 'not as a run either');
SELECT tap.throws_matching($$SELECT contego.start_run('HEAL', '{01}')$$, 'action must be one of', 'and no healing');
SELECT tap.throws_matching('SELECT contego.heal((SELECT reconciliation FROM rec))', 'permission denied', 'a CRM heals nothing');
SELECT tap.throws_matching('SELECT * FROM contego.drift', 'permission denied', 'a CRM does not see what other CRMs ordered');
SELECT tap.throws_matching('SELECT * FROM contego.expected_drift', 'permission denied', 'not by its list either');
SET SESSION AUTHORIZATION rec_other;
SELECT tap.is((SELECT count(*)::integer FROM contego.expected), 0, 'another CRM does not see the list');
SELECT tap.is(contego.forget_expected(), 0::bigint, 'and cannot delete it');
SET SESSION AUTHORIZATION rec_support;
SELECT tap.is((SELECT string_agg(concat_ws(' ', card, kind, name), ', ' ORDER BY card, kind, name) FROM contego.expected_drift),
    '01 extra 4444, 01 missing 9999, 02 extra 1111', 'support sees how the ledger differs from it');
SELECT tap.cmp_ok((SELECT count(*)::integer FROM contego.drift), '>', 4, 'and sees the drift');
SELECT tap.throws_matching('SELECT contego.heal((SELECT reconciliation FROM rec))', 'permission denied', 'but heals nothing');
SELECT tap.throws_matching($$INSERT INTO contego.expected (card, kind) VALUES ('02', 'nothing')$$, 'permission denied', 'and gives no list');
SET SESSION AUTHORIZATION rec_operator;
CREATE TEMP TABLE listed AS SELECT * FROM contego.reconcile(against => 'expected', pace => 10000, read => 'services');
RESET SESSION AUTHORIZATION;
SELECT contego.cancel(id) FROM contego.request_open;
SELECT public.look(reconciliation) FROM listed;
SELECT is(public.asked(reconciliation, '01'), '{"read": "services"}', 'only the services may be read') FROM listed;
SELECT public.ends(public.of_card(reconciliation, '01'), '{"subscriptions": [{"service_ca_id": "1111"}]}'),
       public.ends(public.of_card(reconciliation, '02'), '{"subscriptions": [{"service_ca_id": "1111"}]}') FROM listed;
SELECT public.enter(), public.look(reconciliation) FROM listed;
SELECT is((SELECT string_agg(concat_ws(' ', d.card, d.kind, d.name), ', ' ORDER BY d.card) FROM listed JOIN contego.drift AS d USING (reconciliation) WHERE d.state = 'open'), '01 missing 9999, 02 extra 1111', 'the CAS is compared with the list');
CREATE TEMP TABLE by_list AS SELECT DISTINCT run FROM listed, contego.heal(reconciliation) WHERE run IS NOT NULL;
SELECT public.look(run) FROM by_list;
SELECT is(public.asked(run, '01'), '{"add": [{"service_ca_id": "9999", "end_date": "2120-01-01T00:00:00Z"}]}', 'and healed to it') FROM by_list;
SELECT public.ends(public.of_card(run, '01')), public.ends(public.of_card(run, '02')) FROM by_list;
SELECT public.enter();
SELECT is((SELECT string_agg(concat_ws(' ', card, kind, name), ', ') FROM contego.expected_drift), '01 extra 4444', 'the ledger follows');

-- Cards that share boxes.
SELECT public.done('CREATE_PAIRING', '{"smartcards": [{"smartcard_ca_id": "11"}], "stbs": [{"stb_ca_id": "81"}]}'),
       public.done('ADD_TO_EXISTING_PAIRING', '{"smartcard_ca_id": "11", "smartcards": [{"smartcard_ca_id": "12"}], "stbs": [{"stb_ca_id": "82"}]}');
SELECT public.enter();
CREATE FUNCTION public.pairs(of_card text, should text[], there jsonb) RETURNS boolean LANGUAGE sql AS $$
    SELECT EXISTS (SELECT FROM contego.pairing_difference('default', of_card, should, there)) $$;
SELECT is(public.pairs('12', '{82}', '{"stbs": ["81", "82"]}'), false, 'a box of a card that shares a box is in the same pairing');
SELECT is(public.pairs('12', '{82}', '{"stbs": ["82", "99"]}'), true, 'another box is not');
SELECT is(public.pairs('12', '{82}', '{"paired": true}'), false, 'without a list only paired or not counts');
SELECT is(public.pairs('12', '{82}', '{"paired": false}'), true, 'and not paired is a difference');
SELECT is(public.pairs('12', '{82}', '{}'), false, 'an answer without pairings is none');
UPDATE contego.entitlement SET given = false WHERE card = '12' AND name = '82';
SELECT is(public.pairs('12', '{}', '{"stbs": ["82"]}'), false, 'no command ends a pairing, so a box that was taken may stay');

-- Two lists that name a service: the window that ends later counts.
INSERT INTO contego.expectation (owned_by, provider, card, kind, name, end_date)
VALUES ('a', 'default', '31', 'service', '1111', '2020-01-01T00:00:00Z'), ('b', 'default', '31', 'service', '1111', NULL),
       ('a', 'default', '31', 'service', '2222', '2040-01-01T00:00:00Z'), ('b', 'default', '31', 'service', '2222', '2030-01-01T00:00:00Z');
SELECT results_eq($$SELECT name, end_date FROM contego.listed('default', '31') ORDER BY name$$,
    $$VALUES ('1111', NULL), ('2222', '2040-01-01T00:00:00Z')$$, 'lists count together');

-- A request whose month was dropped is no reason to wait, and no card is read twice by a retry.
CREATE TEMP TABLE dropped AS SELECT * FROM contego.reconcile('{01,02}', pace => 10000);
SELECT public.look(reconciliation) FROM dropped;
SELECT public.ends(public.of_card(reconciliation, '01'), '{"subscriptions": []}'), public.ends(public.of_card(reconciliation, '02'), NULL, 'CLIENT_NOT_FOUND')
FROM dropped;
SELECT public.enter();
DELETE FROM contego.request_finished WHERE id = (SELECT public.of_card(reconciliation, '01') FROM dropped);
SELECT public.look(reconciliation) FROM dropped;
SELECT is((SELECT concat_ws(' ', u.state, u.attended, n.compared) FROM contego.run AS u JOIN contego.reconciliations AS n ON n.reconciliation = u.id
           JOIN dropped AS d ON d.reconciliation = u.id), 'DONE f 1', 'the run ends, and compares the other card');
SELECT is((SELECT refused FROM dropped, contego.retry_failed(reconciliation)), 'its cards are read again by a new reconciliation', 'a retry is refused');

-- One look compares 1000 cards at most.
CREATE TEMP TABLE many AS SELECT * FROM contego.reconcile(ARRAY(SELECT (70000 + n)::text FROM generate_series(1, 1001) AS n), pace => 10000, most_in_flight => 5000);
SELECT public.look(reconciliation) FROM many;
SELECT public.look(reconciliation) FROM many;
UPDATE contego.request_open AS o SET progress = 'IN_FLIGHT', claimed_by = 1, claimed_date = now(), fence = 77
FROM many AS m, contego.run_card AS c WHERE c.run = m.reconciliation AND o.id = c.request_id;
SELECT contego.record(verdict_request_id => array_agg(c.request_id), verdict_fence => array_agg(77::bigint), verdict_result => array_agg('{"subscriptions": []}'::jsonb),
                      verdict_disposition => array_agg('complete'::text), verdict_code => array_agg(NULL::text))
FROM many AS m JOIN contego.run_card AS c ON c.run = m.reconciliation;
SELECT public.enter(), public.look(reconciliation) FROM many;
SELECT is((SELECT compared FROM contego.reconciliations JOIN many USING (reconciliation)), 1000, 'the first look compares 1000 cards');
SELECT public.look(reconciliation) FROM many;
SELECT is((SELECT concat_ws(' ', state, compared) FROM contego.reconciliations JOIN many USING (reconciliation)), 'DONE 1001', 'the next look compares the last card');

-- What else is refused.
SELECT throws_matching($$SELECT contego.reconcile(against => 'nothing')$$, 'against must be', 'against what?');
SELECT throws_matching($$SELECT contego.reconcile(read => 'pins')$$, 'read must be', 'read what?');
SELECT throws_matching($$SELECT contego.reconcile('{01}', 'SELECT 1')$$, 'either as a list or as a query', 'the cards are given twice');
SELECT throws_matching($$SELECT contego.reconcile('{01}', heal_at_most_percent => 200)$$, 'from 0 to 100', 'more than all');
SELECT throws_matching($$SELECT contego.reconcile(against => 'expected', heal_at_most_cards => 1)$$, 'a person decides', 'a list corrects nothing by itself');
SELECT throws_matching($$SELECT contego.enter_reconciliation(1, 'ledger', '{}', NULL, NULL)$$, 'is no reconciliation', 'another run cannot become one');
SELECT is((SELECT reconciliation FROM contego.reconcile('{01,02}', dry_run => true)), NULL, 'a dry run starts nothing');
SELECT is((SELECT f.refused FROM again, contego.forget_run(reconciliation) AS f), 'a run that corrects its differences has not ended', 'nothing is forgotten before');
UPDATE contego.run SET state = 'CANCELLED', attended = false WHERE id IN (SELECT n.run FROM contego.reconciliation AS n JOIN again ON n.heals = again.reconciliation);
SELECT contego.forget_run(reconciliation) FROM again;
SELECT is((SELECT count(*)::integer FROM contego.drift JOIN again USING (reconciliation)), 0, 'forgetting the run forgets its differences');
CREATE TEMP TABLE closed AS SELECT * FROM contego.reconcile('{01,02}', pace => 10000);
SELECT public.look(reconciliation), public.ends(public.of_card(reconciliation, '01'), '{"subscriptions": []}') FROM closed;
SELECT public.look(reconciliation) FROM closed;
SELECT public.ends(public.of_card(reconciliation, '01'), '{"subscriptions": []}') FROM closed WHERE public.of_card(reconciliation, '01') IN (SELECT id FROM contego.request_open);
UPDATE contego.ledger SET position = NULL;
SELECT public.look(reconciliation) FROM closed;
SELECT matches((SELECT state || ': ' || why FROM contego.reconciliations JOIN closed USING (reconciliation)), '^PAUSED: the ledger is not kept', 'a reconciliation pauses when the ledger is not kept any more');
SELECT is((SELECT after FROM contego.cancel_run(reconciliation)), 'CANCELLED', 'and may be cancelled') FROM closed;
SELECT public.ends(id) FROM contego.request_open WHERE action = 'RECONCILE';
SELECT public.look(reconciliation) FROM closed;
SELECT is((SELECT attended FROM contego.run WHERE id = reconciliation), false, 'and ends without a comparison') FROM closed;
SELECT is((SELECT compared FROM contego.reconciliations JOIN closed USING (reconciliation)), 0, 'of any card');
SELECT throws_matching('SELECT contego.reconcile()', 'the ledger is not kept', 'without a ledger there is nothing to compare with');
SELECT lives_ok($$SELECT contego.reconcile('{01}', against => 'expected')$$, 'but a list may do');

SELECT * FROM finish();
ROLLBACK;
