"""A NAD with a trunk: of the tagged frames those with a listed VLAN pass, in both directions, and no other;
untagged ones pass as ever."""

import re
import socket
import unittest

from lab.frames import awaited, found, frame, packet_socket
from lab.tap_guest import NIC
from segments import HOST4, Macvlan, VethOnBridge, VethPointToPoint, on_each

TRUNK = [{"id": 42}, {"minID": 100, "maxID": 199}]
LISTED = {
    "the single id": "8100 002a",
    "the single id, priority 7, drop eligible": "8100 f02a",
    "the range's first": "8100 0064",
    "within the range": "8100 0096",
    "the range's last": "8100 00c7",
    "802.1ad": "88a8 0064",
    "an inner tag that is not listed": "88a8 0064 8100 0002",
    "a priority tag": "8100 a000",
    "a priority tag before a listed one": "8100 a000 8100 002a",
    "no tag": "",
}
UNLISTED = {
    "below the single id": "8100 0029",
    "above the single id": "8100 002b",
    "below the range": "8100 0063",
    "above the range": "8100 00c8",
    "the last": "8100 0ffe",
    "a reserved one": "8100 0fff",
    "802.1ad": "88a8 0001",
    "an inner tag that is listed": "88a8 0001 8100 002a",
    "a priority tag before one that is not listed": "8100 a000 8100 0029",
}
ETHERTYPE = 0x88B5
DATA = ETHERTYPE.to_bytes(2, "big") + bytes(range(46))
MARK = bytes.fromhex("88b6") + bytes(46)
PROGRAM_THAT_PASSES_ALL = "1,6 0 0 4294967295"


def passes(sender: socket.socket, receiver: socket.socket, macs: tuple[str, str], tags: str) -> bool:
    """Whether the frame comes out; an untagged one that is sent after it does in any case."""
    sent, mark = frame(*macs, bytes.fromhex(tags) + DATA), frame(*macs, MARK)
    sender.send(sent)
    sender.send(mark)
    first = found(receiver, lambda received: received.data in (sent, mark))
    if first is None:
        raise AssertionError("not even an untagged frame came out")
    return first.data == sent and awaited(receiver, mark) is not None


@on_each(VethOnBridge, VethPointToPoint, Macvlan)
class TrunkFilter:
    nad_options = {"patchbay": {"trunk": TRUNK}}

    def assert_filtered(self, sender: socket.socket, receiver: socket.socket,
                        macs: tuple[str, str]) -> None:
        for kind, tags in LISTED.items():
            with self.subTest(kind):
                self.assertTrue(passes(sender, receiver, macs, tags))
        for kind, tags in UNLISTED.items():
            with self.subTest(kind):
                self.assertFalse(passes(sender, receiver, macs, tags))

    def test_listed_and_untagged_frames_pass_and_no_other(self) -> None:
        guest = self.guest()
        port_mac = self.port[0].link(self.port[1])["address"]
        with packet_socket(guest.namespace, NIC) as inside, packet_socket(*self.port) as outside:
            self.assert_filtered(outside, inside, (self.mac, port_mac))
            self.assert_filtered(inside, outside, (port_mac, self.mac))

    def test_addresses_are_for_the_untagged_network(self) -> None:
        self.assertTrue(self.guest().ping(HOST4))


class DroppedFrames(VethOnBridge):
    nad_options = TrunkFilter.nad_options

    def protocol_socket(self) -> socket.socket:
        """One that, unlike those for all protocols, hears what tc ingress let through to the pod."""

        def open_inside() -> socket.socket:
            raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            raw.bind((self.attachment.pod_interface, ETHERTYPE))
            return raw

        return self.pod.inside(open_inside)

    def test_they_do_not_reach_the_pod_instead(self) -> None:
        guest = self.guest()
        port_mac = self.port[0].link(self.port[1])["address"]
        macs = self.mac, port_mac
        with packet_socket(guest.namespace, NIC) as inside, packet_socket(*self.port) as outside, \
                self.protocol_socket() as pod:
            for tags in UNLISTED.values():
                self.assertFalse(passes(outside, inside, macs, tags))
            pod.setblocking(False)
            with self.assertRaises(BlockingIOError):
                pod.recv(2048)
            # It would hear them.
            self.pod.run("tc", "qdisc", "delete", "dev", self.attachment.pod_interface, "ingress")
            outside.send(frame(*macs, bytes.fromhex(UNLISTED["the last"]) + DATA))
            pod.settimeout(30)
            self.assertIn(DATA, pod.recv(2048))

    def programs(self, link: str) -> list[str]:
        return re.findall("bytecode '([^']*)'",
                          self.pod.run("tc", "filter", "show", "dev", link, "ingress"))

    def test_add_again_puts_back_a_filter_that_was_taken_out_or_replaced(self) -> None:
        for link in (self.attachment.pod_interface, self.attachment.tap):
            with self.subTest(link):
                trunk = ("dev", link, "ingress", "prio", 1, "protocol", "all")
                ours = self.programs(link)
                self.assertEqual(len(ours), 1)
                self.pod.run("tc", "filter", "delete", *trunk)
                self.multus.call_binding("ADD", self.attachment)
                self.assertEqual(self.programs(link), ours)
                self.pod.run("tc", "filter", "delete", *trunk)
                self.pod.run("tc", "filter", "add", *trunk, "bpf", "direct-action", "bytecode",
                             PROGRAM_THAT_PASSES_ALL)
                self.multus.call_binding("ADD", self.attachment)
                self.assertEqual(self.programs(link), ours)


if __name__ == "__main__":
    unittest.main()
