-- What everything is, so that \d+ contego.* reads as documentation. Whatever has a comment of its own keeps it.

-- A column means the same wherever it stands under the same name, unless said otherwise after this.
DO $$
DECLARE
    column_name text;
    meaning text;
    place record;
BEGIN
    FOR column_name, meaning IN VALUES
        ('request_id', 'The request (contego.request.id).'),
        ('provider', 'Which CAS.'),
        ('action', 'A CRM action, or the code of a direct command.'),
        ('subscription', 'Whose, as the CRM calls it.'),
        ('priority', 'REGULAR or EXPRESS.'),
        ('lanes', 'The smartcards and boxes it touches: card:<CA ID>, box:<CA ID>.'),
        ('sequence_number', 'Order of sending.'),
        ('progress', 'QUEUED, SCHEDULED, BLOCKED, IN_FLIGHT, RETRYING, HELD; DONE; REJECTED, CANCELLED.'),
        ('sequence', 'Position of the command in the request, from 1.'),
        ('attempt', 'Which attempt at the command, from 1; 0 where it was skipped.'),
        ('type', 'Code of the command.'),
        ('parameters', 'Parameters, secrets masked.'),
        ('request', 'The envelope as sent, secrets masked.'),
        ('response', 'The answer as received, secrets masked.'),
        ('reference_number', 'Given by the CAS.'),
        ('status_code', 'The CAS''s own status.'),
        ('exchange', 'How far it got: not_sent, sent_no_answer, answered, read_back; NULL where it was skipped.'),
        ('outcome', 'success, rejected, retry, hold; skipped: its condition did not hold, nothing was sent; or a person skipped it.'),
        ('error_code', 'Why it failed.'),
        ('error_description', 'The same in a sentence.'),
        ('result', 'What the CAS returned (GET commands).'),
        ('attempts', 'Runs that failed and were tried again, outages of the CAS not counted.'),
        ('first_sent_date', 'When the first attempt was sent.'),
        ('sent_date', 'When it was sent, or would have been.'),
        ('duration_ms', 'Of the exchange, as the daemon measured it.'),
        ('fence', 'Number of the claim under which it was tried.'),
        ('recorded_date', 'When the outcome was written.'),
        ('claimed_date', 'Since when a daemon has it.'),
        ('due_date', 'Scheduled or retrying: not before.'),
        ('idempotency_key', 'The CRM''s key: unique per provider and login as long as the request is kept.'),
        ('lane', 'A smartcard or a box: card:<CA ID>, box:<CA ID>.'),
        ('before', 'Progress before the step; NULL: there is no request yet.'),
        ('after', 'Progress after the step.'),
        ('daemon', 'Name of the daemon that has it.'),
        ('daemon_id', 'The daemon (contego.daemon.id).'),
        ('host', 'Host that the daemon runs on.')
    LOOP
        FOR place IN
            SELECT c.relname, a.attnum
            FROM pg_class AS c
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = column_name
            WHERE c.relnamespace = 'contego'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
              AND col_description(c.oid, a.attnum) IS NULL
        LOOP
            EXECUTE format('COMMENT ON COLUMN contego.%I.%I IS %L', place.relname, column_name, meaning);
        END LOOP;
    END LOOP;

    -- The partitions, and the view that shows the row itself, say what the table says.
    FOR place IN
        SELECT c.oid, a.attname, col_description(t.oid, r.attnum) AS meaning
        FROM (VALUES ('request', 'request_open'), ('request', 'request_finished'), ('request', 'request_status'),
                     ('command', 'command_open'), ('command', 'command_finished')) AS pair (whole, part)
        JOIN pg_class AS t ON t.oid = to_regclass('contego.' || pair.whole)
        JOIN pg_class AS c ON c.oid = to_regclass('contego.' || pair.part)
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
        JOIN pg_attribute AS r ON r.attrelid = t.oid AND r.attname = a.attname
        WHERE col_description(c.oid, a.attnum) IS NULL
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', place.oid::regclass, place.attname, place.meaning);
    END LOOP;
END
$$;

