-- Renewal: the dates, the windows that policies renew once, the reasons against a renewal, and the rights.
BEGIN;
SELECT no_plan();
SELECT contego.open_feed();
CREATE ROLE renewal_crm LOGIN IN ROLE contego_crm;
CREATE ROLE renewal_support LOGIN IN ROLE contego_support;
CREATE ROLE renewal_operator LOGIN IN ROLE contego_operator;
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
CREATE FUNCTION public.keep() RETURNS void LANGUAGE sql AS $$ SELECT contego.number_finished(), contego.keep_ledger() $$;
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
CREATE FUNCTION public.adds(card text, service text, until timestamptz) RETURNS void LANGUAGE sql AS $$
    SELECT public.done('ADD_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', card, 'service_ca_id', service, 'end_date', contego.date_text(until))) $$;
-- As a daemon does when a policy has its turn. Returns the cards of the run that this starts.
CREATE FUNCTION public.renews() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    latest bigint := coalesce((SELECT max(id) FROM contego.run), 0);
BEGIN
    UPDATE contego.renewal_policy SET next_look = '-infinity' WHERE active;
    UPDATE contego.run SET next_look = '2100-01-01';
    -- contego.feed_runs calls it, but may feed the first cards in the same call.
    PERFORM contego.renew_windows() FROM contego.renewal_policy;
    RETURN (SELECT string_agg(c.card, ' ' ORDER BY c.run, c.position) FROM contego.run_card AS c WHERE c.run > latest);
END $$;
CREATE FUNCTION public.newest() RETURNS bigint LANGUAGE sql AS $$ SELECT max(id) FROM contego.run $$;
CREATE FUNCTION public.until(of_card text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.end_date, ' ' ORDER BY e.name) FROM contego.entitled AS e WHERE e.card = of_card AND e.given $$;
SELECT contego.build_ledger();

-- The dates. Athens is 2 hours ahead of UTC in winter, and 3 in summer; its clocks change on 2030-03-31 and 2030-10-27.
SELECT is(contego.date_text(contego.renewed_until(p, ends)), renewed, concat_ws(' ', v.ends, v.extend_by, v.to_end_of, v.plus))
FROM (VALUES
    ('2030-01-31T22:00:00Z'::timestamptz, interval '1 month', 'month', interval '0', '2030-02-28T22:00:00Z'),
    ('2030-01-31T21:59:59Z', '1 month', 'month', '0', '2030-02-28T22:00:00Z'),
    ('2030-01-31T21:59:59Z', '1 month', 'month', '-1 second', '2030-02-28T21:59:59Z'),
    ('2030-02-28T21:59:59Z', '1 month', 'month', '-1 second', '2030-03-31T20:59:59Z'), -- the clocks have changed
    ('2030-01-15T12:00:00Z', '1 month', 'month', '0', '2030-02-28T22:00:00Z'),
    ('2030-01-15T12:00:00Z', '0', 'month', '0', '2030-01-31T22:00:00Z'),
    ('2030-01-15T12:00:00Z', '0', 'quarter', '7 days', '2030-04-07T21:00:00Z'),
    ('2030-03-30T10:00:00Z', '1 day', NULL, '0', '2030-03-31T09:00:00Z'), -- the same local time
    ('2030-01-31T12:00:00Z', '1 month', NULL, '0', '2030-02-28T12:00:00Z'),
    ('2028-01-31T12:00:00Z', '1 month', NULL, '0', '2028-02-29T12:00:00Z'),
    ('2030-10-26T12:00:00.25Z', '1 day', NULL, '0', '2030-10-27T13:00:00.250000Z')
) AS v (ends, extend_by, to_end_of, plus, renewed)
CROSS JOIN LATERAL jsonb_populate_record(NULL::contego.renewal_policy, jsonb_build_object(
    'extend_by', v.extend_by, 'to_end_of', v.to_end_of, 'plus', v.plus, 'time_zone', 'Europe/Athens')) AS p;

