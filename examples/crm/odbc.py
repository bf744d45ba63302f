#!/usr/bin/python3
"""A CRM over ODBC, here from Python (pyodbc). README.md says what it does."""

import datetime
import json
import os
import sys
import time

import pyodbc

card = sys.argv[1]
key = f"odbc-{card}"
parameters = json.dumps({"smartcard_ca_id": card, "service_ca_id": "1111"})
# The driver sends a text as varchar, which PostgreSQL takes for jsonb only with a cast.
INSERT = "INSERT INTO contego.request (action, parameters, subscription, idempotency_key) VALUES ('ADD_SUBSCRIPTIONS', ?::jsonb, 'S-1001', ?) RETURNING id"

connection = pyodbc.connect(
    f"Driver={{PostgreSQL Unicode}};Servername={os.environ['PGHOST']};Port={os.environ.get('PGPORT', '5432')};"
    f"Database={os.environ['PGDATABASE']};Uid={os.environ['PGUSER']}", autocommit=True)
cursor = connection.cursor()

request_id = int(cursor.execute(INSERT, parameters, key).fetchval())
print("inserted", request_id)

state = "PENDING"
while state == "PENDING":
    time.sleep(0.1)
    state = cursor.execute("SELECT life_cycle_state FROM contego.request WHERE id = ?", request_id).fetchval()
print("outcome", request_id, state)

try:
    cursor.execute(INSERT, parameters, key)
except pyodbc.IntegrityError:  # SQLSTATE 23505
    print("again", int(cursor.execute("SELECT request_id FROM contego.idempotency WHERE idempotency_key = ?", key).fetchval()))

position, fed = 0, None  # a real reader stores the position that it has processed
while not fed:
    for row in cursor.execute("SELECT position, request_id, life_cycle_state FROM contego.finished_after(?)", position).fetchall():
        position = int(row[0])
        fed = row[2] if int(row[1]) == request_id else fed
    time.sleep(0.1)
print("fed", request_id, fed)

in_three_days = datetime.datetime.now() + datetime.timedelta(days=3)
later = int(cursor.execute("INSERT INTO contego.request (action, parameters, scheduled_date) VALUES ('CANCEL_SUBSCRIPTIONS', ?::jsonb, ?) RETURNING id",
                           parameters, in_three_days).fetchval())
print("withdrawn", later, cursor.execute("SELECT coalesce(refused, after) FROM contego.withdraw(?, 'the customer has paid')", later).fetchval())
