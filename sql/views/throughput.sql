-- The last 24 hours by minute. A minute in which no request finished has a row of zeros.
CREATE OR REPLACE VIEW contego.throughput AS
SELECT m.minute, f.provider, coalesce(f.finished, 0) AS finished, coalesce(f.completed, 0) AS completed,
       coalesce(f.rejected, 0) AS rejected, f.average_age
FROM generate_series(date_trunc('minute', now()) - interval '24 hours', now(), interval '1 minute') AS m (minute)
LEFT JOIN LATERAL (
    SELECT r.provider, count(*) AS finished, count(*) FILTER (WHERE r.life_cycle_state = 'COMPLETED') AS completed,
           count(*) FILTER (WHERE r.life_cycle_state = 'REJECTED') AS rejected,
           avg(r.finished_date - r.scheduled_date) FILTER (WHERE r.life_cycle_state = 'COMPLETED') AS average_age
    FROM contego.request_finished AS r
    WHERE r.finished_date >= m.minute AND r.finished_date < m.minute + interval '1 minute'
    GROUP BY r.provider
) AS f ON true;

GRANT SELECT ON contego.throughput TO contego_support;
COMMENT ON VIEW contego.throughput IS 'Each row counts the requests of one provider that finished in one minute of the last 24 hours.';
COMMENT ON COLUMN contego.throughput.minute IS 'This is the beginning of the minute.';
COMMENT ON COLUMN contego.throughput.provider IS 'The requests went to the CAS of this provider. NULL means that no request finished in the minute.';
COMMENT ON COLUMN contego.throughput.finished IS 'This many requests finished.';
COMMENT ON COLUMN contego.throughput.completed IS 'This many requests became COMPLETED.';
COMMENT ON COLUMN contego.throughput.rejected IS 'This many requests became REJECTED.';
COMMENT ON COLUMN contego.throughput.average_age IS 'COMPLETED requests took this long on average, from scheduled_date to finished_date.';
