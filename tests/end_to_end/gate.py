"""A TCP gate in front of PostgreSQL's socket: what the network does to connections, on demand."""

import socket
import struct
import threading


class Gate:
    """Forwards 127.0.0.1:port to a Unix socket until it is told otherwise."""

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
        """New connections pass again. Old ones stay what they have become."""
        with self.lock:
            self.stalled = False
            self.budget = None
        if self.listener is None:
            self.listener = socket.create_server(("127.0.0.1", self.port))
            self.port = self.listener.getsockname()[1]
            threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def refuse(self):
        """Nobody listens any more, and what was connected is cut."""
        listener, self.listener = self.listener, None
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        self.reset()

    def stall(self):
        """Every byte is swallowed, of the connections there are and of new ones: nobody is told anything."""
        with self.lock:
            self.stalled = True
        self.go_deaf()

    def go_deaf(self):
        """The connections there are become half-open: they stay, and nothing comes through. New ones pass."""
        with self.lock:
            for pair in self.pairs:
                pair.deaf = True

    def truncate(self, answer_bytes):
        """The next connections are cut after so many bytes of the server's answers, in the middle of one."""
        with self.lock:
            self.budget = answer_bytes

    def reset(self):
        """Cuts every connection the hard way."""
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
    """One connection through the gate."""

    def __init__(self, client, server, deaf, budget):
        self.client = client
        self.server = server
        self.deaf = deaf
        self.budget = budget

    def start(self):
        threading.Thread(target=self._pump, args=(self.client, self.server, False), daemon=True).start()
        threading.Thread(target=self._pump, args=(self.server, self.client, True), daemon=True).start()

    def reset(self):
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._cut()

    def _pump(self, source, sink, answers):
        try:
            while data := source.recv(65536):
                if self.deaf:
                    continue
                if answers and self.budget is not None:
                    data, self.budget = data[: self.budget], self.budget - len(data)
                sink.sendall(data)
                if answers and self.budget is not None and self.budget <= 0:
                    break
        except OSError:
            pass
        if not self.deaf:
            self._cut()

    def _cut(self):
        for end in (self.client, self.server):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
