-- Returns what a card should have by the lists of the CRMs together. Of two windows of a service, the window that ends later counts.
CREATE OR REPLACE FUNCTION contego.listed(of_provider text, of_card text)
RETURNS TABLE (kind text, name text, start_date text, end_date text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT DISTINCT ON (x.kind, x.name) x.kind, x.name, x.start_date, x.end_date
    FROM contego.expectation AS x
    WHERE x.provider = of_provider AND x.card = of_card AND x.kind <> 'nothing'
    ORDER BY x.kind, x.name, coalesce(contego.date_of(x.end_date), 'infinity') DESC, x.owned_by
$$;

REVOKE ALL ON FUNCTION contego.listed FROM PUBLIC;
COMMENT ON FUNCTION contego.listed IS 'Part of reconciliation: returns what a card should have by the lists of the CRMs.';
