CREATE OR REPLACE VIEW contego.entitled AS
SELECT e.provider, e.card, e.kind, e.name, e.given, e.start_date, e.end_date, e.request_id, r.action, r.progress, r.subscription, e.finished_date
FROM contego.entitlement AS e
LEFT JOIN contego.request AS r ON r.id = e.request_id;

GRANT SELECT ON contego.entitled TO contego_support;
COMMENT ON VIEW contego.entitled IS 'Each row is a service or a box that a card should have by its completed requests, or no longer should have (given is false).';
COMMENT ON COLUMN contego.entitled.provider IS 'The card belongs to the CAS of this provider.';
COMMENT ON COLUMN contego.entitled.card IS 'This is the CA ID of the smartcard. Query the view with WHERE provider = ... AND card = ...';
COMMENT ON COLUMN contego.entitled.kind IS 'The kind is service or box.';
COMMENT ON COLUMN contego.entitled.name IS 'This is the CA ID of the service or of the box.';
COMMENT ON COLUMN contego.entitled.given IS 'If false, the latest completed request took the service or the box away.';
COMMENT ON COLUMN contego.entitled.start_date IS 'The service begins at this time, as the CRM wrote it.';
COMMENT ON COLUMN contego.entitled.end_date IS 'The service ends at this time, as the CRM wrote it.';
COMMENT ON COLUMN contego.entitled.request_id IS 'The latest request that decided it has this number.';
COMMENT ON COLUMN contego.entitled.action IS 'That request has this action. NULL: its month was dropped.';
COMMENT ON COLUMN contego.entitled.progress IS 'That request is DONE, or CLOSED if a person did the work by hand.';
COMMENT ON COLUMN contego.entitled.subscription IS 'That request is about this subscription.';
COMMENT ON COLUMN contego.entitled.finished_date IS 'That request finished at this time.';
