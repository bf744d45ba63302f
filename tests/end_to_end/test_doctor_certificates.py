"""contegod doctor checks certificates: the one of a real server, and the client's own."""

import re
import subprocess
from datetime import datetime, timedelta, timezone

import pytest

from doctor import findings_of, only
from programs import Simulator


AUTHORITY = """
[ca]
default_ca = authority
[authority]
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
unique_subject = no
policy = names
[names]
commonName = supplied
"""


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)


def in_days(days):
    return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


def signed(folder, name, days):
    """Makes a certificate for 127.0.0.1 that expires in this number of days. It uses `openssl ca`, since `x509` makes no expired one."""
    request, extensions = folder / f"{name}.csr", folder / f"{name}.ext"
    extensions.write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-keyout", folder / f"{name}.key", "-out", request)  # fmt: skip
    openssl("ca", "-batch", "-notext", "-config", folder / "authority.cnf", "-cert", folder / "authority.pem",
            "-keyfile", folder / "authority.key", "-in", request, "-extfile", extensions,
            "-startdate", in_days(-10), "-enddate", in_days(days), "-out", folder / f"{name}.pem")  # fmt: skip


@pytest.fixture(scope="module")
def trust(folder):
    for name in ("authority", "stranger"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 100,
                "-subj", f"/CN={name}", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")  # fmt: skip
    (folder / "authority.cnf").write_text(AUTHORITY.format(folder=folder))
    (folder / "index").touch()
    for name, days in (("good", 90), ("soon", 20), ("almost", 3), ("past", -1)):
        signed(folder, name, days)
    return folder


@pytest.fixture
def look_at(trust, configure):
    """Returns the doctor's findings for a CAS with this certificate; `client` is the client's own."""
    running = []

    def look(server, client="good", **tls):
        running.append(Simulator("--tls-certificate", trust / f"{server}.pem", "--tls-key", trust / f"{server}.key",
                                 "--client-ca", trust / "authority.pem"))  # fmt: skip
        ours = {"certificate_file": f"{client}.pem", "key_file": f"{client}.key"} if client else {}
        tls = {"ca_file": "authority.pem", **ours, **tls}
        return findings_of(configure({"default": {"endpoint": running[-1].url, "tls": tls}}))[0]

    yield look
    for one in running:
        one.stop()


def test_good_certificates_are_good(look_at):
    findings = look_at("good")

    assert [only(findings, check)[0] for check in ("endpoints", "server certificates", "client certificates")] == ["OK"] * 3
    assert re.search("CN=good expires in (89|90) days", only(findings, "server certificates")[1])  # 90 within the first second of its validity


@pytest.mark.parametrize(("name", "severity"), [("soon", "WARNING"), ("almost", "ERROR")])
def test_certificates_that_end_soon_are_found(look_at, name, severity):
    findings = look_at(name, client=name)

    assert only(findings, "endpoints")[0] == "OK"
    for check in ("server certificates", "client certificates"):
        found = only(findings, check)
        assert found[0] == severity and f"CN={name} expires in" in found[1] and "renew it" in found[2]


def test_an_expired_certificate_of_the_cas_is_found(look_at):
    findings = look_at("past")

    assert only(findings, "endpoints")[0] == "ERROR" and "must renew its certificate" in only(findings, "endpoints")[2]
    severity, what, _ = only(findings, "server certificates")
    assert severity == "ERROR" and "CN=past expired" in what


def test_an_expired_client_certificate_is_found_on_both_sides(look_at):
    findings = look_at("good", client="past")

    assert only(findings, "client certificates")[0] == "ERROR"
    assert only(findings, "endpoints")[0] == "ERROR"


def test_a_missing_client_certificate_an_unknown_authority_and_another_name_are_told_apart(look_at):
    hints = [
        only(look_at("good", client=None), "endpoints")[2],
        only(look_at("good", ca_file="stranger.pem"), "endpoints")[2],
        only(look_at("good", server_name="other.example"), "endpoints")[2],
    ]

    assert "tls.certificate_file" in hints[0]
    assert "tls.ca_file" in hints[1]
    assert "tls.server_name" in hints[2]
