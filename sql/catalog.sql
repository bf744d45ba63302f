-- Lists the contents of the schema: one line for each table, column, index and so on, with its kind, its name and its definition. Run it
-- with search_path = pg_catalog, so that every name in a definition is written in full. Partitions by date, which have digits in their
-- names, differ between sites and are left out. So are the text of views, comments, privileges, owners and storage parameters: servers
-- of different versions write them differently, or a site may change them.
WITH relation AS (
    SELECT c.oid, c.relname AS name, c.relkind, c.relrowsecurity, c.relpartbound, c.relispartition
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = 'contego' AND c.relkind IN ('r', 'p', 'v', 'S') AND c.relname !~ '[0-9]' AND c.relname NOT IN ('migration', 'definition')),
part AS (
    SELECT CASE r.relkind WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind, r.name::text AS name,
           concat_ws(' ', pg_get_expr(r.relpartbound, r.oid), CASE WHEN r.relrowsecurity THEN 'row level security' END) AS definition
    FROM relation AS r
    UNION ALL
    SELECT 'column', r.name || '.' || a.attname,
           concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END,
                     'default ' || pg_get_expr(d.adbin, d.adrelid),
                     -- From PostgreSQL 17 on, partitions have the identity of their table.
                     'identity ' || CASE WHEN NOT r.relispartition THEN nullif(a.attidentity::text, '') END)
    FROM relation AS r
    JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE r.relkind <> 'S'
    UNION ALL
    SELECT 'index', r.name || '.' || c.relname, pg_get_indexdef(i.indexrelid)
    FROM relation AS r
    JOIN pg_index AS i ON i.indrelid = r.oid
    JOIN pg_class AS c ON c.oid = i.indexrelid
    UNION ALL
    SELECT 'constraint', r.name || '.' || k.conname, pg_get_constraintdef(k.oid)
    FROM relation AS r
    JOIN pg_constraint AS k ON k.conrelid = r.oid AND k.contype IN ('c', 'f', 'p', 'u', 'x')
    UNION ALL
    SELECT 'trigger', r.name || '.' || t.tgname,
           pg_get_triggerdef(t.oid) || CASE t.tgenabled WHEN 'O' THEN '' ELSE ' but switched off or on for replication only' END
    FROM relation AS r
    JOIN pg_trigger AS t ON t.tgrelid = r.oid AND NOT t.tgisinternal
    UNION ALL
    SELECT 'policy', r.name || '.' || p.polname,
           concat_ws(' ', p.polcmd::text, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    FROM relation AS r
    JOIN pg_policy AS p ON p.polrelid = r.oid
    UNION ALL
    SELECT 'function', p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', md5(pg_get_functiondef(p.oid))
    FROM pg_proc AS p
    JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = 'contego' AND p.prokind IN ('f', 'p'))
SELECT kind, name, regexp_replace(definition, '\s+', ' ', 'g') AS definition
FROM part
ORDER BY kind COLLATE "C", name COLLATE "C"
