-- The logins of a source share its requests, keys and feed, and no other login sees them.
\set ON_ERROR_STOP 1
BEGIN;
SELECT no_plan();
SELECT is(1, 1, 'pgTAP has made its tables');
GRANT ALL ON ALL TABLES IN SCHEMA pg_temp TO PUBLIC;
GRANT ALL ON ALL SEQUENCES IN SCHEMA pg_temp TO PUBLIC;
SELECT contego.open_feed();
CREATE ROLE acme;
CREATE ROLE rival;
GRANT contego_crm TO acme, rival;
CREATE ROLE acme_batch LOGIN IN ROLE acme;
CREATE ROLE acme_staff IN ROLE acme;
CREATE ROLE acme_online LOGIN IN ROLE acme_staff;
CREATE ROLE rival_batch LOGIN IN ROLE rival;
CREATE ROLE of_both LOGIN IN ROLE acme, rival;
CREATE ROLE alone LOGIN IN ROLE contego_crm;
GRANT USAGE ON SCHEMA tap TO PUBLIC;

-- A login had requests before it became one of a source.
CREATE ROLE former LOGIN IN ROLE contego_crm;
SET SESSION AUTHORIZATION former;
INSERT INTO contego.request (action, parameters, idempotency_key) SELECT 'A', '{}', 'former-' || n FROM generate_series(1, 25) AS n;
INSERT INTO contego.request (action, parameters, idempotency_key) VALUES ('A', '{}', 'shared');
SELECT count(*) FROM contego.withdraw_many(ARRAY(SELECT id FROM contego.request ORDER BY id LIMIT 5));
SELECT count(*) FROM contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', ARRAY['01900080207'], idempotency_key => 'run of former');
RESET SESSION AUTHORIZATION;

SELECT lives_ok($$SELECT contego.add_source('acme')$$, 'the owner adds a source, whose role has its name');
SELECT lives_ok($$SELECT contego.add_source('the rival', 'rival')$$, 'the name of a source may differ from its role');
SELECT throws_ok($$SELECT contego.add_source('nobody here')$$, '42704', 'there is no role "nobody here"', 'a source needs a role');
SELECT throws_ok($$SELECT contego.add_source('alone', 'acme')$$, '22023', NULL, 'a source may not have the name of a login: it would own the requests of the login');

SET SESSION AUTHORIZATION acme_batch;
SELECT is(contego.own_source(), 'acme', 'a member acts for its source');
INSERT INTO contego.request (action, parameters, idempotency_key, owned_by) VALUES ('A', '{}', 'shared', 'the rival');
SELECT id AS first FROM contego.request \gset
SELECT is((SELECT owned_by || ' ' || created_by FROM contego.request WHERE id = :first), 'acme acme_batch', 'a given owner is ignored, and the login is kept');
SELECT request_id AS submitted FROM contego.submit('A', '{}', idempotency_key => 'from batch', subscription => 'S-1', on_behalf_of => 'ann') \gset

SET SESSION AUTHORIZATION acme_online;
SELECT is((SELECT array_agg(id ORDER BY id) FROM contego.request), ARRAY[:first, :submitted]::bigint[], 'a member of a member reads the requests of all logins of the source');
SELECT throws_ok($$INSERT INTO contego.request (action, parameters, idempotency_key) VALUES ('A', '{}', 'shared')$$, '23505', NULL, 'a key is used once for a source');
SELECT is((SELECT concat_ws(' ', s.request_id, s.is_new, s.mismatch) FROM contego.submit('A', '{}', idempotency_key => 'from batch', subscription => 'S-1') AS s), :'submitted' || ' f', 'submit finds the request of the other login');
SELECT is((SELECT concat_ws(' ', request_id, created_by, on_behalf_of) FROM contego.own_history WHERE kind = 'subscription' AND name = 'S-1'), :'submitted' || ' acme_batch ann', 'the history shows the login and the person');
SET contego.on_behalf_of = 'bob';
SELECT is((SELECT after FROM contego.withdraw(idempotency_key => 'from batch')), 'CANCELLED', 'a login withdraws what the other inserted');
RESET contego.on_behalf_of;
RESET SESSION AUTHORIZATION;
SELECT is((SELECT acted_by || ' ' || on_behalf_of FROM contego.operator_action WHERE request_id = :submitted), 'acme_online bob', 'the action has the login and the person');
SELECT is((SELECT string_agg(by_whom, ', ' ORDER BY event_date, step) FROM contego.timeline WHERE request_id = :submitted AND event IN ('inserted', 'withdraw')), 'acme_batch for ann, acme_online for bob', 'and the timeline, too');
SELECT is((SELECT count(*) FROM contego.feed_inbox WHERE owned_by = 'acme'), 1::bigint, 'its end enters the feed of the source');
SELECT is((SELECT count(*) FROM contego.request_finished WHERE id = :submitted AND owned_by = 'acme' AND on_behalf_of = 'ann'), 1::bigint, 'a finished request keeps its owner and person');
SELECT contego.number_finished();

