-- A daemon that ends during an outage never writes its end. Other daemons see the same outage, each in a row of its own.
CREATE OR REPLACE VIEW contego.outage_summary AS
SELECT o.id AS outage_id, o.provider, o.endpoint, o.daemon, o.reason, o.from_date,
       coalesce(o.to_date, CASE WHEN o.seen_date < now() - interval '2 minutes' THEN o.seen_date END) AS to_date,
       o.to_date IS NULL AND o.seen_date >= now() - interval '2 minutes' AS goes_on,
       o.waiting, h.requests, h.completed, h.rejected, h.pending, h.held
FROM contego.outage AS o
CROSS JOIN LATERAL (
    SELECT count(*) AS requests, count(*) FILTER (WHERE r.life_cycle_state = 'COMPLETED') AS completed,
           count(*) FILTER (WHERE r.life_cycle_state = 'REJECTED') AS rejected,
           count(*) FILTER (WHERE r.life_cycle_state = 'PENDING') AS pending,
           count(*) FILTER (WHERE r.progress = 'HELD') AS held
    FROM contego.outage_request AS q
    JOIN contego.request AS r ON r.id = q.request_id
    WHERE q.outage_id = o.id
) AS h;

GRANT SELECT ON contego.outage_summary TO contego_support;
COMMENT ON VIEW contego.outage_summary IS 'Each row is an outage of an endpoint, and what became of the requests that it hit. Query it with WHERE from_date > ...';
COMMENT ON COLUMN contego.outage_summary.outage_id IS 'This is the number of the outage (contego.outage.id).';
COMMENT ON COLUMN contego.outage_summary.provider IS 'The endpoint is one of this provider.';
COMMENT ON COLUMN contego.outage_summary.endpoint IS 'The endpoint has this URL.';
COMMENT ON COLUMN contego.outage_summary.daemon IS 'The daemon of this name saw the outage.';
COMMENT ON COLUMN contego.outage_summary.reason IS 'The exchange that opened the breaker of the endpoint failed for this reason.';
COMMENT ON COLUMN contego.outage_summary.from_date IS 'The breaker of the endpoint opened at this time.';
COMMENT ON COLUMN contego.outage_summary.to_date IS 'The endpoint answered again at this time. If the daemon ended during the outage, it last wrote the outage at this time.';
COMMENT ON COLUMN contego.outage_summary.goes_on IS 'True means that the endpoint does not answer yet.';
COMMENT ON COLUMN contego.outage_summary.waiting IS 'When the outage was last written, this many requests of the provider waited to be claimed. The count ends at 10,000.';
COMMENT ON COLUMN contego.outage_summary.requests IS 'The outage hit this many requests that are still kept. The first 10,000 are counted.';
COMMENT ON COLUMN contego.outage_summary.completed IS 'This many of them are COMPLETED now.';
COMMENT ON COLUMN contego.outage_summary.rejected IS 'This many of them are REJECTED now.';
COMMENT ON COLUMN contego.outage_summary.pending IS 'This many of them are PENDING now. If it is 0, all have ended.';
COMMENT ON COLUMN contego.outage_summary.held IS 'This many of them are held, and wait for a person.';