-- Policies that are refused.
SELECT throws_matching(format('SELECT contego.set_renewal(%s)', arguments), '^set_renewal: ' || why, arguments)
FROM (VALUES
    ($$'1111', ' ', ahead => '1 day', extend_by => '1 month', time_zone => 'UTC'$$, 'reason: is mandatory'),
    ($$'11x', 'r', ahead => '1 day', extend_by => '1 month', time_zone => 'UTC'$$, 'service: must be the CA ID .*was 11x'),
    ($$'1111', 'r', extend_by => '1 month', time_zone => 'UTC'$$, 'ahead: must be from 1 minute to 1 year .was not given'),
    ($$'1111', 'r', ahead => '-1 day', extend_by => '1 month', time_zone => 'UTC'$$, 'ahead: must be'),
    ($$'1111', 'r', ahead => '1 day', time_zone => 'UTC'$$, 'extend_by: must be'),
    ($$'1111', 'r', ahead => '1 day', extend_by => '0', time_zone => 'UTC'$$, 'extend_by and plus: the new end must come after'),
    ($$'1111', 'r', ahead => '1 day', extend_by => '1 day', plus => '-2 days', time_zone => 'UTC'$$, 'extend_by and plus: the new end must come after'),
    ($$'1111', 'r', ahead => '1 day', extend_by => '1 month'$$, 'time_zone: is mandatory'),
    ($$'1111', 'r', ahead => '1 day', extend_by => '1 month', time_zone => 'UTC', to_end_of => 'moon'$$, 'to_end_of: must be day, week'),
    ($$'1111', 'r', ahead => '1 day', extend_by => '1 month', time_zone => 'UTC', pace => 0$$, 'pace: must be above 0'),
    ($$'1111', 'r', ahead => '1 day', extend_by => '1 month', time_zone => 'UTC', quiet_from => '22:00'$$, 'quiet_from and quiet_until')
) AS v (arguments, why);
SELECT throws_matching($$SELECT contego.set_renewal('1111', 'r', ahead => '1 day', extend_by => '1 month', time_zone => 'Mars')$$, 'Mars', 'an unknown time zone');
SELECT is((SELECT count(*)::integer FROM contego.renewal_policy), 0, 'no refused policy is kept');

-- Windows that end soon.
SELECT public.adds('01', '1111', now() + interval '1 day'), public.adds('02', '1111', now() + interval '40 days'),
       public.adds('03', '2222', now() + interval '2 days'), public.adds('04', '1111', now() + interval '3 days'),
       public.adds('05', '1111', now() - interval '1 day'), public.done('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "06", "service_ca_id": "1111"}');
SELECT public.keep();
SELECT is((SELECT string_agg(card, ' ' ORDER BY ends_date) FROM contego.ending_windows WHERE ends_date < now() + interval '7 days'), '01 03 04', 'windows that end soon are listed');
SELECT is(public.renews(), NULL, 'without a policy nothing is renewed');

-- The policies.
SET SESSION AUTHORIZATION renewal_operator;
SELECT contego.set_renewal('*', 'as the contract says', ahead => '7 days', extend_by => '1 month', to_end_of => 'month', time_zone => 'Europe/Athens', pace => 1000);
RESET SESSION AUTHORIZATION;
SELECT contego.set_renewal('2222', 'this one ends', ahead => '7 days', extend_by => '1 month', time_zone => 'UTC', active => false);
SELECT is((SELECT string_agg(concat_ws(' ', card, policy), ', ' ORDER BY ends_date) FROM contego.ending_windows WHERE ends_date < now() + interval '7 days'),
    '01 *, 03, 04 *', 'a policy of a service goes before that of all services, even if it is not active');
SELECT is((SELECT windows FROM contego.renewals WHERE service = '*'), 2::bigint, 'the policy counts its windows');
SELECT is((contego.poll(0, '{default}', '0', '1 second')).feeding, true, 'a daemon is told of the policy');
SELECT is(public.renews(), '01 04', 'the windows that end within the time are renewed, in the order of their ends');
SELECT results_eq($$SELECT action, owned_by, on_behalf_of, time_zone FROM contego.run WHERE id = public.newest()$$,
    $$VALUES ('RENEWAL', 'renewal_operator', 'renewal_operator', 'Europe/Athens')$$, 'the run is that of the operator of the policy');
