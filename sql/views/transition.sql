-- Every step that a request can take, by any actor. A verb of a person that is missing here is refused.
CREATE OR REPLACE VIEW contego.transition AS
SELECT actor, verb, before, after
FROM (VALUES
    ('CRM',    'insert',   NULL,        'QUEUED'),
    ('CRM',    'insert',   NULL,        'SCHEDULED'),
    ('CRM',    'withdraw', 'QUEUED',    'CANCELLED'),
    ('CRM',    'withdraw', 'SCHEDULED', 'CANCELLED'),
    ('CRM',    'withdraw', 'BLOCKED',   'CANCELLED'),
    ('CRM',    'withdraw', 'RETRYING',  'CANCELLED'),
    ('CRM',    'withdraw', 'HELD',      'CANCELLED'),
    ('CRM', 'reschedule',  'QUEUED',    'QUEUED'),
    ('CRM', 'reschedule',  'QUEUED',    'SCHEDULED'),
    ('CRM', 'reschedule',  'SCHEDULED', 'QUEUED'),
    ('CRM', 'reschedule',  'SCHEDULED', 'SCHEDULED'),
    ('CRM', 'reschedule',  'BLOCKED',   'QUEUED'),
    ('CRM', 'reschedule',  'BLOCKED',   'SCHEDULED'),
    ('daemon', 'due',      'SCHEDULED', 'QUEUED'),
    ('daemon', 'due',      'RETRYING',  'QUEUED'),
    ('daemon', 'park',     'QUEUED',    'BLOCKED'),
    ('daemon', 'wake',     'BLOCKED',   'QUEUED'),
    ('daemon', 'claim',    'QUEUED',    'IN_FLIGHT'),
    ('daemon', 'complete', 'IN_FLIGHT', 'DONE'),
    ('daemon', 'reject',   'IN_FLIGHT', 'REJECTED'),
    ('daemon', 'reject',   'QUEUED',    'REJECTED'),
    ('daemon', 'reject',   'SCHEDULED', 'REJECTED'),
    ('daemon', 'retry',    'IN_FLIGHT', 'RETRYING'),
    ('daemon', 'hold',     'IN_FLIGHT', 'HELD'),
    ('daemon', 'release',  'IN_FLIGHT', 'QUEUED'),
    ('daemon', 'rescue',   'IN_FLIGHT', 'QUEUED'),
    ('person', 'hold',     'QUEUED',    'HELD'),
    ('person', 'hold',     'SCHEDULED', 'HELD'),
    ('person', 'hold',     'BLOCKED',   'HELD'),
    ('person', 'hold',     'RETRYING',  'HELD'),
    ('person', 'release',  'HELD',      'QUEUED'),
    ('person', 'release',  'HELD',      'SCHEDULED'),
    ('person', 'retry',    'RETRYING',  'QUEUED'),
    ('person', 'retry',    'HELD',      'QUEUED'),
    ('person', 'retry',    'HELD',      'SCHEDULED'),
    ('person', 'retry',    'REJECTED',  'QUEUED'),
    ('person', 'cancel',   'QUEUED',    'CANCELLED'),
    ('person', 'cancel',   'SCHEDULED', 'CANCELLED'),
    ('person', 'cancel',   'BLOCKED',   'CANCELLED'),
    ('person', 'cancel',   'RETRYING',  'CANCELLED'),
    ('person', 'cancel',   'HELD',      'CANCELLED'),
    ('person', 'skip',     'HELD',      'QUEUED'),
    ('person', 'skip',     'HELD',      'SCHEDULED'),
    ('person', 'close',    'QUEUED',    'CLOSED'),
    ('person', 'close',    'SCHEDULED', 'CLOSED'),
    ('person', 'close',    'BLOCKED',   'CLOSED'),
    ('person', 'close',    'RETRYING',  'CLOSED'),
    ('person', 'close',    'HELD',      'CLOSED')
) AS step (actor, verb, before, after);

GRANT SELECT ON contego.transition TO contego_crm;
GRANT SELECT ON contego.transition TO contego_support;
COMMENT ON VIEW contego.transition IS 'This is the state machine: each row is a possible step of contego.request.progress, and the actor that makes it.';
COMMENT ON COLUMN contego.transition.actor IS 'The actor is the CRM, the daemon or a person.';
COMMENT ON COLUMN contego.transition.verb IS 'This is the name of the step.';
COMMENT ON COLUMN contego.transition.before IS 'The request has this progress before the step. NULL means that the request does not exist yet.';
COMMENT ON COLUMN contego.transition.after IS 'The request has this progress after the step.';
