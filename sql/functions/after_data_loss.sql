-- A person calls it when claiming is stopped. It takes one step; each call is a transaction of its own. Call it until `step` is done.
--
--   begun     The daemons that were members count as dead. They join again, and send nothing that they hold.
--   marked    `requests` more open requests were marked as maybe sent. Any of them may have been sent by a claim that is lost.
--   waiting   Former daemons may still send for `wait_ms` milliseconds.
--   done      Claiming goes on.
--
-- Daemons treat marked requests as after the death of a daemon (contego.rescue): a command that is not safe to repeat is read back or HELD. A
-- request that was inserted after the lineage was noticed has a higher number and was never sent. A request that is not due yet was not sent
-- either (contego.may_be_sent).
--
-- With `nothing_lost` the person vouches that the database has every acknowledged write, and the only step is done. Without a stop the function refuses,
-- unless `even_if_unnoticed`: a copy of the files of a server that is started as it is, without a new timeline, cannot be noticed.
-- `only_preview` changes nothing: `requests` is the number of requests that would be marked.
CREATE OR REPLACE FUNCTION contego.after_data_loss(
    because text, nothing_lost boolean DEFAULT false, even_if_unnoticed boolean DEFAULT false, only_preview boolean DEFAULT false,
    OUT step text, OUT requests bigint, OUT wait_ms double precision)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    stopped text := (SELECT s.because FROM contego.claiming_stopped() AS s);
    latest contego.lineage;
    looked record;
BEGIN
    requests := 0;
    IF stopped IS NULL AND (nothing_lost OR NOT even_if_unnoticed) THEN
        RAISE EXCEPTION 'claiming is not stopped, so there is nothing to confirm' USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'If data was lost all the same, say so: contegod after-data-loss --unnoticed.';
    END IF;
    IF only_preview THEN
        step := 'preview';
        IF NOT nothing_lost THEN
            SELECT count(*) INTO requests FROM contego.request_open AS o WHERE contego.may_be_sent(o);
        END IF;
        RETURN;
    END IF;
    IF coalesce(because, '') !~ '\S' THEN
        RAISE EXCEPTION 'after_data_loss needs a reason' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'The reason must name the failover, restore or copy.';
    END IF;
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true); -- as in contego.claim
    latest := contego.notice_lineage(CASE WHEN stopped IS NULL THEN 'a person said so' END);
    PERFORM contego.take_lock('lineage');
    SELECT * INTO latest FROM contego.lineage AS l WHERE l.number = latest.number;

    IF nothing_lost THEN
        IF latest.lost IS NOT NULL OR latest.leases_end IS NOT NULL THEN
            RAISE EXCEPTION 'data was lost: %', coalesce(latest.lost, latest.reason) USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'Run contegod after-data-loss without --nothing-lost.';
        END IF;
        PERFORM contego.confirm_lineage(latest.number, '', because);
        step := 'done';
    ELSIF latest.leases_end IS NULL THEN
        PERFORM FROM contego.lock AS k WHERE k.purpose = 'claim' ORDER BY k.provider FOR NO KEY UPDATE; -- a claim may still be under way
        UPDATE contego.lineage AS l
        SET reason = because, leases_end = clock_timestamp() + coalesce(
            (SELECT max(least(d.lease_until - clock_timestamp(), d.lease)) FROM contego.daemon AS d WHERE d.lease_until > clock_timestamp()),
            interval '0')
        WHERE l.number = latest.number;
        DELETE FROM contego.daemon;
        step := 'begun';
    ELSE
        looked := contego.mark_maybe_sent(latest.marked_up_to, latest.numbers_from);
        IF looked.looked_at > 0 THEN
            UPDATE contego.lineage AS l SET marked_up_to = looked.last_one WHERE l.number = latest.number;
            requests := looked.marked;
            step := 'marked';
        ELSIF clock_timestamp() < latest.leases_end THEN
            step := 'waiting';
            wait_ms := extract(epoch FROM latest.leases_end - clock_timestamp()) * 1000;
        ELSE
            PERFORM contego.confirm_lineage(latest.number, '', because);
            step := 'done';
        END IF;
    END IF;
    IF step = 'done' THEN
        PERFORM contego.notify_unless_full('contego');
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.after_data_loss FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.after_data_loss TO contego_operator;
COMMENT ON FUNCTION contego.after_data_loss IS 'Takes one step towards claiming again after a failover, a restore or a copy. Call it until step is done.';
