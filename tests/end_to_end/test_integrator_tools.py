"""The subcommands with which an integrator binds a WSDL: check, render, read and try. None of them uses a database."""

import contextlib
import json
import re
import socket
import ssl
import subprocess
import threading

import pytest

from programs import REPOSITORY, contegod
from session_cas import PLACES, SessionCas, with_session
from test_every_command import CARD, COMMANDS, PIN

DEFAULT = REPOSITORY / "config/binding.xml"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def answer(status, more=""):
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body><r><StatusCode>{status}</StatusCode>{more}</r></s:Body></s:Envelope>'


def line_of(text, what):
    return text[: text.index(what)].count("\n") + 1


@pytest.fixture
def site(tmp_path):
    """Writes the default binding with a change, and returns its file."""

    def write(old="", new=""):
        text = DEFAULT.read_text()
        assert old in text
        file = tmp_path / "site.xml"
        file.write_text(text.replace(old, new, 1))
        return file

    return write


@pytest.fixture
def configured(tmp_path, simulator):
    """Writes a configuration whose database does not exist."""

    def write(**provider):
        file = tmp_path / "contegod.json"
        file.write_text(json.dumps({"database": {"connection": "host=/nowhere dbname=absent"},
                                    "providers": {"default": {"endpoint": simulator.url, **provider}}}))  # fmt: skip
        return file

    return write


def read(text, command="ADD_SUBSCRIPTIONS", *options):
    return contegod("read", "--command", command, "--answer", "-", *options, stdin=text)


def said(done):
    """The lines `name: text` of an outcome."""
    return dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)


# check


def test_check_of_a_binding_counts_its_commands_and_names_its_secrets(site):
    file = site("<outcomes>", '<header name="X-Key" value="{secret.KEY}"/><outcomes>')

    done = contegod("check", "--binding", file)

    assert (done.returncode, done.stderr) == (0, "")
    assert "uses these secrets: KEY;" in done.stdout
    assert done.stdout.endswith(f"{file} has no mistakes; it has 13 of 13 commands\n")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("{service_ca_id}", "{service}", "command ADD_SUBSCRIPTIONS: "),
        ('code="ADD_SUBSCRIPTIONS"', 'code="ADD"', "unknown command ADD; the commands are ADD_SUBSCRIPTIONS "),
        ('is="success"', 'is="good"', "unknown outcome good: it is success, rejected, retry or hold"),
        ("{command.id}", "{secret}", "command ADD_SUBSCRIPTIONS: "),
    ],
)
def test_check_of_a_binding_names_file_line_and_command(site, old, new, expected):
    file = site(old, new)

    done = contegod("check", "--binding", file)

    assert (done.returncode, done.stdout) == (2, "")
    assert f"{file}:{line_of(DEFAULT.read_text(), old)}: {expected}" in done.stderr


def test_check_of_a_binding_without_commands_has_a_line_and_lists_the_commands(tmp_path):
    file = tmp_path / "empty.xml"
    file.write_text('<?xml version="1.0"?>\n<binding xmlns="urn:contego:binding:1"/>\n')

    done = contegod("check", "--binding", file)

    assert f"{file}:2: the binding has no command; the commands are ADD_SUBSCRIPTIONS " in done.stderr


def test_check_warns_of_a_secrets_file_that_others_can_read(tmp_path, configured):
    secrets = tmp_path / "secrets"
    secrets.write_text("KEY=hush-hush\n")
    for mode, warned in ((0o644, True), (0o640, False), (0o600, False)):
        secrets.chmod(mode)
        done = contegod("check", "--config", configured(secrets_file="secrets"))
        assert done.returncode == 0, done.stderr
        assert (f"warning: providers.default.secrets_file: other users may read or change {secrets} (mode 0644)" in done.stdout) is warned
        assert "hush" not in done.stdout + done.stderr


@pytest.mark.parametrize("options", [[], ["--config", "a", "--binding", "b"], ["--binding", "b", "--keys"], ["--binding", "/nowhere"]])
def test_check_wants_exactly_one_thing_to_check(options):
    assert contegod("check", *options).returncode == 2


# render