SET SESSION AUTHORIZATION acme_batch;
SELECT is((SELECT array_agg(request_id) FROM contego.finished_after(0)), ARRAY[:submitted]::bigint[], 'each login of the source reads its feed');

-- Runs.
SELECT run AS of_batch FROM contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', ARRAY['01900080207'], idempotency_key => 'run') \gset
SET SESSION AUTHORIZATION acme_online;
SELECT is((SELECT array_agg(run || ' ' || created_by) FROM contego.run_progress), ARRAY[:'of_batch' || ' acme_batch'], 'each login of the source sees a run of the other');
SELECT is((SELECT concat_ws(' ', run, is_new) FROM contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', ARRAY['01900080207'], idempotency_key => 'run')), :'of_batch' || ' f', 'a key starts one run of the source');
SELECT is((SELECT after FROM contego.pause_run(:of_batch)), 'PAUSED', 'and each login changes it');
SET SESSION AUTHORIZATION rival_batch;
SELECT is((SELECT count(*) FROM contego.run_progress) + (SELECT count(*) FROM contego.run_result), 0::bigint, 'another source does not see it');
SELECT is((SELECT refused FROM contego.cancel_run(:of_batch)), 'there is no such run', 'and cannot change it');

SELECT is(contego.own_source(), 'the rival', 'another login acts for another source');
SELECT is((SELECT count(*) FROM contego.request) + (SELECT count(*) FROM contego.idempotency) + (SELECT count(*) FROM contego.own_history)
          + (SELECT count(*) FROM contego.submission) + (SELECT count(*) FROM contego.finished_after(0)), 0::bigint, 'it sees nothing of the first');
SELECT is((SELECT refused FROM contego.withdraw(:first)), 'there is no such request', 'nor withdraws it');
SELECT is((SELECT refused FROM contego.reschedule(:first, '2100-01-01')), 'there is no such request', 'nor reschedules it');
SELECT ok((SELECT is_new FROM contego.submit('A', '{}', idempotency_key => 'shared')), 'a key belongs to the source');
SET contego.source = 'acme';
SELECT throws_ok($$SELECT count(*) FROM contego.request$$, '42501', 'the login rival_batch may not act for the source "acme" that contego.source names', 'the setting gives no right: reading');
SELECT throws_ok($$INSERT INTO contego.request (action, parameters) VALUES ('A', '{}')$$, '42501', NULL, 'inserting');
SELECT throws_ok($$INSERT INTO contego.submission (action, parameters) VALUES ('A', '{}')$$, '42501', NULL, 'inserting into the view');
SELECT throws_ok($$SELECT contego.submit('A', '{}')$$, '42501', NULL, 'submitting');
SELECT throws_ok($$SELECT contego.withdraw(1)$$, '42501', NULL, 'withdrawing');
SELECT throws_ok($$SELECT contego.finished_after(0)$$, '42501', NULL, 'the feed');
SELECT throws_ok($$SELECT count(*) FROM contego.own_history$$, '42501', NULL, 'the history');
SET contego.source = 'no such source';
SELECT throws_ok($$SELECT count(*) FROM contego.request$$, '42501', 'the login rival_batch may not act for the source "no such source" that contego.source names', 'a refusal does not tell whether a source exists');
RESET contego.source;
SELECT throws_ok($$SELECT * FROM contego.source$$, '42501', NULL, 'a CRM does not read the list of sources');
SELECT throws_ok($$SELECT contego.add_source('rival_batch')$$, '42501', NULL, 'nor adds one');
SELECT throws_ok($$SELECT contego.move_requests('former', 'the rival')$$, '42501', NULL, 'nor moves requests');

SET SESSION AUTHORIZATION of_both;
SELECT throws_ok($$SELECT contego.own_source()$$, '28000', 'the login of_both is a member of several sources (acme, the rival), so contego.source must choose one', 'a login of two sources must choose');
SELECT throws_ok($$INSERT INTO contego.request (action, parameters) VALUES ('A', '{}')$$, '28000', NULL, 'before it inserts');
SET contego.source = 'the rival';
INSERT INTO contego.request (action, parameters) VALUES ('A', '{}');
SELECT is((SELECT string_agg(DISTINCT owned_by, ',') FROM contego.request), 'the rival', 'it acts for the chosen one only');
SET contego.source = 'acme';
SELECT is((SELECT string_agg(DISTINCT owned_by, ',') FROM contego.request), 'acme', 'and then for the other one');
RESET contego.source;

SET SESSION AUTHORIZATION alone;
INSERT INTO contego.request (action, parameters) VALUES ('A', '{}');
SELECT is((SELECT string_agg(owned_by, ',') FROM contego.request), 'alone', 'a login of no source is its own');
RESET SESSION AUTHORIZATION;

-- A trigger of the CRM's database that runs with its owner's privileges.
CREATE TABLE public.sale (card text);
CREATE FUNCTION public.provision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO contego.request (action, parameters, subscription) VALUES ('A', '{}', NEW.card);
    RETURN NEW;
END $$;
CREATE TRIGGER provision AFTER INSERT ON public.sale FOR EACH ROW EXECUTE FUNCTION public.provision();
CREATE ROLE clerk LOGIN IN ROLE acme_staff;
GRANT INSERT ON public.sale TO clerk;
SET SESSION AUTHORIZATION clerk;
INSERT INTO public.sale VALUES ('sold by the clerk');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT owned_by || ' ' || created_by FROM contego.request WHERE subscription = 'sold by the clerk'), 'acme clerk', 'its requests belong to the source of the clerk');

