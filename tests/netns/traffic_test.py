"""A guest behind the tap and its neighbours reach one another, by every kind of frame."""

import unittest

from lab.frames import BROADCAST, arrives, frame, packet_socket
from lab.netns import Capture, Namespace
from lab.tap_guest import NIC, TapGuest
from pod_case import MAC, UPLINK, PodCase, bridge, static

GUEST4, GUEST6 = "192.168.0.62/26", "fd00::62/64"
PLAIN4, PLAIN6 = "192.168.0.61/26", "fd00::61/64"
NODE4, NODE6 = "192.168.0.60/26", "fd00::60/64"
HOST4, HOST6 = "192.168.0.50/26", "fd00::50/64"


def bare(address: str) -> str:
    return address.split("/")[0]


class Bridge(PodCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge(NODE4, NODE6)
        for address in (HOST4, HOST6):
            self.hosts.run("ip", "address", "add", address, "dev", UPLINK, "nodad")

    def guest_on(self, **more) -> TapGuest:
        attachment = self.multus.attach(self.pod, "blue", bridge(static(GUEST4, GUEST6), **more),
                                        mac=MAC)
        return TapGuest(self.pod, attachment.tap, MAC)

    def assert_reachable(self, guest: TapGuest, *others: tuple[Namespace, str, str]) -> None:
        for namespace, four, six in others:
            for address in (bare(four), bare(six)):
                self.assertTrue(guest.ping(address), f"guest to {address}")
            for address in (bare(GUEST4), bare(GUEST6)):
                self.assertTrue(namespace.ping(address), f"{namespace.name} to {address}")

    def test_guest_node_pod_and_hosts_ping_both_ways(self) -> None:
        plain = self.stack.enter_context(Namespace("plain"))
        self.multus.attach(plain, "samplepod", bridge(static(PLAIN4, PLAIN6)), interface="net1",
                           binding=False)
        with self.guest_on(macspoofchk=True) as guest:
            guest.configure(GUEST4, GUEST6)
            self.assert_reachable(guest, (self.node, NODE4, NODE6), (plain, PLAIN4, PLAIN6),
                                  (self.hosts, HOST4, HOST6))

    def test_pod_sends_nothing_into_the_guest(self) -> None:
        with self.guest_on() as guest, Capture(guest.namespace, NIC, self.room / "g") as captured:
            guest.configure(GUEST4, GUEST6)
            self.assertTrue(guest.ping(bare(NODE4)))
            self.pod.wait_for("the echo in the capture", lambda: captured.frames("icmp"))
            tap = self.pod.link("tap16477688c0e")["address"]
            self.assertEqual(captured.frames(f"ether src {tap}"), [])


class Cable(PodCase):
    """The pod's interface is one end of a cable, so that nothing but the redirect judges a frame."""

    FRAMES = {
        "VLAN tag": bytes.fromhex("81000064 0800") + bytes(46),
        "two tags": bytes.fromhex("88a80064 810000c8 86dd") + bytes(42),
        "LLDP": bytes.fromhex("88cc") + bytes(46),
        "802.3 with LLC": bytes.fromhex("0026 424203") + bytes(43),
        "unknown EtherType": bytes.fromhex("88b5") + bytes(46),
        "nothing after the header": bytes.fromhex("88b6"),
        "one byte after the header": bytes.fromhex("88b6 01"),
        "a full MTU": bytes.fromhex("88b5") + bytes(1500),
    }
    DESTINATIONS = {"guest": MAC, "all": BROADCAST, "LLDP group": "01:80:c2:00:00:0e",
                    "IPv6 group": "33:33:ff:00:00:62", "another": "02:00:00:00:00:99"}

    def setUp(self) -> None:
        super().setUp()
        self.node.run("ip", "link", "set", UPLINK, "address", MAC)
        self.blue = self.multus.attach(
            self.pod, "blue", {"cniVersion": "1.0.0", "name": "device-net", "type": "host-device",
                               "device": UPLINK, "ipam": static(GUEST4)})

    def test_every_kind_of_frame_passes_both_ways(self) -> None:
        far_mac = self.hosts.link(UPLINK)["address"]
        with TapGuest(self.pod, self.blue.tap, MAC) as guest, \
                packet_socket(guest.namespace, NIC) as near, packet_socket(self.hosts, UPLINK) as far:
            guest.namespace.run("ip", "link", "set", NIC, "promisc", "on")
            for kind, rest in self.FRAMES.items():
                with self.subTest(kind, way="to the guest"):
                    sent = frame(MAC, far_mac, rest)
                    far.send(sent)
                    self.assertTrue(arrives(near, sent))
                with self.subTest(kind, way="from the guest"):
                    sent = frame(far_mac, MAC, rest)
                    near.send(sent)
                    self.assertTrue(arrives(far, sent))

    def test_every_destination_passes(self) -> None:
        with TapGuest(self.pod, self.blue.tap, MAC) as guest, \
                packet_socket(guest.namespace, NIC) as near, packet_socket(self.hosts, UPLINK) as far:
            guest.namespace.run("ip", "link", "set", NIC, "promisc", "on")
            for name, destination in self.DESTINATIONS.items():
                with self.subTest(name):
                    sent = frame(destination, "02:00:00:00:00:01", bytes.fromhex("88b5") + bytes(46))
                    far.send(sent)
                    self.assertTrue(arrives(near, sent))


if __name__ == "__main__":
    unittest.main()
