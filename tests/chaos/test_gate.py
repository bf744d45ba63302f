"""The doors do as they are told: a fault that does not happen would prove nothing."""

import pathlib
import socket
import sys
import threading

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "end_to_end")]

from gate import Doors, Trouble  # noqa: E402
from programs import wait_for  # noqa: E402


class Echo(threading.Thread):
    """Sends back the bytes that it receives, and keeps them."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.heard = b""
        self.start()

    def run(self):
        while True:
            connection, _ = self.listening.accept()
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        try:
            while piece := connection.recv(65536):
                self.heard += piece
                connection.sendall(piece)
        except OSError:
            pass
        connection.close()


@pytest.fixture
def echo():
    return Echo()


@pytest.fixture
def doors():
    made = Doors(seed=1)
    yield made
    made.close()
    assert made.troubles == []


@pytest.fixture
def door(doors, echo):
    return doors.open(("127.0.0.1", 0), echo.listening.getsockname())


def call(door):
    client = socket.create_connection(("127.0.0.1", door.port), timeout=10)
    return client


def ask(client, text):
    client.sendall(text)
    return client.recv(65536)


def test_a_door_lets_bytes_pass_both_ways(door):
    with call(door) as client:
        assert ask(client, b"hello") == b"hello"
        assert ask(client, b"again") == b"again"


def test_a_door_on_a_unix_socket_lets_bytes_pass(doors, tmp_path):
    path = str(tmp_path / "behind")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen()
    doors.open(str(tmp_path / "front"), path)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "front"))
        client.sendall(b"hello")
        connection, _ = listening.accept()
        assert connection.recv(100) == b"hello"
        connection.close()
    listening.close()


def test_what_is_refused_cannot_connect_and_what_was_connected_is_reset(doors, door):
    client = call(door)
    assert ask(client, b"hello") == b"hello"

    doors.tell(door, Trouble("refuse"))

    with pytest.raises(ConnectionResetError):
        client.recv(1)
    with pytest.raises(ConnectionRefusedError):
        call(door)
    doors.tell(door, Trouble())
    with call(door) as again:
        assert ask(again, b"hello") == b"hello"


def test_what_is_stalled_arrives_when_the_stall_is_over(doors, door, echo):
    with call(door) as client:
        assert ask(client, b"one") == b"one"
        doors.tell(door, Trouble("stall"))
        client.sendall(b"two")
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.recv(1)
        assert echo.heard == b"one"

        doors.tell(door, Trouble())

        client.settimeout(10)
        assert client.recv(100) == b"two"


def test_a_half_open_connection_hears_nothing_and_breaks_when_the_fault_is_over(doors, door, echo):
    with call(door) as client:
        assert ask(client, b"one") == b"one"
        doors.tell(door, Trouble("half_open"))
        client.sendall(b"two")
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.recv(1)

        doors.tell(door, Trouble())

        client.settimeout(10)
        with pytest.raises(ConnectionResetError):
            client.recv(1)
        assert echo.heard == b"one"
        assert len(door.swallowed) == 1


def test_what_a_new_connection_says_to_a_half_open_door_is_counted(doors, door, echo):
    doors.tell(door, Trouble("half_open"))
    with call(door) as client:
        client.sendall(b"one")

        wait_for(lambda: len(door.swallowed) == 1, what="it is counted")
    assert echo.heard == b""


def test_a_late_piece_never_passes_an_earlier_one(doors, door):
    with call(door) as client:
        assert ask(client, b"x") == b"x"
        doors.tell(door, Trouble("latency", delay=0.2))
        client.sendall(b"one")
        wait_for(lambda: any(end.free_at > 0 for end in door.ends), what="the delay of the first piece")
        doors.tell(door, Trouble())
        client.sendall(b"two")

        said = b""
        while len(said) < 6:
            said += client.recv(100)
        assert said == b"onetwo"


@pytest.mark.parametrize("mode", ["reset", "truncate"])
def test_a_request_is_cut_in_the_middle(doors, door, echo, mode):
    doors.tell(door, Trouble(mode, towards="server", most_bytes=1000, share=1.0))
    with call(door) as client:
        client.sendall(b"x" * 5000)
        try:
            assert client.recv(5000) in (b"", b"x" * len(echo.heard))
        except ConnectionResetError:
            assert mode == "reset"
    wait_for(lambda: not door.ends, what="the end of the connection")
    assert len(echo.heard) <= 1000
    assert door.cuts == 1


def test_an_answer_is_cut_in_the_middle(doors, door, echo):
    doors.tell(door, Trouble("truncate", towards="client", most_bytes=1000, share=1.0))
    with call(door) as client:
        client.sendall(b"x" * 5000)
        said = b""
        while piece := client.recv(5000):
            said += piece
    assert len(said) <= 1000 and echo.heard == b"x" * 5000


def test_only_a_share_of_the_connections_is_cut(doors, door):
    doors.tell(door, Trouble("truncate", towards="server", most_bytes=0, share=0.5))
    whole = 0
    for _ in range(40):
        with call(door) as client:
            whole += ask(client, b"hello") == b"hello"
    assert 5 < whole < 35
    assert door.cuts == 40 - whole
