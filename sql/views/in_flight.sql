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
COMMENT ON VIEW contego.in_flight IS 'What daemons are working on now.';
COMMENT ON COLUMN contego.in_flight.request_id IS 'The request (contego.request.id).';
COMMENT ON COLUMN contego.in_flight.provider IS 'Which CAS.';
COMMENT ON COLUMN contego.in_flight.action IS 'A CRM action, or the code of a direct command.';
COMMENT ON COLUMN contego.in_flight.priority IS 'REGULAR or EXPRESS.';
COMMENT ON COLUMN contego.in_flight.subscription IS 'Whose, as the CRM calls it.';
COMMENT ON COLUMN contego.in_flight.lanes IS 'The smartcards and boxes it touches: card:<CA ID>, box:<CA ID>.';
COMMENT ON COLUMN contego.in_flight.claimed_date IS 'Since when a daemon has it.';
COMMENT ON COLUMN contego.in_flight.claimed_for IS 'How long.';
COMMENT ON COLUMN contego.in_flight.daemon IS 'Name of the daemon that has it.';
COMMENT ON COLUMN contego.in_flight.host IS 'Host that the daemon runs on.';
COMMENT ON COLUMN contego.in_flight.daemon_lives IS 'False or NULL: the daemon is gone; another one takes the request over.';
COMMENT ON COLUMN contego.in_flight.commands_done IS 'Commands of it that succeeded or were not needed.';
COMMENT ON COLUMN contego.in_flight.attempts IS 'Runs that failed and were tried again, outages of the CAS not counted.';
COMMENT ON COLUMN contego.in_flight.fence IS 'Number of the claim.';
