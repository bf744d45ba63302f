CREATE OR REPLACE VIEW contego.renewals AS
SELECT p.provider, p.service, p.active, w.windows, p.run, r.state, CASE WHEN p.active THEN p.why ELSE 'inactive' END AS why, p.ahead, p.extend_by, p.to_end_of, p.plus, p.time_zone, p.pace,
       p.quiet_from, p.quiet_until, p.next_look, p.changed_by
FROM contego.renewal_policy AS p
LEFT JOIN contego.run AS r ON r.id = p.run
CROSS JOIN LATERAL (
    SELECT count(*) AS windows FROM contego.ending_windows AS e
    WHERE e.ends_date <= now() + p.ahead AND e.provider = p.provider AND e.policy = p.service AND e.run IS NULL
) AS w;

GRANT SELECT ON contego.renewals TO contego_support;
COMMENT ON VIEW contego.renewals IS 'Each row is a policy by which daemons renew windows, with its latest run.';
COMMENT ON COLUMN contego.renewals.provider IS 'The policy is for cards of the CAS of this provider.';
COMMENT ON COLUMN contego.renewals.service IS 'The policy is for this service. *: it is for all services of the provider without a policy of their own.';
COMMENT ON COLUMN contego.renewals.active IS 'If false, nothing is renewed.';
COMMENT ON COLUMN contego.renewals.windows IS 'This many windows end within ahead, and no run renews them so far.';
COMMENT ON COLUMN contego.renewals.run IS 'The run with this number is the latest one of the policy.';
COMMENT ON COLUMN contego.renewals.state IS 'That run has this state. NULL: it was forgotten, or there was none.';
COMMENT ON COLUMN contego.renewals.why IS 'This sentence says why the latest look started no run. inactive: nobody looks.';
COMMENT ON COLUMN contego.renewals.ahead IS 'A window is renewed this long before it ends.';
COMMENT ON COLUMN contego.renewals.extend_by IS 'The new end is this long after the former end.';
COMMENT ON COLUMN contego.renewals.to_end_of IS 'The new end is then moved to the end of this unit.';
COMMENT ON COLUMN contego.renewals.plus IS 'This is added at last.';
COMMENT ON COLUMN contego.renewals.time_zone IS 'Dates are computed, and quiet hours are times, in this time zone.';
COMMENT ON COLUMN contego.renewals.pace IS 'A run of renewals sends at most this many requests per second.';
COMMENT ON COLUMN contego.renewals.quiet_from IS 'From this local time on each day nothing is sent.';
COMMENT ON COLUMN contego.renewals.quiet_until IS 'The quiet hours end at this local time.';
COMMENT ON COLUMN contego.renewals.next_look IS 'A daemon looks for windows again at this time.';
COMMENT ON COLUMN contego.renewals.changed_by IS 'This login set the policy last.';
