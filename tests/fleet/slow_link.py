#!/usr/bin/python3
"""A link that can be slow and lossy, for kernels without netem: carries frames between two new TAP devices.

    slow_link.py DEVICE DEVICE

A line "DELAY_MS LOSS ADDRESS ..." on stdin sets the time that packets from or to these addresses take, and the share of them that is lost.
Other packets pass at once. The link ends with stdin.
"""

import collections
import fcntl
import os
import random
import select
import socket
import struct
import sys
import time

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
IPV4 = b"\x08\x00"
LONGEST_FRAME = 65550


def tap(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
    return device


class Link:
    def __init__(self, ends):
        self.across = dict(zip(ends, reversed(ends)))
        self.delay, self.loss, self.slow = 0.0, 0.0, set()
        self.waiting = collections.deque()  # (time to deliver, device, frame); equal delays keep it in order
        self.random = random.Random("link")

    def set(self, line):
        delay_ms, loss, *addresses = line.split()
        self.delay, self.loss, self.slow = float(delay_ms) / 1000, float(loss), set(map(socket.inet_aton, addresses))

    def carry(self, end):
        """Takes one frame. Returns false if there is none."""
        try:
            frame = os.read(end, LONGEST_FRAME)
        except BlockingIOError:
            return False
        if not (frame[12:14] == IPV4 and self.slow.intersection((frame[26:30], frame[30:34]))):
            self.deliver(self.across[end], frame)
        elif self.random.random() >= self.loss:
            self.waiting.append((time.monotonic() + self.delay, self.across[end], frame))
        return True

    def deliver_due(self):
        while self.waiting and self.waiting[0][0] <= time.monotonic():
            self.deliver(*self.waiting.popleft()[1:])

    def next_due(self):
        """Returns the seconds until the next frame is due; None: no frame waits."""
        return max(0.0, self.waiting[0][0] - time.monotonic()) if self.waiting else None

    @staticmethod
    def deliver(end, frame):
        try:
            os.write(end, frame)
        except OSError:
            pass  # the device is down or its queue is full: the frame is lost, as on a wire


def main():
    link = Link([tap(name) for name in sys.argv[1:3]])
    print("ready", flush=True)
    while True:
        for end in select.select([sys.stdin, *link.across], [], [], link.next_due())[0]:
            if end is not sys.stdin:
                while link.carry(end):
                    link.deliver_due()
            elif line := sys.stdin.readline():
                link.set(line)
            else:
                return
        link.deliver_due()


if __name__ == "__main__":
    main()
