"""Multicast is the guest's affair: it joins, the network hears of it and sends, and neighbours find one
another by IPv6, which is multicast all through."""

import json
import socket
import struct
import unittest

from lab.frames import found, packet_socket
from lab.netns import Namespace
from lab.packets import ANSWER, JOINED, LEFT, group_report, igmp_query, mld_query, packed
from lab.tap_guest import NIC
from segments import (GUEST6, HOST4, HOST6, Macvlan, VethInPodBridge, VethOnBridge,
                      VethPointToPoint, on_each)

GROUPS = ("239.1.2.3", "ff05::1234")
PORT = 5002


def member(namespace: Namespace, interface: str, group: str) -> socket.socket:
    """A socket that hears what is sent to `group`."""
    family = socket.AF_INET6 if ":" in group else socket.AF_INET
    index = namespace.link(interface)["ifindex"]
    joined = namespace.inside(lambda: socket.socket(family, socket.SOCK_DGRAM))
    joined.bind((group, PORT))
    if family == socket.AF_INET6:
        joined.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                          packed(group) + struct.pack("@I", index))
    else:
        joined.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                          packed(group) + struct.pack("@4sI", bytes(4), index))
    return joined


def send_to_group(namespace: Namespace, interface: str, group: str, data: bytes) -> None:
    family = socket.AF_INET6 if ":" in group else socket.AF_INET
    index = namespace.link(interface)["ifindex"]
    with namespace.inside(lambda: socket.socket(family, socket.SOCK_DGRAM)) as sender:
        if family == socket.AF_INET6:
            sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
        else:
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                              struct.pack("@4s4sI", bytes(4), bytes(4), index))
        sender.sendto(data, (group, PORT))


@on_each(VethOnBridge, VethInPodBridge, VethPointToPoint, Macvlan)
class Groups:
    def test_the_guest_joins_answers_queries_receives_and_leaves(self) -> None:
        guest = self.guest()
        port, port_nic = self.port
        port_mac = port.link(port_nic)["address"]
        queries = {GROUPS[0]: igmp_query(port_mac, HOST4), GROUPS[1]: mld_query(port_mac, "fe80::50")}
        for group in GROUPS:
            with self.subTest(group), packet_socket(port, port_nic) as outside:
                with member(guest.namespace, NIC, group) as joined:
                    joined.settimeout(30)
                    self.assertTrue(found(outside, self.report(group, JOINED)))
                    outside.send(queries[group])
                    self.assertTrue(found(outside, self.report(group, ANSWER)))
                    send_to_group(*self.host, group, b"to all")
                    self.assertEqual(joined.recv(100), b"to all")
                self.assertTrue(found(outside, self.report(group, LEFT)))

    def report(self, group: str, kind: int):
        return lambda received: group_report(received.data, self.mac, group) == kind

    def test_neighbours_find_one_another_both_ways(self) -> None:
        guest = self.guest()
        host, interface = self.host
        self.assertTrue(guest.ping(HOST6))
        host.run("ip", "neighbour", "flush", "dev", interface)
        self.assertTrue(host.ping(GUEST6))
        for namespace, address, mac in ((host, GUEST6, self.mac),
                                        (guest.namespace, HOST6, host.link(interface)["address"])):
            neighbours = namespace.ip("neighbour", "show", address)
            self.assertEqual([entry.get("lladdr") for entry in neighbours], [mac])


class Snooping(VethOnBridge):
    def test_a_bridge_that_snoops_learns_where_the_groups_member_is(self) -> None:
        guest = self.guest()
        _, port_nic = self.port
        for group in GROUPS:
            with member(guest.namespace, NIC, group):
                self.node.wait_for(f"{group} in br1's table", lambda: (group, port_nic) in self.table())

    def table(self) -> list[tuple[str, str]]:
        shown = json.loads(self.node.run("bridge", "-j", "mdb", "show", "dev", "br1"))
        return [(entry["grp"], entry["port"]) for entry in shown[0]["mdb"]]


if __name__ == "__main__":
    unittest.main()
