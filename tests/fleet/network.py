"""The hosts of a site: network namespaces at one bridge, which is tied to nothing else.

The bridge is in the namespace of this process, which is a host too: the CRM's. A host can be cut off from others: packets are dropped
silently in both directions, as if a switch had failed. The link of a host can be slow and lossy (slow_link.py).
"""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
NET = "10.99.0."
CRM = "crm"


def sh(*command):
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)


class Network:
    """`slow` names the host whose link can be slow."""

    def __init__(self, names, slow):
        self.address = {name: f"{NET}{number}" for number, name in enumerate([CRM, *names], 1)}
        self.cuts = []
        sh("ip", "link", "set", "lo", "up")
        sh("ip", "link", "add", "switch", "type", "bridge")
        sh("ip", "address", "add", self.address[CRM] + "/24", "dev", "switch")
        sh("ip", "link", "set", "switch", "up")
        for name in names:
            self._add(name, name == slow)

    def _add(self, name, slow):
        port = f"to-{name}"
        sh("ip", "netns", "add", name)
        if slow:
            self.link = subprocess.Popen([sys.executable, str(HERE / "slow_link.py"), "wire", port],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            assert self.link.stdout.readline() == "ready\n"
        else:
            sh("ip", "link", "add", "wire", "type", "veth", "peer", "name", port)
        sh("ip", "link", "set", "wire", "netns", name)
        sh("ip", "link", "set", port, "master", "switch", "up")
        sh("ip", "-n", name, "link", "set", "lo", "up")
        sh("ip", "-n", name, "address", "add", self.address[name] + "/24", "dev", "wire")
        sh("ip", "-n", name, "link", "set", "wire", "up")

    def on(self, host, *command):
        """Returns the command that runs a program on the host. The program replaces it, so its process id is that of the program."""
        return ["nsenter", f"--net=/run/netns/{host}", *map(str, command)]

    def others(self, *hosts):
        return [name for name in self.address if name not in hosts]

    def cut(self, host, others):
        assert host != CRM, "traffic at the bridge of the CRM's host does not pass its own rules"
        self._rule("--append", host, others)
        self.cuts.append((host, others))

    def mend(self, host=None):
        """Ends the cuts of a host, or all."""
        for cut in [one for one in self.cuts if host in (None, one[0])]:
            self._rule("--delete", *cut)
            self.cuts.remove(cut)

    def _rule(self, verb, host, others):
        addresses = ",".join(self.address[other] for other in others)
        for chain, end in (("INPUT", "--source"), ("OUTPUT", "--destination")):
            sh(*self.on(host, "iptables", "--wait", verb, chain, end, addresses, "--jump", "DROP"))

    def slow_down(self, delay_ms, loss, others):
        """Packets between the host with the slow link and others take this time each way, and this share of them is lost."""
        self._tell(delay_ms, loss, *(self.address[other] for other in others))

    def speed_up(self):
        self._tell(0, 0)

    def _tell(self, *parts):
        print(*parts, file=self.link.stdin, flush=True)
