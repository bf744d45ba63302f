CREATE OR REPLACE FUNCTION contego.expect_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.owned_by := contego.own_source();
    NEW.provider := coalesce(nullif(NEW.provider, ''), 'default');
    NEW.name := coalesce(NEW.name, '');
    IF coalesce(NEW.card, '') !~ '^[0-9]{1,64}$' OR NEW.kind IS NULL OR NEW.kind <> ALL ('{service,box,nothing}')
       OR NEW.name !~ (CASE NEW.kind WHEN 'nothing' THEN '^$' ELSE '^[0-9]{1,64}$' END) THEN
        RAISE EXCEPTION 'expected: card % needs a CA ID, the kind service, box or nothing, and the CA ID of the service or box as name', NEW.card
            USING ERRCODE = 'check_violation';
    ELSIF nullif(NEW.start_date, '') IS NOT NULL AND contego.date_of(NEW.start_date) IS NULL
       OR nullif(NEW.end_date, '') IS NOT NULL AND contego.date_of(NEW.end_date) IS NULL THEN
        RAISE EXCEPTION 'expected: start_date and end_date of card % must be dates with a zone, such as 2030-01-31T20:00:00Z', NEW.card
            USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO contego.expectation AS x (owned_by, provider, card, kind, name, start_date, end_date)
    VALUES (NEW.owned_by, NEW.provider, NEW.card, NEW.kind, NEW.name, nullif(NEW.start_date, ''), nullif(NEW.end_date, ''))
    ON CONFLICT (provider, card, kind, name, owned_by) DO UPDATE SET start_date = excluded.start_date, end_date = excluded.end_date;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION contego.expect_row FROM PUBLIC;
COMMENT ON FUNCTION contego.expect_row() IS 'This trigger function stores each row that is inserted into contego.expected.';
