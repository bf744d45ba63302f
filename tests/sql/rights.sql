-- The privileges of each role, as the system catalog has them. End-to-end tests show that the daemon can work with them.
BEGIN;
SELECT no_plan();

-- One row for each column of contego.request and each role.
SELECT is(
    (SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class AS c
     WHERE c.relnamespace = 'contego'::regnamespace AND c.relkind IN ('r', 'p', 'v')
       AND has_any_column_privilege('contego_crm', c.oid, 'INSERT')),
    'expected request submission', 'a CRM inserts into the table of requests and two views only');
SELECT is(
    (SELECT string_agg(attname, ' ') FROM pg_attribute
     WHERE attrelid = 'contego.request'::regclass AND attnum > 0
       AND NOT has_column_privilege('contego_support', attrelid, attnum, 'SELECT')),
    'parameters', 'support reads every column of a request but parameters');

SELECT is(
    (SELECT string_agg(r.rolname || ' ' || p.privilege || ' ' || c.relname, ', ' ORDER BY 1)
     FROM pg_class AS c
     CROSS JOIN (VALUES ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('TRIGGER'), ('REFERENCES')) AS p (privilege)
     CROSS JOIN pg_roles AS r
     WHERE c.relnamespace = 'contego'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND r.rolname LIKE 'contego\_%'
       AND has_table_privilege(r.rolname, c.oid, p.privilege)),
    NULL, 'no role may update, delete or truncate, except through a function');

SELECT is(
    (SELECT string_agg(r.rolname, ', ') FROM pg_roles AS r
     WHERE r.rolname LIKE 'contego\_%' AND (has_schema_privilege(r.rolname, 'contego', 'CREATE') OR r.rolcanlogin)),
    NULL, 'no role may create objects in the schema, or log in');

SELECT is(
    (SELECT string_agg(c.relname, ', ') FROM pg_class AS c
     WHERE c.relnamespace = 'contego'::regnamespace
       AND EXISTS (SELECT FROM aclexplode(c.relacl) AS a WHERE a.grantee = 0)),
    NULL, 'no table privilege is granted to PUBLIC');

SELECT is(
    (SELECT string_agg(p.oid::regprocedure::text, ', ') FROM pg_proc AS p
     WHERE p.pronamespace = 'contego'::regnamespace
       AND (p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) AS a WHERE a.grantee = 0))),
    NULL, 'PUBLIC may execute no function');

SELECT is(
    (SELECT string_agg(oid::regprocedure::text, ', ') FROM pg_proc
     WHERE pronamespace = 'contego'::regnamespace AND prosecdef
       AND NOT 'search_path=pg_catalog, pg_temp' = ANY (coalesce(proconfig, '{}'))),
    NULL, 'every function with the owner''s privileges sets a fixed search path');

SELECT is(
    (SELECT string_agg(c.relname, ', ') FROM pg_class AS c
     WHERE c.relnamespace = 'contego'::regnamespace AND c.relispartition AND c.relrowsecurity),
    NULL, 'the partitions, which the daemon uses, have no row level security');

-- The functions that each role may execute. An unintended privilege makes these tests fail.
SELECT is(
    (SELECT string_agg(DISTINCT p.proname, ' ' ORDER BY p.proname) FROM pg_proc AS p
     WHERE p.pronamespace = 'contego'::regnamespace AND has_function_privilege('contego_crm', p.oid, 'EXECUTE')),
    'cancel_run change_run enter_run finished_after forget_expected forget_run own_source pause_run read_cards reschedule resume_run retry_failed run_parameters'
    ' start_run submit submit_many withdraw withdraw_many', 'a CRM may execute these functions');
SELECT is(
    (SELECT array_agg(DISTINCT p.proname::text ORDER BY p.proname::text) FROM pg_proc AS p
     WHERE p.pronamespace = 'contego'::regnamespace AND has_function_privilege('contego_daemon', p.oid, 'EXECUTE')),
    ARRAY['claim', 'claiming_stopped', 'declare_dead', 'drop_month', 'feed_runs', 'give_back_lost', 'hold_unreadable',
          'hold_unrecordable', 'join_fleet', 'keep_ledger', 'leave_fleet', 'lock_holders', 'make_months', 'neighbours',
          'number_finished', 'numbers', 'open_drift', 'poll', 'publication_faults', 'record', 'recordable', 'renew_lease', 'rescue', 'seal_audit',
          'take_share', 'try_claim', 'write_outage'],
    'the daemon may execute these functions');
SELECT is(
    (SELECT string_agg(DISTINCT p.proname, ' ' ORDER BY p.proname) FROM pg_proc AS p
     WHERE p.pronamespace = 'contego'::regnamespace AND has_function_privilege('contego_support', p.oid, 'EXECUTE')),
    'claiming_stopped correction_of date_of end_fallout finished_after has_passed lanes_of lock_holders masked masked_part month_of numbers own_source parameters_fault publication_faults renewed_until set_fallout shown'
    ' submit_corrective',
    'support may execute no function that changes a table, except for fallout and corrective requests');
SELECT is(
    (SELECT string_agg(DISTINCT p.proname, ' ' ORDER BY p.proname) FROM pg_proc AS p
     WHERE p.pronamespace = 'contego'::regnamespace AND has_function_privilege('contego_operator', p.oid, 'EXECUTE')
       AND NOT has_function_privilege('contego_support', p.oid, 'EXECUTE') AND p.proname < 'm'),
    'act after_data_loss build_ledger cancel cancel_run cards_of change_run close close_feed drop_month enter_reconciliation enter_run forget_expected forget_finished'
    ' forget_run heal hold',
    'an operator may execute the verbs, from A to L');
SELECT is(
    (SELECT string_agg(DISTINCT p.proname, ' ' ORDER BY p.proname) FROM pg_proc AS p
     WHERE p.pronamespace = 'contego'::regnamespace AND has_function_privilege('contego_operator', p.oid, 'EXECUTE')
       AND NOT has_function_privilege('contego_support', p.oid, 'EXECUTE') AND p.proname >= 'm'),
    'make_months matching open_feed pause_run preview preview_revert read_cards reconcile refresh refresh_cards release resume_run retry retry_failed revert run_parameters set_renewal skip start_run',
    'and from M to Z');

SELECT * FROM finish();
ROLLBACK;
