-- compatible_from: 2
--
-- The ledger of entitlements: the services and boxes that each card should have, by the completed requests. A daemon keeps it from the feed
-- of finished requests, so that recording pays nothing for it.

CREATE TABLE contego.entitlement (
    provider      text NOT NULL,
    card          text NOT NULL,
    kind          text NOT NULL,
    name          text NOT NULL,
    given         boolean NOT NULL,
    start_date    text,
    end_date      text,
    request_id    bigint NOT NULL,
    finished_date timestamptz NOT NULL,
    CONSTRAINT entitlement_pkey PRIMARY KEY (provider, card, kind, name),
    CONSTRAINT entitlement_kind_is_known CHECK (kind IN ('service', 'box'))
);
COMMENT ON TABLE contego.entitlement IS 'Each row is a service or a box that a card should have, or no longer should have. Query contego.entitled instead.';
COMMENT ON COLUMN contego.entitlement.provider IS 'The card belongs to the CAS of this provider.';
COMMENT ON COLUMN contego.entitlement.card IS 'This is the CA ID of the smartcard.';
COMMENT ON COLUMN contego.entitlement.kind IS 'The kind is service, or box: the card is paired with the box.';
COMMENT ON COLUMN contego.entitlement.name IS 'This is the CA ID of the service or of the box.';
COMMENT ON COLUMN contego.entitlement.given IS 'If false, the latest completed request took the service or the box away.';
COMMENT ON COLUMN contego.entitlement.start_date IS 'The service begins at this time, as the CRM wrote it. NULL: at once.';
COMMENT ON COLUMN contego.entitlement.end_date IS 'The service ends at this time, as the CRM wrote it. NULL: it has no end.';
COMMENT ON COLUMN contego.entitlement.request_id IS 'The latest request that decided it has this number.';
COMMENT ON COLUMN contego.entitlement.finished_date IS 'That request finished at this time.';

CREATE TABLE contego.ledger (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    position    bigint,
    built_date  timestamptz,
    kept_date   timestamptz
);
INSERT INTO contego.ledger DEFAULT VALUES;
COMMENT ON TABLE contego.ledger IS 'The only row says how far the ledger of entitlements is kept.';
COMMENT ON COLUMN contego.ledger.one IS 'This is always true, so that there is one row.';
COMMENT ON COLUMN contego.ledger.position IS 'The ledger has all requests up to this position of the feed. NULL: the ledger is not kept; see contego.build_ledger.';
COMMENT ON COLUMN contego.ledger.built_date IS 'The ledger was last built from the history at this time.';
COMMENT ON COLUMN contego.ledger.kept_date IS 'A daemon last entered requests at this time.';
GRANT SELECT ON contego.entitlement, contego.ledger TO contego_support;
