"""A CAS that closes its keep-alive connections at any moment between two requests, and counts its requests.

It does a request when it has read it whole: it counts it and answers OK. It does not read, and so does not do, a request that arrives
while it closes the connection. For one of a hundred requests that it reads, it closes the connection without an answer. The client
cannot tell these cases apart.
"""

import asyncio
import collections
import contextlib
import random
import re
import socket
import struct
import threading

LINGER_ZERO = struct.pack("ii", 1, 0)
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
REQUEST_ID = re.compile(rb"SequenceNumber>(\d+)\d{5}<")  # the last five digits are those of the command
ANSWER = (b'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
          b"<Response><StatusCode>OK</StatusCode><Message>done</Message><ReferenceNumber>ref-%d</ReferenceNumber>"
          b"<Paired>false</Paired></Response></s:Body></s:Envelope>")
UNANSWERED = 0.01  # share of the requests
LULL = 0.02  # seconds in which requests under way at the shutdown still arrive

# Seconds after the answer; None: only when the next request arrives, which is not read.
MOMENTS = [
    (2, lambda rng: 0.0),
    (3, lambda rng: rng.uniform(0, 0.005)),
    (2, lambda rng: rng.uniform(0.005, 0.1)),
    (2, lambda rng: rng.uniform(0.1, 3.0)),
    (0.3, lambda rng: None),
    (3, lambda rng: 3600.0),
]
# fin: shuts down, then reads and counts late requests; close: closes at once, so that late requests are answered with a reset; reset.
MANNERS = ["fin", "close", "reset"]


class Fickle:
    """Runs in a thread of its own from `start` to `stop`. Its counts may be read at any time."""

    def __init__(self, seed):
        self.random = random.Random(f"fickle {seed}")
        self.done = collections.Counter()  # request to number of times
        self.closed_idle = collections.Counter()  # manner to number of times
        self.caught = set()  # requests that had arrived but were not read when their connection was closed
        self.unanswered = set()  # requests that were done, but whose connection was closed without an answer
        self.after_the_end = set()  # requests that were written after the end of the connection was sent
        self.closing = True  # whether connections are closed at all
        self.loop = asyncio.new_event_loop()
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.listening.setblocking(False)
        self.port = self.listening.getsockname()[1]
        self.conversations = set()
        self.failures = []

    def start(self):
        self.accepting = self.loop.create_task(self._accept())
        self.thread = threading.Thread(target=self.loop.run_forever, name="fickle", daemon=True)
        self.thread.start()

    def stop(self):
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(timeout=10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.listening.close()
        self.loop.close()

    async def _end(self):
        tasks = [self.accepting, *self.conversations]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self):
        while True:
            connection, _ = await self.loop.sock_accept(self.listening)
            task = self.loop.create_task(self._converse(connection))
            self.conversations.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task):
        self.conversations.discard(task)
        if not task.cancelled() and not isinstance(task.exception(), (OSError, type(None))):
            self.failures.append(task.exception())

    async def _converse(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            while (request := await self._read(connection)) is not None:
                request_id = id_in(request)
                self.done[request_id] += 1
                if self.closing and self.random.random() < UNANSWERED:
                    self.unanswered.add(request_id)
                    return
                await self.loop.sock_sendall(connection, answer(request_id))
                if self.closing and await self._close_between(connection):
                    return

    async def _read(self, connection):
        """Returns a whole request, or None if the client has closed the connection."""
        text = b""
        while not is_whole(text):
            piece = await self.loop.sock_recv(connection, 65536)
            if not piece:
                return None
            text += piece
        return text

    async def _close_between(self, connection):
        """Returns whether the connection was closed before the next request was read."""
        moment = self.random.choices([m for _, m in MOMENTS], [weight for weight, _ in MOMENTS])[0](self.random)
        came = await self._something_comes(connection, moment) if moment != 0.0 else False
        if came and moment is not None:
            return False
        await self._close(connection, self.random.choice(MANNERS))
        return True

    async def _something_comes(self, connection, within):
        readable = self.loop.create_future()
        self.loop.add_reader(connection, lambda: readable.done() or readable.set_result(True))
        try:
            await asyncio.wait_for(readable, within)
            return True
        except asyncio.TimeoutError:
            return False
        finally:
            self.loop.remove_reader(connection)

    async def _close(self, connection, manner):
        waiting = peek(connection)
        if waiting is None:
            return  # the client has closed it first
        if waiting:
            self.caught.add(id_in(waiting))
        else:
            self.closed_idle[manner] += 1
        if manner == "fin":
            connection.shutdown(socket.SHUT_WR)
            await asyncio.sleep(LULL)
            late = peek(connection)
            if late and not waiting:
                self.after_the_end.add(id_in(late))
        elif manner == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)


def peek(connection):
    """Returns the bytes that have arrived and were not read; None: the client has closed the connection."""
    with contextlib.suppress(BlockingIOError):
        return connection.recv(65536, socket.MSG_PEEK) or None
    return b""


def is_whole(text):
    head, end, body = text.partition(b"\r\n\r\n")
    return bool(end) and len(body) >= int(LENGTH.search(head).group(1))


def id_in(text):
    found = REQUEST_ID.search(text)
    return int(found.group(1)) if found else None


def answer(request_id):
    body = ANSWER % request_id
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
