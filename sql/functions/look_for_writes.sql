-- Looks for the latest acknowledged writes of a daemon: its renewals and the writes that contego.missing_write describes. `d` is the row of
-- the daemon; all its columns are NULL if there is none. `known` is the latest lineage that it knows of. Returns the current lineage.
--
-- If a write is missing, claiming stops. If all are there, the daemon has vouched for the lineage. Once all daemons that worked before have
-- vouched, the lineage is confirmed; with `alone`, this one is enough.
--
-- Daemons that joined while claiming was stopped know of no earlier write, so one at least must have joined before.
CREATE OR REPLACE FUNCTION contego.look_for_writes(
    d contego.daemon, named text, known bigint, seen_renewals bigint, requests bigint[], fences bigint[], ends boolean[], alone boolean)
RETURNS contego.lineage
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    latest contego.lineage;
    missing text;
BEGIN
    PERFORM contego.take_lock('lineage'); -- of two daemons that vouch at once, the second one sees the first
    latest := contego.notice_lineage();
    IF EXISTS (SELECT FROM contego.lineage AS l
               WHERE (l.number > known OR l.number = known AND d.id IS NULL) AND l.leases_end IS NOT NULL) THEN
        RETURN latest; -- a person has said since that data was lost, which has deleted the row of the daemon
    END IF;
    missing := coalesce(contego.missing_write(requests, fences, ends),
                        CASE WHEN d.renewals < seen_renewals THEN 'renewal ' || seen_renewals || ' of its lease' END);
    IF missing IS NOT NULL THEN
        latest := contego.notice_lineage(named || ' does not find ' || missing);
    END IF;
    UPDATE contego.daemon AS u SET lineage = latest.number WHERE u.id = d.id;
    IF latest.confirmed_date IS NULL AND latest.lost IS NULL
       AND (alone OR NOT EXISTS (SELECT FROM contego.daemon AS o WHERE o.lineage < latest.number))
       AND d.joined < (SELECT min(u.number) FROM contego.lineage AS u WHERE u.confirmed_date IS NULL) THEN
        PERFORM contego.confirm_lineage(latest.number, ' as daemon ' || d.id, NULL);
        latest := contego.notice_lineage();
    END IF;
    RETURN latest;
END
$$;

REVOKE ALL ON FUNCTION contego.look_for_writes FROM PUBLIC;
COMMENT ON FUNCTION contego.look_for_writes IS 'Part of a renewal: looks for the latest acknowledged writes of a daemon, and stops claiming if one is missing.';
