-- compatible_from: 2
--
-- Reconciliation: a run reads cards back from the CAS, and the answers are compared with the ledger, or with a list of the CRM. The
-- differences are kept until a later comparison of the card does not find them any more.

CREATE TABLE contego.expectation (
    owned_by   text NOT NULL,
    provider   text NOT NULL,
    card       text NOT NULL,
    kind       text NOT NULL,
    name       text NOT NULL,
    start_date text,
    end_date   text,
    CONSTRAINT expectation_pkey PRIMARY KEY (provider, card, kind, name, owned_by),
    CONSTRAINT expectation_kind_is_known CHECK (kind IN ('service', 'box', 'nothing')),
    CONSTRAINT expectation_within_bounds CHECK (octet_length(concat(provider, card, name, start_date, end_date)) <= 500)
);
COMMENT ON TABLE contego.expectation IS 'Each row is a service or a box that a card should have by the list of a CRM. Use the view contego.expected instead.';
COMMENT ON COLUMN contego.expectation.owned_by IS 'This source (contego.source) gave the row, or the login if it acts for none.';
COMMENT ON COLUMN contego.expectation.provider IS 'The card belongs to the CAS of this provider.';
COMMENT ON COLUMN contego.expectation.card IS 'This is the CA ID of the smartcard.';
COMMENT ON COLUMN contego.expectation.kind IS 'The kind is service, or box: the card is paired with the box. nothing: the card is on the list, and this row gives it nothing.';
COMMENT ON COLUMN contego.expectation.name IS 'This is the CA ID of the service or of the box. It is empty if the kind is nothing.';
COMMENT ON COLUMN contego.expectation.start_date IS 'The service begins at this time. NULL: at once.';
COMMENT ON COLUMN contego.expectation.end_date IS 'The service ends at this time. NULL: it has no end.';

CREATE TABLE contego.reconciliation (
    run                  bigint PRIMARY KEY REFERENCES contego.run ON DELETE CASCADE,
    heals                bigint REFERENCES contego.reconciliation ON DELETE CASCADE,
    against              text NOT NULL,
    unknown_codes        text[] NOT NULL,
    heal_at_most_cards   integer,
    heal_at_most_percent double precision,
    compared             integer NOT NULL DEFAULT 0,
    unlike               integer NOT NULL DEFAULT 0,
    passed_over          integer NOT NULL DEFAULT 0,
    missing              integer NOT NULL DEFAULT 0,
    extra                integer NOT NULL DEFAULT 0,
    wrong_window         integer NOT NULL DEFAULT 0,
    undated              integer NOT NULL DEFAULT 0,
    wrong_pairing        integer NOT NULL DEFAULT 0,
    unknown_card         integer NOT NULL DEFAULT 0,
    services_returned    boolean NOT NULL DEFAULT false,
    windows_returned     boolean NOT NULL DEFAULT false,
    boxes_returned       boolean NOT NULL DEFAULT false,
    CONSTRAINT reconciliation_against_is_known CHECK (against IN ('ledger', 'expected'))
);
CREATE INDEX reconciliation_heals ON contego.reconciliation (heals) WHERE heals IS NOT NULL;
COMMENT ON TABLE contego.reconciliation IS 'Each row is a run whose answers are compared: a reconciliation, or the healing of one. Query contego.reconciliations instead.';
COMMENT ON COLUMN contego.reconciliation.run IS 'The run with this number (contego.run.id) reads the cards.';
COMMENT ON COLUMN contego.reconciliation.heals IS 'The run also corrects the differences that the reconciliation with this number found. NULL: it corrects nothing.';
COMMENT ON COLUMN contego.reconciliation.against IS 'The answers are compared with the ledger, or with the list of the CRM: ledger or expected.';
COMMENT ON COLUMN contego.reconciliation.unknown_codes IS 'If the CAS refuses a card with one of these codes, it does not know the card.';
COMMENT ON COLUMN contego.reconciliation.heal_at_most_cards IS 'The differences are corrected without a person if at most this many cards have some. NULL: see heal_at_most_percent.';
COMMENT ON COLUMN contego.reconciliation.heal_at_most_percent IS 'The differences are corrected without a person if at most this percentage of the compared cards has some. If both columns are NULL, a person decides.';
COMMENT ON COLUMN contego.reconciliation.compared IS 'This many cards were compared.';
COMMENT ON COLUMN contego.reconciliation.unlike IS 'This many of them had a difference.';
COMMENT ON COLUMN contego.reconciliation.passed_over IS 'This many cards were not compared, because they changed each time that they were read.';
COMMENT ON COLUMN contego.reconciliation.missing IS 'This many services were missing at the CAS.';
COMMENT ON COLUMN contego.reconciliation.extra IS 'The CAS had this many services too many.';
COMMENT ON COLUMN contego.reconciliation.wrong_window IS 'This many services had other dates at the CAS. Services without a date are in undated.';
COMMENT ON COLUMN contego.reconciliation.undated IS 'This many services should have a date, and the CAS returned none. They count only if it returned dates of other services.';
COMMENT ON COLUMN contego.reconciliation.wrong_pairing IS 'This many cards were paired with other boxes.';
COMMENT ON COLUMN contego.reconciliation.unknown_card IS 'The CAS did not know this many cards.';
COMMENT ON COLUMN contego.reconciliation.services_returned IS 'If true, an answer listed services. Otherwise no services were compared.';
COMMENT ON COLUMN contego.reconciliation.windows_returned IS 'If true, an answer had the date of a service. Otherwise no windows were compared.';
COMMENT ON COLUMN contego.reconciliation.boxes_returned IS 'If true, an answer listed the boxes of a card. Otherwise it was only compared whether cards are paired.';