COMMENT ON TABLE contego.request_open IS 'The requests that are PENDING: a partition of contego.request, kept small. Ask contego.request.';
COMMENT ON TABLE contego.request_finished IS 'The requests that are COMPLETED or REJECTED: a partition of contego.request, one of its own for each month. Ask contego.request.';
COMMENT ON TABLE contego.command_open IS 'Commands of requests that are PENDING: a partition of contego.command, kept small. Ask contego.command.';
COMMENT ON TABLE contego.command_finished IS 'Commands of requests that have ended: a partition of contego.command, one of its own for each month. Ask contego.command.';
COMMENT ON TABLE contego.migration IS 'The steps of the schema that were applied.';
COMMENT ON COLUMN contego.migration.version IS 'Number of the step.';
COMMENT ON COLUMN contego.migration.name IS 'What it is about.';
COMMENT ON COLUMN contego.migration.applied_date IS 'When it was applied.';
COMMENT ON SEQUENCE contego.fence IS 'Numbers the claims: only the holder of a request''s latest writes its outcome.';
COMMENT ON SEQUENCE contego.request_id_seq IS 'Gives contego.request.id.';
COMMENT ON SEQUENCE contego.daemon_id_seq IS 'Gives contego.daemon.id.';
COMMENT ON SEQUENCE contego.operator_action_id_seq IS 'Gives contego.operator_action.id.';

COMMENT ON COLUMN contego.daemon.id IS 'Given when it joins; a new one each time.';
COMMENT ON COLUMN contego.daemon.name IS 'As its configuration calls it.';
COMMENT ON COLUMN contego.daemon.pid IS 'Its process.';
COMMENT ON COLUMN contego.daemon.version IS 'Of the program.';
COMMENT ON COLUMN contego.daemon.started_date IS 'When it joined.';
COMMENT ON COLUMN contego.daemon.lease_until IS 'Taken for dead after this, unless it renews its lease.';
COMMENT ON COLUMN contego.operator_action.id IS 'In the order in which they were done.';
COMMENT ON COLUMN contego.operator_action.verb IS 'retry, cancel, hold, release, close or skip.';
COMMENT ON COLUMN contego.operator_action.before IS 'Progress that the verb found.';
COMMENT ON COLUMN contego.operator_action.after IS 'Progress that it left.';
COMMENT ON COLUMN contego.operator_action.reason IS 'Why, in that person''s words.';
COMMENT ON COLUMN contego.operator_action.acted_date IS 'When.';
COMMENT ON COLUMN contego.transition.actor IS 'CRM, daemon or person.';
COMMENT ON COLUMN contego.transition.verb IS 'What the step is called.';

COMMENT ON VIEW contego.request_status IS 'One row per request: how it stands and what that means, secrets masked. Ask with WHERE id = ...';
COMMENT ON COLUMN contego.request_status.meaning IS 'The progress in words.';
COMMENT ON COLUMN contego.request_status.commands IS 'Commands of it that were tried or skipped so far.';
COMMENT ON COLUMN contego.request_status.commands_done IS 'Those of them that succeeded or were not needed.';
COMMENT ON COLUMN contego.request_status.parameters IS 'As the CRM gave them, a PIN masked.';

COMMENT ON VIEW contego.command_log IS 'Every attempt at every command: what was sent and what was answered. Ask with WHERE request_id = ...';
COMMENT ON COLUMN contego.command_log.latest IS 'False: it was tried again after this.';
COMMENT ON COLUMN contego.command_log.ended_date IS 'When the answer came, or the waiting ended.';

COMMENT ON VIEW contego.timeline IS 'What happened to a request, one row a step. Ask with WHERE request_id = ... ORDER BY event_date, step';
COMMENT ON COLUMN contego.timeline.event_date IS 'When.';
COMMENT ON COLUMN contego.timeline.step IS 'Order of what has the same date.';
COMMENT ON COLUMN contego.timeline.event IS 'inserted, due, blocked, claimed, sent, not sent, answered, no answer, read back, to be retried, held; a verb of a person; completed, rejected, cancelled.';
COMMENT ON COLUMN contego.timeline.by_whom IS 'The login of the CRM or of a person, or a daemon and its claim.';
COMMENT ON COLUMN contego.timeline.detail IS 'What, or why.';

