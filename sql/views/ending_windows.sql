CREATE OR REPLACE VIEW contego.ending_windows AS
SELECT e.provider, e.card, e.name AS service, e.start_date, e.end_date, e.ends_date, e.request_id, p.service AS policy,
       CASE WHEN p.service IS NOT NULL THEN contego.renewed_until(p, e.ends_date) END AS renewed_until, n.run
FROM contego.entitlement AS e
LEFT JOIN LATERAL (
    SELECT * FROM contego.renewal_policy AS o
    WHERE o.provider = e.provider AND o.service IN (e.name, '*')
    ORDER BY o.service = '*'
    LIMIT 1
) AS p ON p.active
LEFT JOIN contego.renewal AS n ON n.provider = e.provider AND n.card = e.card AND n.service = e.name AND n.ends_date = e.ends_date
WHERE e.given AND e.kind = 'service' AND e.ends_date > now();

GRANT SELECT ON contego.ending_windows TO contego_support;
COMMENT ON VIEW contego.ending_windows IS 'Each row is a service of a card whose window has not ended yet. Query the view with WHERE ends_date < ...';
COMMENT ON COLUMN contego.ending_windows.provider IS 'The card belongs to the CAS of this provider.';
COMMENT ON COLUMN contego.ending_windows.card IS 'This is the CA ID of the smartcard.';
COMMENT ON COLUMN contego.ending_windows.service IS 'This is the CA ID of the service.';
COMMENT ON COLUMN contego.ending_windows.start_date IS 'The service begins at this time, as the CRM wrote it.';
COMMENT ON COLUMN contego.ending_windows.end_date IS 'The service ends at this time, as the CRM wrote it.';
COMMENT ON COLUMN contego.ending_windows.ends_date IS 'The service ends at this time.';
COMMENT ON COLUMN contego.ending_windows.request_id IS 'The request with this number gave the window.';
COMMENT ON COLUMN contego.ending_windows.policy IS 'This policy renews the window: that of the service, or * for the policy of all services. NULL: no policy does.';
COMMENT ON COLUMN contego.ending_windows.renewed_until IS 'The policy renews the window until this time.';
COMMENT ON COLUMN contego.ending_windows.run IS 'This run renews the window. NULL: no run does so far.';
