-- COPY fills this view; see contego.expect_row. The barrier evaluates the login before any function of the query, so that no function sees the
-- rows of another source.
CREATE OR REPLACE VIEW contego.expected
WITH (security_barrier = true) AS
SELECT x.provider, x.card, x.kind, x.name, x.start_date, x.end_date, x.owned_by
FROM contego.expectation AS x
WHERE pg_has_role('contego_support', 'MEMBER') OR x.owned_by = (SELECT contego.own_source());

CREATE OR REPLACE TRIGGER expect_row INSTEAD OF INSERT ON contego.expected
    FOR EACH ROW EXECUTE FUNCTION contego.expect_row();

GRANT SELECT, INSERT ON contego.expected TO contego_crm, contego_operator;
GRANT SELECT ON contego.expected TO contego_support;
COMMENT ON VIEW contego.expected IS 'Each row is a service or a box that a card should have by the list of a CRM. A CRM sees its own rows, support sees all.';
COMMENT ON COLUMN contego.expected.provider IS 'The card belongs to the CAS of this provider.';
COMMENT ON COLUMN contego.expected.card IS 'This is the CA ID of the smartcard.';
COMMENT ON COLUMN contego.expected.kind IS 'The kind is service, or box: the card is paired with the box. nothing: the card is on the list, and this row gives it nothing.';
COMMENT ON COLUMN contego.expected.name IS 'This is the CA ID of the service or of the box.';
COMMENT ON COLUMN contego.expected.start_date IS 'The service begins at this time. NULL: at once.';
COMMENT ON COLUMN contego.expected.end_date IS 'The service ends at this time. NULL: it has no end.';
COMMENT ON COLUMN contego.expected.owned_by IS 'This source gave the row, or the login if it acts for none. The database sets it.';
