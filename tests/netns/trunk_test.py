"""VLAN tags and foreign MACs belong to the guest: tagged frames pass untouched in both directions,
wherever the kernel keeps the tag, and on veth a guest may bridge for guests of its own."""

import unittest

from lab.frames import BROADCAST, awaited, arrives, frame, packet_socket
from lab.netns import Namespace, veth
from lab.tap_guest import NIC
from segments import (HOST4, OTHER_MAC, Macvlan, VethInPodBridge, VethOnBridge, VethPointToPoint,
                      on_each)

IPV6_GROUP = "33:33:00:00:00:01"
NESTED4 = "192.168.0.40"
TAGGED = {
    "802.1Q": "8100 0064",
    "802.1Q, the last VLAN, drop eligible": "8100 1ffe",
    "priority tag, VLAN 0": "8100 a000",
    "802.1ad": "88a8 0064",
    "Q-in-Q": "88a8 0064 8100 00c8",
    "Q-in-Q with the customer's EtherType twice": "8100 0064 8100 00c8",
    "three tags": "88a8 0001 8100 0002 8100 0003",
}
DATA = bytes.fromhex("88b5") + bytes(range(46))
FULL = bytes.fromhex("88b5") + bytes(1500)  # a tag goes on top of the MTU


@on_each(VethOnBridge, VethInPodBridge, VethPointToPoint, Macvlan)
class Trunk:
    def test_tagged_frames_pass_untouched_both_ways(self) -> None:
        guest = self.guest()
        port_mac = self.port[0].link(self.port[1])["address"]
        with packet_socket(guest.namespace, NIC) as inside, packet_socket(*self.port) as outside, \
                packet_socket(self.pod, self.attachment.pod_interface) as between:
            for kind, tags in TAGGED.items():
                for destination in (self.mac, BROADCAST, IPV6_GROUP):
                    with self.subTest(kind, to=destination):
                        sent = frame(destination, port_mac, bytes.fromhex(tags) + DATA)
                        outside.send(sent)
                        self.assertTrue(arrives(inside, sent))
                        # The redirect has found the tag beside the frame, as a NIC's offload or a
                        # VLAN device of the node leaves it.
                        self.assertTrue(awaited(between, sent).tag_beside)
                with self.subTest(kind, way="from the guest"):
                    sent = frame(port_mac, self.mac, bytes.fromhex(tags) + DATA)
                    inside.send(sent)
                    self.assertTrue(awaited(outside, sent).tag_beside)

    def test_a_tag_fits_on_a_full_frame(self) -> None:
        guest = self.guest()
        port_mac = self.port[0].link(self.port[1])["address"]
        with packet_socket(guest.namespace, NIC) as inside, packet_socket(*self.port) as outside:
            full = bytes.fromhex("8100 0064") + FULL
            outside.send(frame(self.mac, port_mac, full))
            self.assertTrue(arrives(inside, frame(self.mac, port_mac, full)))
            inside.send(frame(port_mac, self.mac, full))
            self.assertTrue(arrives(outside, frame(port_mac, self.mac, full)))


class Nesting:
    """A guest of the guest, behind a bridge in the guest."""

    def nest(self) -> Namespace:
        guest = self.guest()
        nested = self.stack.enter_context(Namespace("nested"))
        outer = guest.namespace
        veth(outer, "nested", nested, "eth0")
        outer.run("ip", "link", "add", "virbr0", "type", "bridge")
        for link in (NIC, "nested"):
            outer.run("ip", "link", "set", link, "master", "virbr0")
        outer.run("ip", "link", "set", "virbr0", "up")
        nested.run("ip", "link", "set", "eth0", "down", "address", OTHER_MAC, "up")
        nested.run("ip", "address", "add", f"{NESTED4}/26", "dev", "eth0")
        return nested


class PassthruMacvlan(Macvlan):
    """The one mode of macvlan that is not bound to its MAC: the parent is promiscuous."""

    macvlan_mode = "passthru"


@on_each(VethOnBridge, VethInPodBridge, VethPointToPoint, PassthruMacvlan)
class ForeignMacs(Nesting):
    def test_a_guest_of_the_guest_is_reached_by_its_own_mac(self) -> None:
        nested = self.nest()
        host, interface = self.host
        host.run("ip", "route", "replace", f"{NESTED4}/32", "dev", interface)
        self.assertTrue(nested.ping(HOST4))
        self.assertTrue(host.ping(NESTED4))
        neighbours = host.ip("neighbour", "show", NESTED4)
        self.assertEqual([entry["lladdr"] for entry in neighbours], [OTHER_MAC])

    def test_a_promiscuous_guest_hears_what_is_for_others(self) -> None:
        guest = self.guest()
        guest.namespace.run("ip", "link", "set", NIC, "promisc", "on")
        port_mac = self.port[0].link(self.port[1])["address"]
        with packet_socket(guest.namespace, NIC) as inside, packet_socket(*self.port) as outside:
            sent = frame(OTHER_MAC, port_mac, DATA)
            outside.send(sent)
            self.assertTrue(arrives(inside, sent))


@on_each(Macvlan)
class OwnMacOnly:
    """What macvlan cannot: it takes unicast frames only for the MAC of the pod's interface."""

    def test_frames_of_another_mac_leave_and_answers_never_arrive(self) -> None:
        guest = self.guest()
        guest.namespace.run("ip", "link", "set", NIC, "promisc", "on")
        port_mac = self.port[0].link(self.port[1])["address"]
        with packet_socket(guest.namespace, NIC) as inside, packet_socket(*self.port) as outside:
            sent = frame(port_mac, OTHER_MAC, DATA)
            inside.send(sent)
            self.assertTrue(arrives(outside, sent))
            answer = frame(OTHER_MAC, port_mac, DATA)
            later = frame(self.mac, port_mac, DATA)
            outside.send(answer)
            outside.send(later)
            came = []
            while later not in came:
                inside.settimeout(10)
                came.append(inside.recv(2000))
            self.assertNotIn(answer, came)


if __name__ == "__main__":
    unittest.main()
