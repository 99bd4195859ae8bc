"""The networks that the data path is proved on: what each CNI plugin needs, where the pod's frames come
out of the node, and who lives there. A test is written once and runs on each:

    @on_each(VethOnBridge, VethPointToPoint, Macvlan)
    class Mtu:
        def test_something(self) -> None:
            with self.guest() as guest: …
"""

import json
import sys

from lab.netns import Namespace
from lab.paths import PROGRAMS, SOURCE
from lab.process import run
from lab.tap_guest import ALL_OFFLOADS, TapGuest
from pod_case import MAC, UPLINK, PodCase, bridge

NETWORK = "data"  # the VMI's name for it, in the fixture too
VMI = SOURCE / "tests/fixtures/12-nocloud-userdata/vmi.json"
GUEST4, GUEST6 = "192.168.0.62", "fd00::62"
HOST4, HOST6 = "192.168.0.50", "fd00::50"
OTHER_MAC = "02:00:00:00:00:99"  # nobody's
STATIC = {"type": "static", "addresses": [{"address": f"{GUEST4}/26", "gateway": HOST4},
                                          {"address": f"{GUEST6}/64", "gateway": HOST6}]}


class Segment(PodCase):
    """A pod on a network, wired by patchbay. `port`: where the pod's frames come out of its interface;
    `host`: where the neighbour with HOST4 and HOST6 lives. Each is a namespace and an interface."""

    mtu = 1500
    mode = "auto"
    nad_options: dict = {}

    def setUp(self) -> None:
        super().setUp()
        for namespace in (self.node, self.hosts, self.pod):
            # Nobody has the same address: looking for one would only take its seconds.
            namespace.run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")
        for namespace in (self.node, self.hosts):
            namespace.run("ip", "link", "set", UPLINK, "mtu", self.mtu)
        self.prepare()
        self.attachment = self.attach()
        self.mac = self.record(self.attachment)["mac"]  # the guest's
        self.port, self.host = self.ends()

    def attach(self):
        nad = {**self.nad(), "patchbay": {"mode": self.mode}, **self.nad_options}
        return self.multus.attach(self.pod, NETWORK, nad, mac=MAC)

    def prepare(self) -> None:
        for address in (f"{HOST4}/26", f"{HOST6}/64"):
            self.hosts.run("ip", "address", "add", address, "dev", UPLINK, "nodad")

    def nad(self) -> dict:
        raise NotImplementedError

    def ends(self) -> tuple[tuple[Namespace, str], tuple[Namespace, str]]:
        raise NotImplementedError

    def opened(self) -> str:
        """The interface that QEMU opens."""
        return self.attachment.tap

    def guest(self, offloads: int = ALL_OFFLOADS) -> TapGuest:
        """Entered, a guest behind the tap; leaving is the test's end."""
        guest = TapGuest(self.pod, self.opened(), self.mac, self.mtu, offloads)
        self.stack.enter_context(guest)
        guest.configure(f"{GUEST4}/26", f"{GUEST6}/64")
        return guest

    def render(self, networks: dict[str, str | None] | None = None, cpus: int = 1) -> dict:
        """`patchbay render` for a VMI whose NICs are on these networks, each with the MAC that its
        spec asks for; without, on the one that setUp made. With several CPUs it asks for as many
        queues."""
        networks = networks or {NETWORK: None}
        vmi = json.loads(VMI.read_text())
        vmi["spec"]["domain"]["devices"]["interfaces"] = [
            {"name": name, "binding": {"name": "patchbay"}, **({"macAddress": mac} if mac else {})}
            for name, mac in networks.items()]
        vmi["spec"]["networks"] = [{"name": name, "multus": {"networkName": name}}
                                   for name in networks]
        if cpus > 1:
            vmi["spec"]["domain"]["cpu"] = {"cores": cpus, "sockets": 1, "threads": 1}
            vmi["spec"]["domain"]["devices"]["networkInterfaceMultiqueue"] = True
        (self.room / "vmi.json").write_text(json.dumps(vmi))
        (self.room / "pod.json").write_text(json.dumps(self.inspect()))
        return json.loads(run([PROGRAMS / "patchbay", "render", "-f", self.room / "vmi.json",
                               "--pod", self.room / "pod.json"]))


class VethOnBridge(Segment):
    """CNI's bridge on br1, whose uplink leads to the hosts."""

    def prepare(self) -> None:
        super().prepare()
        self.make_bridge()

    def nad(self) -> dict:
        return bridge(STATIC, mtu=self.mtu)

    def ends(self):
        return (self.node, self.attachment.result["interfaces"][1]["name"]), (self.hosts, UPLINK)


class VethInPodBridge(VethOnBridge):
    """The same network, joined to the tap by a bridge in the pod instead of the redirect."""

    mode = "bridge"


class VethPointToPoint(Segment):
    """CNI's ptp: the node itself is the neighbour. The plugin takes no MAC."""

    def prepare(self) -> None:
        """The plugin makes all it needs."""

    def nad(self) -> dict:
        return {"cniVersion": "1.0.0", "name": "ptp-net", "type": "ptp", "mtu": self.mtu,
                "ipam": STATIC}

    def ends(self):
        port = self.node, self.attachment.result["interfaces"][0]["name"]
        return port, port


class Macvlan(Segment):
    macvlan_mode = "bridge"

    def nad(self) -> dict:
        return {"cniVersion": "1.0.0", "name": "macvlan-net", "type": "macvlan", "master": UPLINK,
                "mode": self.macvlan_mode, "mtu": self.mtu, "capabilities": {"mac": True},
                "ipam": STATIC}

    def ends(self):
        return (self.hosts, UPLINK), (self.hosts, UPLINK)


class TapPlugin(Segment):
    """CNI's tap plugin, which leads nowhere: QEMU opens the pod's interface itself."""

    def nad(self) -> dict:
        return {"cniVersion": "1.0.0", "name": "tap-net", "type": "tap", "owner": 107, "group": 107,
                "mtu": self.mtu, "ipam": STATIC}

    def opened(self) -> str:
        return self.attachment.pod_interface

    def ends(self):
        port = self.pod, self.attachment.pod_interface
        return port, port


class MacvtapAsMacvtapCniLeavesIt(Segment):
    def attach(self):
        return self.multus.add_binding(self.adopt_macvtap(NETWORK), {
            "patchbay": {"cacheDirs": [str(self.multus.cache)], **self.nad_options.get("patchbay", {})}})

    def opened(self) -> str:
        return self.attachment.pod_interface

    def ends(self):
        return (self.hosts, UPLINK), (self.hosts, UPLINK)


def on_each(*segments: type[Segment]):
    """Makes a TestCase of the decorated tests for each of `segments`, in their module."""

    def make(tests: type) -> type:
        module = sys.modules[tests.__module__]
        for segment in segments:
            name = f"{tests.__name__}On{segment.__name__}"
            setattr(module, name, type(name, (tests, segment), {"__module__": tests.__module__}))
        return tests

    return make
