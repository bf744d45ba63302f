-- Held and rejected requests have an owner, a note, a ticket and a due date until they are sent again or end.
\set ON_ERROR_STOP 1
BEGIN;
SELECT plan(22);
SELECT is(1, 1, 'pgTAP has made its tables');
GRANT ALL ON ALL TABLES IN SCHEMA pg_temp TO PUBLIC;
GRANT ALL ON ALL SEQUENCES IN SCHEMA pg_temp TO PUBLIC;
GRANT USAGE ON SCHEMA tap TO PUBLIC;
CREATE ROLE fallout_ann LOGIN IN ROLE contego_support;
CREATE ROLE fallout_bob LOGIN IN ROLE contego_operator;
INSERT INTO contego.request (action, parameters) SELECT 'A', '{}' FROM generate_series(1, 6);
SELECT min(id) AS first FROM contego.request \gset
SELECT count(*) FROM contego.hold(ARRAY[:first, :first + 1, :first + 2, :first + 3]);
UPDATE contego.request_open SET progress = 'IN_FLIGHT', claimed_by = 1, fence = 7 WHERE id = :first + 4;
SELECT contego.record(verdict_request_id => ARRAY[:first + 4], verdict_fence => ARRAY[7], verdict_disposition => ARRAY['reject'], verdict_code => ARRAY['X']);

SET SESSION AUTHORIZATION fallout_ann;
SELECT is((SELECT array_agg(request_id - :first ORDER BY request_id) FROM contego.unowned_fallout), ARRAY[0, 1, 2, 3, 4]::bigint[], 'nobody owns held and rejected requests at first');
SELECT is((SELECT string_agg(coalesce(refused, 'set'), ', ') FROM contego.set_fallout(ARRAY[:first, :first + 4, :first + 5, 999], owner => 'fallout_ann', ticket => 'T-1', due_date => now() - interval '1 hour', reason => 'on call')),
          'set, set, it is QUEUED; set_fallout is for HELD, REJECTED, there is no such request', 'support takes some');
SELECT is((SELECT array_agg(request_id - :first ORDER BY request_id) FROM contego.my_fallout), ARRAY[0, 4]::bigint[], 'they are mine');
SELECT is((SELECT array_agg(request_id - :first ORDER BY request_id) FROM contego.overdue_fallout), ARRAY[0, 4]::bigint[], 'they are overdue');
SELECT is((SELECT array_agg(request_id - :first ORDER BY request_id) FROM contego.unowned_fallout), ARRAY[1, 2, 3]::bigint[], 'and no longer nobody''s');
SELECT is((SELECT owner || ' ' || ticket FROM contego.stuck WHERE request_id = :first), 'fallout_ann T-1', 'contego.stuck shows owner and ticket');
SELECT count(*) FROM contego.set_fallout(ARRAY[:first], owner => 'fallout_bob', note => 'asked the CAS team', due_date => '-infinity');
SELECT is((SELECT concat_ws('|', owner, note, ticket, due_date) FROM contego.open_fallout WHERE request_id = :first), 'fallout_bob|asked the CAS team|T-1', 'a given value is set, a value that is not given stays, minus infinity clears the date');
SELECT throws_ok($$SELECT contego.set_fallout(ARRAY[1])$$, '22023', 'set_fallout: owner, note, ticket or due_date must be given', 'one value must be given');
SELECT throws_ok($$SELECT contego.set_fallout(ARRAY[1], note => repeat('x', 4001))$$, '22023', 'set_fallout: note has 4001 bytes; 4000 are allowed', 'texts have a bound');
SELECT throws_ok($$SELECT contego.set_fallout(ARRAY[1], due_date => 'infinity')$$, '22023', NULL, 'infinity is no due date');
SELECT throws_ok($$UPDATE contego.fallout SET owner = 'me'$$, '42501', NULL, 'support writes through the function only');
SELECT throws_ok($$SELECT contego.close_fallout(1, 'x', 'x', 'x', 'x')$$, '42501', NULL, 'nor calls its parts');

SET SESSION AUTHORIZATION fallout_bob;
SELECT count(*) FROM contego.set_fallout(ARRAY[:first + 1, :first + 2, :first + 3], owner => 'fallout_bob');
SELECT count(*) FROM contego.release(:first, 'the CAS team has answered');
SELECT count(*) FROM contego.cancel(:first + 1);
SELECT count(*) FROM contego.close(:first + 2, 'done by hand');
SELECT count(*) FROM contego.retry(:first + 3);
SELECT count(*) FROM contego.retry(:first + 4);
SELECT is((SELECT count(*) FROM contego.my_fallout), 0::bigint, 'releasing, cancelling, closing and sending again end the work');
SELECT is((SELECT string_agg(ended_with || ' ' || ended_by, ', ' ORDER BY request_id) FROM contego.fallout),
          'release fallout_bob, cancel fallout_bob, close fallout_bob, retry fallout_bob, retry fallout_bob', 'the ended work is kept, with the verb and the login');
SELECT is((SELECT string_agg(verb, ', ' ORDER BY id) FROM contego.operator_action WHERE request_id = :first), 'hold, set_fallout, set_fallout, end_fallout, release', 'each change is in the audit');
SELECT is((SELECT changes -> 'owner' FROM contego.operator_action WHERE request_id = :first AND verb = 'set_fallout' AND acted_by = 'fallout_ann' ORDER BY id DESC LIMIT 1),
          '["fallout_ann", "fallout_bob"]'::jsonb, 'with the former and the new value');
RESET SESSION AUTHORIZATION;

-- Rejected again, it has no owner until somebody takes it again.
UPDATE contego.request_open SET progress = 'IN_FLIGHT', claimed_by = 1, fence = 8 WHERE id = :first + 4;
SELECT contego.record(verdict_request_id => ARRAY[:first + 4], verdict_fence => ARRAY[8], verdict_disposition => ARRAY['reject'], verdict_code => ARRAY['X']);
-- The tables show the time of this transaction, so the work seems to have ended after it.
UPDATE contego.fallout SET ended_date = now() - interval '1 second' WHERE request_id = :first + 4;
SET SESSION AUTHORIZATION fallout_ann;
SELECT is((SELECT array_agg(request_id - :first) FROM contego.unowned_fallout), ARRAY[4]::bigint[], 'a request that was rejected again is nobody''s');
SELECT count(*) FROM contego.set_fallout(ARRAY[:first + 4], note => 'the CRM sends another one');
SELECT is((SELECT array_agg(request_id - :first) FROM contego.unowned_fallout), ARRAY[4]::bigint[], 'a note is no owner');
SELECT throws_ok($$SELECT contego.end_fallout(ARRAY[1], ' ')$$, '22023', NULL, 'a person who ends it must give a reason');
SELECT is((SELECT array_agg(refused) FROM contego.end_fallout(ARRAY[:first + 4, :first], 'the CRM has sent another one')), ARRAY['nobody has entered fallout for it, or it has ended', NULL], 'work may end without a verb');
SELECT is((SELECT count(*) FROM contego.unowned_fallout), 0::bigint, 'then it is no longer shown');
SELECT * FROM finish();
ROLLBACK;
