"""The slow link, with datagram sockets in place of TAP devices."""

import pathlib
import socket
import sys
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from slow_link import IPV4, Link  # noqa: E402

HERE_ADDRESS, SLOW_ADDRESS, OTHER_ADDRESS = "10.99.0.2", "10.99.0.3", "10.99.0.4"


def frame(source, destination, kind=IPV4):
    return bytes(12) + kind + bytes(12) + socket.inet_aton(source) + socket.inet_aton(destination)


@pytest.fixture
def wire():
    """Yields the link and the sockets at its two ends."""
    pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2)]
    for pair in pairs:
        for end in pair:
            end.setblocking(False)
    yield Link([inner.fileno() for inner, _ in pairs]), *(outer for _, outer in pairs)
    for pair in pairs:
        for end in pair:
            end.close()


def carry(link):
    for end in link.across:
        while link.carry(end):
            pass
    link.deliver_due()


def received(end):
    try:
        return end.recv(100)
    except BlockingIOError:
        return None


def test_a_frame_passes_at_once_in_both_directions(wire):
    link, left, right = wire
    left.send(frame(HERE_ADDRESS, OTHER_ADDRESS))
    right.send(frame(OTHER_ADDRESS, HERE_ADDRESS))

    carry(link)

    assert received(right) == frame(HERE_ADDRESS, OTHER_ADDRESS)
    assert received(left) == frame(OTHER_ADDRESS, HERE_ADDRESS)


def test_only_packets_of_the_slow_address_wait(wire):
    link, left, right = wire
    link.set(f"30 0 {SLOW_ADDRESS}")
    left.send(frame(HERE_ADDRESS, SLOW_ADDRESS))
    left.send(frame(HERE_ADDRESS, OTHER_ADDRESS))
    left.send(frame(HERE_ADDRESS, SLOW_ADDRESS, kind=b"\x08\x06"))  # ARP
    began = time.monotonic()

    carry(link)
    assert [received(right), received(right), received(right)] == [
        frame(HERE_ADDRESS, OTHER_ADDRESS), frame(HERE_ADDRESS, SLOW_ADDRESS, kind=b"\x08\x06"), None]

    while link.next_due() is not None:
        link.deliver_due()
    assert time.monotonic() - began >= 0.03
    assert received(right) == frame(HERE_ADDRESS, SLOW_ADDRESS)


def test_the_given_share_is_lost(wire):
    link, left, right = wire
    link.set(f"0 0.25 {SLOW_ADDRESS}")
    arrived = 0
    for _ in range(1000):
        left.send(frame(HERE_ADDRESS, SLOW_ADDRESS))
        carry(link)
        arrived += received(right) is not None

    assert 650 < arrived < 850
