-- compatible_from: 2
--
-- Runs: the person behind a run, the person who paused it, and requests that a person sent again.

ALTER TABLE contego.run ADD on_behalf_of text, ADD paused_by text;
COMMENT ON COLUMN contego.run.action IS 'The run makes a request with this action for each card. REVERT, RENEWAL: each card has its own action.';
COMMENT ON COLUMN contego.operator_action.verb IS 'The verb is retry, cancel, hold, release, close or skip, or the CRM used withdraw or reschedule. For a run it is start, revert, renew, pause, resume, cancel, retry_failed or forget. For the policies of renewal it is set_renewal.';
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

-- Windows that end soon. The end of a service is a text of the CRM, which no index can compare.
ALTER TABLE contego.entitlement ADD ends_date timestamptz;
COMMENT ON COLUMN contego.entitlement.ends_date IS 'This is end_date as a time. NULL: the service has no end, or PostgreSQL cannot hold the date.';
DO $$
DECLARE
    e record;
BEGIN
    FOR e IN SELECT g.ctid, g.end_date FROM contego.entitlement AS g WHERE g.end_date ~ '^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$' LOOP
        BEGIN
            UPDATE contego.entitlement AS u SET ends_date = e.end_date::timestamptz WHERE u.ctid = e.ctid;
        EXCEPTION WHEN data_exception THEN NULL;
        END;
    END LOOP;
END
$$;
CREATE INDEX entitlement_ends ON contego.entitlement (ends_date) WHERE given AND kind = 'service' AND ends_date IS NOT NULL;

CREATE TABLE contego.renewal_policy (
    provider    text NOT NULL,
    service     text NOT NULL,
    ahead       interval NOT NULL,
    extend_by   interval NOT NULL,
    to_end_of   text,
    plus        interval NOT NULL,
    time_zone   text NOT NULL,
    pace        double precision NOT NULL,
    quiet_from  time,
    quiet_until time,
    active      boolean NOT NULL,
    owned_by    text NOT NULL,
    changed_by  text NOT NULL DEFAULT session_user,
    run         bigint,
    why         text,
    next_look   timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT renewal_policy_pkey PRIMARY KEY (provider, service)
);
COMMENT ON TABLE contego.renewal_policy IS 'Each row is a policy: daemons renew the windows of a service before they end. Operators set it with contego.set_renewal. Query contego.renewals instead.';
COMMENT ON COLUMN contego.renewal_policy.provider IS 'The policy is for cards of the CAS of this provider.';
COMMENT ON COLUMN contego.renewal_policy.service IS 'The policy is for this service. *: it is for all services of the provider without a policy of their own.';
COMMENT ON COLUMN contego.renewal_policy.ahead IS 'A window is renewed this long before it ends.';
COMMENT ON COLUMN contego.renewal_policy.extend_by IS 'The new end is this long after the former end, by the calendar of time_zone.';
COMMENT ON COLUMN contego.renewal_policy.to_end_of IS 'The new end is then moved to the end of this unit: day, week, month, quarter or year. NULL: it is not moved.';
COMMENT ON COLUMN contego.renewal_policy.plus IS 'This is added at last.';
COMMENT ON COLUMN contego.renewal_policy.time_zone IS 'Dates are computed, and quiet hours are times, in this time zone.';
COMMENT ON COLUMN contego.renewal_policy.pace IS 'A run of renewals sends at most this many requests per second.';
COMMENT ON COLUMN contego.renewal_policy.quiet_from IS 'From this local time on each day nothing is sent. NULL: there are no quiet hours.';
COMMENT ON COLUMN contego.renewal_policy.quiet_until IS 'The quiet hours end at this local time.';
COMMENT ON COLUMN contego.renewal_policy.active IS 'If false, nothing is renewed.';
COMMENT ON COLUMN contego.renewal_policy.owned_by IS 'The runs of the policy belong to this source.';
COMMENT ON COLUMN contego.renewal_policy.changed_by IS 'This login set the policy last.';
COMMENT ON COLUMN contego.renewal_policy.run IS 'The run with this number is the latest one of the policy.';
COMMENT ON COLUMN contego.renewal_policy.why IS 'This sentence says why the latest look started no run. NULL: it started one, or no window was to be renewed.';
COMMENT ON COLUMN contego.renewal_policy.next_look IS 'A daemon looks for windows again at this time.';

-- A window is renewed once, even if the renewal fails or a person cancels its run.
CREATE TABLE contego.renewal (
    provider  text NOT NULL,
    card      text NOT NULL,
    service   text NOT NULL,
    ends_date timestamptz NOT NULL,
    run       bigint NOT NULL,
    CONSTRAINT renewal_pkey PRIMARY KEY (provider, card, service, ends_date)
);
CREATE INDEX renewal_ends ON contego.renewal (ends_date);
COMMENT ON TABLE contego.renewal IS 'Each row is a window that a run renews or has renewed. It is kept until a day after the window has ended.';
COMMENT ON COLUMN contego.renewal.provider IS 'The card belongs to the CAS of this provider.';
COMMENT ON COLUMN contego.renewal.card IS 'This is the CA ID of the smartcard.';
COMMENT ON COLUMN contego.renewal.service IS 'This is the CA ID of the service.';
COMMENT ON COLUMN contego.renewal.ends_date IS 'The window that is renewed ends at this time.';
COMMENT ON COLUMN contego.renewal.run IS 'The run with this number renews the window (contego.run.id).';
GRANT SELECT ON contego.renewal_policy, contego.renewal TO contego_support;

-- A change of a policy is kept like a verb. It is on no request and on no run.
ALTER TABLE contego.operator_action DROP CONSTRAINT action_is_on_a_request_or_a_run,
    ADD CONSTRAINT action_is_on_one_thing CHECK (num_nonnulls(request_id, run) <= 1);
