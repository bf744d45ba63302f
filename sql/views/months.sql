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
COMMENT ON VIEW contego.months IS 'Each row is a month of finished requests, with its size and its state.';
COMMENT ON COLUMN contego.months.month IS 'This is the first day of the month. A month begins and ends in UTC.';
COMMENT ON COLUMN contego.months.state IS 'The state is made ahead, current, kept, or is being dropped.';
COMMENT ON COLUMN contego.months.requests IS 'The month has this many requests, by the latest count of autovacuum. NULL means that there was none yet.';
COMMENT ON COLUMN contego.months.commands IS 'The month has this many commands, by the latest count of autovacuum. NULL means that there was none yet.';
COMMENT ON COLUMN contego.months.bytes IS 'The tables of the month and their indexes take this many bytes.';
COMMENT ON COLUMN contego.months.made_date IS 'The tables of the month were created at this time.';
COMMENT ON COLUMN contego.months.dropping_since IS 'The month has been in the course of being dropped since this time. Its requests cannot be sent again.';
COMMENT ON COLUMN contego.months.cleared_up_to IS 'Rows in other tables are deleted for the requests of the month up to this number.';
