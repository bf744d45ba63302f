-- The rows of the audit become a chain of hashes, and nobody but the owner can change one.
\set ON_ERROR_STOP 1
BEGIN;
SELECT plan(13);
SELECT is(1, 1, 'pgTAP has made its tables');
GRANT ALL ON ALL TABLES IN SCHEMA pg_temp TO PUBLIC;
GRANT ALL ON ALL SEQUENCES IN SCHEMA pg_temp TO PUBLIC;
GRANT USAGE ON SCHEMA tap TO PUBLIC;
CREATE ROLE audit_operator LOGIN IN ROLE contego_operator;
INSERT INTO contego.request (action, parameters) SELECT 'A', '{}' FROM generate_series(1, 3);
SELECT min(id) AS first FROM contego.request \gset
SET SESSION AUTHORIZATION audit_operator;
SET contego.on_behalf_of = 'ann';
SELECT count(*) FROM contego.hold(ARRAY[:first, :first + 1], 'Grüße, "ann"');
SELECT count(*) FROM contego.set_fallout(ARRAY[:first], owner => 'ann');
RESET SESSION AUTHORIZATION;

SELECT ok((SELECT unsealed FROM contego.poll(1, '{}', '1 s', '1 s')), 'a poll says that rows wait');
SELECT is(contego.seal_audit(), 3::bigint, 'they are sealed');
SELECT is(contego.seal_audit(), 0::bigint, 'once');
SELECT ok(NOT (SELECT unsealed FROM contego.poll(1, '{}', '1 s', '1 s')), 'then a poll finds none');
SELECT is((SELECT array_agg(position ORDER BY id) FROM contego.operator_action), '{1,2,3}'::bigint[], 'in the order of their numbers');
SELECT is((SELECT count(*) FROM (SELECT former_hash, lag(hash, 1, '') OVER (ORDER BY position) AS before FROM contego.operator_action) AS c WHERE former_hash = before), 3::bigint,
          'each holds the hash of the row before it');
SELECT is((SELECT count(*) FROM contego.operator_action AS a WHERE hash = encode(sha256(convert_to(former_hash || contego.audit_text(a, position), 'UTF8')), 'hex')), 3::bigint,
          'and the hash of itself');
SELECT is((SELECT contego.audit_text(a, 3)::jsonb - 0 - 0 - 0 - 0 - 5 FROM contego.operator_action AS a WHERE position = 3),
          '["set_fallout", "HELD", "HELD", null, "audit_operator", "ann", {"owner": [null, "ann"]}]'::jsonb, 'all columns are in the text');
SET SESSION AUTHORIZATION audit_operator;
SELECT throws_ok($$UPDATE contego.operator_action SET reason = 'x'$$, '42501', NULL, 'an operator changes no row');
SELECT throws_ok($$DELETE FROM contego.operator_action$$, '42501', NULL, 'and deletes none');
SELECT throws_ok($$INSERT INTO contego.operator_action (request_id, verb, before, after) VALUES (1, 'hold', 'QUEUED', 'HELD')$$, '42501', NULL, 'and enters none');
SELECT throws_ok($$SELECT contego.seal_audit()$$, '42501', NULL, 'and seals none');
SELECT * FROM finish();
ROLLBACK;
