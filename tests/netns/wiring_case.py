"""Each backend in each form, on a network of its own; and patchbay-cni called there while strace meddles with
one system call of it."""

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from lab.multus import Attachment
from lab.netns import Namespace
from lab.paths import PROGRAMS
from lab.process import LabError, wait_until
from pod_case import MAC, UPLINK, PodCase, bridge, everything, static

IPS = ["192.168.0.62/26", "fd00::62/64"]
IPAM = static(*IPS, gateway="192.168.0.2", routes=[{"dst": "0.0.0.0/0"}])


@dataclass(frozen=True)
class Case:
    plugin: str
    backend: str
    form: str
    options: dict = field(default_factory=dict)


CASES = [Case("bridge", "redirect", "chained"), Case("bridge", "bridge", "binding"),
         Case("bridge", "bridge", "chained"), Case("macvlan", "redirect", "binding"),
         Case("host-device", "redirect", "binding"), Case("tap", "tap", "binding"),
         Case("tap", "tap", "chained"), Case("macvtap", "macvtap", "binding"),
         Case("leased", "redirect", "chained", {"ipam": "dhcp"})]
PORT = {"responder": True, "guard": "full"}
PORT_CASES = [Case("bridge", "redirect", "binding", PORT), Case("bridge", "bridge", "chained", PORT),
              Case("tap", "tap", "binding", PORT)]
NADS = {"bridge": bridge(IPAM),
        "leased": bridge(static(IPS[0], gateway="192.168.0.2")),  # DHCPv4 leases no IPv6 address
        "macvlan": {"cniVersion": "1.0.0", "name": "macvlan-net", "type": "macvlan", "master": UPLINK,
                    "capabilities": {"mac": True}, "ipam": IPAM},
        "host-device": {"cniVersion": "1.0.0", "name": "device-net", "type": "host-device",
                        "device": UPLINK, "ipam": IPAM},
        "tap": {"cniVersion": "1.0.0", "name": "tap-net", "type": "tap", "owner": 107, "group": 107,
                "ipam": IPAM}}


def alone_with(pod: Namespace) -> list[str]:
    """Begins a command that sees no other network namespace of this machine: GC looks into each."""
    script = ('exec 9<"$0" && mount -t tmpfs none "$(dirname "$0")" && touch "$0" && '
              'mount --no-canonicalize --bind /proc/self/fd/9 "$0" && exec 9<&- && exec "$@"')
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, str(pod.path)]


def meddling(system_call: str, fault: str, number: int | str) -> list[str]:
    """Begins a command whose `number`-th `system_call` has strace's `fault`: error=ENOBUFS, signal=SIGKILL."""
    return ["strace", "-qq", "-o", "/dev/null", "-e", f"trace={system_call}",
            "-e", f"inject={system_call}:{fault}:when={number}"]


class WiringCase(PodCase):
    def setUp(self) -> None:
        super().setUp()
        # Duplicate address detection would only make each round slower.
        self.pod.run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")

    @contextmanager
    def network(self, plugin: str) -> Iterator[Attachment]:
        """The network's interface in the pod, as its plugin makes it; patchbay-cni is still to be called."""
        on_bridge = plugin in ("bridge", "leased")
        if on_bridge:
            self.make_bridge()
        if plugin == "macvtap":
            attachment = self.adopt_macvtap("blue")
            for address in IPS:
                self.pod.run("ip", "address", "add", address, "dev", attachment.pod_interface)
        else:
            attachment = self.multus.add_network(self.pod, "blue", NADS[plugin], mac=MAC)
        self.pod.settle()
        yield attachment
        self.multus.detach(attachment)
        if on_bridge:
            self.node.run("ip", "link", "del", "br1")
        if plugin == "macvtap":
            self.pod.run("ip", "link", "del", attachment.pod_interface)
        if plugin == "host-device":  # it comes back down
            self.node.run("ip", "link", "set", UPLINK, "up")

    def for_each(self, cases: list[Case], test: Callable[[Attachment, Case, int], None]) -> None:
        """`test` of each case with its network's interface in the pod, and of the case's number."""
        for number, case in enumerate(cases):
            with self.subTest(case), self.network(case.plugin) as attachment:
                test(attachment, case, number)

    def run_cni(self, command: str, attachment: Attachment, case: Case,
                under: Sequence[object] = ()) -> subprocess.CompletedProcess:
        config = {"cniVersion": "1.1.0", "name": "patchbay-test", "type": "patchbay",
                  "patchbay": {"mode": case.backend, **case.options}}
        if command == "GC":
            config["cni.dev/valid-attachments"] = []
        elif case.form == "chained":
            config["prevResult"] = attachment.result
        else:
            config["args"] = {"cni": {"logicNetworkName": attachment.network}}
            config["patchbay"]["cacheDirs"] = [str(self.multus.cache)]
        interface = attachment.pod_interface if case.form == "chained" else "net1"
        return subprocess.run(
            [*(alone_with(self.pod) if command == "GC" else []), *under, PROGRAMS / "patchbay-cni"],
            input=json.dumps(config), text=True, capture_output=True, check=False,
            env={"CNI_COMMAND": command, "CNI_CONTAINERID": self.pod.name, "CNI_IFNAME": interface,
                 "CNI_NETNS": str(self.pod.path), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            timeout=120)

    def assert_becomes(self, expected: dict, message: str = "",
                       of: Callable[[dict], dict] = lambda shown: shown) -> None:
        """The kernel makes a link-local address a moment after a link is up. `of`: what of everything."""
        try:
            wait_until("the pod to be as it was", lambda: of(everything(self.pod)) == expected, 20)
        except LabError:
            self.assertEqual(of(everything(self.pod)), expected, message)
