"""The requests that the CRM inserts, as SELECTs of action, parameters, process_name and priority, and as scripts of pgbench. Cards begin
with 01: those exist in contego-sim."""


def card(number):
    """Returns SQL for the card with a number. The number is an SQL expression itself."""
    return f"'01' || lpad(({number})::text, 9, '0')"


def subscriptions(rows, card_number="n", name="BENCH", first_card=0):
    """Returns SQL for requests of one command each."""
    return (f"SELECT 'ADD_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', {card(f'{first_card} + {card_number}')}, "
            f"'service_ca_id', '1111'), '{name}', 'REGULAR' FROM generate_series(1, {rows}) AS n")


def messages(rows):
    """Returns SQL for the same message to as many cards."""
    return (f"SELECT 'SEND_BARK_MESSAGE_TO_CLIENT', jsonb_build_object('smartcard_ca_id', {card('n')}, 'message', 'The match begins at 20:00'), "
            f"'BENCH', 'REGULAR' FROM generate_series(1, {rows}) AS n")


def distribution(services, more=""):
    """Returns SQL for the parameters of a CRM action that touches one card and its box."""
    return (f"""jsonb_build_object('distributions', jsonb_build_array(jsonb_build_object('distributor', 'ROOM',
                'smartcards', jsonb_build_array(card), 'stbs', jsonb_build_array('00' || right(card, 8)),
                'services', '{services}'::jsonb{more})))""")


def mixed_day(rows):
    """Returns SQL for actions and direct commands, about five for each card. Of ten requests, four lead to one command, three to two, one to
    three, and one to four (a pairing first). One asks first and then pairs. One in nine is EXPRESS."""
    added, both = """, 'added', '{"services": ["2222", "3333"]}'::jsonb, 'paired', true""", \
        """, 'added', '{"services": ["2222"]}'::jsonb, 'removed', '{"services": ["1111"]}'::jsonb, 'paired', true"""
    item = """, 'added', jsonb_build_object('stbs', jsonb_build_array('00' || right(card, 8)))"""
    direct = "jsonb_build_object('smartcard_ca_id', card, 'service_ca_id', '1111')"
    kinds = [
        ("ADD_SUBSCRIPTIONS", direct), ("ADD_SUBSCRIPTIONS", direct), ("CANCEL_SUBSCRIPTIONS", direct),
        ("SEND_BARK_MESSAGE_TO_CLIENT", "jsonb_build_object('smartcard_ca_id', card, 'message', 'The match begins at 20:00')"),
        ("ACTIVATE_SUBSCRIPTION", distribution('["1111", "2222", "3333"]')),
        ("DEACTIVATE_SUBSCRIPTION", distribution('["1111", "2222", "3333"]')),
        ("START_SERVICE", distribution('["1111", "2222", "3333"]', added)), ("SWAP_SERVICE", distribution('["2222"]', both)),
        ("REST_SUBSCRIPTION", distribution('["1111", "2222"]')), ("ADD_INSTALLED_ITEM", distribution('["1111"]', item)),
    ]
    actions = " ".join(f"WHEN {n} THEN '{action}'" for n, (action, _) in enumerate(kinds))
    parameters = " ".join(f"WHEN {n} THEN {given}" for n, (_, given) in enumerate(kinds))
    return (f"SELECT CASE n % 10 {actions} END, CASE n % 10 {parameters} END, 'BENCH', CASE WHEN n % 9 = 0 THEN 'EXPRESS' ELSE 'REGULAR' END "
            f"FROM (SELECT n, {card(f'n % {max(1, rows // 5) | 1}')} AS card FROM generate_series(1, {rows}) AS n) AS day")


def script(rows=1, name="LOAD", priority="REGULAR"):
    """Returns one transaction of pgbench: `rows` requests, each with a card of its own, and a row that dates their commit. None of the cards
    belongs to a bulk, since the request would have to wait behind it."""
    return (f"\\set card random({100_000_000 // rows}, {900_000_000 // rows})\n"
            "WITH inserted_requests AS (INSERT INTO contego.request (action, parameters, process_name, priority) "
            f"SELECT 'ADD_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', {card(f':card * {rows} + n')}, 'service_ca_id', '1111'), "
            f"'{name}', '{priority}' FROM generate_series(1, {rows}) AS n RETURNING id) "
            "INSERT INTO bench.inserted (id) SELECT id FROM inserted_requests;\n")


# Requests that ended long ago, in a range of ids, as large as real ones.
FINISHED = {
    "request_finished": f"""
        INSERT INTO contego.request_finished (id, created_date, created_by, owned_by, action, parameters, process_name, provider, priority,
            scheduled_date, life_cycle_state, progress, sequence_number, executed_date, finished_date, reference_number, attempts,
            due_date, lanes, fence, maybe_sent)
        SELECT n, now(), 'crm', 'crm', 'ADD_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', {card('n')}, 'service_ca_id', '1111'),
            'PAST', 'default', 'REGULAR', now(), 'COMPLETED', 'DONE', n, now(), now(), '00000000-0000-4000-8000-' || {card('n')}, 0,
            now(), ARRAY['card:' || {card('n')}], n, false
        FROM generate_series({{first}}, {{last}}) AS n""",
    "command": f"""
        INSERT INTO contego.command (request_id, sequence, type, parameters, request, response, reference_number, status_code,
            exchange, outcome, attempts, first_sent_date, sent_date, duration_ms, fence, finished_date)
        SELECT n, 1, 'ADD_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', {card('n')}, 'service_ca_id', '1111'),
            rpad('<soapenv:Envelope>' || n, 800, '<element>content</element>'),
            rpad('<soapenv:Envelope>' || n, 500, '<element>content</element>'),
            '00000000-0000-4000-8000-' || {card('n')}, 'OK', 'answered', 'success', 1, now(), now(), 1.5, n, now()
        FROM generate_series({{first}}, {{last}}) AS n""",
    "subject": f"INSERT INTO contego.subject SELECT 'card', {card('n')}, n FROM generate_series({{first}}, {{last}}) AS n",
}
