-- Writes the outcomes of requests that the claims of the batch still hold. `stale` are the requests that they no longer hold. It leaves out
-- each request whose outcome an earlier call has written: that call committed, and its answer was lost. `woken` counts the parked
-- requests that may now be claimed. One call is one transaction.
--
-- Each parameter is a column of the batch: the first elements of all command_... arrays are the first command. A driver sends arrays in
-- binary, so the server parses no text. If an array is shorter than the batch, the missing elements are NULL. Ages, delays and durations
-- are in milliseconds; an age is the time from then to now.
--
-- The steps are functions of their own, so that an error shows in which step it happened: name_claims, lock_claimed, end_requests,
-- stale_claims, without_written, keep_former_attempts, write_commands, continue_requests, wake_earlier. They run with the settings of
-- contego.record. They get the arrays unchanged: PL/pgSQL passes an array that it has unpacked once without a copy.
CREATE OR REPLACE FUNCTION contego.record(
    command_request_id bigint[] DEFAULT '{}', command_fence bigint[] DEFAULT '{}', command_sequence integer[] DEFAULT '{}',
    command_type text[] DEFAULT '{}', command_parameters jsonb[] DEFAULT '{}', command_request text[] DEFAULT '{}',
    command_response text[] DEFAULT '{}', command_reference text[] DEFAULT '{}', command_status text[] DEFAULT '{}',
    command_exchange text[] DEFAULT '{}', command_outcome text[] DEFAULT '{}', command_code text[] DEFAULT '{}',
    command_description text[] DEFAULT '{}', command_result jsonb[] DEFAULT '{}', command_sent_age double precision[] DEFAULT '{}',
    command_duration double precision[] DEFAULT '{}',
    verdict_request_id bigint[] DEFAULT '{}', verdict_fence bigint[] DEFAULT '{}', verdict_disposition text[] DEFAULT '{}',
    verdict_code text[] DEFAULT '{}', verdict_description text[] DEFAULT '{}', verdict_reference text[] DEFAULT '{}',
    verdict_result jsonb[] DEFAULT '{}', verdict_delay double precision[] DEFAULT '{}', verdict_counts boolean[] DEFAULT '{}',
    verdict_maybe_sent boolean[] DEFAULT '{}', verdict_sent_age double precision[] DEFAULT '{}',
    OUT stale bigint[], OUT woken bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    moment timestamptz := clock_timestamp(); -- one moment for the whole batch, since it decides the month of a request and its commands
    named record;
    locked record;
    ending record;
    kept bigint[] := '{}';
    kept_fences bigint[] := '{}';
    held bigint[];
    held_fences bigint[];
    ran_before boolean := false;
    landed bigint[] := '{}';
BEGIN
    IF to_regclass('contego.request_finished_' || to_char(moment AT TIME ZONE 'UTC', 'YYYY_MM')) IS NULL THEN
        PERFORM contego.make_month(moment); -- if no daemon has created it in time
    END IF;

    named := contego.name_claims(command_request_id, command_fence, verdict_request_id, verdict_fence, verdict_disposition);
    -- If all requests end, as in most batches, they are deleted without being locked first.
    IF NOT named.all_end THEN
        locked := contego.lock_claimed(named.requests, named.fences, named.ends);
        kept := locked.kept;
        kept_fences := locked.kept_fences;
        ran_before := locked.ran_before;
    END IF;
    ending := contego.end_requests(moment, verdict_request_id, verdict_fence, verdict_disposition, verdict_code, verdict_description,
                                   verdict_reference, verdict_result, verdict_sent_age);
    held := ending.ended || kept;
    held_fences := ending.ended_fences || kept_fences;
    stale := CASE WHEN cardinality(held) < cardinality(named.requests)
                  THEN contego.stale_claims(named.requests, named.fences, held, held_fences) ELSE '{}' END;
    IF stale <> '{}' THEN
        stale := contego.without_written(stale, held, held_fences, command_request_id, command_fence, command_sequence, command_outcome,
                                         verdict_request_id, verdict_fence, verdict_disposition);
    END IF;

    IF ran_before OR ending.ran_before THEN
        PERFORM contego.keep_former_attempts(held, held_fences, command_request_id, command_fence, command_sequence);
    END IF;
    PERFORM contego.write_commands(
        moment, ending.ended, ending.ended_fences, kept, kept_fences, command_request_id, command_fence, command_sequence, command_type,
        command_parameters, command_request, command_response, command_reference, command_status, command_exchange, command_outcome,
        command_code, command_description, command_result, command_sent_age, command_duration);
    IF ending.ended <> '{}' THEN
        -- This update moves the rows to the partition of finished commands.
        UPDATE contego.command AS c SET finished_date = moment
        WHERE c.finished_date IS NULL AND c.request_id = ANY (ending.ended);
    END IF;
    IF kept <> '{}' THEN
        landed := contego.continue_requests(
            moment, kept, kept_fences, verdict_request_id, verdict_fence, verdict_disposition, verdict_code, verdict_description,
            verdict_reference, verdict_delay, verdict_counts, verdict_maybe_sent, verdict_sent_age);
    END IF;

    woken := 0;
    IF ending.ended <> '{}' THEN
        -- This is a separate statement: its snapshot sees the requests that a claim parked while the deletion waited for that claim.
        UPDATE contego.request_open AS o
        SET progress = 'QUEUED', blocked_by = NULL
        WHERE o.progress = 'BLOCKED' AND o.blocked_by = ANY (ending.ended);
        GET DIAGNOSTICS woken = ROW_COUNT;
    END IF;
    IF landed <> '{}' THEN
        woken := woken + contego.wake_earlier(landed);
    END IF;
END
$$;

-- JIT compilation costs more than it saves: the statements are short, and their estimated costs grow with the backlog.
ALTER FUNCTION contego.record SET jit = off;
ALTER FUNCTION contego.record SET enable_seqscan = off; -- this setting and the next as for contego.claim
ALTER FUNCTION contego.record SET plan_cache_mode = force_generic_plan;

REVOKE ALL ON FUNCTION contego.record FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.record TO contego_daemon;
COMMENT ON FUNCTION contego.record IS 'Daemon: writes the outcomes of requests that its claims still hold.';