def test_render_of_an_action_prints_every_envelope_with_its_ids():
    place = {"distributor": "R", "smartcards": [CARD], "stbs": ["0012345678"], "services": ["1111", "2222"]}

    done = contegod("render", "--action", "BECOME_SUBSCRIBER", "--parameters", json.dumps({"distributions": [place]}))

    assert done.returncode == 0, done.stderr
    assert re.findall(r"<!-- (.*) -->", done.stdout) == ["1 of 3: CREATE_PAIRING", "2 of 3: ADD_SUBSCRIPTIONS", "3 of 3: ADD_SUBSCRIPTIONS"]
    assert re.findall(r"SequenceNumber>(\d+)<", done.stdout) == ["4200001", "4200002", "4200003"]


def test_render_masks_the_secrets_of_a_configuration_and_of_a_file_alone(tmp_path, site, configured):
    file = site("{command.id}", "{secret.KEY}")
    (tmp_path / "secrets").write_text("KEY=hush-hush\n")
    arguments = ["render", "--command", "ADD_SUBSCRIPTIONS", "--parameters", json.dumps(COMMANDS["ADD_SUBSCRIPTIONS"])]

    for options in (["--binding", file], ["--config", configured(binding=str(file), secrets_file="secrets")]):
        done = contegod(*arguments, *options)
        assert done.returncode == 0, done.stderr
        assert "SequenceNumber>****<" in done.stdout and "hush" not in done.stdout


@pytest.mark.parametrize("what", [[], ["--command", "ADD_SUBSCRIPTIONS", "--action", "ADD_SUBSCRIPTIONS"]])
def test_render_wants_a_command_or_an_action(what):
    assert contegod("render", *what, "--parameters", "{}").returncode == 2


# read


def test_read_names_the_row_that_decided(site):
    file = site("<outcomes>", '<outcomes>\n<status code="NEW" is="rejected"/>')

    done = read(answer("NEW", "<Message>no</Message><ReferenceNumber>R-1</ReferenceNumber>"), "ADD_SUBSCRIPTIONS", "--binding", file)

    assert done.returncode == 0, done.stderr
    assert said(done) == {
        "outcome": "rejected", "status": "NEW", "message": "no", "reference number": "R-1", "error code": "NEW",
        "error description": "no", "decided by": f"the row of this status ({file}:{line_of(file.read_text(), 'NEW')})"}  # fmt: skip


def test_read_prints_the_result_as_json():
    done = read(answer("OK", "<Paired>true</Paired><PairingModuleId>7</PairingModuleId>"), "GET_PAIRING_STATUS_FOR_CARD")

    result = re.search(r"result: (\{.*?\n\})", done.stdout, re.DOTALL)[1]
    assert json.loads(result) == {"paired": True, "stbs": ["7"]}


@pytest.mark.parametrize(
    ("text", "options", "outcome", "rule"),
    [
        (answer("UNHEARD"), [], "hold", "no row has this status; it is held"),
        ("<html/>", ["--http-status", "503"], "retry", "the row of this HTTP status"),
        ("HTTP/1.1 503 Busy\r\nContent-Type: text/html\r\nRetry-After: 9\r\n\r\n<html/>", [], "retry", "the row of this HTTP status"),
        ("no XML at all", [], "hold", "an answer that cannot be read is held"),
        ("", [], "hold", "an answer that cannot be read is held"),
        ("x" * (4 << 20) + "x", [], "retry", "no row has this transport error; it is tried again"),
        (f'<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault><faultcode>s:Client</faultcode></s:Fault></s:Body></s:Envelope>', [], "rejected",
         "no row has this fault; a fault of the client is rejected"),
    ],
    ids=["status", "http", "head", "text", "empty", "large", "fault"],
)  # fmt: skip
def test_read_prints_the_outcome_of_any_answer(text, options, outcome, rule):
    done = read(text, "ADD_SUBSCRIPTIONS", *options)

    assert done.returncode == 0, done.stderr
    assert said(done)["outcome"] == outcome
    assert said(done)["decided by"].startswith(f"{rule} (default binding:")


def test_read_takes_an_answer_of_another_request(site):
    file = site("<outcomes>", '<correlation at="//SequenceNumber" equals="{command.id}"/><outcomes>')

    assert said(read(answer("OK", "<SequenceNumber>7</SequenceNumber>"), "ADD_SUBSCRIPTIONS", "--binding", file))["outcome"] == "success"


