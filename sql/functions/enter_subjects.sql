-- A second insert of the same is a request that a person sent again.
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
COMMENT ON FUNCTION contego.enter_subjects() IS 'Trigger: notes what new requests are about.';

CREATE OR REPLACE TRIGGER enter_subjects AFTER INSERT ON contego.request
    REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION contego.enter_subjects();
