-- The last 31 days by hour, each hour a short walk along an index; and the open requests that have an error now.
CREATE OR REPLACE VIEW contego.error_summary AS
SELECT h.hour, e.provider, e.error_code, e.progress, e.requests, e.first_request, e.latest_request, e.example
FROM generate_series(date_trunc('hour', now()) - interval '31 days', now(), interval '1 hour') AS h (hour)
CROSS JOIN LATERAL (
    SELECT f.provider, f.error_code, f.progress, count(*) AS requests, min(f.id) AS first_request, max(f.id) AS latest_request,
           min(f.error_description) AS example
    FROM contego.request_finished AS f
    WHERE f.life_cycle_state = 'REJECTED' AND f.finished_date >= h.hour AND f.finished_date < h.hour + interval '1 hour'
    GROUP BY f.provider, f.error_code, f.progress
) AS e
UNION ALL
SELECT date_trunc('hour', coalesce(o.executed_date, o.scheduled_date)), o.provider, o.error_code, o.progress, count(*), min(o.id),
       max(o.id), min(o.error_description)
FROM (
    SELECT * FROM contego.request_open WHERE progress = 'HELD'
    UNION ALL
    SELECT * FROM contego.request_open WHERE progress = 'RETRYING'
) AS o
WHERE o.error_code IS NOT NULL
GROUP BY 1, o.provider, o.error_code, o.progress;

GRANT SELECT ON contego.error_summary TO contego_support;
COMMENT ON VIEW contego.error_summary IS 'Each row counts the requests with one error in one hour: requests rejected in the last 31 days, and requests held or retried now.';
COMMENT ON COLUMN contego.error_summary.hour IS 'This is the beginning of the hour in which a rejected request finished, or in which an open request last ran.';
COMMENT ON COLUMN contego.error_summary.provider IS 'The request goes to the CAS of this provider.';
COMMENT ON COLUMN contego.error_summary.error_code IS 'The code says why the request was rejected, is held or is retried.';
COMMENT ON COLUMN contego.error_summary.progress IS 'The progress is REJECTED or CANCELLED for finished requests, and HELD or RETRYING for open ones.';
COMMENT ON COLUMN contego.error_summary.requests IS 'This many requests have the error.';
COMMENT ON COLUMN contego.error_summary.first_request IS 'This is the lowest number of these requests.';
COMMENT ON COLUMN contego.error_summary.latest_request IS 'This is the highest number of these requests.';
COMMENT ON COLUMN contego.error_summary.example IS 'This is the error description of one of these requests.';
