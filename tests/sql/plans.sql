-- Every query of docs/support.md, and every question of a CRM, uses an index when a million requests are finished. The plan is checked.
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL session_replication_role = replica; -- the triggers are off, so the rows are inserted in their final state
SELECT contego.make_month(now() - back * interval '1 month') FROM generate_series(0, 11) AS back;

INSERT INTO contego.request_finished (
    id, owned_by, created_date, action, parameters, subscription, process_id, scheduled_date, life_cycle_state, progress, sequence_number,
    executed_date, finished_date, error_code, due_date, lanes, fence)
OVERRIDING SYSTEM VALUE
SELECT n, 'crm', t, 'ADD_SUBSCRIPTIONS', '{}', 'S-' || n % 200000, 'RUN-' || n / 100, t,
       CASE n % 50 WHEN 0 THEN 'REJECTED' ELSE 'COMPLETED' END, CASE n % 50 WHEN 0 THEN 'REJECTED' ELSE 'DONE' END, n, t, t,
       CASE n % 50 WHEN 0 THEN 'CLIENT_NOT_FOUND' END, t, ARRAY['card:0' || 1000000000 + n % 300000], n
FROM (SELECT n, now() - (1000000 - n) * interval '25 seconds' AS t FROM generate_series(1, 1000000) AS n) AS one;
INSERT INTO contego.command (
    request_id, sequence, type, parameters, exchange, outcome, attempts, sent_date, duration_ms, fence, finished_date)
SELECT id, 1, action, '{}', 'answered', 'success', 1, executed_date, 20, fence, finished_date FROM contego.request_finished;
INSERT INTO contego.former_attempt (request_id, sequence, attempt, type, exchange, outcome, sent_date, duration_ms, fence, recorded_date)
SELECT n * 10, 1, 1, 'ADD_SUBSCRIPTIONS', 'answered', 'retry', now(), 20, n, now() FROM generate_series(1, 100000) AS n;
INSERT INTO contego.idempotency (provider, idempotency_key, owned_by, request_id)
SELECT 'default', 'order-' || n, 'crm', n FROM generate_series(1, 300000) AS n;

-- 20,000 open requests, with every progress.
INSERT INTO contego.request_open (
    id, action, parameters, subscription, progress, sequence_number, lanes, due_date, scheduled_date, blocked_by, blocked_date,
    claimed_by, claimed_date, error_code)
OVERRIDING SYSTEM VALUE
SELECT 1000000 + n, 'ADD_SUBSCRIPTIONS', '{}', 'S-' || n, p, 1000000 + n, ARRAY['card:0' || 1000000000 + n / 10], now(),
       CASE p WHEN 'SCHEDULED' THEN now() + n * interval '1 hour' ELSE now() - interval '1 hour' END,
       CASE p WHEN 'BLOCKED' THEN 1000000 + n / 10 * 10 END, CASE p WHEN 'BLOCKED' THEN now() END,
       CASE p WHEN 'IN_FLIGHT' THEN 1 END, CASE p WHEN 'IN_FLIGHT' THEN now() END,
       CASE WHEN p IN ('HELD', 'RETRYING') THEN 'SYSTEM_ERROR' END
FROM (
    SELECT n, CASE WHEN n % 500 = 0 THEN 'HELD' WHEN n % 500 = 250 THEN 'RETRYING' WHEN n % 500 = 100 THEN 'IN_FLIGHT'
                   WHEN n % 20 BETWEEN 1 AND 2 THEN 'BLOCKED' WHEN n % 20 = 7 THEN 'SCHEDULED' ELSE 'QUEUED' END AS p
    FROM generate_series(1, 20000) AS n) AS one;
