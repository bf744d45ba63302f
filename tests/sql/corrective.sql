-- Support and operators submit requests of a list in their own name.
\set ON_ERROR_STOP 1
BEGIN;
SELECT plan(17);
SELECT is(1, 1, 'pgTAP has made its tables');
GRANT ALL ON ALL TABLES IN SCHEMA pg_temp TO PUBLIC;
GRANT ALL ON ALL SEQUENCES IN SCHEMA pg_temp TO PUBLIC;
GRANT USAGE ON SCHEMA tap TO PUBLIC;
CREATE ROLE corrective_ann LOGIN IN ROLE contego_support;
CREATE ROLE corrective_bob LOGIN IN ROLE contego_operator;
CREATE ROLE corrective_crm LOGIN IN ROLE contego_crm;
CREATE ROLE corrective_source LOGIN IN ROLE contego_support;
SELECT contego.add_source('corrective_source');
SET SESSION AUTHORIZATION corrective_crm;
INSERT INTO contego.request (action, parameters, subscription, provider) VALUES ('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "1", "service_ca_id": "2"}', 'S-1', 'other') RETURNING id AS theirs \gset
INSERT INTO contego.request (action, parameters) VALUES ('UPDATE_CA_PIN_TO_GIVEN_VALUE', '{"smartcard_ca_id": "1", "new_pin": "4711"}') RETURNING id AS pin \gset
SELECT throws_ok($$SELECT contego.submit_corrective('why', 'GET_ACTIVE_SUBSCRIPTIONS', '{}')$$, '42501', NULL, 'a CRM may not');

SET SESSION AUTHORIZATION corrective_ann;
SELECT contego.submit_corrective('a caller', 'GET_ACTIVE_SUBSCRIPTIONS', '{"smartcard_ca_id": "1"}') AS mine \gset
SELECT is((SELECT concat_ws(' ', action, owned_by, created_by, process_name, progress) FROM contego.request_status WHERE id = :mine),
          'GET_ACTIVE_SUBSCRIPTIONS corrective_ann corrective_ann corrective QUEUED', 'support asks the CAS in its own name');
SELECT is((SELECT concat_ws(' ', verb, reason, acted_by) FROM contego.operator_action WHERE request_id = :mine), 'submit_corrective a caller corrective_ann', 'with a reason');
SELECT throws_ok($$SELECT contego.submit_corrective('why', 'ADD_SUBSCRIPTIONS', '{}')$$, '42501', 'submit_corrective: support may not submit the action "ADD_SUBSCRIPTIONS"', 'support orders nothing');
SELECT throws_ok(format($$SELECT contego.submit_corrective('why', of_request => %s)$$, :theirs), '42501', NULL, 'not by another request either');
SELECT throws_ok($$SELECT contego.submit_corrective('why', NULL, '{}')$$, '22023', NULL, 'no action is none of the list');
SELECT throws_ok($$SELECT contego.submit_corrective(' ', 'GET_ACTIVE_SUBSCRIPTIONS', '{}')$$, '22023', NULL, 'a reason must be given');
SELECT throws_ok($$SELECT contego.submit_corrective('why', of_request => 999)$$, 'P0002', 'submit_corrective: there is no request 999', 'the other request must exist');
SELECT throws_ok($$INSERT INTO contego.corrective_action VALUES ('X', 'support')$$, '42501', NULL, 'support does not edit the list');
SELECT throws_ok($$INSERT INTO contego.request (action, parameters) VALUES ('X', '{}')$$, '42501', NULL, 'nor inserts by itself');

SET SESSION AUTHORIZATION corrective_bob;
SELECT contego.submit_corrective('wrong service', of_request => :theirs, parameters => '{"smartcard_ca_id": "1", "service_ca_id": "3"}') AS edited \gset
SELECT is((SELECT concat_ws(' ', action, parameters ->> 'service_ca_id', subscription, process_id, provider, owned_by) FROM contego.request_status WHERE id = :edited),
          'ADD_SUBSCRIPTIONS 3 S-1 ' || :theirs || ' other corrective_bob', 'an operator submits a request again with edited parameters');
SELECT is((SELECT changes FROM contego.operator_action WHERE request_id = :edited), jsonb_build_object('action', jsonb_build_array('ADD_SUBSCRIPTIONS', 'ADD_SUBSCRIPTIONS'), 'request', jsonb_build_array(:theirs, :edited)), 'the audit names both');
SELECT throws_ok(format($$SELECT contego.submit_corrective('why', 'ADD_SUBSCRIPTIONS', of_request => %s)$$, :pin), '22023', NULL, 'a PIN of the CRM is not taken along');
SELECT throws_ok($$SELECT contego.submit_corrective('why', 'UPDATE_CA_PIN_TO_GIVEN_VALUE', '{}')$$, '42501', NULL, 'only actions of the list');

SET SESSION AUTHORIZATION corrective_source;
SELECT throws_ok($$SELECT contego.submit_corrective('why', 'GET_ACTIVE_SUBSCRIPTIONS', '{}')$$, '42501', NULL, 'a person may not submit for a source by its name');
SET SESSION AUTHORIZATION corrective_crm;
SELECT is((SELECT array_agg(id ORDER BY id) FROM contego.request), ARRAY[:theirs, :pin]::bigint[], 'the CRM does not see requests of persons');
RESET SESSION AUTHORIZATION;
SELECT * FROM finish();
ROLLBACK;
