"""A TCP gate in front of PostgreSQL's socket. It does to connections what a network can do."""

import select
import socket
import struct
import threading
import time


class Gate:
    """Forwards 127.0.0.1:port to a Unix socket until a method changes that."""

    def __init__(self, upstream):
        self.upstream = str(upstream)
        self.pairs = []
        self.lock = threading.Lock()
        self.stalled = False
        self.budget = None
        self.listener = None
        self.port = 0
        self.let_in()

    def let_in(self):
        """Lets new connections pass again. Old connections stay as they are."""
        with self.lock:
            self.stalled = False
            self.budget = None
        if self.listener is None:
            self.listener = socket.create_server(("127.0.0.1", self.port))
            self.port = self.listener.getsockname()[1]
            threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def refuse(self):
        """Stops listening, and cuts all connections."""
        listener, self.listener = self.listener, None
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        self.reset()

    def stall(self):
        """Drops every byte of existing and new connections. Neither end learns of it."""
        with self.lock:
            self.stalled = True
        self.go_deaf()

    def go_deaf(self):
        """Makes the existing connections half-open: they stay, but no byte passes. New connections pass."""
        with self.lock:
            for pair in self.pairs:
                pair.deaf = True

    def truncate(self, answer_bytes):
        """Cuts each of the next connections after this number of bytes from the server, in the middle of an answer."""
        with self.lock:
            self.budget = answer_bytes

    def reset(self):
        """Cuts every connection with a TCP reset."""
        with self.lock:
            pairs, self.pairs = self.pairs, []
        for pair in pairs:
            pair.reset()

    def close(self):
        if self.listener is not None:
            self.refuse()

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self._connect(client)

    def _connect(self, client):
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(self.upstream)
        except OSError:
            client.close()
            return
        with self.lock:
            pair = Pair(client, server, self.stalled, self.budget)
            self.pairs.append(pair)
        pair.start()


class Pair:
    """One connection through the gate. Only its own thread uses the two sockets."""

    def __init__(self, client, server, deaf, budget):
        self.client = client
        self.server = server
        self.deaf = deaf
        self.budget = budget
        self.cut = False

    def start(self):
        threading.Thread(target=self._run, daemon=True).start()

    def reset(self):
        self.cut = True

    def _run(self):
        try:
            while not self.cut and self._forwarded():
                pass
        except OSError:
            pass
        if self.cut:  # closing then sends RST, not FIN
            self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.client.close()
        self.server.close()

    def _forwarded(self):
        """Forwards the bytes that have arrived. Returns false when an end has closed."""
        for source in select.select([self.client, self.server], [], [], 0.02)[0]:
            data = source.recv(65536)
            if not data:
                return self._ended()
            if self.deaf:
                continue
            if source is self.client:
                self.server.sendall(data)
                continue
            if self.budget is None:
                self.client.sendall(data)
                continue
            self.client.sendall(data[: self.budget])
            self.budget -= len(data)
            if self.budget <= 0:
                return False
        return True

    def _ended(self):
        """A deaf connection does not tell the other end, until it is cut."""
        while self.deaf and not self.cut:
            time.sleep(0.02)
        return False
