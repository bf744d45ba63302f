"""Doors between the daemons and their servers: bytes pass, wait, vanish or are cut off, as the doors are told.

All doors run on one event loop in a thread of its own. A door listens on TCP (a host and a port) or on a Unix socket (a path) and
forwards to another one. By default it lets every byte pass.
"""

import asyncio
import contextlib
import dataclasses
import os
import random
import socket
import struct
import threading
import time

LINGER_ZERO = struct.pack("ii", 1, 0)


@dataclasses.dataclass(frozen=True)
class Trouble:
    """The mode of a door. A cut affects `share` of the connections, in each direction after 0 to `most_bytes` more bytes."""

    mode: str = "pass"  # pass, refuse, stall, half_open, latency, reset, truncate
    towards: str = "server"  # reset and truncate: the direction of the bytes
    most_bytes: int = 2000
    share: float = 0.3
    delay: float = 0.0


class End(asyncio.Protocol):
    """One end of a connection through a door. It writes the bytes that it receives to its peer."""

    def __init__(self, door, towards, peer=None):
        self.door, self.towards, self.peer = door, towards, peer
        self.transport = None
        self.early = []  # bytes that arrived before the peer was connected
        self.budget = None  # bytes until the cut; None: no cut
        self.cut_by = None  # the trouble that set the budget
        self.free_at = 0.0
        self.dead = False  # half-open: it receives bytes, and passes none on

    def connection_made(self, transport):
        self.transport = transport
        self.door.ends.add(self)
        if self.door.trouble.mode == "stall":
            transport.pause_reading()
        if self.peer is None:
            self.door.loop.create_task(self._connect_peer())
        else:
            self.peer.connected_with(self)

    async def _connect_peer(self):
        if self.door.trouble.mode == "half_open":
            self.dead = True
            return
        try:
            await self.door.connect(lambda: End(self.door, "client", self))
        except OSError:
            self.break_off()

    def connected_with(self, peer):
        """Earlier bytes are sent first."""
        self.peer = peer
        if self.transport.is_closing():
            peer.transport.close()
        early, self.early = self.early, []
        for piece in early:
            self.data_received(piece)

    def data_received(self, data):
        trouble = self.door.trouble
        if trouble.mode == "half_open" and self.towards == "server":
            self.door.swallowed.append(time.time())
        if self.dead:
            return
        if trouble.mode == "half_open":
            self.dead = True
            if self.peer:
                self.peer.dead = True
            return
        if self.peer is None:
            self.early.append(data)
            return
        if trouble.mode in ("reset", "truncate") and trouble.towards == self.towards and self._is_cut(trouble, len(data)):
            self.peer.transport.write(data[: self.budget])
            self._cut(trouble.mode)
            return
        self._pass_on(data, trouble.delay if trouble.mode == "latency" else 0.0)

    def _is_cut(self, trouble, size):
        if self.cut_by is not trouble:
            self.cut_by = trouble
            chosen = self.door.random.random() < trouble.share
            self.budget = self.door.random.randrange(trouble.most_bytes + 1) if chosen else None
        if self.budget is None:
            return False
        if size > self.budget:
            return True
        self.budget -= size
        return False

    def _cut(self, mode):
        self.door.cuts += 1
        if mode == "reset":
            self.break_off()
        else:
            self.peer.transport.close()
            self.transport.close()

    def _pass_on(self, data, delay):
        loop = self.door.loop
        at = max(loop.time() + delay, self.free_at)  # never before earlier bytes
        if at <= loop.time():
            self.peer.transport.write(data)
            return
        self.free_at = at + 1e-6
        loop.call_at(at, self.peer.transport.write, data)

    def connection_lost(self, _):
        self.door.ends.discard(self)
        if self.peer is not None and not self.dead:
            wait = max(0.0, self.free_at - self.door.loop.time())
            self.door.loop.call_later(wait, self.peer.transport.close)

    def break_off(self):
        """Sends both ends a reset instead of a normal close."""
        for end in (self, self.peer):
            if end is None or end.transport is None:
                continue
            sock = end.transport.get_extra_info("socket")
            with contextlib.suppress(OSError):  # Unix sockets have no linger option; closing one with unread data resets it
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
            end.transport.abort()


class Door:
    def __init__(self, loop, listen, target, seed):
        self.loop, self.listen, self.target = loop, listen, target
        self.random = random.Random(f"door {seed} {listen}")
        self.trouble = Trouble()
        self.ends = set()
        self.cuts = 0
        self.swallowed = []  # the times at which a client sent bytes that a half-open connection dropped
        self.server = None
        self.port = 0
        if not isinstance(listen, str):
            # Holds the port while the door does not listen: connections are refused, and no other program can take the port.
            self.holder = socket.socket()
            self.holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            self.holder.bind(listen)
            self.port = self.holder.getsockname()[1]

    async def open(self):
        make = lambda: End(self, "server")  # noqa: E731
        if isinstance(self.listen, str):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.listen)
            self.server = await self.loop.create_unix_server(make, self.listen)
        else:
            self.server = await self.loop.create_server(make, self.listen[0], self.port, reuse_port=True)

    async def connect(self, make):
        if isinstance(self.target, str):
            await self.loop.create_unix_connection(make, self.target)
        else:
            await self.loop.create_connection(make, *self.target)

    async def become(self, trouble):
        before, self.trouble = self.trouble, trouble
        if trouble.mode == "refuse":
            self.server.close()
            for end in list(self.ends):
                end.break_off()
        elif before.mode == "refuse":
            await self.open()
        for end in list(self.ends):
            if trouble.mode == "stall":
                end.transport.pause_reading()
            elif before.mode == "stall":
                end.transport.resume_reading()
            # A half-open connection stays so until an end notices; here the end of the fault breaks it off.
            if before.mode == "half_open" and end.dead:
                end.dead = False
                end.break_off()


class Doors:
    """The event loop of all doors."""

    def __init__(self, seed):
        self.seed = seed
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(lambda _, context: self.troubles.append(str(context)))
        self.troubles = []
        self.thread = threading.Thread(target=self.loop.run_forever, name="doors", daemon=True)
        self.thread.start()

    def open(self, listen, target):
        door = Door(self.loop, listen, target, self.seed)
        self._wait(door.open())
        return door

    def tell(self, door, trouble):
        self._wait(door.become(trouble))

    def _wait(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout=10)

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
