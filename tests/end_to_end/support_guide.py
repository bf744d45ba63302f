"""The questions of docs/support.md, and the requests that their sample answers show."""

import re

import psycopg2

from programs import REPOSITORY, wait_for

GUIDE = REPOSITORY / "docs/support.md"


class Question:
    def __init__(self, title, query, answer):
        self.title = title
        self.query = query
        self.columns = [name.strip() for name in answer.splitlines()[0].split("|")]

    def __repr__(self):
        return self.title


def questions():
    """Returns every heading with a question mark, its query, and the sample answer as psql prints it."""
    pattern = r"^### (?:\d+\. )?([^\n]+\?)\n(?:(?!^#).)*?```sql\n(.*?)```\n+```text\n(.*?)```"
    return [Question(*found) for found in re.findall(pattern, GUIDE.read_text(), re.MULTILINE | re.DOTALL)]


def a_day(database, crm, simulator):
    """Plays the day of the demo, then one request for each cause that keeps a request from ending. The CRM has a login of its own."""
    day = (REPOSITORY / "script/day.sql").read_text().replace("BEGIN;", "").replace("COMMIT;", "")
    crm.query(day)
    database.all_finished()
    simulator.break_with(
        {"when": {"smartcard": "01000000050"}, "do": {"status_code": "NOBODY_KNOWS_THIS"}},
        {"when": {"smartcard": "01000000060"}, "do": {"status_code": "SYSTEM_ERROR"}},
        {"when": {"smartcard": "01000000070"}, "do": {"hang": "before_effect"}},
    )

    def add(card, action="ADD_SUBSCRIPTIONS", **columns):
        return crm.insert(action, {"smartcard_ca_id": card, "service_ca_id": "1111"}, **columns)

    held = add("01000000050", subscription="S-50")
    database.in_progress(held, "HELD")
    database.in_progress(add("01000000050", "CANCEL_SUBSCRIPTIONS", subscription="S-50"), "BLOCKED")
    database.in_progress(add("01000000060", subscription="S-60"), "RETRYING")
    database.in_progress(add("01000000070", subscription="S-70"), "IN_FLIGHT")
    later = add("01000000080", subscription="S-80", scheduled_date="2100-01-01")
    wrong = add("01000000080", subscription="S-80", scheduled_date="2100-01-01")
    database.finished(add("01000000081", process_name="BILLING", process_id="RUN-7", idempotency_key="order-2001"))
    database.query("SELECT contego.write_outage(1, 'default', 'http://cas', 'contegod', 'closed', 60000, 30000, ARRAY[1, 2, 3])")
    database.query("SELECT contego.open_feed()")
    database.query("SELECT contego.build_ledger()")
    simulator.plant({"smartcard": "01900080207", "subscriptions": [{"service_ca_id": "3333"}]})
    database.query("SELECT contego.reconcile('{01900080207}')")
    wait_for(lambda: database.query("SELECT card FROM contego.drift"))
    return later, wrong


def people_act(operator, support, later, wrong):
    """`support` is the login that asks the questions; the held request is its work."""
    operator.query("SELECT contego.set_fallout(ARRAY(SELECT request_id FROM contego.stuck WHERE progress = 'HELD'), owner => %s,"
                   " ticket => 'T-17', note => 'asked the CAS team', due_date => now() - interval '1 hour')", support)
    operator.query("SELECT contego.hold(%s, 'fraud desk')", later)
    operator.query("SELECT contego.release(%s, 'all is well')", later)
    operator.query("SELECT contego.cancel(%s, 'ordered twice')", wrong)


def ask(connection, query):
    """Returns the names of the columns, and the rows."""
    with psycopg2.connect(connection) as open_connection, open_connection.cursor() as cursor:
        cursor.execute(query)
        return [column.name for column in cursor.description], cursor.fetchall()
