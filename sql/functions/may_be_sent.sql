-- Returns whether a request that was open when data was lost may have been sent by a claim that is lost. A request that is scheduled for later
-- cannot; an hour is left for clocks that differ. The function sets no search path of its own, so that PostgreSQL inlines it.
CREATE OR REPLACE FUNCTION contego.may_be_sent(o contego.request_open) RETURNS boolean
LANGUAGE sql STABLE
AS $$ SELECT o.progress <> 'SCHEDULED' OR o.scheduled_date <= now() + interval '1 hour' $$;

REVOKE ALL ON FUNCTION contego.may_be_sent FROM PUBLIC;
COMMENT ON FUNCTION contego.may_be_sent IS 'Part of contego.after_data_loss: returns whether an open request may have been sent by a claim that is lost.';
