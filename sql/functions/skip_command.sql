-- Marks the unfinished command of a request as skipped. Its envelope and its answer are kept as a former attempt.
CREATE OR REPLACE FUNCTION contego.skip_command(of_request bigint, by_whom text) RETURNS void
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

REVOKE ALL ON FUNCTION contego.skip_command FROM PUBLIC;
COMMENT ON FUNCTION contego.skip_command IS 'Part of the verbs: marks the unfinished command of a request as skipped.';
