"""Programs on hosts of the site: the simulated CAS, and daemons with processes and a host name of their own."""

import json
import pathlib
import signal
import subprocess

from programs import CONTEGO_SIM, CONTEGOD, Daemon, Simulator, fetch, wait_for
from stage import Member

ADMIN_PORT = 9464

# The launcher of a daemon. In a process namespace of its own, no other daemon can see whether it lives, as on a machine of its own.
LAUNCHER = """#!/bin/sh
exec nsenter --net=/run/netns/{host} unshare --uts --pid --mount-proc --fork --kill-child sh -c 'hostname {host}; exec "$@"' first \\
    env {environment} {program} "$@"
"""


def false_clock(seconds):
    """Returns the environment in which a program takes the time to be that many seconds later."""
    library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    return f"LD_PRELOAD={library} FAKETIME={seconds} FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1"


class HostedSimulator(Simulator):
    def __init__(self, network, host, *arguments):
        self.process = subprocess.Popen(network.on(host, CONTEGO_SIM, "--listen", f"{network.address[host]}:0", "--seed", "7", *arguments),
                                        stdout=subprocess.PIPE, text=True)
        self.url = json.loads(self.process.stdout.readline())["listening"]


class HostedDaemon(Daemon):
    def __init__(self, file, launcher, address):
        super().__init__(file, ready=False, program=str(launcher))
        self.address = address

    def get(self, path):
        return fetch(f"http://{self.address}:{ADMIN_PORT}{path}")

    def _send(self, which):
        """Signals the daemon, which is the only child of the launcher."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        subprocess.run(["kill", f"-{int(which)}", *children.read_text().split()], check=True)

    def terminate(self, within=30):
        self._send(signal.SIGTERM)
        wait_for(lambda: self.process.poll() is not None, within, "the end of a daemon that was told to stop")
        return self.process.returncode


class HostedMember(Member):
    def __init__(self, network, host, file, clock=None):
        self.address = network.address[host]
        self.launcher = file.with_suffix(".sh")
        self.launcher.write_text(LAUNCHER.format(host=host, environment=false_clock(clock) if clock else "", program=CONTEGOD))
        self.launcher.chmod(0o755)
        super().__init__(host, file, door=None)

    def start(self):
        self.daemon = HostedDaemon(self.file, self.launcher, self.address)
        self.expected = False
