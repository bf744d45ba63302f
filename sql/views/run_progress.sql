-- The barrier evaluates the login before any function of the query, so that no function sees the runs of another login.
CREATE OR REPLACE VIEW contego.run_progress
WITH (security_barrier = true) AS
SELECT r.id AS run, r.action, r.state, r.why, r.cards,
       CASE WHEN r.state IN ('CANCELLED', 'EXPIRED') THEN 0 ELSE r.cards - r.done - r.failed - o.open END AS waiting,
       o.open + o.retried - o.held AS in_flight, o.held, o.maybe_sent, r.done, r.failed - o.retried AS failed,
       CASE WHEN r.state IN ('CANCELLED', 'EXPIRED') THEN r.cards - r.done - r.failed - o.open ELSE 0 END AS cancelled,
       CASE WHEN r.cards = 0 THEN 100 ELSE trunc(100.0 * (r.done + r.failed - o.retried) / r.cards, 1) END AS percent,
       CASE WHEN r.attended THEN round(r.rate::numeric, 1) END AS rate, r.pace, r.most_in_flight,
       CASE WHEN r.state = 'RUNNING' AND coalesce(r.pace, r.rate) > 0
            THEN greatest(now(), r.from_date)
                 + least((r.cards - r.done - r.failed) / coalesce(nullif(r.rate, 0), r.pace), 3e9) * interval '1 second'
       END AS estimated_date,
       r.finished_date, r.created_date, r.created_by, r.provider, r.priority, r.process_name, r.process_id, r.from_date, r.until_date,
       r.quiet_from, r.quiet_until, r.time_zone, r.idempotency_key, r.on_behalf_of, r.paused_by
FROM contego.run AS r
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE f.state = 'open')::integer AS open, count(*) FILTER (WHERE f.state = 'retried')::integer AS retried,
           count(*) FILTER (WHERE q.progress = 'HELD')::integer AS held,
           count(*) FILTER (WHERE q.maybe_sent)::integer AS maybe_sent
    FROM contego.run_fed AS f
    LEFT JOIN contego.request_open AS q ON q.id = f.request_id AND f.state IN ('open', 'retried')
    WHERE f.run = r.id AND f.state <> 'failed'
) AS o
WHERE pg_has_role('contego_support', 'MEMBER') OR r.owned_by = (SELECT contego.own_source());

GRANT SELECT ON contego.run_progress TO contego_support, contego_crm;
COMMENT ON VIEW contego.run_progress IS 'Each row is a run with its progress. A CRM sees its own runs, support sees all.';
COMMENT ON COLUMN contego.run_progress.run IS 'This is the number of the run.';
COMMENT ON COLUMN contego.run_progress.action IS 'The run makes a request with this action for each card.';
COMMENT ON COLUMN contego.run_progress.state IS 'The state is RUNNING, PAUSED, DONE, CANCELLED or EXPIRED.';
COMMENT ON COLUMN contego.run_progress.why IS 'This sentence explains the state.';
COMMENT ON COLUMN contego.run_progress.cards IS 'The run has this many cards.';
COMMENT ON COLUMN contego.run_progress.waiting IS 'This many cards have no request yet, or wait for another one.';
COMMENT ON COLUMN contego.run_progress.in_flight IS 'This many requests of the run are in the queue, blocked, in flight or retried.';
COMMENT ON COLUMN contego.run_progress.held IS 'This many requests of the run are held: a person decides about them.';
COMMENT ON COLUMN contego.run_progress.maybe_sent IS 'This many open requests of the run may have been sent without an answer.';
COMMENT ON COLUMN contego.run_progress.done IS 'This many cards have a COMPLETED request.';
COMMENT ON COLUMN contego.run_progress.failed IS 'This many cards have a REJECTED request.';
COMMENT ON COLUMN contego.run_progress.cancelled IS 'This many cards are not sent any more, because the run was cancelled or has expired.';
COMMENT ON COLUMN contego.run_progress.percent IS 'This part of the cards is done or failed, in percent.';
COMMENT ON COLUMN contego.run_progress.rate IS 'This many requests ended per second lately.';
COMMENT ON COLUMN contego.run_progress.pace IS 'At most this many requests per second are fed into the queue.';
COMMENT ON COLUMN contego.run_progress.most_in_flight IS 'At most this many requests of the run are in the queue or in flight at once.';
COMMENT ON COLUMN contego.run_progress.estimated_date IS 'The run ends at this time if it goes on like now. Quiet hours do not count.';
COMMENT ON COLUMN contego.run_progress.finished_date IS 'The run became DONE, CANCELLED or EXPIRED at this time.';
COMMENT ON COLUMN contego.run_progress.created_date IS 'The run was started at this time.';
COMMENT ON COLUMN contego.run_progress.created_by IS 'This login started the run.';
COMMENT ON COLUMN contego.run_progress.provider IS 'The requests go to the CAS of this provider.';
COMMENT ON COLUMN contego.run_progress.priority IS 'The requests have this priority.';
COMMENT ON COLUMN contego.run_progress.process_name IS 'The requests have this process name.';
COMMENT ON COLUMN contego.run_progress.process_id IS 'The requests have this process ID.';
COMMENT ON COLUMN contego.run_progress.from_date IS 'Nothing is sent before this time.';
COMMENT ON COLUMN contego.run_progress.until_date IS 'Nothing is sent from this time on.';
COMMENT ON COLUMN contego.run_progress.quiet_from IS 'From this local time on each day nothing is sent.';
COMMENT ON COLUMN contego.run_progress.quiet_until IS 'The quiet hours end at this local time.';
COMMENT ON COLUMN contego.run_progress.time_zone IS 'The quiet hours are times in this time zone.';
COMMENT ON COLUMN contego.run_progress.idempotency_key IS 'The login gave this key.';
COMMENT ON COLUMN contego.run_progress.on_behalf_of IS 'The session that started the run named this person or program.';
COMMENT ON COLUMN contego.run_progress.paused_by IS 'This login paused the run. NULL: the run is not paused, or has paused itself.';
