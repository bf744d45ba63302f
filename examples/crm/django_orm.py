#!/usr/bin/python3
"""A CRM in Python with the models of Django. README.md says what it does.

The model has the columns that `manage.py inspectdb` finds. The key is named by hand: PostgreSQL cannot give contego.request a primary key,
since it is partitioned by columns that change. Django names all columns in an INSERT; the database ignores its own columns."""

import datetime
import os
import sys
import time

import django
from django.conf import settings

settings.configure(
    USE_TZ=True,
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PGDATABASE"], "USER": os.environ["PGUSER"],
        "HOST": os.environ["PGHOST"], "PORT": os.environ.get("PGPORT", ""), "OPTIONS": {"options": "-c search_path=contego"},
    }})
django.setup()

from django.db import IntegrityError, connection, models  # noqa: E402


class Request(models.Model):
    id = models.BigAutoField(primary_key=True)
    created_date = models.DateTimeField(null=True)
    created_by = models.TextField()
    action = models.TextField()
    parameters = models.JSONField()
    subscription = models.TextField(null=True)
    process_name = models.TextField(null=True)
    process_id = models.TextField(null=True)
    provider = models.TextField()
    priority = models.TextField()
    scheduled_date = models.DateTimeField(null=True)
    idempotency_key = models.TextField(null=True)
    life_cycle_state = models.TextField()
    progress = models.TextField()
    reference_number = models.TextField(null=True)
    error_code = models.TextField(null=True)
    error_description = models.TextField(null=True)
    result = models.JSONField(null=True)

    class Meta:
        app_label = "crm"
        managed = False
        db_table = "request"


def asked(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


card = sys.argv[1]
key = f"django-{card}"
parameters = {"smartcard_ca_id": card, "service_ca_id": "1111"}

request = Request.objects.create(action="ADD_SUBSCRIPTIONS", parameters=parameters, subscription="S-1001", idempotency_key=key)
print("inserted", request.id)

request.refresh_from_db()
while request.life_cycle_state == "PENDING":
    time.sleep(0.1)
    request.refresh_from_db()
print("outcome", request.id, request.life_cycle_state)

try:
    Request.objects.create(action="ADD_SUBSCRIPTIONS", parameters=parameters, subscription="S-1001", idempotency_key=key)
except IntegrityError:
    print("again", *asked("SELECT request_id FROM idempotency WHERE idempotency_key = %s", key)[0])

position, fed = 0, None  # a real reader stores the position that it has processed
while not fed:
    for position, finished_id, outcome in asked("SELECT position, request_id, life_cycle_state FROM finished_after(%s)", position):
        fed = outcome if finished_id == request.id else fed
    time.sleep(0.1)
print("fed", request.id, fed)

in_three_days = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3)
later = Request.objects.create(action="CANCEL_SUBSCRIPTIONS", parameters=parameters, scheduled_date=in_three_days)
print("withdrawn", later.id, *asked("SELECT coalesce(refused, after) FROM withdraw(%s, 'the customer has paid')", later.id)[0])
