"""Rows that a superuser, replication or a restore can leave in the table of open requests, around the gate of the INSERT."""

import itertools
import json

import psycopg2

MOST_DEPTH = "SET LOCAL max_stack_depth = '7MB'; "  # other sessions keep their 2 MB, and cannot read a value that this one writes

# The columns that are set in the transaction that inserts the row.
CHANGES = {
    "parameters of more than 1 GB as text": "parameters = ('{\"x\": [' || repeat('1e131071,', 9000) || '1]}')::jsonb",
    "parameters of more than 1 GB with a PIN": "parameters = ('{\"pin\": [' || repeat('1e131071,', 9000) || '1]}')::jsonb",
    "a PIN 450 deep": "parameters = ('{\"x\": ' || repeat('[', 450) || '{\"pin\": 1}' || repeat(']', 450) || '}')::jsonb",
    "a PIN 900 deep": "parameters = ('{\"x\": ' || repeat('[', 900) || '{\"pin\": 1}' || repeat(']', 900) || '}')::jsonb",
    "5,000 deep": "parameters = ('{\"x\": ' || repeat('[', 5000) || repeat(']', 5000) || '}')::jsonb",
    "25,000 deep": "parameters = ('{\"x\": ' || repeat('[', 25000) || repeat(']', 25000) || '}')::jsonb",
    "a card 25,000 deep": "parameters = ('{\"smartcard_ca_id\": ' || repeat('{\"pin\":', 25000) || '1' || repeat('}', 25000) || '}')::jsonb",
    "24 MB of text": "parameters = jsonb_build_object('message', repeat('x', 24000000))",
    "24 MB of PINs": "parameters = ('{\"x\": [' || repeat('{\"pin\": \"' || repeat('1', 990) || '\"},', 24000) || '1]}')::jsonb",
    "300,000 cards": "parameters = jsonb_build_object('smartcards', "
                     "(SELECT jsonb_agg(jsonb_build_object('smartcard_ca_id', n::text)) FROM generate_series(1, 300000) AS n))",
    "200 cards with 200 services": "action = 'ACTIVATE_SUBSCRIPTION', parameters = jsonb_build_object('distributions', jsonb_build_array("
                                   "jsonb_build_object('distributor', 'R', 'smartcards', (SELECT jsonb_agg(n::text) FROM generate_series(20000000, 20000199) AS n),"
                                   " 'services', (SELECT jsonb_agg(n::text) FROM generate_series(1000, 1199) AS n))))",
    "parameters that are a list": "parameters = '[]'",
    "no parameters": "parameters = NULL",
    "JSON's null": "parameters = 'null'",
    "scheduled for ever": "scheduled_date = 'infinity', due_date = now()",
    "scheduled since ever": "scheduled_date = '-infinity', due_date = '-infinity'",
    "scheduled in 4714 BC": "scheduled_date = '4714-11-24 00:00:00+00 BC', due_date = '4714-11-24 00:00:00+00 BC'",
    "scheduled in 294276": "scheduled_date = '294276-12-31 23:59:59+00', due_date = now()",
    "created at infinity": "created_date = 'infinity'",
    "created at -infinity": "created_date = '-infinity'",
    "executed at infinity": "executed_date = 'infinity'",
    "executed at -infinity": "executed_date = '-infinity', maybe_sent = true",
    "blocked since -infinity": "progress = 'BLOCKED', blocked_by = 999999999999, blocked_date = '-infinity'",
    "blocked by itself": "progress = 'BLOCKED', blocked_by = id, blocked_date = now()",
    "blocked by a negative number": "progress = 'BLOCKED', blocked_by = -9223372036854775808, blocked_date = NULL",
    "retrying since -infinity": "progress = 'RETRYING', due_date = '-infinity'",
    "retrying without a date": "progress = 'RETRYING', due_date = NULL",
    "scheduled without a date": "progress = 'SCHEDULED', due_date = NULL",
    "in flight with nobody": "progress = 'IN_FLIGHT', claimed_by = 999999999999, claimed_date = '-infinity'",
    "in flight with a negative fence": "progress = 'IN_FLIGHT', claimed_by = -1, claimed_date = 'infinity', fence = -9223372036854775808",
    "in flight with the last fence": "progress = 'IN_FLIGHT', claimed_by = 0, claimed_date = NULL, fence = 9223372036854775807",
    "negative attempts": "attempts = -2147483648",
    "the most attempts": "attempts = 2147483647, due_date = now()",
    "lanes with NULLs": "lanes = ARRAY[NULL, 'card:1', NULL]",
    "lanes twice": "lanes = lanes || lanes || lanes",
    "lanes of two dimensions": "lanes = ARRAY[['card:1', 'card:2'], ['box:1', NULL]]",
    "lanes that begin elsewhere": "lanes = '[-5:-4]={card:1,card:2}'",
    "empty lanes": "lanes = ARRAY['', ' ', ':', 'card:']",
    "a lane of 1 MB": "lanes = ARRAY[repeat('€', 300000)]",
    "50,000 lanes": "lanes = (SELECT array_agg('card:' || n) FROM generate_series(1, 50000) AS n)",
    "no number": "sequence_number = NULL",
    "the last number": "sequence_number = 9223372036854775807",
    "a negative number": "sequence_number = -9223372036854775808",
    "priority AAA": "priority = 'AAA'",
    "priority cut in a character": "priority = 'a' || repeat('é', 60)",
    "priority of 1 MB": "priority = repeat('€', 300000)",
    "empty priority": "priority = ''",
    "action of 1 MB": "action = repeat('€', 300000)",
    "empty action": "action = ''",
    "action in a control character": "action = E'\\x01\\x1b[2J'",
    "maybe sent, never sent": "maybe_sent = true",
    "a result nobody gave": "result = ('[' || repeat('[', 900) || '{\"pin\": 1}' || repeat(']', 900) || ']')::jsonb",
    "a description of 5 MB": "error_code = repeat('x', 300000), error_description = repeat('x', 5000000)",
    "a reference of 1 MB": "reference_number = repeat('€', 300000), executed_date = now()",
    "a key of 1 MB": "idempotency_key = repeat('€', 300000)",
    "a subscription of 5 MB": "subscription = repeat('€', 1500000), process_id = repeat('€', 1500000)",
    "created by nobody": "created_by = ''",
}

