-- Sets the policy by which daemons renew the windows of a service, or of all services of a provider. An argument that is not given keeps its
-- value, or has its default in a new policy. If both quiet_from and quiet_until are 00:00, the policy has no quiet hours.
CREATE OR REPLACE FUNCTION contego.set_renewal(
    service text, reason text, provider text DEFAULT 'default', ahead interval DEFAULT NULL, extend_by interval DEFAULT NULL,
    to_end_of text DEFAULT NULL, plus interval DEFAULT NULL, time_zone text DEFAULT NULL, pace double precision DEFAULT NULL,
    quiet_from time DEFAULT NULL, quiet_until time DEFAULT NULL, active boolean DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    former contego.renewal_policy;
    p contego.renewal_policy;
BEGIN
    IF coalesce(reason, '') !~ '\S' THEN
        RAISE EXCEPTION 'set_renewal: reason: is mandatory (was not given)' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT * INTO former FROM contego.renewal_policy AS o
    WHERE o.provider = set_renewal.provider AND o.service = set_renewal.service
    FOR UPDATE;
    p.provider := provider;
    p.service := service;
    p.ahead := coalesce(ahead, former.ahead);
    p.extend_by := coalesce(extend_by, former.extend_by);
    p.to_end_of := CASE WHEN to_end_of = 'none' THEN NULL ELSE coalesce(to_end_of, former.to_end_of) END;
    p.plus := coalesce(plus, former.plus, '0');
    p.time_zone := coalesce(time_zone, former.time_zone);
    p.pace := coalesce(pace, former.pace, 20);
    IF (quiet_from = '00:00' AND quiet_until = '00:00') IS NOT TRUE THEN
        p.quiet_from := coalesce(quiet_from, former.quiet_from);
        p.quiet_until := coalesce(quiet_until, former.quiet_until);
    END IF;
    p.active := coalesce(active, former.active, true);
    PERFORM contego.check_renewal(p);
    INSERT INTO contego.renewal_policy AS o (provider, service, ahead, extend_by, to_end_of, plus, time_zone, pace, quiet_from, quiet_until, active,
                                             owned_by)
    VALUES (p.provider, p.service, p.ahead, p.extend_by, p.to_end_of, p.plus, p.time_zone, p.pace, p.quiet_from, p.quiet_until, p.active,
            contego.own_source())
    ON CONFLICT ON CONSTRAINT renewal_policy_pkey DO UPDATE
    SET ahead = excluded.ahead, extend_by = excluded.extend_by, to_end_of = excluded.to_end_of, plus = excluded.plus,
        time_zone = excluded.time_zone, pace = excluded.pace, quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until,
        active = excluded.active, owned_by = excluded.owned_by, changed_by = session_user, next_look = clock_timestamp();
    INSERT INTO contego.operator_action (verb, before, after, reason, changes)
    VALUES ('set_renewal', CASE WHEN former.active THEN 'ACTIVE' WHEN NOT former.active THEN 'INACTIVE' ELSE '' END,
            CASE WHEN p.active THEN 'ACTIVE' ELSE 'INACTIVE' END, set_renewal.reason,
            jsonb_build_object('policy', jsonb_build_array(contego.policy_text(former), contego.policy_text(p))));
    IF NOT p.active AND active IS NULL THEN
        RAISE NOTICE 'the policy is inactive; give active => true';
    END IF;
    PERFORM contego.notify_unless_full('contego');
END
$$;

REVOKE ALL ON FUNCTION contego.set_renewal FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.set_renewal TO contego_operator;
COMMENT ON FUNCTION contego.set_renewal IS 'Sets the policy by which daemons renew the windows of a service (* means all services) before they end.';