CREATE TABLE contego.passed_over (
    run      bigint NOT NULL REFERENCES contego.reconciliation ON DELETE CASCADE,
    position integer NOT NULL,
    times    integer NOT NULL DEFAULT 1,
    CONSTRAINT passed_over_pkey PRIMARY KEY (run, position)
);
COMMENT ON TABLE contego.passed_over IS 'Each row is a card of a reconciliation that changed while it was read.';
COMMENT ON COLUMN contego.passed_over.run IS 'The card belongs to the run with this number (contego.run.id).';
COMMENT ON COLUMN contego.passed_over.position IS 'The card has this position in the run (contego.run_card.position).';
COMMENT ON COLUMN contego.passed_over.times IS 'The card was passed over this many times. After the fifth time it is not read again.';

CREATE TABLE contego.difference (
    provider       text NOT NULL,
    card           text NOT NULL,
    kind           text NOT NULL,
    name           text NOT NULL,
    reconciliation bigint NOT NULL REFERENCES contego.reconciliation ON DELETE CASCADE,
    should_have    jsonb,
    has            jsonb,
    found_date     timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_date      timestamptz NOT NULL DEFAULT clock_timestamp(),
    request_id     bigint NOT NULL,
    state          text NOT NULL DEFAULT 'open',
    state_date     timestamptz NOT NULL DEFAULT clock_timestamp(),
    heal_run       bigint,
    CONSTRAINT difference_pkey PRIMARY KEY (provider, card, kind, name),
    CONSTRAINT difference_kind_is_known CHECK (kind IN ('missing', 'extra', 'wrong_window', 'wrong_pairing', 'unknown_card')),
    CONSTRAINT difference_state_is_known CHECK (state IN ('open', 'queued', 'healed', 'gone'))
);
CREATE INDEX difference_reconciliation ON contego.difference (reconciliation);
CREATE INDEX difference_unsettled ON contego.difference (provider, kind) WHERE state IN ('open', 'queued');
COMMENT ON TABLE contego.difference IS 'Each row is a difference between a card at the CAS and what it should have. Query contego.drift instead.';
COMMENT ON COLUMN contego.difference.provider IS 'The card belongs to the CAS of this provider.';
COMMENT ON COLUMN contego.difference.card IS 'This is the CA ID of the smartcard.';
COMMENT ON COLUMN contego.difference.kind IS 'The kind is missing, extra or wrong_window for a service, or wrong_pairing or unknown_card for the card.';
COMMENT ON COLUMN contego.difference.name IS 'This is the CA ID of the service. It is empty if the difference is about the card.';
COMMENT ON COLUMN contego.difference.reconciliation IS 'The reconciliation with this number was the last to find the difference.';
COMMENT ON COLUMN contego.difference.should_have IS 'For a service: its dates. For a pairing: the boxes. NULL: the card should not have the service.';
COMMENT ON COLUMN contego.difference.has IS 'The CAS has this, in the same form. For an unknown card: the code of the refusal.';
COMMENT ON COLUMN contego.difference.found_date IS 'The difference was first found at this time.';
COMMENT ON COLUMN contego.difference.seen_date IS 'The difference was last found at this time.';
COMMENT ON COLUMN contego.difference.request_id IS 'The request with this number read the card last, or failed to correct it.';
COMMENT ON COLUMN contego.difference.state IS 'open: nothing corrects it. queued: a run is to correct it. healed: it was corrected, and the CAS was read again. gone: a later comparison did not find it.';
COMMENT ON COLUMN contego.difference.state_date IS 'The difference came into its state at this time.';
COMMENT ON COLUMN contego.difference.heal_run IS 'The run with this number (contego.run.id) corrects it, or was the last to do so.';

-- Finds the cards that share a box.
CREATE INDEX entitlement_box ON contego.entitlement (provider, name) WHERE kind = 'box';

GRANT SELECT ON contego.expectation, contego.reconciliation, contego.passed_over, contego.difference TO contego_support;
COMMENT ON COLUMN contego.operator_action.verb IS 'The verb is retry, cancel, hold, release, close, skip, set_fallout, end_fallout or submit_corrective, or the CRM used withdraw or reschedule. For a run it is start, heal, pause, resume, cancel, retry_failed or forget.';
