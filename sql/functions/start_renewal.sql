-- Starts the run of a policy, whose row the caller has locked. Returns its number, or NULL if no window is to be renewed.
CREATE OR REPLACE FUNCTION contego.start_renewal(p contego.renewal_policy) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r contego.run;
    windows record;
    number bigint;
BEGIN
    SELECT count(*) AS count, array_agg(w.card ORDER BY w.ends_date) AS cards, array_agg(w.service ORDER BY w.ends_date) AS services,
           array_agg(w.ends_date ORDER BY w.ends_date) AS ends, array_agg(w.change ORDER BY w.ends_date) AS changes
    INTO windows
    FROM contego.windows_to_renew(p) AS w;
    IF windows.count = 0 THEN
        RETURN NULL;
    END IF;
    r.action := 'RENEWAL';
    r.provider := p.provider;
    r.pace := p.pace;
    r.quiet_from := p.quiet_from;
    r.quiet_until := p.quiet_until;
    r.time_zone := p.time_zone;
    r.process_name := 'RENEWAL';
    r.owned_by := p.owned_by;
    r.on_behalf_of := p.changed_by;
    r.cards := windows.count;
    number := contego.keep_run(contego.with_defaults(r), windows.cards, windows.changes, 'renew', format('the policy of service %s', p.service),
                               jsonb_build_object('service', p.service, 'windows', windows.count));
    INSERT INTO contego.renewal (provider, card, service, ends_date, run)
    SELECT p.provider, w.card, w.service, w.ends, number
    FROM unnest(windows.cards, windows.services, windows.ends) AS w (card, service, ends);
    RETURN number;
END
$$;

REVOKE ALL ON FUNCTION contego.start_renewal FROM PUBLIC;
COMMENT ON FUNCTION contego.start_renewal IS 'Part of renewals: starts the run of a policy.';