COMMENT ON VIEW contego.in_flight IS 'What daemons are working on now.';
COMMENT ON COLUMN contego.in_flight.claimed_for IS 'How long.';
COMMENT ON COLUMN contego.in_flight.daemon_lives IS 'False or NULL: the daemon is gone; another one takes the request over.';
COMMENT ON COLUMN contego.in_flight.commands_done IS 'Commands of it that succeeded or were not needed.';
COMMENT ON COLUMN contego.in_flight.fence IS 'Number of the claim.';

COMMENT ON VIEW contego.blocked_lane IS 'The smartcards and boxes on which requests wait for another one: who blocks, why, since when, how many wait.';
COMMENT ON COLUMN contego.blocked_lane.blocker IS 'The request that nothing on the lane can pass.';
COMMENT ON COLUMN contego.blocked_lane.blocker_progress IS 'How the blocker stands.';
COMMENT ON COLUMN contego.blocked_lane.why IS 'The same in words.';
COMMENT ON COLUMN contego.blocked_lane.error_code IS 'Of the blocker.';
COMMENT ON COLUMN contego.blocked_lane.error_description IS 'Of the blocker.';
COMMENT ON COLUMN contego.blocked_lane.blocker_action IS 'Action of the blocker.';
COMMENT ON COLUMN contego.blocked_lane.blocker_due_date IS 'When the blocker is next due, where it retries.';
COMMENT ON COLUMN contego.blocked_lane.blocked_since IS 'When the first of those that wait was parked.';
COMMENT ON COLUMN contego.blocked_lane.blocked_for IS 'How long ago that is.';
COMMENT ON COLUMN contego.blocked_lane.waiting IS 'How many requests are parked on the lane.';

COMMENT ON VIEW contego.stuck IS 'Due requests that do not go on by themselves or not soon: held, retrying, or in flight for longer than a minute.';
COMMENT ON COLUMN contego.stuck.why IS 'What it waits for.';
COMMENT ON COLUMN contego.stuck.since IS 'When it came to stand so.';
COMMENT ON COLUMN contego.stuck.waiting_behind IS 'Requests parked on its smartcards and boxes.';

COMMENT ON VIEW contego.error_summary IS 'Errors by hour: what was rejected in the last 31 days, and what is held or retried now.';
COMMENT ON COLUMN contego.error_summary.hour IS 'Begin of the hour: of the end of what was rejected, of the latest run of what is open.';
COMMENT ON COLUMN contego.error_summary.requests IS 'How many.';
COMMENT ON COLUMN contego.error_summary.first_request IS 'The smallest number among them.';
COMMENT ON COLUMN contego.error_summary.latest_request IS 'The greatest number among them.';
COMMENT ON COLUMN contego.error_summary.example IS 'The description of one of them.';

COMMENT ON VIEW contego.throughput IS 'What was finished in each minute of the last 24 hours.';
COMMENT ON COLUMN contego.throughput.minute IS 'Begin of the minute.';
COMMENT ON COLUMN contego.throughput.provider IS 'Which CAS; NULL in a minute without any.';
COMMENT ON COLUMN contego.throughput.finished IS 'Requests finished.';
COMMENT ON COLUMN contego.throughput.completed IS 'Those of them that are COMPLETED.';
COMMENT ON COLUMN contego.throughput.rejected IS 'Those of them that are REJECTED.';
COMMENT ON COLUMN contego.throughput.average_age IS 'Of those that are COMPLETED, from scheduled_date to the end.';

COMMENT ON VIEW contego.queue_health IS 'How the queue of each CAS stands, and how long what is due will take at the present rate.';
COMMENT ON COLUMN contego.queue_health.due IS 'Requests that are due and go on by themselves: queued, blocked, in flight, retrying.';
COMMENT ON COLUMN contego.queue_health.oldest_due_age IS 'How long the oldest of them has been due.';
COMMENT ON COLUMN contego.queue_health.express IS 'Those of them that are EXPRESS.';
COMMENT ON COLUMN contego.queue_health.regular IS 'Those of them that are not.';
COMMENT ON COLUMN contego.queue_health.queued IS 'Requests that wait to be claimed.';
COMMENT ON COLUMN contego.queue_health.blocked IS 'Requests that wait for another one.';
COMMENT ON COLUMN contego.queue_health.in_flight IS 'Requests that daemons are working on.';
COMMENT ON COLUMN contego.queue_health.retrying IS 'Requests that failed and are tried again.';
COMMENT ON COLUMN contego.queue_health.held IS 'Requests that wait for a person.';
COMMENT ON COLUMN contego.queue_health.scheduled IS 'Requests that are not due yet.';
COMMENT ON COLUMN contego.queue_health.finished_per_minute IS 'Average of the last ten minutes.';
COMMENT ON COLUMN contego.queue_health.time_to_drain IS 'What is due at that rate; NULL while nothing is finished.';
COMMENT ON COLUMN contego.queue_health.daemons IS 'Daemons that live, for whatever CAS.';