INSERT INTO contego.command (request_id, sequence, type, parameters, exchange, outcome, attempts, sent_date, duration_ms, fence)
SELECT id, 1, action, '{}', 'answered', 'success', 1, now(), 20, 1 FROM contego.request_open WHERE id % 4 = 0;
INSERT INTO contego.lane (provider, lane, sequence_number, request_id)
SELECT provider, lanes[1], sequence_number, id FROM contego.request_open;
INSERT INTO contego.subject (kind, name, request_id)
SELECT 'card', substr(lanes[1], 6), id FROM contego.request
UNION ALL SELECT 'subscription', subscription, id FROM contego.request
ORDER BY 1, 2, 3; -- in the order of the index, which is filled in half the time
INSERT INTO contego.run (owned_by, action, parameters, provider, priority, process_name, process_id, most_in_flight, from_date, time_zone, cards, lineage)
VALUES ('ann', 'RECONCILE', '{}', 'default', 'REGULAR', '', '', 1, now(), 'UTC', 300000, 1);
INSERT INTO contego.reconciliation (run, against, unknown_codes) SELECT id, 'ledger', '{}' FROM contego.run;
INSERT INTO contego.difference (provider, card, kind, name, reconciliation, request_id, state)
SELECT 'default', '0' || 1000000000 + n, 'extra', '3333', r.id, n, CASE n % 10 WHEN 0 THEN 'open' ELSE 'healed' END
FROM generate_series(1, 300000) AS n, contego.run AS r;
INSERT INTO contego.operator_action (request_id, verb, before, after) SELECT n, 'hold', 'QUEUED', 'HELD' FROM generate_series(1, 5000) AS n;
ANALYZE;

-- Returns the scans of a plan that read a table of millions as a whole, and the scans that read all open requests. All months count under
-- one name. An empty month may be read in any way.
CREATE FUNCTION public.walks(query text, as_role text DEFAULT 'contego_support') RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    PERFORM set_config('role', as_role, true); -- as the role that runs it
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    PERFORM set_config('role', 'none', true);
    RETURN (
        SELECT string_agg(DISTINCT node ->> 'Node Type' || ' on ' || relation, ', ')
        FROM jsonb_path_query(plan, 'strict $.** ? (exists (@."Relation Name"))') AS node
        JOIN pg_class AS c ON c.relname = node ->> 'Relation Name' AND c.relnamespace = 'contego'::regnamespace AND c.reltuples > 0
        CROSS JOIN LATERAL regexp_replace(c.relname, '_\d{4}_\d{2}$', '') AS relation
        WHERE relation IN ('request_open', 'request_finished', 'command_open', 'command_finished', 'former_attempt', 'idempotency', 'subject',
                           'lane', 'difference')
          AND (node ->> 'Node Type' LIKE '%Seq Scan'
               -- A partial index of the open requests has few entries, so it may be read as a whole.
               OR node ->> 'Node Type' IN ('Index Scan', 'Index Only Scan') AND NOT node ? 'Index Cond'
                  AND relation <> 'request_open'));
END
$$;

-- The questions of a CRM. It reads under row level security.
CREATE TABLE public.crm_question (title text, query text);
INSERT INTO public.crm_question
SELECT 'by ' || kind, format('SELECT * FROM contego.own_history WHERE kind = %L AND name = %L ORDER BY request_id DESC LIMIT 20', kind, name)
FROM (VALUES ('card', '01000000001'), ('box', '1'), ('subscription', 'S-1001'), ('process', 'RUN-7'), ('key', 'order-77')) AS one (kind, name)
UNION ALL VALUES
    ('a key without its provider', 'SELECT request_id FROM contego.idempotency WHERE idempotency_key = ''order-77'''),
    ('a key with its provider', 'SELECT r.id FROM contego.idempotency AS i JOIN contego.request AS r ON r.id = i.request_id'
                                ' WHERE i.provider = ''default'' AND i.idempotency_key = ''order-77'''),
    ('a request', 'SELECT * FROM contego.request WHERE id = 1001'),
    ('the commands of a request', 'SELECT * FROM contego.command WHERE request_id = 1001 ORDER BY sequence'),
    ('the attempts of a request', 'SELECT * FROM contego.attempt WHERE request_id = 1001 ORDER BY sequence, attempt'),
    ('the rejected ones of a day', 'SELECT id FROM contego.request WHERE life_cycle_state = ''REJECTED'' AND finished_date > now() - interval ''1 day'''),
    ('the finished ones of a day', 'SELECT id FROM contego.request WHERE life_cycle_state <> ''PENDING'' AND finished_date > now() - interval ''1 day'''),
    ('the held ones', 'SELECT id FROM contego.request WHERE life_cycle_state = ''PENDING'' AND progress = ''HELD''');

