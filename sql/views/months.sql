CREATE OR REPLACE VIEW contego.months AS
SELECT m.month,
       CASE WHEN m.dropping_since IS NOT NULL THEN 'is being dropped'
            WHEN m.month > contego.month_of(now()) THEN 'made ahead'
            WHEN m.month = contego.month_of(now()) THEN 'current'
            ELSE 'kept' END AS state,
       nullif(r.reltuples, -1)::bigint AS requests, nullif(c.reltuples, -1)::bigint AS commands,
       pg_total_relation_size(r.oid) + pg_total_relation_size(c.oid) AS bytes,
       m.made_date, m.dropping_since, m.cleared_up_to
FROM contego.month AS m
JOIN pg_namespace AS n ON n.nspname = 'contego'
JOIN pg_class AS r ON r.relnamespace = n.oid AND r.relname = 'request_finished' || to_char(m.month, '_YYYY_MM')
JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = 'command_finished' || to_char(m.month, '_YYYY_MM');

GRANT SELECT ON contego.months TO contego_support;
COMMENT ON VIEW contego.months IS 'The months of finished requests: how large, and what becomes of them.';
COMMENT ON COLUMN contego.months.month IS 'Its first day; a month begins and ends in UTC.';
COMMENT ON COLUMN contego.months.state IS 'made ahead, current, kept, is being dropped.';
COMMENT ON COLUMN contego.months.requests IS 'How many, as autovacuum counted them last; NULL: not yet.';
COMMENT ON COLUMN contego.months.commands IS 'Likewise.';
COMMENT ON COLUMN contego.months.bytes IS 'What its tables take with their indexes.';
COMMENT ON COLUMN contego.months.made_date IS 'When its tables were made.';
COMMENT ON COLUMN contego.months.dropping_since IS 'Since when it is being dropped: its requests cannot be sent again.';
COMMENT ON COLUMN contego.months.cleared_up_to IS 'Up to which request that which belongs to it elsewhere is deleted.';
