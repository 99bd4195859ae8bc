"""From the end of ADD until the guest runs, and from DEL on, no frame leaves the pod, whatever is said to
it from outside and whatever KubeVirt does inside. Judged by what comes out of the pod's interfaces, on
every kind of network at once, beside an interface of the same pod that nobody has silenced."""

import errno
import socket
import time
import unittest
from dataclasses import dataclass

from lab.frames import drain, mac_bytes, packet_socket
from lab.multus import Attachment
from lab.netns import Namespace, veth
from lab.packets import (ALL_NODES4, ALL_NODES6, ARP, ICMP6, IPV4, IPV6, echo_request, group_mac,
                         igmp_query, link_local, mld_query, neighbour_solicitation,
                         router_advertisement, who_has)
from lab.tap_guest import NIC, TapGuest
from pod_case import UPLINK, PodCase, bridge, static

PAUSE = 5  # seconds: what IPv6 says of its own accord comes within the first four
DEVICE = "eth3"  # of the node, for CNI's host-device
ASKER_MAC, ASKER4, ASKER6 = "02:00:00:00:00:77", "192.168.0.3", "fd00::77"
CONTROL = "control"
OVER_UPLINK = ("macvlan", "macvtap")  # plugins
ADDRESSES = {
    "two": ["192.168.0.62/26", "192.168.7.62/24", "fd00::62/64", "fd01::62/64"],
    "none": [],
    "spoofcheck": ["192.168.0.61/26", "fd00::61/64"],
    "macvlan": ["192.168.0.60/26", "fd00::60/64"],
    "device": ["192.168.0.59/26", "fd00::59/64"],
    "ptp": ["192.168.0.58/26", "fd00::58/64"],
    "tap": ["192.168.0.56/26", "fd00::56/64"],
    "macvtap": ["192.168.0.55/26", "fd00::55/64"],
    CONTROL: ["192.168.0.57/26", "fd00::57/64"],
}


@dataclass
class Watched:
    """One interface of the pod, and a socket where its frames come out."""

    attachment: Attachment
    mac: str
    outlet: socket.socket
    node_mac: str = ""  # of a macvlan's or macvtap's parent, whose own frames come out there too

    def heard(self) -> list[bytes]:
        return [frame.data for frame in drain(self.outlet)
                if not self.node_mac or frame.data[6:12] != mac_bytes(self.node_mac)]


