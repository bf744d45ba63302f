-- The parameters that remain of a request that sets a PIN, after it has ended.
BEGIN;
SELECT plan(26);

-- The PIN is masked, wherever it stands.
SELECT is(contego.masked(document, action), expected, action || ' ' || document)
FROM (VALUES ('{"smartcard_ca_id": "01", "new_pin": "4711"}'::jsonb, '{"smartcard_ca_id": "01", "new_pin": "****"}'::jsonb),
             ('{"smartcard_ca_id": "01", "new_pn": "4711"}', '{"smartcard_ca_id": "01", "new_pn": "****"}'),
             ('{"newpassword": "4711"}', '{"newpassword": "****"}'),
             ('{"new_pn": 4711}', '{"new_pn": "****"}'),
             ('{"ｎｅｗ＿ｐｉｎ": "4711"}', '{"ｎｅｗ＿ｐｉｎ": "****"}'),
             ('{"new_p\u0131n": "4711"}', '{"new_p\u0131n": "****"}'),
             ('{"data": {"np": "4711"}}', '{"data": "****"}'),
             ('{"a": ["4711"]}', '{"a": "****"}'),
             ('{"smartcard_ca_id": {"np": "4711"}}', '{"smartcard_ca_id": "****"}'),
             ('{"sub_provisioning_distribution_id": "D", "smartcard_sub_provisioning_distribution_id": "E"}',
              '{"sub_provisioning_distribution_id": "D", "smartcard_sub_provisioning_distribution_id": "E"}'),
             ('{}', '{}')) AS t (document, expected)
CROSS JOIN (VALUES ('UPDATE_CA_PIN_TO_GIVEN_VALUE'), ('UPDATE_CA_PIN_TO_DEFAULT_VALUE')) AS a (action);

-- Requests with other actions are masked as before.
SELECT is(contego.masked('{"code": "4711", "x_pin": 1}', 'ADD_SUBSCRIPTIONS'), '{"code": "4711", "x_pin": "****"}', 'another action');
SELECT is(contego.masked('[4711]', 'UPDATE_CA_PIN_TO_GIVEN_VALUE'), '[4711]', 'parameters that are not an object were refused at INSERT');
SELECT is(contego.masked(NULL, 'UPDATE_CA_PIN_TO_GIVEN_VALUE'), NULL, 'nothing');

-- The same holds for every way in which a request ends.
SELECT request_id FROM contego.submit('UPDATE_CA_PIN_TO_GIVEN_VALUE', '{"smartcard_ca_id": "01", "new_pn": "4711"}') \gset
SELECT contego.cancel(:request_id, 'never') \g /dev/null
SELECT is((SELECT parameters FROM contego.request WHERE id = :request_id), '{"smartcard_ca_id": "01", "new_pn": "****"}', 'cancelled');

SELECT * FROM finish();
ROLLBACK;
