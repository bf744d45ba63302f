#!/usr/bin/python3
"""A CRM in Python with psycopg 3. README.md says what it does."""

import datetime
import sys
import time

import psycopg
from psycopg.types.json import Jsonb

card = sys.argv[1]
key = f"psycopg3-{card}"
parameters = Jsonb({"smartcard_ca_id": card, "service_ca_id": "1111"})
INSERT = ("INSERT INTO contego.request (action, parameters, subscription, idempotency_key)"
          " VALUES ('ADD_SUBSCRIPTIONS', %s, 'S-1001', %s) RETURNING id")

with psycopg.connect(autocommit=True) as connection:
    request_id = connection.execute(INSERT, [parameters, key]).fetchone()[0]
    print("inserted", request_id)

    state = "PENDING"
    while state == "PENDING":
        time.sleep(0.1)
        state = connection.execute("SELECT life_cycle_state FROM contego.request WHERE id = %s", [request_id]).fetchone()[0]
    print("outcome", request_id, state)

    try:
        connection.execute(INSERT, [parameters, key])
    except psycopg.errors.UniqueViolation:
        # contego.submit says the same without an error, and tells whether the values differ.
        print("again", *connection.execute("SELECT request_id FROM contego.submit('ADD_SUBSCRIPTIONS', %s, 'S-1001', idempotency_key => %s)",
                                           [parameters, key]).fetchone())

    position, fed = 0, None  # a real reader stores the position that it has processed
    while not fed:
        for position, finished_id, outcome in connection.execute(
                "SELECT position, request_id, life_cycle_state FROM contego.finished_after(%s)", [position]):
            fed = outcome if finished_id == request_id else fed
        time.sleep(0.1)
    print("fed", request_id, fed)

    in_three_days = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3)
    later = connection.execute("INSERT INTO contego.request (action, parameters, scheduled_date) VALUES ('CANCEL_SUBSCRIPTIONS', %s, %s) RETURNING id",
                               [parameters, in_three_days]).fetchone()[0]
    print("withdrawn", later, *connection.execute("SELECT coalesce(refused, after) FROM contego.withdraw(%s, 'the customer has paid')", [later]).fetchone())
