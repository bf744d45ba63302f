-- What people do to requests: retry, cancel, hold, release, close, skip. Never to one that is in flight.

CREATE TABLE contego.operator_action (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id  bigint NOT NULL,
    verb        text NOT NULL,
    before      text NOT NULL,
    after       text NOT NULL,
    reason      text,
    acted_by    text NOT NULL DEFAULT session_user,
    acted_date  timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX operator_action_request ON contego.operator_action (request_id);
COMMENT ON TABLE contego.operator_action IS 'What people did to requests: one row per verb that took effect.';
COMMENT ON COLUMN contego.operator_action.before IS 'Progress that the verb found.';
COMMENT ON COLUMN contego.operator_action.after IS 'Progress that it left.';
COMMENT ON COLUMN contego.operator_action.acted_by IS 'The login.';

-- Every step that a request can take, whoever makes it take it. A verb of a person that is not here is refused.
CREATE VIEW contego.transition AS
SELECT actor, verb, before, after
FROM (VALUES
    ('CRM',    'insert',   NULL,        'QUEUED'),
    ('CRM',    'insert',   NULL,        'SCHEDULED'),
    ('daemon', 'due',      'SCHEDULED', 'QUEUED'),
    ('daemon', 'due',      'RETRYING',  'QUEUED'),
    ('daemon', 'park',     'QUEUED',    'BLOCKED'),
    ('daemon', 'wake',     'BLOCKED',   'QUEUED'),
    ('daemon', 'claim',    'QUEUED',    'IN_FLIGHT'),
    ('daemon', 'complete', 'IN_FLIGHT', 'DONE'),
    ('daemon', 'reject',   'IN_FLIGHT', 'REJECTED'),
    ('daemon', 'retry',    'IN_FLIGHT', 'RETRYING'),
    ('daemon', 'hold',     'IN_FLIGHT', 'HELD'),
    ('daemon', 'release',  'IN_FLIGHT', 'QUEUED'),
    ('daemon', 'rescue',   'IN_FLIGHT', 'QUEUED'),
    ('person', 'hold',     'QUEUED',    'HELD'),
    ('person', 'hold',     'SCHEDULED', 'HELD'),
    ('person', 'hold',     'BLOCKED',   'HELD'),
    ('person', 'hold',     'RETRYING',  'HELD'),
    ('person', 'release',  'HELD',      'QUEUED'),
    ('person', 'release',  'HELD',      'SCHEDULED'),
    ('person', 'retry',    'RETRYING',  'QUEUED'),
    ('person', 'retry',    'HELD',      'QUEUED'),
    ('person', 'retry',    'HELD',      'SCHEDULED'),
    ('person', 'retry',    'REJECTED',  'QUEUED'),
    ('person', 'cancel',   'QUEUED',    'CANCELLED'),
    ('person', 'cancel',   'SCHEDULED', 'CANCELLED'),
    ('person', 'cancel',   'BLOCKED',   'CANCELLED'),
    ('person', 'cancel',   'RETRYING',  'CANCELLED'),
    ('person', 'cancel',   'HELD',      'CANCELLED'),
    ('person', 'skip',     'HELD',      'QUEUED'),
    ('person', 'skip',     'HELD',      'SCHEDULED'),
    ('person', 'close',    'QUEUED',    'CLOSED'),
    ('person', 'close',    'SCHEDULED', 'CLOSED'),
    ('person', 'close',    'BLOCKED',   'CLOSED'),
    ('person', 'close',    'RETRYING',  'CLOSED'),
    ('person', 'close',    'HELD',      'CLOSED')
) AS step (actor, verb, before, after);
COMMENT ON VIEW contego.transition IS 'The state machine: every step of contego.request.progress, and who makes it.';

-- The command at which a request stands: the first that was tried and has not succeeded. NULL: the one that comes next was
-- not tried yet, and only a daemon can say which it is.
CREATE FUNCTION contego.unfinished_command(of_request bigint, OUT sequence integer, OUT type text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.sequence, c.type FROM contego.command AS c
    WHERE c.request_id = of_request AND c.outcome NOT IN ('success', 'skipped')
    ORDER BY c.sequence
    LIMIT 1
$$;

-- Why a person may not skip the command at which that request stands.
CREATE FUNCTION contego.objection_to_skip(o contego.request) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN c.sequence IS NULL THEN 'no command of it was tried without success, so there is none to skip; release, close or cancel it'
        WHEN c.type = 'GET_PAIRING_STATUS_FOR_CARD' AND o.action <> c.type THEN
            'what comes after ' || c.type || ' depends on its answer; release, close or cancel it'
    END
    FROM contego.unfinished_command(o.id) AS c
$$;

-- Why a person may not do that to a request, as a sentence; NULL: it may be done. `o` is its row as it stands.
CREATE FUNCTION contego.objection(to_verb text, o contego.request) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    later bigint;
BEGIN
    IF o.id IS NULL THEN
        RETURN 'there is no such request';
    END IF;
    IF o.progress = 'IN_FLIGHT' THEN
        RETURN 'it is in flight: what a daemon has sent cannot be called back; try again when it has ended';
    END IF;
    IF NOT EXISTS (SELECT FROM contego.transition AS t
                   WHERE t.actor = 'person' AND t.verb = to_verb AND t.before = o.progress) THEN
        RETURN 'it is ' || o.progress || '; ' || to_verb || ' is for ' || (
            SELECT string_agg(DISTINCT t.before, ', ') FROM contego.transition AS t
            WHERE t.actor = 'person' AND t.verb = to_verb);
    END IF;
    IF to_verb = 'skip' THEN
        RETURN contego.objection_to_skip(o);
    END IF;
    IF o.progress <> 'REJECTED' THEN
        RETURN NULL;
    END IF;
    IF o.parameters <> contego.masked(o.parameters) OR o.parameters::text LIKE '%"****"%' THEN
        RETURN 'its PIN was masked when it ended; submit a new request';
    END IF;
    IF EXISTS (SELECT FROM contego.month AS m
               WHERE m.month = contego.month_of(o.finished_date) AND m.dropping_since IS NOT NULL) THEN
        RETURN 'it is so old that it is about to be dropped; submit a new request';
    END IF;
    -- By the subjects, for no index of the finished requests has their lanes.
    SELECT max(r.id) INTO later
    FROM unnest(o.lanes) AS mine (lane)
    CROSS JOIN LATERAL (
        SELECT s.request_id FROM contego.subject AS s
        WHERE s.kind = split_part(mine.lane, ':', 1) AND s.name = substr(mine.lane, strpos(mine.lane, ':') + 1) AND s.request_id > o.id
        OFFSET 0
    ) AS after
    JOIN contego.request AS r ON r.id = ANY (ARRAY[after.request_id])
    WHERE r.provider = o.provider AND r.sequence_number > o.sequence_number
      AND r.progress NOT IN ('REJECTED', 'CANCELLED');
    IF later IS NOT NULL THEN
        RETURN 'request ' || later || ' on the same card or box came after it: sent now, this one would overtake it;'
               || ' submit a new request';
    END IF;
    RETURN NULL;
END
$$;

-- Puts a rejected request back into the table of the open ones, at the end of the order, and its commands with it.
CREATE FUNCTION contego.reopen(o contego.request) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    new_number bigint := nextval('contego.request_id_seq');
BEGIN
    DELETE FROM contego.request_finished AS f WHERE f.id = o.id AND f.finished_date = o.finished_date;
    UPDATE contego.command AS c SET finished_date = NULL WHERE c.request_id = o.id AND c.finished_date = o.finished_date;
    -- The trigger takes it for new, and gives it its lanes. What is old about it is put back after. Its number is its id's, as if it
    -- had just been inserted: it gets a new one, with which it comes last.
    INSERT INTO contego.request (id, action, parameters, subscription, process_name, process_id, provider, priority)
    OVERRIDING SYSTEM VALUE
    VALUES (o.id, o.action, o.parameters, o.subscription, o.process_name, o.process_id, o.provider, o.priority);
    UPDATE contego.request_open AS r
    SET created_date = o.created_date, created_by = o.created_by, idempotency_key = o.idempotency_key,
        scheduled_date = o.scheduled_date, executed_date = o.executed_date, reference_number = o.reference_number,
        fence = o.fence, sequence_number = new_number
    WHERE r.id = o.id;
    UPDATE contego.lane AS l SET sequence_number = new_number
    WHERE l.provider = o.provider AND l.lane = ANY (o.lanes) AND l.sequence_number = o.id;
END
$$;

-- Marks the command at which a request stands as skipped. What was sent for it and answered stays, as a former attempt.
CREATE FUNCTION contego.skip_command(of_request bigint, by_whom text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    skipped integer := (SELECT u.sequence FROM contego.unfinished_command(of_request) AS u);
BEGIN
    INSERT INTO contego.former_attempt (
        request_id, sequence, attempt, type, request, response, reference_number, status_code, exchange, outcome,
        error_code, error_description, sent_date, duration_ms, fence, recorded_date)
    SELECT c.request_id, c.sequence, c.attempts, c.type, c.request, c.response, c.reference_number, c.status_code,
           c.exchange, c.outcome, c.error_code, c.error_description, c.sent_date, c.duration_ms, c.fence, c.recorded_date
    FROM contego.command AS c
    WHERE c.request_id = of_request AND c.sequence = skipped AND c.exchange IS NOT NULL;
    UPDATE contego.command AS c
    SET outcome = 'skipped', error_code = 'SKIPPED_BY_OPERATOR', error_description = 'skipped by ' || by_whom, attempts = 0,
        request = NULL, response = NULL, reference_number = NULL, status_code = NULL, exchange = NULL, result = NULL,
        sent_date = NULL, duration_ms = NULL, recorded_date = now()
    WHERE c.request_id = of_request AND c.sequence = skipped;
END
$$;

-- Does what a verb says to one request, which is locked and may be treated so.
CREATE FUNCTION contego.carry_out(to_verb text, o contego.request, becomes text, because text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    by_whom text := session_user || coalesce(': ' || because, '');
    claim bigint;
BEGIN
    IF to_verb = 'skip' THEN
        PERFORM contego.skip_command(o.id, by_whom);
    END IF;
    IF o.progress = 'REJECTED' THEN
        PERFORM contego.reopen(o);
    ELSIF to_verb IN ('cancel', 'close') THEN
        -- Ends as everything ends: claimed, and recorded.
        claim := nextval('contego.fence');
        UPDATE contego.request_open AS r
        SET progress = 'IN_FLIGHT', claimed_by = 0, claimed_date = now(), fence = claim, blocked_by = NULL,
            blocked_date = NULL
        WHERE r.id = o.id;
        BEGIN
            PERFORM contego.masked(o.parameters);
        EXCEPTION WHEN OTHERS THEN -- damaged on the disk, say: that must not keep a person from ending it
            UPDATE contego.request_open AS r SET parameters = jsonb_build_object('****', 'could not be read') WHERE r.id = o.id;
        END;
        PERFORM contego.record(
            verdict_request_id => ARRAY[o.id], verdict_fence => ARRAY[claim], verdict_disposition => ARRAY[to_verb],
            verdict_code => ARRAY[CASE to_verb WHEN 'cancel' THEN 'CANCELLED' END],
            verdict_description => ARRAY[CASE to_verb WHEN 'cancel' THEN 'cancelled by ' || by_whom END],
            verdict_result => ARRAY[CASE to_verb WHEN 'close' THEN jsonb_build_object('closed_by', session_user, 'reason', because) END]);
    ELSE
        UPDATE contego.request_open AS r
        SET progress = becomes, blocked_by = NULL, blocked_date = NULL, due_date = r.scheduled_date,
            attempts = CASE WHEN to_verb IN ('retry', 'skip') THEN 0 ELSE r.attempts END,
            interrupted = r.interrupted AND to_verb <> 'skip',
            -- A claim looks for finished commands only where this says that there may be some.
            executed_date = CASE to_verb WHEN 'skip' THEN coalesce(r.executed_date, now()) ELSE r.executed_date END,
            error_code = CASE to_verb WHEN 'hold' THEN 'HELD_BY_OPERATOR' ELSE r.error_code END,
            error_description = CASE to_verb WHEN 'hold' THEN 'held by ' || by_whom ELSE r.error_description END
        WHERE r.id = o.id;
    END IF;
END
$$;

-- One verb on many requests, in the order of their numbers so that two people do not lock each other out. One row for
-- each: what it was, what it is now, or why not. With `only_preview` nothing is done.
CREATE FUNCTION contego.act(to_verb text, ids bigint[], because text, only_preview boolean)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    o contego.request;
BEGIN
    IF NOT EXISTS (SELECT FROM contego.transition AS t WHERE t.actor = 'person' AND t.verb = to_verb) THEN
        RAISE EXCEPTION 'there is no verb "%"', to_verb
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It is one of retry, cancel, hold, release, close, skip.';
    END IF;
    -- What the CAS did not confirm, somebody has to vouch for.
    IF to_verb IN ('close', 'skip') AND NOT only_preview AND coalesce(because, '') !~ '\S' THEN
        RAISE EXCEPTION 'to % needs a reason', to_verb
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Say what was done by hand, and where.';
    END IF;
    FOR request_id IN SELECT DISTINCT wanted.id FROM unnest(ids) AS wanted (id) WHERE wanted.id IS NOT NULL ORDER BY 1 LOOP
        IF only_preview THEN -- locks nothing: in a transaction left open, that would keep the outcome from being recorded
            SELECT * INTO o FROM contego.request AS r WHERE r.id = act.request_id;
        ELSE
            -- Whoever claims or records it at this moment is waited for. Finishing moves the row: it is looked for again then.
            SELECT * INTO o FROM contego.request AS r WHERE r.id = act.request_id FOR UPDATE;
            IF NOT FOUND THEN
                SELECT * INTO o FROM contego.request AS r WHERE r.id = act.request_id FOR UPDATE;
            END IF;
            -- Whoever is about to drop its month waits for us, or we see that it does.
            PERFORM FROM contego.month AS m WHERE m.month = contego.month_of(o.finished_date) FOR SHARE;
        END IF;
        action := o.action;
        before := o.progress;
        refused := contego.objection(to_verb, o);
        after := CASE
            WHEN refused IS NOT NULL THEN o.progress
            WHEN to_verb = 'hold' THEN 'HELD'
            WHEN to_verb = 'cancel' THEN 'CANCELLED'
            WHEN to_verb = 'close' THEN 'CLOSED'
            WHEN o.scheduled_date > now() THEN 'SCHEDULED'
            ELSE 'QUEUED'
        END;
        IF refused IS NULL AND NOT only_preview THEN
            PERFORM contego.carry_out(to_verb, o, after, because);
            INSERT INTO contego.operator_action (request_id, verb, before, after, reason)
            VALUES (act.request_id, to_verb, act.before, act.after, because);
        END IF;
        RETURN NEXT;
    END LOOP;
    IF NOT only_preview THEN
        PERFORM pg_notify('contego', '');
    END IF;
END
$$;

CREATE FUNCTION contego.preview(verb text, ids bigint[])
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM contego.act(verb, ids, NULL, true) $$;
COMMENT ON FUNCTION contego.preview IS 'What a verb would do to these requests: one row each. Nothing is changed.';

-- Each verb for one request and for many.
DO $$
DECLARE
    verb text;
    meaning text;
    default_reason text;
    given text;
BEGIN
    FOR verb, default_reason, meaning IN VALUES
        ('retry', ' DEFAULT NULL', 'Sends again what is held, retrying or rejected, with its attempts at 0; what succeeded is not sent again.'),
        ('cancel', ' DEFAULT NULL', 'Ends what is not in flight: REJECTED, CANCELLED. Frees its cards and boxes. Cannot be taken back.'),
        ('hold', ' DEFAULT NULL', 'Keeps back what is not in flight until it is released. What comes after it on the same cards and boxes waits.'),
        ('release', ' DEFAULT NULL', 'Lets go what is held; the attempts stay as they are.'),
        ('close', '', 'Ends what is not in flight and was done by hand: COMPLETED, CLOSED. Frees its cards and boxes. Cannot be taken back.'),
        ('skip', '', 'Lets go what is held without the command at which it stands: that was done by hand, or is not wanted any more.')
    LOOP
        FOR given IN VALUES ('bigint'), ('bigint[]') LOOP
            EXECUTE format($f$
                CREATE FUNCTION contego.%1$I(request %2$s, reason text%4$s)
                RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
                LANGUAGE sql
                SET search_path = pg_catalog, pg_temp
                AS $body$ SELECT * FROM contego.act(%1$L, ARRAY[]::bigint[] || request, reason, false) $body$;
                COMMENT ON FUNCTION contego.%1$I(%2$s, text) IS %3$L$f$,
                verb, given, meaning, default_reason);
        END LOOP;
    END LOOP;
END
$$;

-- The requests that fit every member of `filter`, in the order of their numbers.
CREATE FUNCTION contego.matching(filter jsonb) RETURNS bigint[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    known text[] := '{provider,action,progress,error_code,subscription,process_name,process_id,card,box,created_from,created_to}';
    unknown text;
    about_kind text;
    about_name text;
    about bigint[]; -- the requests that contego.subject knows of one of the members
BEGIN
    SELECT key INTO unknown FROM jsonb_object_keys(filter) AS key WHERE key <> ALL (known) LIMIT 1;
    IF unknown IS NOT NULL OR filter = '{}' THEN
        RAISE EXCEPTION '%', coalesce(format('a filter has no "%s"', unknown), 'an empty filter would take every request')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It has ' || array_to_string(known, ', ') || '.';
    END IF;
    SELECT member.key, filter ->> member.key INTO about_kind, about_name
    FROM unnest(ARRAY['card', 'box', 'subscription', 'process_id']) AS member (key)
    WHERE filter ? member.key
    LIMIT 1;
    IF about_kind IS NOT NULL THEN
        about := ARRAY(SELECT s.request_id FROM contego.subject AS s WHERE s.kind = replace(about_kind, '_id', '') AND s.name = left(about_name, 500));
    END IF;
    RETURN ARRAY(
        SELECT r.id
        FROM contego.request AS r
        WHERE (about IS NULL OR r.id = ANY (about))
          AND (NOT filter ? 'provider' OR r.provider = filter ->> 'provider')
          AND (NOT filter ? 'action' OR r.action = filter ->> 'action')
          AND (NOT filter ? 'progress' OR r.progress = filter ->> 'progress' AND r.life_cycle_state = CASE
              WHEN filter ->> 'progress' IN ('DONE', 'CLOSED') THEN 'COMPLETED'
              WHEN filter ->> 'progress' IN ('REJECTED', 'CANCELLED') THEN 'REJECTED'
              ELSE 'PENDING' END)
          AND (NOT filter ? 'error_code' OR r.error_code = filter ->> 'error_code')
          AND (NOT filter ? 'subscription' OR r.subscription = filter ->> 'subscription')
          AND (NOT filter ? 'process_name' OR r.process_name = filter ->> 'process_name')
          AND (NOT filter ? 'process_id' OR r.process_id = filter ->> 'process_id')
          AND (NOT filter ? 'card' OR r.lanes @> ARRAY['card:' || (filter ->> 'card')])
          AND (NOT filter ? 'box' OR r.lanes @> ARRAY['box:' || (filter ->> 'box')])
          AND (NOT filter ? 'created_from' OR r.created_date >= (filter ->> 'created_from')::timestamptz)
          AND (NOT filter ? 'created_to' OR r.created_date < (filter ->> 'created_to')::timestamptz)
        ORDER BY r.id);
END
$$;
COMMENT ON FUNCTION contego.matching IS 'Numbers of the requests that fit every member of the filter, for the verbs and their preview.';

-- Each request is asked for by an index, as in contego.claim.
ALTER FUNCTION contego.act SET jit = off;
ALTER FUNCTION contego.act SET enable_seqscan = off;
ALTER FUNCTION contego.act SET plan_cache_mode = force_generic_plan;
-- What the filter has no member for falls out of a plan that is made for it.
ALTER FUNCTION contego.matching SET plan_cache_mode = force_custom_plan;
