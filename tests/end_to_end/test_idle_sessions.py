"""A server ends idle sessions: the daemon listens again, and logs no alarm."""

import re

from programs import wait_for

END = "SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity WHERE starts_with(query, 'LISTEN')"


def trouble(daemon):
    return re.search(r'contego_database_trouble_total\{stage="wakeup"\} (\d+)', daemon.get("/metrics")[1]).group(1)


def test_a_session_that_listens_and_is_ended_for_idleness_is_no_trouble(database, launch):
    own = database.query("SELECT current_database() AS name")[0]["name"]
    database.query(f"ALTER DATABASE {own} SET idle_session_timeout = '1s'")
    daemon = launch(log={"format": "text", "level": "debug"})

    wait_for(lambda: daemon.log().count("the database ended the session that listens") >= 3)
    database.query(f"ALTER DATABASE {own} RESET idle_session_timeout")

    assert trouble(daemon) == "0"
    assert 'stage="wakeup"' not in daemon.log()
    assert daemon.terminate() == 0


def test_a_session_that_listens_and_is_ended_by_an_operator_is_no_trouble(database, launch):
    daemon = launch(log={"format": "text", "level": "debug"})
    wait_for(lambda: database.query(END)[0]["n"])

    wait_for(lambda: "the database ended the session that listens" in daemon.log())

    wait_for(lambda: database.query(END.replace("pg_terminate_backend(pid)", "pid"))[0]["n"])
    assert trouble(daemon) == "0"


def test_a_server_that_ends_every_session_at_once_is_trouble_and_not_asked_all_the_time(database, launch):
    daemon = launch(log={"format": "text", "level": "debug"})

    def troubled():
        database.query(END)
        return trouble(daemon) != "0"

    wait_for(troubled)
    assert daemon.get("/readyz")[0] == 200, "every line polls as well"
    assert daemon.terminate() == 0
