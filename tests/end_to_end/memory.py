"""Watches how much private memory processes take while they work."""

import os
import pathlib
import signal
import threading

PAGE = os.sysconf("SC_PAGE_SIZE")
MEBIBYTE = 1 << 20
TOO_MUCH = 2048 * MEBIBYTE  # a larger process is killed, so that a failing test does not use up the memory of the machine


def private_bytes(pid):
    """Returns the resident bytes that no file or segment shares; 0 when the process has ended."""
    try:
        _, resident, shared, *_ = pathlib.Path(f"/proc/{pid}/statm").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return (int(resident) - int(shared)) * PAGE


def children(pid):
    try:
        return [int(one) for one in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


class Watch(threading.Thread):
    """Notes the most memory of each named process, and of the backends of a PostgreSQL with some exceptions."""

    def __init__(self, processes, postmaster, except_backends=()):
        super().__init__(name="memory", daemon=True)
        self.processes = dict(processes)  # name to pid
        self.postmaster = postmaster
        self.exempt = set(except_backends)
        self.most = {}  # name to bytes
        self.ended = []
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(0.02):
            for name, pid in self.processes.items():
                self._note(name, pid, signal.SIGKILL)
            for pid in children(self.postmaster):
                if pid not in self.exempt:
                    self._note(f"PostgreSQL's process {pid}", pid, signal.SIGTERM)

    def _note(self, name, pid, ending):
        size = private_bytes(pid)
        self.most[name] = max(size, self.most.get(name, 0))
        if size > TOO_MUCH:
            self.ended.append(name)
            os.kill(pid, ending)

    def stop(self):
        """Stops watching. Returns the most MiB of each process by name; the caller judges them."""
        self.over.set()
        self.join()
        return {name: round(size / MEBIBYTE) for name, size in self.most.items()}
