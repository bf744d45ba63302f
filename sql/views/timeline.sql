-- after: attempt
--
-- The steps of a request. Steps that leave no trace are missing: claims that have ended, and all parkings but the latest one.
CREATE OR REPLACE VIEW contego.timeline AS
SELECT r.id AS request_id, e.event_date, e.step, e.event, e.by_whom, e.detail
FROM contego.request AS r
LEFT JOIN contego.daemon AS d ON d.id = r.claimed_by
CROSS JOIN LATERAL (VALUES
    (1, r.created_date, 'inserted', concat_ws(' for ', r.created_by, r.on_behalf_of), concat_ws(' ', r.action, nullif(r.priority, 'REGULAR'))),
    (2, CASE WHEN r.scheduled_date > r.created_date THEN r.scheduled_date END, 'due', 'CRM', NULL),
    (3, r.blocked_date, 'blocked', 'daemon', 'waits for request ' || r.blocked_by),
    (4, r.claimed_date, 'claimed', coalesce(d.name, 'a daemon that is no more'), 'claim ' || r.fence),
    (9, r.finished_date, lower(CASE r.progress WHEN 'DONE' THEN r.life_cycle_state ELSE r.progress END), 'daemon',
     concat_ws(': ', r.error_code, r.error_description))
) AS e (step, event_date, event, by_whom, detail)
WHERE e.event_date IS NOT NULL
UNION ALL
SELECT a.request_id, e.event_date, e.step, e.event, 'daemon, claim ' || a.fence,
       concat_ws(' ', a.sequence || '.', a.type, CASE WHEN a.attempt > 1 THEN 'attempt ' || a.attempt END, e.detail)
FROM contego.attempt AS a
CROSS JOIN LATERAL (SELECT a.sent_date + a.duration_ms * interval '1 millisecond' AS ended_date) AS x
CROSS JOIN LATERAL (VALUES
    (5, a.sent_date, CASE a.exchange WHEN 'not_sent' THEN 'not sent' ELSE 'sent' END, NULL),
    (6, CASE WHEN a.exchange <> 'not_sent' THEN x.ended_date END,
     CASE a.exchange WHEN 'answered' THEN 'answered' WHEN 'read_back' THEN 'read back' ELSE 'no answer' END,
     concat_ws(' ', a.outcome, a.status_code, a.reference_number)),
    -- recorded_date is the time at which recording began, by another clock.
    (7, CASE WHEN a.outcome IN ('retry', 'hold') THEN greatest(a.recorded_date, x.ended_date) END,
     CASE a.outcome WHEN 'retry' THEN 'to be retried' ELSE 'held' END, concat_ws(': ', a.error_code, a.error_description))
) AS e (step, event_date, event, detail)
WHERE e.event_date IS NOT NULL
UNION ALL
SELECT o.request_id, o.acted_date, 8, o.verb, concat_ws(' for ', o.acted_by, o.on_behalf_of), concat_ws(': ', nullif(o.before || ' -> ' || o.after, o.before || ' -> ' || o.before), o.reason, o.changes::text)
FROM contego.operator_action AS o;

GRANT SELECT ON contego.timeline TO contego_support;
COMMENT ON VIEW contego.timeline IS 'Each row is a step of a request. Query it with WHERE request_id = ... ORDER BY event_date, step';
COMMENT ON COLUMN contego.timeline.request_id IS 'This is the number of the request (contego.request.id).';
COMMENT ON COLUMN contego.timeline.event_date IS 'The step happened at this time.';
COMMENT ON COLUMN contego.timeline.step IS 'This number orders the steps that have the same date.';
COMMENT ON COLUMN contego.timeline.event IS 'The step is inserted, due, blocked, claimed, sent, not sent, answered, no answer, read back, to be retried or held; a verb of a person; or completed, rejected, cancelled or closed.';
COMMENT ON COLUMN contego.timeline.by_whom IS 'This is the login of the CRM or of a person, or a daemon and its claim. A login may have named a person or program in contego.on_behalf_of, which follows.';
COMMENT ON COLUMN contego.timeline.detail IS 'This text says more about the step, or gives the reason.';
