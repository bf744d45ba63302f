"""A host that answers nothing, as after a power failure."""

import pathlib
import select
import socket

CONNECTING = "02"  # SYN_SENT in /proc/net/tcp


class BlackHole:
    """Listens on 127.0.0.1:port, but its queue is full. So the kernel drops every attempt to connect."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.port = self.listener.getsockname()[1]
        self.fillers = []
        while self._has_room():
            pass

    def _has_room(self):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(("127.0.0.1", self.port))
        self.fillers.append(filler)
        return select.select([], [filler], [], 0.5)[1]

    def attempts(self):
        """Returns the local addresses from which other programs are trying to connect now."""
        ours = {_as_in_proc(*filler.getsockname()) for filler in self.fillers}
        here = _as_in_proc("127.0.0.1", self.port)
        rows = (line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines())
        return {row[1] for row in rows if row[2:4] == [here, CONNECTING]} - ours

    def close(self):
        for one in [self.listener, *self.fillers]:
            one.close()


def _as_in_proc(address, port):
    return f"{int.from_bytes(socket.inet_aton(address), 'little'):08X}:{port:04X}"
