-- Returns the source for which this login acts. Row level security, the keys, the feed, withdraw and reschedule ask it, and each INSERT
-- for each row. It goes by the login (session_user), which SET ROLE and a trigger with its owner's privileges do not change.
--
-- A setting of the session is no proof of anything, so contego.source only chooses among the sources whose role the login has. A refusal
-- does not tell whether another source exists. A superuser acts for a source only if it names one: it counts as a member of each role,
-- even of number 0, which no role has.
CREATE OR REPLACE FUNCTION contego.own_source() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    chosen text := nullif(current_setting('contego.source', true), '');
    possible integer;
    one text;
    has_chosen boolean;
    has_name boolean;
BEGIN
    SELECT count(*) FILTER (WHERE m.is_member), min(m.name) FILTER (WHERE m.is_member), bool_or(m.is_member AND m.name = chosen),
           bool_or(NOT m.is_member AND m.name = session_user)
    INTO possible, one, has_chosen, has_name
    FROM (SELECT s.name, pg_has_role(session_user, s.role, 'MEMBER') AS is_member FROM contego.source AS s) AS m;
    IF has_chosen THEN
        RETURN chosen;
    ELSIF chosen IS NOT NULL THEN
        RAISE EXCEPTION 'the login % may not act for the source "%" that contego.source names', session_user, chosen
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'Reset contego.source, or let an administrator grant the role of the source to the login.';
    ELSIF possible = 0 AND has_name THEN
        RAISE EXCEPTION 'the login % has the name of a source, but is no member of its role', session_user
            USING ERRCODE = 'insufficient_privilege', HINT = 'Let an administrator grant the role of the source to the login, or rename the login.';
    ELSIF possible = 0 OR pg_has_role(session_user, 0::oid, 'MEMBER') THEN
        RETURN session_user;
    ELSIF possible > 1 THEN
        RAISE EXCEPTION 'the login % is a member of several sources (%), so contego.source must choose one', session_user, (
                SELECT string_agg(s.name, ', ' ORDER BY s.name) FROM contego.source AS s WHERE pg_has_role(session_user, s.role, 'MEMBER'))
            USING ERRCODE = 'invalid_authorization_specification',
                  HINT = format('For example: SET contego.source = %L, or in the connection string: options=''-c contego.source=%s''', one, one);
    END IF;
    RETURN one;
END
$$;

REVOKE ALL ON FUNCTION contego.own_source FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.own_source TO contego_crm, contego_support; -- support reads views that ask for it
COMMENT ON FUNCTION contego.own_source() IS 'Returns the source for which this login acts (contego.source), or the login if it acts for none.';

-- A subquery without a table is asked once for each statement, before the rows are read. So an index finds the rows as before.
DROP POLICY IF EXISTS crm_reads_its_own ON contego.request;
CREATE POLICY crm_reads_its_own ON contego.request FOR SELECT TO contego_crm USING (owned_by = (SELECT contego.own_source()));
DROP POLICY IF EXISTS crm_reads_its_own ON contego.idempotency;
CREATE POLICY crm_reads_its_own ON contego.idempotency FOR SELECT TO contego_crm USING (owned_by = (SELECT contego.own_source()));
