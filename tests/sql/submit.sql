-- contego.submit and contego.submit_many.
BEGIN;
SELECT plan(17);

SELECT results_eq(
    $$SELECT is_new FROM contego.submit('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "1"}', idempotency_key => 'a')$$,
    ARRAY[true], 'a request is submitted');
SELECT results_eq(
    $$SELECT action, parameters, lanes, provider, priority, progress, scheduled_date = created_date FROM contego.request$$,
    $$VALUES ('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "1"}'::jsonb, '{card:1}'::text[], 'default', 'REGULAR', 'QUEUED', true)$$,
    'its row is as after an INSERT');
SELECT results_eq(
    $$SELECT request_id, is_new FROM contego.submit('REMOVE_SERVICE', '{}', idempotency_key => 'a')$$,
    $$SELECT id, false FROM contego.request WHERE idempotency_key = 'a'$$, 'a known key gives the request that has it');
SELECT is((SELECT count(*) FROM contego.request), 1::bigint, 'and queues nothing');
SELECT is((SELECT is_new FROM contego.submit('X', '{}', provider => 'other', idempotency_key => 'a')), true,
          'the key of another provider is another key');
SELECT request_id FROM contego.submit('LATER', '{}', scheduled_date => '2100-01-01T00:00:00.123456Z') \gset
SELECT results_eq(
    'SELECT progress, scheduled_date FROM contego.request WHERE id = ' || :request_id,
    $$VALUES ('SCHEDULED', '2100-01-01 00:00:00.123456+00'::timestamptz)$$, 'a date is kept');

CREATE TEMPORARY TABLE answer AS SELECT * FROM contego.submit_many('[
    {"action": "ONE", "parameters": {}},
    {"action": "TWO", "parameters": {}, "idempotency_key": "a"},
    {"action": "THREE", "parameters": {}, "idempotency_key": "b", "subscription": "S-1", "process_name": "P", "process_id": "7", "priority": "EXPRESS"},
    {"action": "FOUR", "parameters": {}, "idempotency_key": "b"},
    {"action": "FIVE", "parameters": {}}]');
SELECT results_eq('SELECT is_new FROM answer ORDER BY place', ARRAY[true, false, true, false, true],
                  'in a list, a request is new if its key is unknown, and each key counts once');
SELECT is((SELECT string_agg(r.action, ' ' ORDER BY r.sequence_number) FROM answer AS a JOIN contego.request AS r ON r.id = a.request_id
           WHERE a.is_new), 'ONE THREE FIVE', 'they are sent in the order of the list');
SELECT is((SELECT string_agg(r.action, ' ' ORDER BY a.place) FROM answer AS a JOIN contego.request AS r ON r.id = a.request_id),
          'ONE ADD_SUBSCRIPTIONS THREE THREE FIVE', 'each place of the list gets its request');
SELECT results_eq(
    $$SELECT subscription, process_name, process_id, priority FROM contego.request WHERE action = 'THREE'$$,
    $$VALUES ('S-1', 'P', '7', 'EXPRESS')$$, 'every member is kept');
SELECT is_empty($$SELECT * FROM contego.submit_many('[]')$$, 'an empty list returns no row');

SELECT is((SELECT is_new FROM contego.submit('X', '{}', idempotency_key => repeat('k', 9000))), true, 'a key may be long');
SELECT is((SELECT is_new FROM contego.submit('X', '{}', idempotency_key => repeat('k', 9000))), false, 'and is known again');

SELECT throws_ok($$SELECT contego.submit_many('[{"actoin": "X"}]')$$, '22023', 'a request has no member "actoin"', 'a misspelt member is refused');
SELECT throws_ok($$SELECT contego.submit_many('{"action": "X"}')$$, '22023', 'requests must be a JSON array of objects', 'a value that is not a list is refused');
SELECT throws_ok($$SELECT contego.submit('X', '[]')$$, '23514', NULL, 'invalid parameters are refused, as at INSERT');
SELECT is((SELECT count(*) FROM contego.subject WHERE kind = 'subscription' AND name = 'S-1'), 1::bigint,
          'a submitted request is found by its subject');

SELECT * FROM finish();
ROLLBACK;
