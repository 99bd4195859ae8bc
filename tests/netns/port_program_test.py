"""The program at a guest's port, the very one that is attached there, given one frame by the kernel
(BPF_PROG_TEST_RUN): its verdict, the frame that it made, and what it counted."""

import json
import unittest
from collections import Counter

from guard_case import (GUEST4, GUEST6, HOST4, HOST6, STRANGER, VIRTUAL, GuardCase, advertisement, arp, ipv4,
                        tagged)
from lab import packets
from lab.frames import BROADCAST, arrives, dissected
from pod_case import MAC, static

# linux/pkt_cls.h, as unsigned as bpftool shows them
LEFT_TO_THE_NEXT, DROPPED, SENT_BACK = 0xffffffff, 2, 7  # TC_ACT_UNSPEC, TC_ACT_SHOT, TC_ACT_REDIRECT
ROUTERS, NAME_SERVERS, MTU, SUBNET_MASK = 3, 6, 26, 1  # DHCP options
LLDP = 0x88cc
LINK_LOCAL = packets.link_local(MAC)

ALLOWED = {
    "IPv4": ipv4(GUEST4),
    "allowed address": ipv4(VIRTUAL),
    "ARP": arp(GUEST4),
    "who has": packets.who_has(MAC, GUEST4, HOST4),
    "IPv6": packets.echo_request(MAC, GUEST6, BROADCAST, HOST6),
    "neighbour": packets.neighbour_solicitation(MAC, LINK_LOCAL, HOST6),
    "its own advertisement": packets.unsolicited_advertisement(MAC, GUEST6),
    "DHCP client": packets.dhcp_discover(MAC),
    "asks for routers": packets.router_solicitation(MAC),
}
# By the reason that is counted.
FOREIGN = {
    "mac": [ipv4(GUEST4, source=STRANGER), packets.dhcp_discover(STRANGER)],
    "arp": [arp(HOST4), arp(GUEST4, hardware=STRANGER)],
    "neighbour": [packets.unsolicited_advertisement(MAC, HOST6)],
    "ipv4": [ipv4("192.168.0.63"), ipv4("0.0.0.0"), packets.igmp_query(MAC, HOST4)],
    "ipv6": [packets.echo_request(MAC, "fd00::63", BROADCAST, HOST6)],
    "dhcp": [ipv4(GUEST4, ports=(packets.DHCP_SERVER, packets.DHCP_CLIENT))],
    "router": [advertisement(), packets.router_advertisement(MAC, LINK_LOCAL, "fd00::")],
    "vlan": [tagged(42, ipv4(GUEST4))],
    "type": [packets.ethernet(BROADCAST, MAC, LLDP, b"")],
    "malformed": [packets.ethernet(BROADCAST, MAC, packets.IPV4, b"\x55")],
}


class PortProgram(GuardCase):
    def program(self) -> int:
        """Its id, as tc tells it of what is attached."""
        shown = json.loads(self.pod.run("tc", "-j", "filter", "show", "dev", self.blue.tap, "ingress"))
        [program] = [each["options"]["prog"] for each in shown
                     if each["kind"] == "bpf" and "prog" in each.get("options", {})]
        self.assertEqual(program["name"], "patchbay_port")
        return program["id"]

    def run_with(self, frame: bytes) -> tuple[int, bytes]:
        """The verdict, and what has become of the frame."""
        given, made = self.room / "given", self.room / "made"
        given.write_bytes(frame)
        told = json.loads(self.pod.run("bpftool", "-j", "prog", "run", "id", self.program(),
                                       "data_in", given, "data_out", made))
        return told["retval"], made.read_bytes()

    def assert_left(self, frame: bytes) -> None:
        self.assertEqual(self.run_with(frame), (LEFT_TO_THE_NEXT, frame))

    def answer_to(self, frame: bytes) -> str:
        """As tcpdump reads it."""
        verdict, made = self.run_with(frame)
        self.assertEqual(verdict, SENT_BACK)
        answer = dissected(made)
        self.assertTrue(answer.startswith("02:70:62:00:00:01 > "), answer)  # binding/answers_dhcp4.h
        self.assertNotRegex(answer, r"bad (udp )?cksum|invalid|\[\|", answer)
        return answer


class Guard(PortProgram):
    def test_full_judges_each_frame_and_counts_what_it_drops(self) -> None:
        self.attach("full", allowedAddresses=[VIRTUAL])
        for name, frame in ALLOWED.items():
            with self.subTest(name):
                self.assert_left(frame)
        self.assertEqual(self.dropped(), {})
        for reason, frames in FOREIGN.items():
            for frame in frames:
                with self.subTest(reason, frame=frame.hex()):
                    before = self.dropped()
                    self.assertEqual(self.run_with(frame), (DROPPED, frame))
                    self.assertEqual(self.dropped(), Counter(before) + Counter([reason]))

    def test_mac_lets_out_all_that_bears_it(self) -> None:
        self.attach("mac")
        for frame in (ipv4("192.168.0.63"), arp(HOST4), advertisement(), tagged(42, ipv4(GUEST4))):
            self.assert_left(frame)
        self.assertEqual(self.run_with(ipv4(GUEST4, source=STRANGER))[0], DROPPED)
        self.assertEqual(self.dropped(), {"mac": 1})


class Responder(PortProgram):
    def test_discover_becomes_the_offer(self) -> None:
        ipam = static(f"{GUEST4}/26", gateway=HOST4, routes=[{"dst": "0.0.0.0/0"}])
        self.attach("full", ipam, responder=True)
        answer = self.answer_to(packets.dhcp_discover(MAC, SUBNET_MASK, ROUTERS, NAME_SERVERS, MTU))
        for word in (f" > {MAC}, ethertype IPv4", f"{HOST4}.67 > {GUEST4}.68", "BOOTP/DHCP, Reply",
                     "xid 0x70620001", f"Your-IP {GUEST4}", f"Client-Ethernet-Address {MAC}",
                     "DHCP-Message (53), length 1: Offer", f"Server-ID (54), length 4: {HOST4}",
                     "Lease-Time (51), length 4: 4294967295", "Subnet-Mask (1), length 4: 255.255.255.192",
                     f"Default-Gateway (3), length 4: {HOST4}", "MTU (26), length 2: 1500"):
            self.assertIn(word, answer)
        self.assertNotIn("Domain-Name-Server", answer)
        self.assertEqual(self.dropped(), {})

    def test_solicitation_becomes_the_advertisement_and_goes_out_as_well(self) -> None:
        self.attach("off", responder=True)
        asked = packets.router_solicitation(MAC)
        answer = self.answer_to(asked)
        for word in ("ICMP6, router advertisement", "[managed, other stateful]", "router lifetime 0s",
                     "fd00::/64", "mtu option (5), length 8 (1): 1500"):
            self.assertIn(word, answer)
        self.assertTrue(arrives(self.wire, asked))

    def test_others_are_left_to_the_networks_servers(self) -> None:
        self.attach("off", responder=True)
        for frame in (packets.dhcp_discover(STRANGER), packets.router_solicitation(STRANGER),
                      tagged(42, packets.dhcp_discover(MAC)), ipv4(GUEST4)):
            self.assert_left(frame)

    def test_guard_comes_first(self) -> None:
        self.attach("full", responder=True)
        self.assertEqual(self.run_with(packets.dhcp_discover(STRANGER))[0], DROPPED)
        self.assertEqual(self.dropped(), {"mac": 1})


if __name__ == "__main__":
    unittest.main()