@pytest.mark.parametrize("arguments", [["--command", "ADD_SUBSCRIPTIONS", "--answer", "/nowhere"],
                                       ["--command", "ADD_SUBSCRIPTIONS", "--answer", "/"],
                                       ["--command", "ADD_SUBSCRIPTIONS", "--answer", "/dev/zero"],
                                       ["--command", "DANCE", "--answer", "/dev/null"],
                                       ["--command", "ADD_SUBSCRIPTIONS"]])  # fmt: skip
def test_read_refuses_with_2(arguments):
    done = contegod("read", *arguments)

    assert (done.returncode, done.stdout) == (2, "") and done.stderr


# try


def calls_of(simulator):
    """The number of calls that the simulator answered."""
    return sum(count for answers in simulator.calls().values() for count in answers.values())


def attempt(file, command, *options, parameters=None):
    given = COMMANDS[command] if parameters is None else parameters
    return contegod("try", "--config", file, "--command", command, "--parameters", json.dumps(given), *options)


@pytest.mark.parametrize("command", COMMANDS)
def test_try_sends_a_get_at_once_and_other_commands_only_on_demand(configured, simulator, command):
    file = configured()
    before = calls_of(simulator)

    first = attempt(file, command)
    is_get = command.startswith("GET_")
    assert calls_of(simulator) == before + is_get
    done = first if is_get else attempt(file, command, "--send")

    assert first.returncode == (done.returncode if is_get else 2)
    if not is_get:
        assert "nothing was sent" in first.stderr and "--send" in first.stderr
    assert first.stdout.startswith(f"POST {simulator.url}/")
    assert calls_of(simulator) == before + 1
    assert re.search(r"connection: can be reached, without TLS, opened in [\d.e-]+ ms\nHTTP 200, text/xml.*, after [\d.]+ ms", done.stdout)
    assert said(done)["decided by"].startswith(("the row of this status (default binding:", "no row"))
    assert done.returncode == (0 if said(done)["outcome"] == "success" else 1)


def test_try_sends_fresh_ids_or_those_of_the_given_request(configured):
    sent = [attempt(configured(), "GET_ACTIVE_SUBSCRIPTIONS", *options).stdout for options in ([], ["--request-id", "77"])]

    fresh, given = [int(re.search(r"SequenceNumber>(\d+)<", one)[1]) for one in sent]
    assert fresh > 170_000_000_000_001 and given == 7_700_001


def test_try_masks_pins_passwords_and_secrets(tmp_path, site, configured):
    file = site('<command code="UPDATE_CA_PIN_TO_GIVEN_VALUE"', '<header name="X-Key" value="k{secret.KEY}"/><command code="UPDATE_CA_PIN_TO_GIVEN_VALUE"')
    (tmp_path / "secrets").write_text("KEY=hush-hush\n")
    (tmp_path / "password").write_text("open-sesame\n")

    done = attempt(configured(binding=str(file), secrets_file="secrets", user="crm", password_file="password"), "UPDATE_CA_PIN_TO_GIVEN_VALUE", "--send")

    assert "X-Key: k****\n" in done.stdout and "Authorization: Basic ****\n" in done.stdout
    assert "NewPin>****<" in done.stdout
    assert not [one for one in ("hush", "sesame", f">{PIN}<") if one in done.stdout + done.stderr]


@pytest.fixture
def trial(tmp_path, configured):
    """Returns a function that sends one command to a CAS with sessions."""
    cas = SessionCas("open-sesame")
    (tmp_path / "secrets").write_text("KEY=open-sesame\n")

    def send(place="element", password=None):
        cas.password = password or cas.password
        (tmp_path / "session.xml").write_text(with_session(DEFAULT.read_text(), place))
        return attempt(configured(endpoint=cas.url, binding=str(tmp_path / "session.xml"), secrets_file="secrets"), "ADD_SUBSCRIPTIONS", "--send")

    send.cas = cas
    yield send
    cas.stop()


@pytest.mark.parametrize("place", PLACES)
def test_try_logs_in_first_if_the_command_needs_a_session(trial, place):
    trial.cas.is_token_in_header = place == "soap header"
    done = trial(place)

    assert done.returncode == 0 and said(done)["outcome"] == "success"
    assert f"login: POST {trial.cas.url}/login\nlogin: a session was opened" in done.stdout
    assert len(trial.cas.logins) == 1 and sum(trial.cas.done.values()) == 1
    assert trial.cas.issued[0] not in done.stdout + done.stderr and "sesame" not in done.stdout + done.stderr


