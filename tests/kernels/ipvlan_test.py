"""ipvlan below a VM: frames are delivered by IP address, all with the parent's MAC."""

import time

from lab.multus import CniError
from lab.tap_guest import TapGuest
from pod_case import UPLINK, PodCase, everything, frames_after, static

GUEST4, GUEST6 = "192.168.0.62/26", "fd00::62/64"
HOST4, HOST6 = "192.168.0.50/26", "fd00::50/64"


class Ipvlan(PodCase):
    def setUp(self) -> None:
        super().setUp()
        for address in (HOST4, HOST6):
            self.hosts.run("ip", "address", "add", address, "dev", UPLINK, "nodad")
        self.parent = self.node.link(UPLINK)["address"]

    def nad(self, mode: str = "l2") -> dict:
        return {"cniVersion": "1.0.0", "name": "ipvlan-net", "type": "ipvlan", "master": UPLINK,
                "mode": mode, "ipam": static(GUEST4, GUEST6)}

    def test_guest_with_the_parents_mac_pings_both_ways(self) -> None:
        blue = self.multus.attach(self.pod, "blue", self.nad())
        record = self.record(blue)
        self.assertEqual(record["mac"], self.parent)
        self.assertEqual(record["ips"], [GUEST4, GUEST6])
        self.assertEqual(record["why"], "ipvlan")
        # What it receives frames by stays.
        self.assertEqual(sorted(self.pod.addresses(blue.pod_interface)), sorted([GUEST4, GUEST6]))
        with TapGuest(self.pod, blue.tap, self.parent) as guest:
            guest.configure(GUEST4, GUEST6)
            for address in (HOST4, HOST6):
                self.assertTrue(guest.ping(address.split("/")[0]), address)
            for address in (GUEST4, GUEST6):
                self.assertTrue(self.hosts.ping(address.split("/")[0]), address)

    def test_check_finds_it_as_add_left_it(self) -> None:
        blue = self.multus.attach(self.pod, "blue", self.nad())
        self.assertEqual(self.multus.call_binding("CHECK", blue), {})
        before = everything(self.pod)
        self.multus.call_binding("ADD", blue)
        self.assertEqual(everything(self.pod), before)

    def test_the_pod_is_silent_though_it_has_the_addresses(self) -> None:
        # The parent, with the same MAC, says nothing of its own then.
        self.node.run("sysctl", "-qw", f"net.ipv6.conf.{UPLINK}.disable_ipv6=1")
        blue = self.multus.add_network(self.pod, "blue", self.nad())
        with self.capture(self.hosts, UPLINK) as cable:
            self.multus.add_binding(blue)
            added = time.time()
            self.pod.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
            self.pod.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=0")
            for address in (GUEST4, GUEST6):
                self.assertFalse(self.hosts.ping(address.split("/")[0], wait=5))
            self.multus.detach(blue)
        self.assertNotEqual(cable.frames("arp"), [], "the capture is awake")
        self.assertEqual(frames_after(cable, added, f"ether src {self.parent}"), [])

    def test_l3_is_refused(self) -> None:
        for mode in ("l3", "l3s"):
            with self.subTest(mode), self.assertRaisesRegex(CniError, "(?i)ipvlan.*l3"):
                self.multus.attach(self.pod, "blue", self.nad(mode))
            self.assertEqual([link["ifname"] for link in self.pod.ip("link", "show")], ["lo"])
