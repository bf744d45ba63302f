-- Completes a row that the CRM inserts. It sets the columns that belong to the database, and ignores any value given for them.
--
-- The trigger also runs for rows that come by replication (ENABLE ALWAYS). A row with a due date comes out of a contego.request table: from
-- a dump, or by replication from another database. A replicated row stays as it is. A row restored by INSERT or COPY would lose its state.
CREATE OR REPLACE FUNCTION contego.accept_request() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    replicated boolean := current_setting('session_replication_role') = 'replica';
BEGIN
    IF NEW.due_date IS NOT NULL THEN
        IF replicated THEN
            NEW.owned_by := coalesce(NEW.owned_by, NEW.created_by); -- its publisher may not have the column
            RETURN NEW;
        END IF;
        IF has_table_privilege(session_user, 'contego.request_open', 'TRUNCATE') THEN
            RAISE EXCEPTION 'contego.request: the row with id % has a due_date, so it comes from a dump and would lose its state', NEW.id
                USING ERRCODE = 'object_not_in_prerequisite_state',
                      HINT = 'Restore data with pg_restore --disable-triggers, or insert only the columns that the CRM sets.';
        END IF;
    END IF;

    -- Object-relational mappers send '' for a text that is not set.
    NEW.provider := left(coalesce(nullif(NEW.provider, ''), 'default'), 100);
    NEW.priority := left(coalesce(nullif(NEW.priority, ''), 'REGULAR'), 100);
    NEW.idempotency_key := nullif(NEW.idempotency_key, '');
    -- Nearly all parameters are small. Small parameters can break no bound but that on their depth.
    NEW.parameters_size := CASE WHEN pg_column_size(NEW.parameters) <= 1000 THEN octet_length(NEW.parameters::text) ELSE 1001 END;
    IF NEW.parameters_size > 1000 OR NEW.action IS NULL OR jsonb_typeof(NEW.parameters) IS DISTINCT FROM 'object'
       OR jsonb_path_exists(NEW.parameters, 'strict $.**{32} ? (@.type() == "object" || @.type() == "array")')
       OR octet_length(concat(NEW.action, NEW.subscription, NEW.process_name, NEW.process_id, NEW.on_behalf_of,
                             NEW.idempotency_key)) > 16384 THEN
        PERFORM contego.refuse_unbounded(NEW);
        NEW.parameters_size := octet_length(NEW.parameters::text);
    END IF;
    IF getdatabaseencoding() <> 'UTF8' THEN
        PERFORM contego.check_encoding(g.name, g.text)
        FROM (VALUES ('action', NEW.action), ('parameters', NEW.parameters::text), ('subscription', NEW.subscription),
                     ('process_name', NEW.process_name), ('process_id', NEW.process_id), ('on_behalf_of', NEW.on_behalf_of),
                     ('provider', NEW.provider), ('priority', NEW.priority), ('idempotency_key', NEW.idempotency_key)) AS g (name, text);
    END IF;

    -- Some drivers send -infinity or a date before Christ instead of NULL. A date that clients cannot read would be visible to no
    -- person.
    IF NEW.scheduled_date IS NULL OR NEW.scheduled_date < '0001-01-01 00:00:00+00' THEN
        NEW.scheduled_date := now();
    ELSIF NEW.scheduled_date >= '10000-01-01 00:00:00+00' THEN
        PERFORM contego.refuse_date(NEW.scheduled_date);
    END IF;

    IF NEW.id IS NULL THEN
        NEW.id := nextval('contego.request_id_seq');
    END IF;
    NEW.lanes := contego.lanes_of(NEW.parameters);
    IF cardinality(NEW.lanes) > 4000 THEN
        PERFORM contego.refuse_insert('parameters', format('names %s smartcards and boxes; 4000 are allowed', cardinality(NEW.lanes)),
                                      'Split the request into several.');
    END IF;
    NEW.created_date := now();
    NEW.created_by := session_user;
    NEW.on_behalf_of := coalesce(nullif(NEW.on_behalf_of, ''), nullif(left(current_setting('contego.on_behalf_of', true), 1000), ''));
    -- The functions of the schema give an owner. The publisher of a replicated row could give any.
    IF replicated THEN
        NEW.owned_by := session_user;
    ELSIF coalesce(NEW.owned_by, '') = '' THEN
        -- Most databases have no source. Then this look costs a tenth of the function.
        NEW.owned_by := CASE WHEN EXISTS (SELECT FROM contego.source) OR current_setting('contego.source', true) <> ''
                             THEN contego.own_source() ELSE session_user END;
    END IF;
    NEW.due_date := NEW.scheduled_date;
    NEW.life_cycle_state := 'PENDING';
    NEW.progress := CASE WHEN NEW.scheduled_date > now() THEN 'SCHEDULED' ELSE 'QUEUED' END;
    NEW.sequence_number := NEW.id;
    NEW.executed_date := NULL;
    NEW.finished_date := NULL;
    NEW.reference_number := NULL;
    NEW.error_code := NULL;
    NEW.error_description := NULL;
    NEW.result := NULL;
    NEW.attempts := 0;
    NEW.blocked_by := NULL;
    NEW.blocked_date := NULL;
    NEW.fence := 0;
    NEW.claimed_by := NULL;
    NEW.claimed_date := NULL;
    NEW.maybe_sent := false;
    IF replicated THEN
        NEW.sequence_number := nextval('contego.request_id_seq'); -- the id was given by another database
        PERFORM contego.enter_replicated(NEW);
    END IF;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION contego.accept_request FROM PUBLIC;
COMMENT ON FUNCTION contego.accept_request() IS 'This trigger function completes a row that the CRM inserts.';

CREATE OR REPLACE TRIGGER accept_request BEFORE INSERT ON contego.request_open
    FOR EACH ROW EXECUTE FUNCTION contego.accept_request();
ALTER TABLE contego.request_open ENABLE ALWAYS TRIGGER accept_request; -- also for rows that come by replication
