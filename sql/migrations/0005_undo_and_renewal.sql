-- compatible_from: 2
--
-- Runs: the person behind a run, the person who paused it, and requests that a person sent again.

ALTER TABLE contego.run ADD on_behalf_of text, ADD paused_by text;
COMMENT ON COLUMN contego.run.action IS 'The run makes a request with this action for each card. REVERT, RENEWAL: each card has its own action.';
COMMENT ON COLUMN contego.operator_action.verb IS 'The verb is retry, cancel, hold, release, close or skip, or the CRM used withdraw or reschedule. For a run it is start, revert, pause, resume, cancel, retry_failed or forget. For the policies of renewal it is set_renewal.';
COMMENT ON COLUMN contego.run.on_behalf_of IS 'The session that started the run named this person or program in its setting contego.on_behalf_of. The requests of the run have it, too.';
COMMENT ON COLUMN contego.run.paused_by IS 'This login paused the run. NULL: the run is not paused, or has paused itself.';
-- The metrics count the few runs that have not ended.
CREATE INDEX run_not_ended ON contego.run (id) WHERE state IN ('RUNNING', 'PAUSED');
-- Old runs are forgotten in this order.
CREATE INDEX run_finished ON contego.run (finished_date) WHERE NOT attended;

ALTER TABLE contego.run_fed DROP CONSTRAINT run_fed_state_is_known,
    ADD CONSTRAINT run_fed_state_is_known CHECK (state IN ('open', 'again', 'failed', 'retried'));
COMMENT ON COLUMN contego.run_fed.state IS 'open: the request is not finished. again: the card waits for another request. failed: the request was REJECTED. retried: a person sent the rejected request again, and it is not counted yet.';
-- The verb retry looks for the run of a request.
CREATE INDEX run_fed_request ON contego.run_fed (request_id);
CREATE INDEX run_fed_retried ON contego.run_fed (run) WHERE state = 'retried';

-- The former entries of the ledger. Requests have them, too, but only until their month is dropped: a service that was ordered years ago
-- may be taken away by mistake today.
CREATE TABLE contego.former_entitlement (
    provider      text NOT NULL,
    card          text NOT NULL,
    kind          text NOT NULL,
    name          text NOT NULL,
    request_id    bigint NOT NULL,
    given         boolean NOT NULL,
    start_date    text,
    end_date      text,
    finished_date timestamptz NOT NULL,
    replaced_date timestamptz NOT NULL,
    CONSTRAINT former_entitlement_pkey PRIMARY KEY (provider, card, kind, name, request_id)
);
CREATE INDEX former_entitlement_replaced ON contego.former_entitlement (replaced_date);
GRANT SELECT ON contego.former_entitlement TO contego_support;
COMMENT ON TABLE contego.former_entitlement IS 'Each row is a former entry of the ledger of entitlements, which a later request replaced. It is kept as long as the month of that request.';
COMMENT ON COLUMN contego.former_entitlement.provider IS 'The card belongs to the CAS of this provider.';
COMMENT ON COLUMN contego.former_entitlement.card IS 'This is the CA ID of the smartcard.';
COMMENT ON COLUMN contego.former_entitlement.kind IS 'The kind is service, or box: the card is paired with the box.';
COMMENT ON COLUMN contego.former_entitlement.name IS 'This is the CA ID of the service or of the box.';
COMMENT ON COLUMN contego.former_entitlement.request_id IS 'The request with this number decided it.';
COMMENT ON COLUMN contego.former_entitlement.given IS 'If false, that request took the service or the box away.';
COMMENT ON COLUMN contego.former_entitlement.start_date IS 'The service began at this time, as the CRM wrote it. NULL: at once.';
COMMENT ON COLUMN contego.former_entitlement.end_date IS 'The service ended at this time, as the CRM wrote it. NULL: it had no end.';
COMMENT ON COLUMN contego.former_entitlement.finished_date IS 'That request finished at this time.';
COMMENT ON COLUMN contego.former_entitlement.replaced_date IS 'The next request that decided it finished at this time.';
