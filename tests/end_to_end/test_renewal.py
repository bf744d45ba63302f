"""Windows that end soon are renewed by a policy, with two daemons: each window once, and until the exact date."""

import contextlib
import datetime
import zoneinfo

import psycopg2
import pytest

from programs import contegod, wait_for

ATHENS = zoneinfo.ZoneInfo("Europe/Athens")
CARDS = [f"0{1_240_000_000 + n}" for n in range(30)]


@pytest.fixture(scope="module")
def file(configure, providers):
    return configure(providers)


@pytest.fixture(scope="module", autouse=True)
def ledger(database, daemon):
    database.query("SELECT contego.open_feed()")
    database.query("SELECT contego.build_ledger()")


def text(moment):
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def end_of_next_month(moment):
    """The first moment of the month after the next one, in Athens."""
    local = moment.astimezone(ATHENS)
    months = local.year * 12 + local.month - 1 + 2
    return datetime.datetime(months // 12, months % 12 + 1, 1, tzinfo=ATHENS)


def windows(simulator, card):
    return [(s["service_ca_id"], s.get("end_date")) for s in simulator.card(card).get("subscriptions", [])]


def give(database, card, service, ends):
    database.finished(database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card, "service_ca_id": service, "end_date": text(ends)}))


def kept(database, card):
    wait_for(lambda: database.query("SELECT count(*) AS n FROM contego.ending_windows WHERE card = %s", card)[0]["n"])


def test_daemons_renew_each_window_once_until_the_end_of_a_month_in_a_zone(database, daemon, simulator, launch, file):
    launch()
    soon = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=2)
    later = soon + datetime.timedelta(days=30)
    for card in CARDS:
        give(database, card, "1111", soon)
    give(database, CARDS[0], "2222", later)
    kept(database, CARDS[-1])

    database.query("SELECT contego.set_renewal('*', 'as the contract says', ahead => '3 days', extend_by => '1 month', to_end_of => 'month',"
                   " time_zone => 'Europe/Athens', pace => 200)")
    run = wait_for(lambda: database.query("SELECT run FROM contego.renewals")[0]["run"])
    wait_for(lambda: database.query("SELECT state FROM contego.run_progress WHERE run = %s", run)[0]["state"] == "DONE", 60)

    renewed = text(end_of_next_month(soon))
    assert windows(simulator, CARDS[0]) == [("1111", renewed), ("2222", text(later))]
    assert all(windows(simulator, card) == [("1111", renewed)] for card in CARDS[1:])
    wait_for(lambda: database.query("SELECT windows FROM contego.renewals")[0]["windows"] == 0)
    looked = database.query("UPDATE contego.renewal_policy SET next_look = now() RETURNING next_look")[0]["next_look"]
    wait_for(lambda: database.query("SELECT next_look FROM contego.renewal_policy")[0]["next_look"] > looked)
    assert database.query("SELECT count(*) AS runs FROM contego.run WHERE action = 'RENEWAL'")[0]["runs"] == 1
    listed = contegod("run", "renewals", "--config", file)
    checked = contegod("audit", "verify", "--config", file)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"active    0 windows to renew  3 days ahead, by 1 month to the end of the month in Europe/Athens, at most 200 requests per second  (run {run} DONE)" in listed.stdout, listed


def test_nothing_is_renewed_while_the_ledger_is_not_kept(database, daemon, simulator):
    card = "01250000000"
    soon = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=1)
    database.query("SELECT contego.set_renewal('*', 'wait', active => false)")
    give(database, card, "1111", soon)
    kept(database, card)

    database.query("SELECT contego.close_feed()")
    database.query("SELECT contego.set_renewal('*', 'go on', active => true)")
    wait_for(lambda: "the ledger is not kept" in (database.query("SELECT why FROM contego.renewals")[0]["why"] or ""))
    assert windows(simulator, card) == [("1111", text(soon))]

    database.query("SELECT contego.open_feed()")
    database.query("SELECT contego.build_ledger()")
    database.query("UPDATE contego.renewal_policy SET next_look = now()")
    wait_for(lambda: windows(simulator, card) == [("1111", text(end_of_next_month(soon)))], 60)


def test_an_inactive_policy_says_so_and_quiet_hours_can_be_cleared(database, daemon, file):
    with contextlib.closing(psycopg2.connect(database.connection)) as session, session, session.cursor() as cursor:
        def notices(arguments):
            session.notices.clear()
            cursor.execute(f"SELECT contego.set_renewal('3333', 'test', {arguments})")
            return [text.strip() for text in session.notices]

        assert notices("ahead => '3 days', extend_by => '2 months', time_zone => 'UTC', quiet_from => '20:00', quiet_until => '08:00', active => false") == []
        assert notices("pace => 5") == ["NOTICE:  the policy is inactive; give active => true"]
    listed = contegod("run", "renewals", "--config", file).stdout
    assert "by 2 months in UTC, at most 5 requests per second, quiet 20:00-08:00\n" in listed, listed
    why = "SELECT why, quiet_from, quiet_until FROM contego.renewals WHERE service = '3333'"
    assert database.query(why)[0]["why"] == "inactive"

    database.query("SELECT contego.set_renewal('3333', 'test', active => true, quiet_from => '00:00', quiet_until => '00:00')")

    assert tuple(database.query(why)[0].values())[1:] == (None, None)
    assert database.query(why)[0]["why"] != "inactive"
    assert "quiet" not in contegod("run", "renewals", "--config", file).stdout
