-- Sends a notification without a payload, unless more than a hundredth of the server's notification queue is in use. Notifications are
-- hints: the daemons and the readers of the feed poll as well.
--
-- Any login can fill the queue: it listens, leaves a transaction open, and notifies elsewhere. A notification that finds the queue full
-- fails at COMMIT, together with the transaction that sent it, and no EXCEPTION block catches that. The other 99 parts of the queue are for
-- transactions that commit long after this call.
--
-- pg_notification_queue_usage() also frees the part of the queue that every session has read. Nothing else does so when the queue is full.
CREATE OR REPLACE FUNCTION contego.notify_unless_full(channel text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_notification_queue_usage() < 0.01 THEN
        PERFORM pg_notify(channel, '');
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.notify_unless_full FROM PUBLIC;
COMMENT ON FUNCTION contego.notify_unless_full IS 'Sends a notification, unless more than a hundredth of the notification queue is in use.';
