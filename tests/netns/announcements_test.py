"""Whatever a guest says passes as it was said: what it or QEMU announces after a migration, what switches
tell one another, frames of every length and EtherType."""

import struct
import unittest

from lab.frames import arrives, drain, found, frame, packet_socket
from lab.packets import (ARP_REPLY, announcement, ethernet, reverse_arp, unsolicited_advertisement)
from lab.tap_guest import NIC
from segments import (GUEST4, GUEST6, OTHER_MAC, Macvlan, VethInPodBridge, VethOnBridge,
                      VethPointToPoint, on_each)

# Groups that bridges keep to themselves (IEEE 802.1Q table 8-1), and others of their kind.
LINK_LOCAL = {"spanning tree": "01:80:c2:00:00:00", "LACP": "01:80:c2:00:00:02",
              "EAPOL": "01:80:c2:00:00:03", "LLDP": "01:80:c2:00:00:0e",
              "GVRP": "01:80:c2:00:00:21", "CDP": "01:00:0c:cc:cc:cc",
              "PTP": "01:1b:19:00:00:00"}
ETHERTYPES = range(0x10000)  # below 0x600 a length, and LLC follows
BATCH = 256
EXPERIMENTAL = bytes.fromhex("88b5")  # IEEE 802.1's local experimental EtherType


class Ends:
    """A guest, and raw sockets on its NIC and where the pod's frames come out."""

    def setUp(self) -> None:
        super().setUp()
        self.inside = self.guest()
        self.port_mac = self.port[0].link(self.port[1])["address"]
        self.near = self.stack.enter_context(packet_socket(self.inside.namespace, NIC))
        self.far = self.stack.enter_context(packet_socket(*self.port))

    def ways(self):
        return ((self.near, self.far, self.mac, self.port_mac),
                (self.far, self.near, self.port_mac, self.mac))


@on_each(VethOnBridge, VethInPodBridge, VethPointToPoint, Macvlan)
class Frames(Ends):
    def test_announcements_pass(self) -> None:
        for name, sent in {
                "gratuitous ARP": announcement(self.mac, GUEST4),
                "gratuitous ARP, as a reply": announcement(self.mac, GUEST4, ARP_REPLY),
                "unsolicited neighbour advertisement": unsolicited_advertisement(self.mac, GUEST6),
                "QEMU's RARP": reverse_arp(self.mac)}.items():
            with self.subTest(name):
                self.near.send(sent)
                self.assertTrue(arrives(self.far, sent))

    def test_frames_of_every_length_pass_both_ways(self) -> None:
        for sender, receiver, source, destination in self.ways():
            for length in (0, 1, 3, 10, 45, 46, 59, 60, 511, 1499, 1500):
                with self.subTest(source=source, length=length):
                    sent = frame(destination, source, EXPERIMENTAL + bytes(length))
                    sender.send(sent)
                    self.assertTrue(arrives(receiver, sent))

    def test_a_guest_that_moved_is_found_again(self) -> None:
        """The guest's own kernel announces it, as after a migration: the neighbour learns where to."""
        host, interface = self.host
        guest = self.inside.namespace
        guest.run("sysctl", "-qw", f"net.ipv4.conf.{NIC}.arp_notify=1",
                  f"net.ipv6.conf.{NIC}.ndisc_notify=1", f"net.ipv6.conf.{NIC}.keep_addr_on_down=1")
        for address in (GUEST4, GUEST6):
            host.run("ip", "neighbour", "replace", address, "lladdr", OTHER_MAC, "dev", interface,
                     "nud", "stale")
        guest.run("ip", "link", "set", NIC, "down")
        guest.run("ip", "link", "set", NIC, "up")
        for address in (GUEST4, GUEST6):
            host.wait_for(f"{address} at {self.mac}", lambda: [self.mac] == [
                entry.get("lladdr") for entry in host.ip("neighbour", "show", address)])


@on_each(VethOnBridge, VethPointToPoint, Macvlan)
class LinkLocalGroups(Ends):
    def test_link_local_groups_pass_both_ways(self) -> None:
        for name, group in LINK_LOCAL.items():
            for sender, receiver, source in ((self.near, self.far, self.mac),
                                             (self.far, self.near, self.port_mac)):
                with self.subTest(name, source=source):
                    sent = ethernet(group, source, 0x88cc, name.encode())
                    sender.send(sent)
                    self.assertTrue(arrives(receiver, sent))


@on_each(VethPointToPoint, Macvlan)
class EtherTypes(Ends):
    def test_every_ethertype_passes_both_ways(self) -> None:
        for sender, receiver, source, destination in self.ways():
            for first in ETHERTYPES[::BATCH]:
                drain(receiver)
                missing = set()
                for ethertype in ETHERTYPES[first:first + BATCH]:
                    sent = ethernet(destination, source, ethertype, b"every one of them")
                    missing.add(sent)
                    sender.send(sent)
                found(receiver, lambda one: missing.discard(one.data) or not missing)
                self.assertEqual([struct.unpack_from("!H", lost, 12)[0] for lost in missing], [])


if __name__ == "__main__":
    unittest.main()
