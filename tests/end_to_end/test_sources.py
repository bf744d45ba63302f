"""A CRM with two logins, while a daemon works: requests of one are given to the source of both, and none is lost or sent twice."""

import itertools

import pytest

from database import Database
from programs import wait_for

CARDS = (f"01000{n:06}" for n in itertools.count(500_000))


@pytest.fixture(scope="module")
def logins(database):
    database.query("CREATE ROLE moved_source IN ROLE contego_crm")
    opened = {}
    for name in ("moved_batch", "moved_online"):
        database.query(f"CREATE ROLE {name} LOGIN IN ROLE contego_crm")
        opened[name] = Database(database.connection.replace("user=postgres", f"user={name}"))
    yield opened
    for name, one in opened.items():
        one.close()
        database.query(f"DROP ROLE {name}")


def test_requests_are_given_to_a_source_while_a_daemon_sends_them(database, logins, daemon):
    database.query("SELECT contego.open_feed()")
    batch, online = logins["moved_batch"], logins["moved_online"]

    def submit(crm, name, count):
        return [row["request_id"] for row in crm.query(
            "SELECT request_id FROM contego.submit_many((SELECT jsonb_agg(jsonb_build_object('action', 'ADD_SUBSCRIPTIONS',"
            " 'parameters', jsonb_build_object('smartcard_ca_id', card, 'service_ca_id', '1111'), 'idempotency_key', %s || n))"
            " FROM unnest(%s) WITH ORDINALITY AS c (card, n)))", name, [next(CARDS) for _ in range(count)])]

    ids = submit(batch, "order-", 3000)
    database.query("SELECT contego.add_source('moved_source')")
    database.query("GRANT moved_source TO moved_batch, moved_online")
    moved = 0
    while True:
        step = database.query("SELECT looked_at, moved FROM contego.move_requests('moved_batch', 'moved_source', 100)")[0]
        moved += step["moved"]
        if step["looked_at"] == 0:
            break
    database.all_finished()
    wait_for(lambda: not database.query("SELECT 1 AS one FROM contego.feed_inbox"), what="all ends have positions")

    assert moved == len(ids)
    assert online.query("SELECT count(*) AS n, count(DISTINCT created_by) AS logins FROM contego.request") == [{"n": 3000, "logins": 1}]
    assert database.query("SELECT DISTINCT owned_by FROM contego.request UNION ALL SELECT DISTINCT owned_by FROM contego.idempotency"
                          " UNION ALL SELECT DISTINCT owned_by FROM contego.feed") == 3 * [{"owned_by": "moved_source"}]
    fed = online.query("SELECT request_id FROM contego.finished_after(0, 10000)")
    assert sorted(row["request_id"] for row in fed) == ids
    again = online.query("SELECT request_id, is_new FROM contego.submit('ADD_SUBSCRIPTIONS', '{}', idempotency_key => 'order-17')")
    assert again == [{"request_id": ids[16], "is_new": False}]
    assert database.count("life_cycle_state <> 'COMPLETED'") == 0