SELECT is((SELECT concat_ws(' ', verb, reason, changes ->> 'windows') FROM contego.operator_action WHERE run = public.newest()), 'renew the policy of service * 2', 'the audit names the policy');
SELECT public.look(public.newest());
SELECT is((SELECT array_agg(parameters ORDER BY id) FROM contego.request WHERE process_id = public.newest()::text),
    ARRAY(SELECT jsonb_build_object('smartcard_ca_id', card, 'service_ca_id', '1111', 'end_date',
                     to_char((date_trunc('month', ((now() + days * interval '1 day') AT TIME ZONE 'Europe/Athens') + interval '1 month') + interval '1 month') AT TIME ZONE 'Europe/Athens' AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
          FROM (VALUES ('01', 1), ('04', 3)) AS v (card, days)), 'each request has the exact end');
SELECT is(public.renews(), NULL, 'a policy has one run at a time');
SELECT is((SELECT why FROM contego.renewals WHERE service = '*'), 'run ' || public.newest() || ' has not ended', 'and says so');
SELECT is(public.goes(public.newest()), 'DONE 2 0', 'the run renews them');
SELECT is((SELECT run FROM contego.ending_windows WHERE card = '01'), NULL, 'the new window is not renewed yet');
SELECT is(public.renews(), NULL, 'and a window is renewed once');

-- Once, even if it fails or is cancelled.
SELECT public.adds('11', '1111', now() + interval '1 day'), public.adds('12', '1111', now() + interval '1 day'); SELECT public.keep();
SELECT is(public.renews(), '11 12', 'two more windows');
SELECT public.look(public.newest());
SELECT public.ends(min(id), 'reject') FROM contego.request WHERE process_id = public.newest()::text;
SELECT contego.cancel_run(public.newest(), 'not these');
SELECT public.look(public.newest());
SELECT is(public.renews(), NULL, 'a renewal that failed, or that a person cancelled, is not begun again');

-- Open and later requests.
SELECT public.adds('21', '1111', now() + interval '1 day'), public.adds('22', '1111', now() + interval '2 days'); SELECT public.keep();
CREATE TEMP TABLE leaves AS SELECT public.ask('CANCEL_SUBSCRIPTIONS', '{"smartcard_ca_id": "21", "service_ca_id": "1111"}') AS id;
SELECT is(public.renews(), '22', 'a service that an open request takes away is not renewed');
SELECT public.done('CANCEL_SUBSCRIPTIONS', '{"smartcard_ca_id": "22", "service_ca_id": "1111"}');
SELECT is(public.goes(public.newest()), 'DONE 1 0', 'the run of the other one goes on');
SELECT is(public.until('22'), NULL, 'a service that was taken away meanwhile is left alone');
SELECT is((SELECT parameters ? 'left_alone' FROM contego.run_result WHERE run = public.newest()), true, 'and noted');
SELECT contego.cancel(id, 'the subscriber stays') FROM leaves;
SELECT is(public.renews(), '21', 'a service that is not taken away after all is renewed then');
SELECT public.adds('21', '1111', now() + interval '5 days');
SELECT is(public.goes(public.newest()), 'DONE 1 0', 'its run goes on');
SELECT is(public.until('21'), contego.date_text(now() + interval '5 days'), 'a window that was changed meanwhile is left alone');
SELECT is(public.renews(), '21', 'and the new one is renewed in its turn');
SELECT public.goes(public.newest());

-- The ledger.
SELECT public.adds('31', '1111', now() + interval '1 day'); SELECT public.keep();
UPDATE contego.ledger SET position = NULL;
SELECT is(public.renews(), NULL, 'nothing is renewed while the ledger is not kept');
SELECT matches((SELECT why FROM contego.renewals WHERE service = '*'), 'the ledger is not kept', 'and the policy says so');
SELECT contego.build_ledger();
INSERT INTO contego.feed_inbox (request_id, life_cycle_state, finished_date, owned_by) VALUES (1, 'REJECTED', now() - interval '2 minutes', 'x');
SELECT is(public.renews(), NULL, 'nor while it is behind');
SELECT contego.number_finished();
SELECT is(public.renews(), NULL, 'nor while it has not entered the feed');
SELECT contego.keep_ledger();
SELECT is(public.renews(), '31', 'then it goes on');
SELECT public.goes(public.newest());
SELECT public.adds('41', '1111', now() + interval '1 day'); SELECT public.keep();
UPDATE contego.renewal_policy SET extend_by = '300000 years' WHERE service = '*';
SELECT is(public.renews(), NULL, 'a policy whose dates cannot be computed renews nothing');
SELECT results_eq($$SELECT why ~ 'an error stopped the renewal: ', next_look > now() FROM contego.renewal_policy WHERE service = '*'$$, 'VALUES (true, true)', 'says why, and stops no run');
UPDATE contego.renewal_policy SET extend_by = '1 month' WHERE service = '*';
SELECT is(public.renews(), '41', 'and goes on when it is right');
SELECT contego.set_renewal('*', 'pause', active => false);
SELECT is((SELECT concat_ws(' ', verb, before, after, reason, changes #>> '{policy,0,active}', changes #>> '{policy,1,active}', changes #>> '{policy,1,extend_by}') FROM contego.operator_action ORDER BY id DESC LIMIT 1),
    'set_renewal ACTIVE INACTIVE pause true false 1 mon', 'a change of a policy is kept with what it was before; arguments that are not given stay');
SELECT is((contego.poll(0, '{default}', '0', '1 second')).feeding, true, 'the run goes on');
UPDATE contego.run SET attended = false;
SELECT is((contego.poll(0, '{default}', '0', '1 second')).feeding, false, 'a policy that is not active wakes nobody');
SELECT is((SELECT count(*) FROM contego.seal_audit()) > 0, true, 'the audit is sealed');

-- The plan: only the windows that end soon are read.
INSERT INTO contego.entitlement (provider, card, kind, name, given, request_id, finished_date, end_date, ends_date)
SELECT 'default', '7' || n, 'service', '1111', true, n, now(), '2100-01-01T00:00:00Z', '2100-01-01T00:00:00Z'::timestamptz + n * interval '1 second' FROM generate_series(1, 50000) AS n;
ANALYZE contego.entitlement;
CREATE FUNCTION public.nodes(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    RETURN (SELECT string_agg(DISTINCT concat_ws(' ', n ->> 'Node Type', n ->> 'Index Name'), ', ') FROM jsonb_path_query(plan, 'strict $.** ? (@."Relation Name" == "entitlement" || @."Index Name" == "entitlement_ends")') AS n);
END $$;
SELECT is(public.nodes($$SELECT * FROM contego.ending_windows WHERE ends_date < now() + interval '7 days'$$), 'Index Scan entitlement_ends', 'the view of windows that end soon reads its index');
SELECT is(public.nodes('SELECT * FROM contego.renewals'), 'Index Scan entitlement_ends', 'and so does the view of policies');

-- Rights.
-- A window that has ended while its request waited for its turn.
SELECT public.adds('95', '1111', now() + interval '1 day');
SELECT public.keep();
CREATE FUNCTION public.objects_to_renewal(of_card text) RETURNS text LANGUAGE sql AS $$
    SELECT contego.looked_up_request(r, of_card, contego.change_of(of_card, 'service', '1111', 'ADD', NULL, '2120-01-01T00:00:00Z', f.request_id)) ->> 'objection'
    FROM (SELECT u.* FROM contego.run AS u WHERE u.action = 'RENEWAL' LIMIT 1) AS r, contego.latest_facts('default', of_card) AS f $$;
SELECT is(public.objects_to_renewal('95'), NULL, 'a window that goes on is renewed');
SELECT public.adds('95', '1111', now() - interval '1 day');
SELECT public.keep();
SELECT is(public.objects_to_renewal('95'), 'the window has ended', 'a window that has ended is not');

SET SESSION AUTHORIZATION renewal_crm;
SELECT tap.throws_matching($$SELECT contego.set_renewal('*', 'x')$$, 'permission denied', 'a CRM sets no policy');
SELECT tap.throws_matching($$SELECT count(*) FROM contego.ending_windows$$, 'permission denied', 'and sees no windows');
SELECT tap.throws_matching($$SELECT contego.enter_run('{"action": "RENEWAL"}', '{1}', NULL, NULL, false)$$, 'action must be one of', 'nor does it start such a run');
SELECT tap.is((SELECT is_new FROM contego.enter_run('{"action": "GET_ACTIVE_SUBSCRIPTIONS", "owned_by": "another", "on_behalf_of": "another", "cards": 7}', '{1}', NULL, NULL, false)), true, 'a CRM starts a run with a false owner');
SELECT tap.is((SELECT count(*)::integer FROM contego.run_progress), 1, 'which is its own nevertheless');
SET SESSION AUTHORIZATION renewal_support;
SELECT tap.throws_matching($$SELECT contego.set_renewal('*', 'x')$$, 'permission denied', 'nor does support');
SELECT tap.cmp_ok((SELECT count(*)::integer FROM contego.ending_windows), '>', 3, 'support reads the windows');
SELECT tap.is((SELECT count(*)::integer FROM contego.renewals), 2, 'and the policies');
RESET SESSION AUTHORIZATION;

SELECT * FROM finish();
ROLLBACK;
