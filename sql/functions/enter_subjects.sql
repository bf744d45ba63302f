-- If a person sends a request again, its subjects are there already (ON CONFLICT DO NOTHING).
CREATE OR REPLACE FUNCTION contego.enter_subjects() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO contego.subject (kind, name, request_id)
    SELECT s.kind, s.name, i.id
    FROM inserted AS i
    CROSS JOIN LATERAL contego.subjects_of(i.lanes, i.subscription, i.process_id) AS s
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION contego.enter_subjects FROM PUBLIC;
COMMENT ON FUNCTION contego.enter_subjects() IS 'This trigger function enters the subjects of new requests: cards, boxes, subscriptions and processes.';

CREATE OR REPLACE TRIGGER enter_subjects AFTER INSERT ON contego.request
    REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION contego.enter_subjects();