# The ways in which the row gets around the gate, or through it.
WAYS = {
    "update": "",
    "replica": "SET LOCAL session_replication_role = replica; ",
    "disabled": "ALTER TABLE contego.request DISABLE TRIGGER USER; ALTER TABLE contego.request_open DISABLE TRIGGER USER; ",
}
# Builds the statements that enable the triggers again as they were, also those for replicas.
TRIGGERS = """SELECT string_agg(format('ALTER TABLE %s ENABLE %s TRIGGER %I', tgrelid::regclass,
                         CASE tgenabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, tgname), '; ') FROM pg_trigger
              WHERE tgrelid IN ('contego.request'::regclass, 'contego.request_open'::regclass) AND NOT tgisinternal"""


class Hand:
    """The session of a superuser."""

    def __init__(self, connection, cards):
        self.session = psycopg2.connect(connection, application_name="by hand")
        self.cards = cards
        with self.session, self.session.cursor() as cursor:
            cursor.execute(TRIGGERS)
            self.enable_again, = cursor.fetchone()

    def write(self, kind, way, provider):
        """Returns the id of the row, or the error with which the database refused it."""
        card = f"01{next(self.cards):09}"
        given = json.dumps({"smartcard_ca_id": card, "service_ca_id": "1111"})
        try:
            with self.session, self.session.cursor() as cursor:
                cursor.execute(MOST_DEPTH + WAYS[way])
                cursor.execute("INSERT INTO contego.request (action, parameters, provider) VALUES ('ADD_SUBSCRIPTIONS', %s, %s) RETURNING id",
                               (given, provider))
                request_id, = cursor.fetchone()
                cursor.execute(f"UPDATE contego.request_open SET {CHANGES[kind]} WHERE id = {request_id}")
                if way == "disabled":
                    cursor.execute(self.enable_again)
            return request_id
        except psycopg2.Error as error:
            return error

    def close(self):
        self.session.close()


def all_kinds(ways=("update", "replica")):
    """Yields (kind, way) once for each kind, with the ways in turn. Disabling triggers stops all sessions for a moment, so it occurs once."""
    turns = itertools.cycle(ways)
    yield from ((kind, next(turns)) for kind in CHANGES)
    yield "a PIN 900 deep", "disabled"