COMMENT ON FUNCTION contego.accept_request() IS 'Trigger: completes what the CRM inserted.';
COMMENT ON FUNCTION contego.enter_lanes() IS 'Trigger: enters the lanes and idempotency keys of new requests, and wakes the daemons.';
COMMENT ON FUNCTION contego.kept_key IS 'An idempotency key as it is kept: itself, or its digest where it is long.';
COMMENT ON FUNCTION contego.lanes_of IS 'The smartcards and boxes that the parameters of a request name.';
COMMENT ON FUNCTION contego.masked IS 'The same parameters with **** for whatever stands under a name with pin in it.';
COMMENT ON FUNCTION contego.masked_part IS 'Part of masking: what is nested in the parameters, up to so many levels.';
COMMENT ON FUNCTION contego.claim IS 'Daemon: takes due requests of a provider.';
COMMENT ON FUNCTION contego.queue_due IS 'Part of a claim: puts scheduled and retrying requests that have become due into the queue.';
COMMENT ON FUNCTION contego.find_candidates IS 'Part of a claim: looks at the first requests of the queue, and tells those that are free from those that are blocked.';
COMMENT ON FUNCTION contego.park_blocked IS 'Part of a claim: parks blocked requests behind the request that each waits for.';
COMMENT ON FUNCTION contego.within_bytes IS 'Part of a claim: the first of some requests whose parameters are not larger than that together.';
COMMENT ON FUNCTION contego.row_fault IS 'Part of holding what cannot be read: what is wrong with a row that a claim would take; NULL: nothing.';
COMMENT ON FUNCTION contego.hold_unreadable IS 'Daemon: holds the requests whose rows make a claim fail; returns their numbers.';
COMMENT ON FUNCTION contego.give_back_lost IS 'Daemon: puts back what a claim took whose answer never arrived.';
COMMENT ON FUNCTION contego.wake_earlier IS 'Part of recording: wakes those that waited for the flight of a later request.';
COMMENT ON FUNCTION contego.record IS 'Daemon: writes what happened to requests that it still holds.';
COMMENT ON FUNCTION contego.join_fleet IS 'Daemon: says that it is there; returns its number.';
COMMENT ON FUNCTION contego.renew_lease IS 'Daemon: lengthens its lease; false: it was taken for dead.';
COMMENT ON FUNCTION contego.neighbours IS 'Daemon: the living daemons of one machine.';
COMMENT ON FUNCTION contego.declare_dead IS 'Daemon: ends the lease of one on the same machine whose process is gone.';
COMMENT ON FUNCTION contego.rescue IS 'Daemon: puts the requests of dead daemons back into the queue; returns how many.';
COMMENT ON FUNCTION contego.take_share IS 'Daemon: takes its part of what the fleet may do to the CAS of a provider.';
COMMENT ON FUNCTION contego.leave_fleet IS 'Daemon: says good-bye.';
COMMENT ON FUNCTION contego.objection IS 'Part of the verbs: why a person may not do that to a request; NULL: it may be done.';
COMMENT ON FUNCTION contego.objection_to_skip IS 'Part of the verbs: why the command at which a request stands may not be skipped.';
COMMENT ON FUNCTION contego.unfinished_command IS 'The command at which a request stands: the first that was tried and has not succeeded.';
COMMENT ON FUNCTION contego.skip_command IS 'Part of the verbs: marks the command at which a request stands as skipped.';
COMMENT ON FUNCTION contego.reopen IS 'Part of the verbs: puts a rejected request back among the open ones.';
COMMENT ON FUNCTION contego.carry_out IS 'Part of the verbs: does it to one request.';
COMMENT ON FUNCTION contego.act IS 'A verb on many requests: what each was, is now, or why not. The six verbs and their preview call it.';
