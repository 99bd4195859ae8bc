"""A node, the hosts at the far end of its cable, a pod and Multus for each test; and the questions that
tests ask of a pod's namespace."""

import json
import re
import shutil
import tempfile
import unittest
from contextlib import ExitStack
from pathlib import Path

from lab.multus import Attachment, Multus, hashed
from lab.netns import Capture, Namespace, veth
from lab.parked import record_text
from lab.paths import PROGRAMS
from lab.process import as_user_107

MAC = "02:00:00:00:00:62"
UPLINK = "eth2"


def bridge(ipam: dict | None = None, **more) -> dict:
    """A NAD of CNI's bridge plugin on br1."""
    return {"cniVersion": "1.0.0", "name": "br1-net", "type": "bridge", "bridge": "br1",
            "capabilities": {"mac": True}, "ipam": ipam or {}, **more}


def static(*addresses: str, gateway: str | None = None, routes: list[dict] | None = None) -> dict:
    entries = [{"address": a, **({"gateway": gateway} if gateway and "." in a else {})}
               for a in addresses]
    return {"type": "static", "addresses": entries, **({"routes": routes} if routes else {})}


class PodCase(unittest.TestCase):
    node_kind = Namespace

    def setUp(self) -> None:
        self.stack = ExitStack()
        self.addCleanup(self.stack.close)
        self.room = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.node = self.stack.enter_context(self.node_kind("node"))
        self.hosts = self.stack.enter_context(Namespace("hosts"))
        self.pod = self.stack.enter_context(Namespace("pod"))
        self.multus = self.stack.enter_context(Multus(self.node))
        veth(self.node, UPLINK, self.hosts, UPLINK)

    def make_bridge(self, *addresses: str) -> None:
        """br1 on the uplink, as the node's policy makes it."""
        self.node.run("ip", "link", "add", "br1", "type", "bridge")
        self.node.run("ip", "link", "set", UPLINK, "master", "br1")
        self.node.run("ip", "link", "set", "br1", "up")
        for address in addresses:
            self.node.run("ip", "address", "add", address, "dev", "br1", "nodad")

    def adopt_macvtap(self, network: str) -> Attachment:
        """A network of macvtap-cni, which Debian has not: what it leaves in the pod and answers. The binding is
        still to be called."""
        self.node.run("ip", "link", "add", "left", "link", UPLINK, "address", MAC,
                      "type", "macvtap", "mode", "bridge")
        self.node.run("ip", "link", "set", "left", "netns", self.pod.name)
        nic = "pod" + hashed(network)
        self.pod.run("ip", "link", "set", "left", "name", nic, "up")
        result = {"cniVersion": "1.0.0",
                  "interfaces": [{"name": nic, "mac": MAC, "sandbox": str(self.pod.path)}]}
        nad = {"cniVersion": "1.0.0", "name": "macvtap-net", "type": "macvtap", "mtu": 1500}
        return self.multus.adopt(self.pod, network, nad, result, mac=MAC)

    def record(self, attachment: Attachment) -> dict:
        """The record, without its owner, from the aliases of its links."""
        for link in attachment.pod.ip("link", "show"):
            if link["ifname"].startswith(attachment.record):
                self.assertNotIn("UP", link["flags"])
        record = json.loads(record_text(attachment.pod, attachment.record))
        record.pop("owner")
        return record

    def as_user_107(self, program: str) -> list[object]:
        """The command that runs one of our programs as the pod's user. From a copy: the build tree may lie where
        that user has no way in, under /root say."""
        self.room.chmod(0o755)
        return as_user_107(shutil.copy(PROGRAMS / program, self.room))

    def inspect(self) -> dict:
        """The pod as the sidecar reads it."""
        return json.loads(self.pod.run(*self.as_user_107("patchbay"), "inspect"))

    def capture(self, namespace: Namespace, interface: str) -> Capture:
        return Capture(namespace, interface, self.room / f"{interface}.pcap")


# One program for all families and one shell for all links: tests ask this often.
EVERYTHING = """
set -eu
printf 'link show\\naddress show\\nroute show table all\\nrule show\\n' | ip -j -d -b -
tc -j qdisc show
cd /sys/class/net
for link in */; do
  link=${link%/}
  filters=$(tc filter show dev "$link" ingress 2>&1) || case $filters in
    'Cannot find device'*) filters= ;;  # it has gone meanwhile
    *) echo "$filters" >&2; exit 1 ;;
  esac
  printf '= %s\\n%s\\n' "$link" "$filters"
done
"""


def everything(namespace: Namespace) -> dict:
    """All that iproute2 shows of a namespace's network, without what counts or passes."""
    tables, *ports = namespace.run("sh", "-c", EVERYTHING).split("\n= ")
    shown = dict(zip(("links", "addresses", "routes", "rules", "qdiscs"),
                     map(json.loads, tables.splitlines()), strict=True))
    for link in shown["links"] + shown["addresses"]:
        # The kernel notices a carrier a moment later.
        link["flags"] = sorted(set(link["flags"]) - {"NO-CARRIER", "LOWER_UP"})
        link.pop("operstate")
        for data in ("info_data", "info_slave_data"):  # a bridge's clocks; a port's carrier
            values = link.get("linkinfo", {}).get(data, {})
            for passing in [key for key in values if key.endswith("_timer") or key == "state"]:
                values.pop(passing)
    named = (port.partition("\n") for port in ports)
    shown["filters"] = {link: without_numbers(text.strip()) for link, _, text in named}
    return shown


def without_numbers(filters: str) -> str:
    """Without those of programs and actions, which the same ones have anew each time."""
    return re.sub(r"\b(id|index) \d+", r"\1", filters)


def unreclaimable() -> int:
    """Of the kernel's own memory, KiB."""
    return int(Path("/proc/meminfo").read_text().split("SUnreclaim:")[1].split()[0])


def frames_after(capture: Capture, moment: float, expression: str) -> list[str]:
    """Captured frames that match and came after `moment` (time.time())."""
    return [line for line in capture.frames(expression) if float(line.split()[0]) > moment]