-- A row that comes by replication belongs to the login that applies it, although its publisher names an owner.
SET LOCAL session_replication_role = replica;
INSERT INTO contego.request_open (id, action, parameters, owned_by, subscription) VALUES (-7, 'A', '{}', 'acme', 'replicated');
SET LOCAL session_replication_role = origin;
SELECT is((SELECT owned_by FROM contego.request WHERE subscription = 'replicated'), session_user::text, 'a replicated row does not name its owner');

-- A role that is renamed stays the role of its source, and its old name gives nothing.
ALTER ROLE rival RENAME TO competitor;
ALTER ROLE acme RENAME TO acme_group;
CREATE ROLE acme LOGIN IN ROLE contego_crm;
SET SESSION AUTHORIZATION rival_batch;
SELECT is(contego.own_source(), 'the rival', 'members of a renamed role act for its source');
SET SESSION AUTHORIZATION acme;
SELECT throws_ok($$SELECT count(*) FROM contego.request$$, '42501', 'the login acme has the name of a source, but is no member of its role', 'a new login with the name of a source is refused');
RESET SESSION AUTHORIZATION;

-- A person sends a request again: its owner stays, although the login of the person is another.
CREATE ROLE operator LOGIN IN ROLE contego_operator, acme_group, competitor;
SELECT id AS mine FROM contego.request WHERE owned_by = 'alone' \gset
UPDATE contego.request_open SET progress = 'IN_FLIGHT', claimed_by = 1, fence = 7 WHERE id = :mine;
SELECT contego.record(verdict_request_id => ARRAY[:mine], verdict_fence => ARRAY[7], verdict_disposition => ARRAY['reject'], verdict_code => ARRAY['X']);
SET SESSION AUTHORIZATION operator;
SELECT is((SELECT coalesce(refused, after) FROM contego.retry(ARRAY[:mine])), 'QUEUED', 'an operator of several sources may send a request again');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT owned_by || ' ' || created_by FROM contego.request WHERE id = :mine), 'alone alone', 'and it belongs to its source');

-- Requests of a login are given to a source, in steps.
GRANT acme_group TO former;
SET SESSION AUTHORIZATION former;
SELECT is((SELECT count(*) FROM contego.request WHERE created_by = 'former'), 0::bigint, 'before the move the source does not own them');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT count(*) FROM contego.move_requests('former', 'acme', 10)), 1::bigint, 'a step moves requests');
SELECT is((SELECT count(*) FROM contego.request WHERE owned_by = 'former'), 16::bigint, 'no more than it was told');
DO $$
DECLARE
    step record;
    lost bigint := 0;
BEGIN
    LOOP
        SELECT * INTO step FROM contego.move_requests('former', 'acme', 10);
        lost := lost + step.lost_keys;
        EXIT WHEN step.looked_at = 0;
    END LOOP;
    PERFORM set_config('sources.lost', lost::text, false);
END $$;
SELECT is((SELECT count(*) FROM contego.request WHERE owned_by = 'former') + (SELECT count(*) FROM contego.idempotency WHERE owned_by = 'former')
          + (SELECT count(*) FROM contego.source_move), 0::bigint, 'the steps after it go on, and leave nothing');
SELECT is((SELECT owned_by FROM contego.run WHERE created_by = 'former'), 'acme', 'the runs are moved');
SELECT is(current_setting('sources.lost'), '1', 'a key that the source had used already is counted');
SELECT is((SELECT request_id FROM contego.idempotency WHERE owned_by = 'acme' AND idempotency_key = 'shared'), :first::bigint, 'and stays with its request');
SELECT is((SELECT count(*) FROM contego.idempotency WHERE owned_by = 'acme' AND idempotency_key LIKE 'former-%'), 25::bigint, 'the keys are moved, too');
SELECT throws_ok($$SELECT contego.move_requests('the rival', 'acme')$$, '22023', NULL, 'a source is not moved');
SELECT throws_ok($$SELECT contego.move_requests('former', 'none')$$, '42704', NULL, 'nor is a login moved to a source that does not exist');

SELECT * FROM finish();
ROLLBACK;