-- An undo looks up each request and each card. Its functions have plans of their own, so the tables that they read as a whole are counted.
CREATE FUNCTION public.reads_whole(query text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := (SELECT jsonb_object_agg(s.relname, s.seq_scan) FROM pg_stat_xact_user_tables AS s WHERE s.schemaname = 'contego');
BEGIN
    EXECUTE query;
    RETURN (SELECT string_agg(s.relname, ', ') FROM pg_stat_xact_user_tables AS s
            WHERE s.schemaname = 'contego' AND s.seq_scan > (before -> s.relname)::bigint AND s.relname <> 'month');
END
$$;
UPDATE contego.request_finished SET action = 'CANCEL_SUBSCRIPTIONS',
    parameters = jsonb_build_object('smartcard_ca_id', substr(lanes[1], 6), 'service_ca_id', '1111')
WHERE id BETWEEN 900001 AND 900100;
INSERT INTO contego.entitlement (provider, card, kind, name, given, request_id, finished_date, end_date)
SELECT 'default', '0' || 1000000000 + n, 'service', '1111', true, n, now(), NULL FROM generate_series(1, 300000) AS n;
INSERT INTO contego.former_entitlement (provider, card, kind, name, given, request_id, finished_date, replaced_date)
SELECT 'default', '0' || 1000000000 + n, 'service', '1111', true, n - 1, now() - interval '1 day', now() FROM generate_series(1, 300000) AS n;

SELECT plan((SELECT count(*)::int FROM question) + (SELECT count(*)::int FROM crm_question) + 7);
SELECT is((SELECT count(*)::int FROM contego.plan_revert(ARRAY(SELECT generate_series(900001, 900100)), false)), 100, 'the plan of an undo has its cards');
SELECT is(reads_whole('SELECT count(*) FROM contego.plan_revert(ARRAY(SELECT generate_series(900001, 900100)), false)'), NULL, 'an undo reads no table as a whole');
SELECT is(reads_whole('SELECT contego.enter_entitlements(ARRAY(SELECT generate_series(900001, 900100)))'), NULL, 'nor does the keeping of the ledger');
SELECT matches(reads_whole('SELECT count(*) FROM contego.request WHERE subscription = ''S-1'''), 'request_finished_', 'a scan of a whole table is found');
-- contego.queue_health counts all open requests, so it must read them.
SELECT is(walks(query), CASE WHEN query LIKE '%queue_health%' THEN 'Seq Scan on request_open' END, number || '. ' || title)
FROM question
ORDER BY number;
SELECT is(walks(query, 'contego_crm'), NULL, 'a CRM asks for ' || title) FROM crm_question;
SELECT is(walks('SELECT id FROM contego.request WHERE subscription = ''S-1''', 'contego_crm'), 'Seq Scan on request_finished, Seq Scan on request_open',
          'the function finds a scan by a CRM');
SELECT is(walks('SELECT id FROM contego.request WHERE lanes @> ARRAY[''card:01000000001'']'),
          'Seq Scan on request_finished, Seq Scan on request_open', 'the function finds a scan of a whole table');
SELECT is(walks('SELECT * FROM contego.stuck'), NULL, 'contego.stuck does not read the whole backlog');
SELECT * FROM finish();
ROLLBACK;
