-- Without a run that has not ended, the view reads one empty index.
CREATE OR REPLACE VIEW contego.run_stats AS
SELECT count(*) FILTER (WHERE r.state = 'RUNNING') AS running,
       count(*) FILTER (WHERE r.state = 'PAUSED' AND r.paused_by IS NOT NULL) AS paused,
       count(*) FILTER (WHERE r.state = 'PAUSED' AND r.paused_by IS NULL) AS paused_itself,
       coalesce(sum(r.cards - r.done - r.failed - o.open), 0)::bigint AS waiting,
       coalesce(sum(r.failed - o.retried), 0)::bigint AS failed
FROM contego.run AS r
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE f.state = 'open')::integer AS open, count(*) FILTER (WHERE f.state = 'retried')::integer AS retried
    FROM contego.run_fed AS f
    WHERE f.run = r.id AND f.state <> 'failed'
) AS o
WHERE r.state IN ('RUNNING', 'PAUSED');

GRANT SELECT ON contego.run_stats TO contego_support, contego_daemon;
COMMENT ON VIEW contego.run_stats IS 'The only row counts the runs that have not ended, and their cards.';
COMMENT ON COLUMN contego.run_stats.running IS 'This many runs are RUNNING.';
COMMENT ON COLUMN contego.run_stats.paused IS 'A person has paused this many runs.';
COMMENT ON COLUMN contego.run_stats.paused_itself IS 'This many runs have paused themselves, and wait for a person.';
COMMENT ON COLUMN contego.run_stats.waiting IS 'This many cards of these runs have no request yet, or wait for another one.';
COMMENT ON COLUMN contego.run_stats.failed IS 'This many cards of these runs have a REJECTED request.';
