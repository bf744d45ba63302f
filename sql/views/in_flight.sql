CREATE OR REPLACE VIEW contego.in_flight AS
SELECT o.id AS request_id, o.provider, o.action, o.priority, o.subscription, o.lanes, o.claimed_date,
       now() - o.claimed_date AS claimed_for, d.name AS daemon, d.host, d.lease_until > now() AS daemon_lives,
       (SELECT count(*) FROM contego.command_open AS c WHERE c.request_id = o.id AND c.outcome IN ('success', 'skipped')) AS commands_done,
       o.attempts, o.fence
FROM contego.request_open AS o
LEFT JOIN contego.daemon AS d ON d.id = o.claimed_by
WHERE o.progress = 'IN_FLIGHT';

GRANT SELECT ON contego.in_flight TO contego_support;
GRANT SELECT (daemon_lives) ON contego.in_flight TO contego_daemon;
COMMENT ON VIEW contego.in_flight IS 'Each row is a request that a daemon is working on now.';
COMMENT ON COLUMN contego.in_flight.request_id IS 'This is the number of the request (contego.request.id).';
COMMENT ON COLUMN contego.in_flight.provider IS 'The request goes to the CAS of this provider.';
COMMENT ON COLUMN contego.in_flight.action IS 'The CRM asks for this: a CRM action, or the code of a direct command.';
COMMENT ON COLUMN contego.in_flight.priority IS 'The priority is REGULAR or EXPRESS.';
COMMENT ON COLUMN contego.in_flight.subscription IS 'The request is about this subscription, as the CRM names it.';
COMMENT ON COLUMN contego.in_flight.lanes IS 'The request touches these smartcards and boxes: card:<CA ID>, box:<CA ID>.';
COMMENT ON COLUMN contego.in_flight.claimed_date IS 'A daemon has run the request since this time.';
COMMENT ON COLUMN contego.in_flight.claimed_for IS 'The daemon has run the request for this long.';
COMMENT ON COLUMN contego.in_flight.daemon IS 'The daemon with this name runs the request.';
COMMENT ON COLUMN contego.in_flight.host IS 'The daemon runs on this host.';
COMMENT ON COLUMN contego.in_flight.daemon_lives IS 'True means that the daemon lives. Otherwise another daemon takes the request over.';
COMMENT ON COLUMN contego.in_flight.commands_done IS 'This many commands of the request succeeded or were skipped.';
COMMENT ON COLUMN contego.in_flight.attempts IS 'This is the number of runs that failed and were tried again. Outages of the CAS do not count.';
COMMENT ON COLUMN contego.in_flight.fence IS 'This is the number of the claim.';