def test_try_shows_the_answer_to_a_login_that_was_refused(trial):
    done = trial(password="another")

    assert done.returncode == 1 and "login: no session" in done.stdout
    assert said(done)["status"] == "WRONG_PASSWORD" and said(done)["outcome"] == "hold"
    assert not trial.cas.done and "sesame" not in done.stdout + done.stderr


def test_try_says_why_there_is_no_connection_and_sends_nothing(configured):
    done = attempt(configured(endpoint="http://127.0.0.1:1"), "GET_ACTIVE_SUBSCRIPTIONS")

    assert done.returncode == 1
    assert "connection: no connection (connect)" in done.stdout and "HINT: " in done.stdout
    assert "outcome" not in done.stdout


@pytest.mark.parametrize(
    ("command", "options", "parameters", "expected"),
    [
        ("DANCE", [], {}, "the codes are ADD_SUBSCRIPTIONS "),
        ("ADD_SUBSCRIPTIONS", ["--provider", "none"], {}, "must be one of the providers of the configuration, which are default (was none)"),
        ("ADD_SUBSCRIPTIONS", ["--send"], {}, "smartcard_ca_id"),
        ("ADD_SUBSCRIPTIONS", ["--request-id", "-1"], {}, "request-id"),
    ],
)
def test_try_refuses_with_2_and_says_why(configured, command, options, parameters, expected):
    done = attempt(configured(), command, *options, parameters=parameters)

    assert (done.returncode, done.stdout) == (2, "")
    assert expected in done.stderr


@contextlib.contextmanager
def server(said, certificate=None):
    """A server that answers each request with these bytes and closes, or keeps silent if they are None. Yields its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate:
        context.load_cert_chain(certificate)

    def answer_one(connection):
        with contextlib.suppress(OSError):
            with context.wrap_socket(connection, server_side=True) if certificate else connection as secured:
                if secured.recv(65536):
                    secured.sendall(said) if said is not None else secured.recv(1)

    def answer_all():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=answer_one, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=answer_all, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("bytes_said", "expected", "outcome"),
    [
        (None, "no answer (sent_no_answer, timeout: ", "retry"),
        (b"", "no answer (sent_no_answer, closed: ", "retry"),
        (b"\x00\x1b[2J garbage", "no answer (sent_no_answer, malformed: ", "retry"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: a\x1b[2Jb\r\nContent-Length: 5\r\n\r\n\x1b[2Jx", "HTTP 200, a", "hold"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\nx", "no answer (sent_no_answer, too_large: ", "retry"),
    ],
    ids=["silent", "closed", "garbage", "escapes", "large"],
)
def test_try_shows_an_odd_answer_without_control_characters(configured, bytes_said, expected, outcome):
    with server(bytes_said) as port:
        done = attempt(configured(endpoint=f"http://127.0.0.1:{port}", exchange_timeout_ms=1000), "GET_ACTIVE_SUBSCRIPTIONS")

    assert (done.returncode, said(done)["outcome"]) == (1, outcome), done.stderr
    assert expected in done.stdout and "\x1b" not in done.stdout and "\x00" not in done.stdout


def test_try_shows_the_certificate_whether_it_is_trusted_or_not(tmp_path, configured):
    file = tmp_path / "both.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", file, "-out", tmp_path / "certificate.pem",
                    "-days", "9", "-subj", "/CN=cas.example", "-addext", "subjectAltName=IP:127.0.0.1"], capture_output=True, check=True)  # fmt: skip
    file.write_text(file.read_text() + (tmp_path / "certificate.pem").read_text())
    body = answer("OK").encode()
    with server(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body), file) as port:
        url = f"https://127.0.0.1:{port}"
        trusted = attempt(configured(endpoint=url, tls={"ca_file": str(tmp_path / "certificate.pem")}), "GET_ACTIVE_SUBSCRIPTIONS")
        distrusted = attempt(configured(endpoint=url), "GET_ACTIVE_SUBSCRIPTIONS")

    assert trusted.returncode == 0 and "connection: can be reached by TLSv1.3, and is trusted, opened in " in trusted.stdout
    assert distrusted.returncode == 1 and "self-signed certificate" in distrusted.stdout and "outcome" not in distrusted.stdout
    for done in (trusted, distrusted):
        assert "certificate: CN=cas.example, expires in 8 days\n" in done.stdout
