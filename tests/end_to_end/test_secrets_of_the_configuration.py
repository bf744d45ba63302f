"""A password is in or near a mistake of the configuration: no program that reads it prints the password."""

import json
import socket
import threading

import pytest

from programs import contegod

PROGRAMS = [["check"], ["serve"], ["doctor"], ["doctor", "--json"], ["status"], ["migrate", "--status"], ["retry", "--id", "1"]]
FRAME = '{"database": %s, "providers": {"default": {"endpoint": "http://127.0.0.1:9"}}, "admin": {"port": 0}}'
MISTAKES = {
    "a quote is missing": '{"connection": "host=127.0.0.1 password=Hush-4711}',
    "quotes of another kind": "{\"connection\": 'host=127.0.0.1 password=Hush-4711'}",
    "a line break": '{"connection": "host=127.0.0.1 password=Hush-4711\n"}',
    "a comma is missing": '{"connection": "password=Hush-4711" "listen": true}',
    "an escape that is none": r'{"connection": "host=127.0.0.1 password=Hush-4711\q"}',
    "not in quotes": '{"connection": "dbname=x", "password_file": Hush-4711}',
    "a list": '{"connection": ["host=127.0.0.1", "password=Hush-4711"]}',
    "an object": '{"connection": {"host": "127.0.0.1", "password": "Hush-4711"}}',
    "a key of its own": '{"connection": "host=127.0.0.1", "password": "Hush-4711"}',
    "under another key": '{"connection": "host=127.0.0.1", "lease_ms": "password=Hush-4711"}',
    "instead of its file": '{"connection": "host=127.0.0.1", "password_file": "Hush-4711"}',
    "with a blank": '{"connection": "host=127.0.0.1 port=%d password=my Hush-4711"}',
    "as port": '{"connection": "host=127.0.0.1 port=Hush-4711"}',
    "as sslmode": '{"connection": "host=127.0.0.1 port=%d sslmode=Hush-4711"}',
    "after the login": '{"connection": "host=127.0.0.1 port=%d user=u:Hush-4711"}',
    "with semicolons": '{"connection": "host=127.0.0.1;password=Hush-4711"}',
    "after a keyword without a value": '{"connection": "host=127.0.0.1 port=%d dbname= password=Hush-4711"}',
    "an @ in a URI": '{"connection": "postgresql://u:p@Hush-4711@127.0.0.1:%d/x"}',
    "a / in a URI": '{"connection": "postgresql://u:p/Hush-4711@127.0.0.1:%d/x"}',
    "a % in a URI": '{"connection": "postgresql://u:p%%Hush-4711@127.0.0.1:%d/x"}',
    "of JDBC": '{"connection": "jdbc:postgresql://u:Hush-4711@127.0.0.1:%d/x"}',
}


@pytest.fixture(scope="module")
def server():
    """A server that accepts connections and says, as PostgreSQL does, that the requested database does not exist."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        def serve():
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=refuse, args=(connection,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


def refuse(connection):
    """Repeats the client's text in quotes, as a server does with the name of a database."""
    with connection:
        while True:
            size = int.from_bytes(connection.recv(4), "big")
            rest = connection.recv(size - 4) if size > 4 else b""
            if rest[:4] in (b"\x04\xd2\x16\x2f", b"\x04\xd2\x16\x30"):  # a request for TLS or GSS: not supported here
                connection.sendall(b"N")
                continue
            words = rest[4:].split(b"\0")
            asked = dict(zip(words[::2], words[1::2]))
            name = asked.get(b"database", asked.get(b"user", b""))
            fields = b"SFATAL\0C3D000\0Mdatabase \"" + name + b"\" does not exist\0\0"
            connection.sendall(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)
            return


@pytest.mark.parametrize("mistake", MISTAKES)
def test_no_program_shows_it(tmp_path, server, mistake):
    section = MISTAKES[mistake].replace("%d", str(server)).replace("%%", "%")
    file = tmp_path / "contegod.json"
    file.write_text(FRAME % section)
    for arguments in PROGRAMS:
        done = contegod(*arguments, "--config", file)

        said = done.stdout + done.stderr
        assert done.returncode != 0 or arguments == ["check"], said
        assert "Hush" not in said and "4711" not in said, f"contegod {arguments[0]}: {said}"
        assert said


@pytest.mark.parametrize("key", ["DATABASE_CONNECTION", "DATABASE_LISTEN_CONNECTION", "DATABASE_PASSWORD_FILE", "DATABASE_LEASE_MS",
                                 "PROVIDERS_DEFAULT_PASSWORD_FILE", "LOG_LEVEL"])  # fmt: skip
def test_no_program_shows_what_stands_in_the_environment(tmp_path, server, key):
    file = tmp_path / "contegod.json"
    file.write_text(FRAME % json.dumps({"connection": f"host=127.0.0.1 port={server} dbname=x"}))
    for planted in ("Hush-4711", "host=127.0.0.1 password=my Hush-4711"):
        for arguments in PROGRAMS:
            done = contegod(*arguments, "--config", file, environment={"CONTEGOD_" + key: planted})

            said = done.stdout + done.stderr
            assert "Hush" not in said and "4711" not in said, f"contegod {arguments[0]}: {said}"


def test_a_dry_run_does_not_show_a_pin_of_parameters_that_are_no_json():
    for parameters in ('{"new_pin": "4711', '{"new_pin": 4711x}', "{\"new_pin\": '4711'}"):
        done = contegod("render", "--command", "UPDATE_CA_PIN_TO_GIVEN_VALUE", "--parameters", parameters)

        assert done.returncode == 2 and "4711" not in done.stderr, done.stderr


def test_a_plan_does_not_show_the_pin_that_it_would_set():
    done = contegod("plan", "--action", "UPDATE_CA_PIN_TO_GIVEN_VALUE", "--parameters", json.dumps({"smartcard_ca_id": "01000000017", "new_pin": "4711"}))

    assert done.returncode == 0, done.stderr
    assert "4711" not in done.stdout and "****" in done.stdout