class Silence(PodCase):
    mode = "redirect"

    def setUp(self) -> None:
        super().setUp()
        self.node.run("ip", "link", "add", "br1", "type", "bridge")
        self.node.run("ip", "link", "set", "br1", "up")
        veth(self.node, DEVICE, self.hosts, DEVICE)
        self.watched: dict[str, Watched] = {}

    def ipam(self) -> dict[str, dict]:
        return {name: static(*addresses) if addresses else {}
                for name, addresses in ADDRESSES.items()}

    def nads(self) -> dict[str, dict]:
        ipam = self.ipam()
        for entry, gateway in zip(ipam["ptp"]["addresses"], (ASKER4, ASKER6)):
            entry["gateway"] = gateway
        common = {"cniVersion": "1.0.0", "patchbay": {"mode": self.mode}}
        return {
            "two": {**bridge(ipam["two"]), **common},
            "none": {**bridge(), **common},
            "spoofcheck": {**bridge(ipam["spoofcheck"], macspoofchk=True), **common},
            "macvlan": {**common, "name": "macvlan-net", "type": "macvlan", "master": UPLINK,
                        "ipam": ipam["macvlan"]},
            "device": {**common, "name": "device-net", "type": "host-device", "device": DEVICE,
                       "ipam": ipam["device"]},
            "ptp": {**common, "name": "ptp-net", "type": "ptp", "ipam": ipam["ptp"]},
            CONTROL: {**bridge(ipam[CONTROL]), **common},
        }

    def outlet(self, attachment: Attachment) -> tuple[Namespace, str]:
        kind = attachment.nad["type"]
        if kind in OVER_UPLINK:
            return self.hosts, UPLINK
        if kind == "host-device":
            return self.hosts, attachment.nad["device"]
        return self.node, attachment.result["interfaces"][kind == "bridge"]["name"]

    def add_network(self, network: str, nad: dict) -> Attachment:
        return self.multus.add_network(self.pod, network, nad)

    def watch(self, network: str, nad: dict) -> None:
        """Its ADD; listened to before, and what is heard until the end of ADD is put aside."""
        attachment = self.add_network(network, nad)
        outlet = self.stack.enter_context(packet_socket(*self.outlet(attachment)))
        mac = self.pod.link(attachment.pod_interface)["address"]
        node_mac = self.node.link(UPLINK)["address"] if nad["type"] in OVER_UPLINK else ""
        self.watched[network] = Watched(attachment, mac, outlet, node_mac)
        if network != CONTROL:
            self.multus.add_binding(attachment)
            drain(outlet)
        else:  # an address under duplicate address detection does not answer
            self.pod.wait_for("the control's addresses", lambda: not self.pod.run(
                "ip", "address", "show", "dev", attachment.pod_interface, "tentative"))

    def test_the_pod_is_silent_until_the_guest_runs_and_after_it(self) -> None:
        for network, nad in self.nads().items():
            self.watch(network, nad)
        self.provoke()
        self.assert_silent("after ADD")
        (first, mac), *others = self.for_guest()
        with TapGuest(self.pod, first, mac) as guest:
            for link, mac in others:
                guest.plug(link, mac)
        for watched in self.watched.values():
            watched.heard()
        self.provoke(ipv6_everywhere=True)
        # A device keeps its MULTICAST flag, which would follow it back to the host: the kernel then
        # joins the routers' groups on it.
        self.assert_silent("after the guest's end", but="device")
        for watched in reversed(self.watched.values()):
            if watched is not self.watched[CONTROL]:
                self.multus.call_binding("DEL", watched.attachment)
        self.provoke()
        self.assert_silent("after DEL")
        self.multus.detach_all(self.pod)

    def for_guest(self) -> list[tuple[str, str]]:
        """What a guest opens, with its MAC there."""
        return [(watched.attachment.tap, watched.mac)
                for network, watched in self.watched.items() if network != CONTROL]

    def provoke(self, ipv6_everywhere: bool = False) -> None:
        self.ask_from_outside()
        self.stir_the_pod()
        if ipv6_everywhere:  # as Calico writes it
            self.pod.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=0")
        self.ask_from_outside()
        time.sleep(PAUSE)

    def ask_from_outside(self) -> None:
        asker6 = link_local(ASKER_MAC)
        for network, watched in self.watched.items():
            questions = [igmp_query(ASKER_MAC, ASKER4), mld_query(ASKER_MAC, asker6),
                         router_advertisement(ASKER_MAC, asker6, "fd07::"),
                         echo_request(ASKER_MAC, ASKER4, group_mac(ALL_NODES4), ALL_NODES4),
                         echo_request(ASKER_MAC, asker6, group_mac(ALL_NODES6), ALL_NODES6)]
            # Everybody's: a kernel answers for the addresses of all its interfaces.
            everybodys = [address.split("/")[0] for them in ADDRESSES.values() for address in them]
            for address in everybodys + [link_local(watched.mac)]:
                if ":" in address:
                    questions.append(neighbour_solicitation(ASKER_MAC, ASKER6, address))
                    source = asker6 if address.startswith("fe80") else ASKER6
                else:
                    questions.append(who_has(ASKER_MAC, ASKER4, address))
                    source = ASKER4
                questions.append(echo_request(ASKER_MAC, source, watched.mac, address))
            for question in questions:
                try:
                    watched.outlet.send(question)
                except OSError as error:  # after DEL the other end is down
                    self.assertIn(error.errno, (errno.ENOBUFS, errno.ENETDOWN))

    def stir_the_pod(self) -> None:
        """What virt-handler does for a masquerade NIC, and other networks that come and go."""
        for value in (1, 0, 1):
            self.pod.run("sysctl", "-qw", f"net.ipv4.ip_forward={value}",
                         f"net.ipv6.conf.all.forwarding={value}",
                         f"net.ipv6.conf.default.forwarding={value}",
                         f"net.ipv4.conf.all.arp_ignore={value}")
        other = self.multus.attach(self.pod, "other", bridge(static("192.168.0.40/26", "fd00::40/64")))
        self.pod.run("ip", "link", "add", "k6t-eth0", "type", "bridge")
        self.pod.run("ip", "address", "add", "10.0.2.1/24", "dev", "k6t-eth0")
        self.pod.run("ip", "link", "set", "k6t-eth0", "up")
        self.pod.run("ip", "link", "del", "k6t-eth0")
        self.multus.detach(other)

    def assert_silent(self, when: str, but: str = "") -> None:
        for network, watched in self.watched.items():
            frames = watched.heard()
            if network == but:
                continue
            if network == CONTROL:
                self.assert_talkative(frames)
                continue
            with self.subTest(network, when=when):
                self.assertEqual([frame.hex(" ", 4) for frame in frames], [])

    def assert_talkative(self, frames: list[bytes]) -> None:
        """Every sort of provocation works, where it is not ours to prevent it."""
        ethertypes = {int.from_bytes(frame[12:14], "big") for frame in frames}
        self.assertEqual(ethertypes, {ARP, IPV4, IPV6})
        messages = {frame[54] for frame in frames
                    if frame[12:14] == b"\x86\xdd" and frame[20] == ICMP6}
        self.assertLessEqual({129, 136}, messages, "echo reply and neighbour advertisement")
        reports = [frame for frame in frames if frame[12:14] == b"\x86\xdd" and frame[20] == 0]
        self.assertNotEqual(reports, [])


class SilenceOfBridgesInThePod(Silence):
    mode = "bridge"

    def nads(self) -> dict[str, dict]:
        return {network: nad for network, nad in super().nads().items() if network != "macvlan"}


class SilenceOfWhatQemuOpensItself(Silence):
    """The pod's interface is a tap (CNI's tap plugin) or a macvtap (as macvtap-cni leaves it, which Debian
    has not, with addresses). From a tap frames come out only where a process has it open: one does from
    before our ADD on, and is silent itself."""

    def nads(self) -> dict[str, dict]:
        ipam = self.ipam()
        return {"macvtap": {"type": "macvtap"},
                "tap": {"cniVersion": "1.0.0", "name": "tap-net", "type": "tap", "owner": 107,
                        "group": 107, "ipam": ipam["tap"]},
                CONTROL: bridge(ipam[CONTROL])}

    def add_network(self, network: str, nad: dict) -> Attachment:
        if network != "macvtap":
            return super().add_network(network, nad)
        attachment = self.adopt_macvtap(network)
        for address in ADDRESSES[network]:
            self.pod.run("ip", "address", "add", address, "dev", attachment.pod_interface)
        return attachment

    def outlet(self, attachment: Attachment) -> tuple[Namespace, str]:
        if attachment.nad["type"] != "tap":
            return super().outlet(attachment)
        listener = self.stack.enter_context(
            TapGuest(self.pod, attachment.pod_interface, ASKER_MAC))
        return listener.namespace, NIC

    def for_guest(self) -> list[tuple[str, str]]:
        macvtap = self.watched["macvtap"]
        return [(macvtap.attachment.pod_interface, macvtap.mac)]


if __name__ == "__main__":
    unittest.main()
