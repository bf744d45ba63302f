-- Applies a verb to a run: pause, resume, cancel, retry_failed or forget. Operators change every run, a CRM its own. Returns the state before
-- and after, or the reason for a refusal.
CREATE OR REPLACE FUNCTION contego.change_run(
    of_run bigint, verb text, because text, OUT run bigint, OUT before text, OUT after text, OUT refused text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r contego.run;
    again bigint;
    open_differences bigint;
BEGIN
    run := of_run;
    SELECT * INTO r FROM contego.run AS u
    WHERE u.id = of_run AND (pg_has_role(session_user, 'contego_operator', 'MEMBER') OR u.owned_by = contego.own_source())
    FOR UPDATE;
    before := r.state;
    after := r.state;
    refused := CASE
        WHEN r.id IS NULL THEN 'there is no such run'
        WHEN verb NOT IN ('pause', 'resume', 'cancel', 'retry_failed', 'forget') THEN format('there is no verb "%s" for a run', verb)
        WHEN verb = 'pause' AND r.state <> 'RUNNING' OR verb = 'resume' AND r.state <> 'PAUSED'
          OR verb = 'cancel' AND r.state NOT IN ('RUNNING', 'PAUSED') THEN 'it is ' || r.state
        WHEN verb = 'retry_failed' AND r.state IN ('CANCELLED', 'EXPIRED') THEN 'it is ' || r.state || '; start a new run for its failed cards'
        WHEN verb = 'retry_failed' AND r.action IN ('RECONCILE', 'HEAL') THEN 'its cards are read again by a new reconciliation'
        WHEN verb = 'forget' AND EXISTS (SELECT FROM contego.reconciliation AS h JOIN contego.run AS u ON u.id = h.run
                                         WHERE h.heals = of_run AND (u.state IN ('RUNNING', 'PAUSED') OR u.attended))
            THEN 'a run that corrects its differences has not ended'
        WHEN verb = 'forget' AND (r.state IN ('RUNNING', 'PAUSED') OR r.attended) THEN 'it is ' || r.state || ', or requests of it are open'
    END;
    IF refused IS NOT NULL THEN
        RETURN;
    END IF;
    IF verb IN ('resume', 'retry_failed') AND r.lineage <> contego.current_lineage() THEN
        UPDATE contego.run AS u SET lineage = contego.current_lineage() WHERE u.id = of_run;
        IF EXISTS (SELECT FROM contego.lineage AS l WHERE l.number > r.lineage AND (l.lost IS NOT NULL OR l.leases_end IS NOT NULL)) THEN
            refused := 'the database has lost data, so cards that were fed just before may be fed again; ' || verb || ' once more if that does no harm';
            RETURN;
        END IF;
        r.lineage := contego.current_lineage();
    END IF;
    r := contego.count_ended(r);
    IF verb = 'retry_failed' THEN
        UPDATE contego.run_fed AS f SET state = 'again'
        WHERE f.run = of_run AND f.state = 'failed'
          AND EXISTS (SELECT FROM contego.request AS q WHERE q.id = ANY (ARRAY[f.request_id]) AND q.progress = 'REJECTED');
        GET DIAGNOSTICS again = ROW_COUNT;
        r.failed := r.failed - again;
        IF again = 0 THEN
            refused := 'it has no card whose request was rejected';
            PERFORM contego.store_run(r);
            RETURN;
        END IF;
    END IF;
    IF verb = 'forget' THEN
        after := NULL;
        SELECT count(*) INTO open_differences FROM contego.drift AS d WHERE d.reconciliation = of_run AND d.state IN ('open', 'queued');
        IF open_differences > 0 THEN
            RAISE NOTICE '%', CASE open_differences WHEN 1 THEN '1 open difference was deleted'
                                                    ELSE format('%s open differences were deleted', open_differences) END;
        END IF;
        DELETE FROM contego.run_fed AS f WHERE f.run = of_run;
        DELETE FROM contego.run_card AS c WHERE c.run = of_run;
        DELETE FROM contego.run AS u WHERE u.id = of_run;
    ELSE
        after := CASE
            WHEN verb = 'pause' OR verb = 'retry_failed' AND r.state = 'PAUSED' THEN 'PAUSED'
            WHEN verb = 'cancel' THEN 'CANCELLED'
            ELSE 'RUNNING'
        END;
        r.state := after;
        r.why := CASE
            WHEN verb IN ('pause', 'cancel') THEN lower(after) || ' by ' || session_user || coalesce(': ' || because, '')
            WHEN after = 'PAUSED' THEN r.why
        END;
        r.paused_by := CASE WHEN verb = 'pause' THEN session_user WHEN after = 'PAUSED' THEN r.paused_by END;
        r.finished_date := CASE verb WHEN 'cancel' THEN clock_timestamp() END;
        r.attended := true;
        r.failed_in_a_row := 0;
        r.paced_date := clock_timestamp();
        r.next_look := clock_timestamp();
        -- While claiming is stopped, nobody knows yet which requests may have been sent. The feeder takes them back later.
        IF verb IN ('pause', 'cancel') AND (contego.claiming_stopped()).since IS NULL THEN
            r := contego.stop_waiting(r);
            PERFORM contego.take_back(r, r.why);
        END IF;
        PERFORM contego.store_run(r);
    END IF;
    INSERT INTO contego.operator_action (run, verb, before, after, reason)
    VALUES (of_run, change_run.verb, change_run.before, coalesce(change_run.after, ''), because);
    PERFORM contego.notify_unless_full('contego'); -- a daemon polls soon, and feeds a run that was resumed
END
$$;

-- Each request and each card is found through an index, as in contego.claim.
ALTER FUNCTION contego.change_run SET jit = off;
ALTER FUNCTION contego.change_run SET enable_seqscan = off;
ALTER FUNCTION contego.change_run SET enable_hashjoin = off;
ALTER FUNCTION contego.change_run SET enable_mergejoin = off;

REVOKE ALL ON FUNCTION contego.change_run FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.change_run TO contego_crm, contego_operator;
COMMENT ON FUNCTION contego.change_run IS 'Pauses, resumes, cancels or forgets a run, or feeds its rejected cards again. Returns its state before and after, or the reason for a refusal.';
