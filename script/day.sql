-- A day of a CRM, as plain SQL: every CRM action and every direct command, EXPRESS and scheduled requests, and three requests
-- that must fail. process_id says how each must end, and script/demo compares the outcome with it. The simulator has these cards.
BEGIN;
INSERT INTO contego.request (action, parameters, subscription, process_name, process_id, priority) VALUES
-- Morning: a shop sells three subscriptions.
('BECOME_SUBSCRIBER', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000001"], "stbs": ["0010000001"], "services": ["1111", "2222"]}]}', 'S-1', 'DEMO', 'COMPLETED', 'EXPRESS'),
('BECOME_SUBSCRIBER', '{"draft": true, "distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000002"], "stbs": ["0010000002"], "services": ["1111"]}]}', 'S-2', 'DEMO', 'COMPLETED', 'REGULAR'),
('ACTIVATE_SUBSCRIPTION', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000002"], "stbs": ["0010000002"], "services": ["1111"]}]}', 'S-2', 'DEMO', 'COMPLETED', 'REGULAR'),
('SHORT_TERM_ACTIVATION', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000003"], "stbs": ["0010000003"], "services": ["3333"]}]}', 'S-3', 'DEMO', 'COMPLETED', 'REGULAR'),
('END_SHORT_TERM_ACTIVATION', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000003"], "services": ["3333"]}]}', 'S-3', 'DEMO', 'COMPLETED', 'REGULAR'),
-- Billing: a subscriber did not pay, paid, and went on holiday.
('SHORT_TERM_DEACTIVATION', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000002"], "services": ["1111"]}]}', 'S-2', 'DEMO', 'COMPLETED', 'REGULAR'),
('END_SHORT_TERM_DEACTIVATION', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000002"], "stbs": ["0010000002"], "services": ["1111"], "paired": true}]}', 'S-2', 'DEMO', 'COMPLETED', 'REGULAR'),
('REST_SUBSCRIPTION', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000002"], "services": ["1111"]}]}', 'S-2', 'DEMO', 'COMPLETED', 'REGULAR'),
('END_SUBSCRIPTION_RESTING', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000002"], "stbs": ["0010000002"], "services": ["1111"], "paired": true}]}', 'S-2', 'DEMO', 'COMPLETED', 'REGULAR'),
-- Call centre: services.
('ADD_SERVICE', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000001"], "stbs": ["0010000001"], "services": ["1111", "2222", "4444"], "paired": true, "added": {"services": ["4444"]}}]}', 'S-1', 'DEMO', 'COMPLETED', 'EXPRESS'),
('STOP_SERVICE', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000001"], "services": ["1111", "2222"], "removed": {"services": ["4444"]}}]}', 'S-1', 'DEMO', 'COMPLETED', 'REGULAR'),
('START_SERVICE', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000001"], "services": ["1111", "2222", "4444"], "added": {"services": ["4444"]}}]}', 'S-1', 'DEMO', 'COMPLETED', 'REGULAR'),
('REMOVE_SERVICE', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000001"], "services": ["1111", "2222"], "removed": {"services": ["4444"]}}]}', 'S-1', 'DEMO', 'COMPLETED', 'REGULAR'),
('SWAP_SERVICE', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000001"], "services": ["1111", "5555"], "added": {"services": ["5555"]}, "removed": {"services": ["2222"]}}]}', 'S-1', 'DEMO', 'COMPLETED', 'REGULAR'),
('REGRET_SWAP', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000001"], "services": ["1111", "2222"], "added": {"services": ["2222"]}, "removed": {"services": ["5555"]}}]}', 'S-1', 'DEMO', 'COMPLETED', 'REGULAR'),
-- Technicians: devices. The request does not say whether the card is paired, so the daemon asks the CAS.
('ADD_INSTALLED_ITEM', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000001"], "stbs": ["0010000001", "0010000011"], "services": ["1111", "2222"], "added": {"stbs": ["0010000011"]}}]}', 'S-1', 'DEMO', 'COMPLETED', 'EXPRESS'),
('SWAP_INSTALLED_ITEM', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000012"], "stbs": ["0010000012"], "services": ["1111"], "added": {"smartcards": ["01000000012"], "stbs": ["0010000012"]}, "removed": {"smartcards": ["01000000002"], "stbs": ["0010000002"]}}]}', 'S-2', 'DEMO', 'COMPLETED', 'EXPRESS'),
('REMOVE_INSTALLED_ITEM', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000012"], "services": ["1111"], "removed": {"stbs": ["0010000012"]}}]}', 'S-2', 'DEMO', 'COMPLETED', 'REGULAR'),
('CHANGE_SUBSCRIPTION_DISTRIBUTION', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000001"], "stbs": ["0010000001", "0010000011"], "services": ["1111"], "removed": {"services": ["2222"]}}, {"distributor": "BEDROOM", "smartcards": ["01000000004"], "stbs": ["0010000004"], "services": ["2222"], "paired": false, "added": {"services": ["2222"], "smartcards": ["01000000004"], "stbs": ["0010000004"]}}]}', 'S-1', 'DEMO', 'COMPLETED', 'REGULAR'),
-- Utilities: the 13 direct commands.
('ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "01000000020", "service_ca_id": "1111", "start_date": "2026-01-01T00:00:00+01:00", "end_date": "2036-01-01T00:00:00+01:00"}', 'S-20', 'DEMO', 'COMPLETED', 'REGULAR'),
('CREATE_PAIRING', '{"smartcards": [{"smartcard_ca_id": "01000000020"}], "stbs": [{"stb_ca_id": "0010000020"}]}', 'S-20', 'DEMO', 'COMPLETED', 'REGULAR'),
('ADD_TO_EXISTING_PAIRING', '{"smartcard_ca_id": "01000000020", "stbs": [{"stb_ca_id": "0010000021"}]}', 'S-20', 'DEMO', 'COMPLETED', 'REGULAR'),
('GET_ACTIVE_SUBSCRIPTIONS', '{"smartcard_ca_id": "01000000020"}', 'S-20', 'DEMO', 'COMPLETED', 'EXPRESS'),
('GET_PAIRING_STATUS_FOR_CARD', '{"smartcard_ca_id": "01000000020"}', 'S-20', 'DEMO', 'COMPLETED', 'EXPRESS'),
('GET_PAIRING_STATUS_FOR_PAIRING_MODULE', '{"stb_ca_id": "0010000021"}', 'S-20', 'DEMO', 'COMPLETED', 'EXPRESS'),
('SEND_MAIL_MESSAGE_TO_CLIENT', '{"smartcard_ca_id": "01000000020", "message": "Welcome. Your invoice is in the customer area.", "communication_queue_number": 17}', 'S-20', 'DEMO', 'COMPLETED', 'REGULAR'),
('SEND_BARK_MESSAGE_TO_CLIENT', '{"smartcard_ca_id": "01000000020", "message": "The match begins at 20:00 <on channel 7>", "start_indication": "2026-12-01T19:55:00+01:00"}', 'S-20', 'DEMO', 'COMPLETED', 'REGULAR'),
('SEND_REPEATING_BARK_MESSAGE_TO_CLIENT', '{"smartcard_ca_id": "01000000020", "message": "Please call us", "repetition_count": 3, "repetition_interval": 60, "display_duration": 10}', 'S-20', 'DEMO', 'COMPLETED', 'REGULAR'),
('DISPLAY_FINGERPRINT', '{"smartcard_ca_id": "01000000020", "position_x": 100, "position_y": 200, "height": 20, "fingerprint_slot": 1, "display_date": "2026-12-01T20:00:00Z"}', 'S-20', 'DEMO', 'COMPLETED', 'REGULAR'),
('UPDATE_CA_PIN_TO_GIVEN_VALUE', '{"smartcard_ca_id": "01000000020", "new_pin": "4711"}', 'S-20', 'DEMO', 'COMPLETED', 'EXPRESS'),
('UPDATE_CA_PIN_TO_DEFAULT_VALUE', '{"smartcard_ca_id": "01000000020"}', 'S-20', 'DEMO', 'COMPLETED', 'EXPRESS'),
('CANCEL_SUBSCRIPTIONS', '{"smartcard_ca_id": "01000000020", "service_ca_id": "1111"}', 'S-20', 'DEMO', 'COMPLETED', 'REGULAR'),
-- Requests that must fail, and must say why.
('SEND_REPEATING_BARK_MESSAGE_TO_CLIENT', '{"smartcard_ca_id": 1000000020, "message": "", "repetition_count": 3, "repetition_interval": 15}', 'S-20', 'DEMO', 'REJECTED VALIDATION_ERROR', 'REGULAR'),
('PAINT_THE_HOUSE', '{}', 'S-20', 'DEMO', 'REJECTED UNKNOWN_ACTION', 'REGULAR'),
('GET_ACTIVE_SUBSCRIPTIONS', '{"smartcard_ca_id": "09999999999"}', 'S-99', 'DEMO', 'REJECTED CLIENT_NOT_FOUND', 'REGULAR');
-- Evening: requests that are scheduled for later, here two seconds.
INSERT INTO contego.request (action, parameters, subscription, process_name, process_id, scheduled_date) VALUES
('DEACTIVATE_SUBSCRIPTION', '{"distributions": [{"distributor": "BEDROOM", "smartcards": ["01000000004"], "services": ["2222"]}]}', 'S-1', 'DEMO', 'COMPLETED', now() + interval '2 seconds'),
('TERMINATE_SUBSCRIPTION', '{"distributions": [{"distributor": "LIVING-ROOM", "smartcards": ["01000000001"], "services": ["1111"]}]}', 'S-1', 'DEMO', 'COMPLETED', now() + interval '2 seconds');
COMMIT;
