-- Every step that a request can take, whoever makes it take it. A verb of a person that is not here is refused.
CREATE OR REPLACE VIEW contego.transition AS
SELECT actor, verb, before, after
FROM (VALUES
    ('CRM',    'insert',   NULL,        'QUEUED'),
    ('CRM',    'insert',   NULL,        'SCHEDULED'),
    ('daemon', 'due',      'SCHEDULED', 'QUEUED'),
    ('daemon', 'due',      'RETRYING',  'QUEUED'),
    ('daemon', 'park',     'QUEUED',    'BLOCKED'),
    ('daemon', 'wake',     'BLOCKED',   'QUEUED'),
    ('daemon', 'claim',    'QUEUED',    'IN_FLIGHT'),
    ('daemon', 'complete', 'IN_FLIGHT', 'DONE'),
    ('daemon', 'reject',   'IN_FLIGHT', 'REJECTED'),
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
COMMENT ON VIEW contego.transition IS 'The state machine: every step of contego.request.progress, and who makes it.';
COMMENT ON COLUMN contego.transition.actor IS 'CRM, daemon or person.';
COMMENT ON COLUMN contego.transition.verb IS 'What the step is called.';
COMMENT ON COLUMN contego.transition.before IS 'Progress before the step; NULL: there is no request yet.';
COMMENT ON COLUMN contego.transition.after IS 'Progress after the step.';
