"""TLS, HTTP Basic and a client certificate together, as the known site uses them; and failures when a certificate is not trusted."""

import itertools
import subprocess

import pytest

from programs import Daemon, Simulator

CARDS = (f"01000{n:06}" for n in itertools.count(5000))


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)


def authority(folder, name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", f"/CN={name}", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")  # fmt: skip


def certificate(folder, name, issuer, alternative_name):
    """A certificate for one host, signed by the issuer."""
    request, extensions = folder / f"{name}.csr", folder / f"{name}.ext"
    extensions.write_text(f"subjectAltName={alternative_name}\n")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-keyout", folder / f"{name}.key", "-out", request)  # fmt: skip
    openssl("x509", "-req", "-in", request, "-days", "2", "-CA", folder / f"{issuer}.pem",
            "-CAkey", folder / f"{issuer}.key", "-CAcreateserial", "-extfile", extensions,
            "-out", folder / f"{name}.pem")  # fmt: skip


@pytest.fixture(scope="module")
def trust(folder):
    """Our own authority signs the certificates of server and client. An unknown authority signs the one of the impostor."""
    for name in ("ours", "stranger"):
        authority(folder, name)
    certificate(folder, "server", "ours", "IP:127.0.0.1")
    certificate(folder, "client", "ours", "DNS:contegod")
    certificate(folder, "impostor", "stranger", "DNS:contegod")
    (folder / "password").write_text("secret horse\n")
    (folder / "wrong-password").write_text("other horse\n")
    return folder


@pytest.fixture(scope="module")
def simulator(trust):
    running = Simulator(
        "--tls-certificate", trust / "server.pem", "--tls-key", trust / "server.key",
        "--client-ca", trust / "ours.pem", "--user", "contego", "--password-file", trust / "password",
    )  # fmt: skip
    yield running
    running.stop()


@pytest.fixture
def ask(database, simulator, launch):
    """Starts a daemon with these settings over good ones, and asks for one service to be added."""
    names = (f"tls-{n}" for n in itertools.count())

    def insert(tls=None, **settings):
        good = {"ca_file": "ours.pem", "certificate_file": "client.pem", "key_file": "client.key"}
        provider = {"endpoint": simulator.url, "user": "contego", "password_file": "password", "tls": {**good, **(tls or {})}}
        name = f"{next(names)}-{next(CARDS)}"
        insert.daemon = launch({name: {**provider, **settings}})
        return database.insert(
            "ADD_SUBSCRIPTIONS", {"smartcard_ca_id": next(CARDS), "service_ca_id": "1111"}, provider=name)

    return insert


def test_with_everything_right_it_completes(database, simulator, ask):
    assert simulator.url.startswith("https://")

    row = database.finished(ask())

    assert row["life_cycle_state"] == "COMPLETED", row
    assert "secret horse" not in ask.daemon.log()


@pytest.mark.parametrize(
    "tls",
    [
        {"ca_file": "stranger.pem"},
        {"server_name": "other.example"},
        {"certificate_file": "impostor.pem", "key_file": "impostor.key"},
        {"certificate_file": "", "key_file": ""},
    ],
    ids=["unknown_authority", "other_host", "impostor", "no_client_certificate"],
)
def test_where_the_trust_is_wrong_the_row_waits(database, ask, tls):
    row = database.in_progress(ask(tls), "RETRYING")

    assert (row["life_cycle_state"], row["error_code"]) == ("PENDING", "TRANSPORT_TLS")
    assert database.commands(row["id"])[0]["response"] in (None, "")


def test_a_wrong_password_makes_the_row_wait_and_is_not_shown(database, ask):
    row = database.in_progress(ask(password_file="wrong-password"), "RETRYING")

    assert row["error_code"] == "HTTP_401"
    assert "other horse" not in ask.daemon.log() + str(database.commands(row["id"]))


def test_a_key_that_does_not_fit_is_said_at_the_start(configure, simulator, trust):
    tls = {"ca_file": "ours.pem", "certificate_file": "client.pem", "key_file": "impostor.key"}
    daemon = Daemon(configure({"default": {"endpoint": simulator.url, "tls": tls}}), ready=False)

    assert daemon.process.wait(timeout=20) == 1
    assert "cannot start" in daemon.log()
