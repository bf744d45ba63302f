-- Returns the current lineage. If the database runs on another server history than before, or if data is missing (`what_is_lost` says
-- which), it begins a new lineage. Claiming stops then, and no number comes back: all sequences move forward. The daemons or a person
-- confirm the lineage (contego.renew_lease, contego.after_data_loss).
--
-- The first lineage of a new schema needs no confirmation. The functions of the housekeeping call this function, so that none of them acts on a
-- lineage that nobody has noticed. contego.claim need not call it: it serves only a daemon that has renewed its lease on this server.
CREATE OR REPLACE FUNCTION contego.notice_lineage(what_is_lost text DEFAULT NULL) RETURNS contego.lineage
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    latest contego.lineage;
    identity record;
BEGIN
    SELECT * INTO latest FROM contego.lineage AS l ORDER BY l.number DESC LIMIT 1;
    IF what_is_lost IS NULL AND contego.is_this_database(latest) THEN
        RETURN latest;
    END IF;
    PERFORM contego.take_lock('lineage');
    SELECT * INTO latest FROM contego.lineage AS l ORDER BY l.number DESC LIMIT 1;
    IF contego.is_this_database(latest) AND (what_is_lost IS NULL OR latest.confirmed_date IS NULL) THEN
        UPDATE contego.lineage AS l SET lost = coalesce(l.lost, what_is_lost) WHERE l.number = latest.number RETURNING * INTO latest;
        RETURN latest;
    END IF;
    identity := contego.database_identity();
    INSERT INTO contego.lineage AS l (number, system_identifier, timeline, database, numbers_from, lost, confirmed_date)
    VALUES (coalesce(latest.number, 0) + 1, identity.system_identifier, identity.timeline, identity.database,
            CASE WHEN latest.number IS NULL AND what_is_lost IS NULL THEN 0 ELSE contego.move_numbers_forward() END, what_is_lost,
            CASE WHEN latest.number IS NULL AND what_is_lost IS NULL THEN clock_timestamp() END)
    RETURNING * INTO latest;
    RETURN latest;
END
$$;

REVOKE ALL ON FUNCTION contego.notice_lineage FROM PUBLIC;
COMMENT ON FUNCTION contego.notice_lineage IS 'Returns the current lineage. Begins a new one if the database runs on another server history, or if data is missing.';
