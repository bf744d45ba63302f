-- compatible_from: 2
--
-- Runs: the person behind a run, the person who paused it, and requests that a person sent again.

ALTER TABLE contego.run ADD on_behalf_of text, ADD paused_by text;
COMMENT ON COLUMN contego.run.on_behalf_of IS 'The session that started the run named this person or program in its setting contego.on_behalf_of. The requests of the run have it, too.';
COMMENT ON COLUMN contego.run.paused_by IS 'This login paused the run. NULL: the run is not paused, or has paused itself.';
-- The metrics count the few runs that have not ended.
CREATE INDEX run_not_ended ON contego.run (id) WHERE state IN ('RUNNING', 'PAUSED');
-- Old runs are forgotten in this order.
CREATE INDEX run_finished ON contego.run (finished_date) WHERE NOT attended;

ALTER TABLE contego.run_fed DROP CONSTRAINT run_fed_state_is_known,
    ADD CONSTRAINT run_fed_state_is_known CHECK (state IN ('open', 'again', 'failed', 'retried'));
COMMENT ON COLUMN contego.run_fed.state IS 'open: the request is not finished. again: the card waits for another request. failed: the request was REJECTED. retried: a person sent the rejected request again, and it is not counted yet.';
-- The verb retry looks for the run of a request.
CREATE INDEX run_fed_request ON contego.run_fed (request_id);
CREATE INDEX run_fed_retried ON contego.run_fed (run) WHERE state = 'retried';
