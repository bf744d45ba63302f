"""How much memory of their own processes take, watched while they work."""

import os
import pathlib
import signal
import threading

PAGE = os.sysconf("SC_PAGE_SIZE")
MEBIBYTE = 1 << 20
TOO_MUCH = 2048 * MEBIBYTE  # what grows beyond is ended, so that a test that fails does not take the machine with it


def private_bytes(pid):
    """Resident and shared with nobody by file or segment; 0 when the process is gone."""
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
    """The most that each process took: those named, and the backends of a PostgreSQL but for some."""

    def __init__(self, processes, postmaster, except_backends=()):
        super().__init__(name="memory", daemon=True)
        self.processes = dict(processes)  # name -> pid
        self.postmaster = postmaster
        self.exempt = set(except_backends)
        self.most = {}  # name -> bytes
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
        """Processes with more than so many bytes are the caller's to judge: name -> MiB."""
        self.over.set()
        self.join()
        return {name: round(size / MEBIBYTE) for name, size in self.most.items()}
