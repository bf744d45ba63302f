-- Who may do what, as the catalogue has it. That the daemon can work so is tested with the real one, end to end.
BEGIN;
SELECT no_plan();

-- One row for each column of a request and each role.
SELECT is(
    (SELECT string_agg(attname, ' ' ORDER BY attname) FROM pg_attribute
     WHERE attrelid = 'contego.request'::regclass AND attnum > 0
       AND has_column_privilege('contego_crm', attrelid, attnum, 'INSERT')),
    'action idempotency_key parameters priority process_id process_name provider scheduled_date subscription',
    'a CRM inserts its own columns and no other');
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
    NULL, 'no role changes, deletes or empties anything but through a function');

SELECT is(
    (SELECT string_agg(r.rolname, ', ') FROM pg_roles AS r
     WHERE r.rolname LIKE 'contego\_%' AND (has_schema_privilege(r.rolname, 'contego', 'CREATE') OR r.rolcanlogin)),
    NULL, 'no role makes anything in the schema, or logs in');

SELECT is(
    (SELECT string_agg(c.relname, ', ') FROM pg_class AS c
     WHERE c.relnamespace = 'contego'::regnamespace
       AND EXISTS (SELECT FROM aclexplode(c.relacl) AS a WHERE a.grantee = 0)),
    NULL, 'nothing is granted to everybody');

SELECT is(
    (SELECT string_agg(p.oid::regprocedure::text, ', ') FROM pg_proc AS p
     WHERE p.pronamespace = 'contego'::regnamespace
       AND (p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) AS a WHERE a.grantee = 0))),
    NULL, 'no function is everybody''s to call');

SELECT is(
    (SELECT string_agg(oid::regprocedure::text, ', ') FROM pg_proc
     WHERE pronamespace = 'contego'::regnamespace AND prosecdef
       AND NOT 'search_path=pg_catalog, pg_temp' = ANY (coalesce(proconfig, '{}'))),
    NULL, 'what runs with the owner''s rights has its search path pinned');

SELECT is(
    (SELECT string_agg(c.relname, ', ') FROM pg_class AS c
     WHERE c.relnamespace = 'contego'::regnamespace AND c.relispartition AND c.relrowsecurity),
    NULL, 'the partitions, on which the daemon works, ask nobody''s policy');

-- Functions by role: whoever may do more than is meant shows here.
SELECT is(
    (SELECT string_agg(DISTINCT p.proname, ' ' ORDER BY p.proname) FROM pg_proc AS p
     WHERE p.pronamespace = 'contego'::regnamespace AND has_function_privilege('contego_daemon', p.oid, 'EXECUTE')),
    'claim declare_dead drop_month give_back_lost hold_unreadable hold_unrecordable join_fleet leave_fleet lock_holders make_months'
    ' neighbours number_finished record recordable renew_lease rescue take_share',
    'the daemon calls what it needs');
SELECT is(
    (SELECT string_agg(DISTINCT p.proname, ' ' ORDER BY p.proname) FROM pg_proc AS p
     WHERE p.pronamespace = 'contego'::regnamespace AND has_function_privilege('contego_support', p.oid, 'EXECUTE')),
    'finished_after lanes_of lock_holders masked masked_part month_of parameters_fault shown', 'support calls nothing that changes anything');
SELECT is(
    (SELECT string_agg(DISTINCT p.proname, ' ' ORDER BY p.proname) FROM pg_proc AS p
     WHERE p.pronamespace = 'contego'::regnamespace AND has_function_privilege('contego_operator', p.oid, 'EXECUTE')
       AND NOT has_function_privilege('contego_support', p.oid, 'EXECUTE')),
    'act cancel close close_feed drop_month forget_finished hold make_months matching open_feed preview release retry skip',
    'an operator calls the verbs and their preview');

SELECT * FROM finish();
ROLLBACK;
