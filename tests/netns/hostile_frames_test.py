"""A hostile guest at its tap: malformed frames (lab/hostile_frames.py) as fast as the tap takes them. With
the guard nothing leaves that must not, by tcpdump's word, all is counted and the port still answers; without
it each frame goes as it came."""

import ctypes
import errno
import ipaddress
import json
import os
import re
import select
import socket
import struct
import time
import unittest
from collections import Counter

from guard_case import GUEST4, GUEST6, HOST4, VIRTUAL, GuardCase
from lab import packets
from lab.frames import drain, mac_bytes, packet_socket
from lab.hostile_frames import EXTENSIONS, honest, hostile
from lab.process import run
from lab.tap_guest import ALL_OFFLOADS, attach
from pod_case import MAC, unreclaimable

PASSES = 10  # of each flood, through all frames
SO_ATTACH_FILTER = 26
REASONS = ("mac", "arp", "neighbour", "ipv4", "ipv6", "dhcp", "router", "vlan", "type", "malformed")
MOST_MEMORY = 256  # bytes a frame: its sk_buff alone, without what it points to
TRIES = 5  # the kernel's memory is the whole machine's, and grows by a neighbour's work: not each time
# What a frame passes on its way, as stacks in the kernel's log name it.
PASSED = re.compile(r"\b(tun_|cls_|tcf_|sch_|\w*ingress|___?bpf|bpf_|veth_)")
PLAIN = bytes(10)  # struct virtio_net_hdr
# Of what a VM monitor may be told: flags, gso_type, hdr_len, gso_size, csum_start, csum_offset.
HEADERS = [PLAIN, *(struct.pack("=BBHHHH", *fields) for fields in (
    (1, 0, 0, 0, 34, 6), (1, 0, 0, 0, 0xffff, 0xffff), (0, 1, 54, 1400, 0, 0), (1, 1, 54, 1400, 34, 16),
    (1, 4, 74, 8, 54, 16), (0, 3, 0xffff, 0xffff, 0, 0), (1, 0x81, 20, 1, 14, 0), (0xff, 0xff, 0, 0, 0, 0)))]


def forbidden() -> str:
    """What no frame is that leaves a port with guard "full", in pcap-filter(7)."""
    mac, own4, own6 = MAC.replace(":", ""), f"src host ({GUEST4} or {VIRTUAL})", f"src host {GUEST6}"
    addresses = " or ".join(f"arp[14:4] = {int(ipaddress.ip_address(each))}"
                            for each in (GUEST4, VIRTUAL, "0.0.0.0"))
    return " or ".join(f"({each})" for each in (
        f"not ether src {MAC}", "not (arp or rarp or ip or ip6)",
        f"arp and not (arp[8:4] = 0x{mac[:8]} and arp[12:2] = 0x{mac[8:]})", f"arp and not ({addresses})",
        f"ip and not (ip {own4} or ip src host 0.0.0.0)",
        "ip src host 0.0.0.0 and not (udp dst port 67 or igmp)",
        "ip and (udp src port 67 or udp dst port 68)", "ip6 and (udp src port 547 or udp dst port 546)",
        "icmp[0] = 5 or icmp[0] = 9", "icmp6 and (ip6[40] = 134 or ip6[40] = 137)",
        f"ip6 and not (ip6 {own6} or src net fe80::/10 or src host ::)"))


def attach_filter(receiver: socket.socket, expression: str) -> None:
    program = run(["tcpdump", "-y", "EN10MB", "-ddd", expression]).split()
    code = b"".join(struct.pack("=HBBI", *map(int, program[at:at + 4])) for at in range(1, len(program), 4))
    buffer = ctypes.create_string_buffer(code)
    receiver.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                        struct.pack("@HxxxxxxP", int(program[0]), ctypes.addressof(buffer)))
    drain(receiver)  # what came before there was a filter


def hidden(data: bytes) -> str:
    """What a frame of IPv6 says behind its extensions that no guest may: to be read without ours."""
    if len(data) <= 54:
        return ""
    at, following, fragment = 54, data[20], False
    while following in EXTENSIONS and not fragment and at + 8 <= len(data):
        words, more = {44: (8, 0), 51: (4, data[at + 1] + 1)}.get(following, (8, data[at + 1]))
        length = words * (1 + more)
        fragment = following == 44 and struct.unpack_from("!H", data, at + 2)[0] & 0xfff8 != 0
        following, at = data[at], at + length
    if following == 58 and not fragment and at < len(data) and data[at] in (134, 137):
        return f"router's word behind extensions: {data.hex()}"
    return ""


def warnings(log: str) -> Counter:
    """The kernel's own that have to do with frames; not that it or a neighbour's VM had to wait for a CPU."""
    reports = re.split(r"(?=WARNING:|BUG:|Oops)", log)[1:]
    stacks = (re.sub("Modules linked in:.*", "", re.split(r"</TASK>|---\[ end trace", report)[0])
              for report in reports)
    return Counter(stack.splitlines()[0] for stack in stacks if PASSED.search(stack) and "soft lockup" not in stack)


class HostileCase(GuardCase):
    def open_tap(self) -> None:
        self.tap = self.pod.inside(lambda: os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK))
        self.addCleanup(os.close, self.tap)
        attach(self.tap, self.blue.tap, ALL_OFFLOADS)
        self.pod.wait_for("the tap's carrier", lambda: "LOWER_UP" in self.pod.link(self.blue.tap)["flags"])
        index = self.pod.link(self.blue.pod_interface)["link_index"]
        self.port, = (link["ifname"] for link in self.node.ip("link", "show") if link["ifindex"] == index)
        self.frames = hostile(honest(MAC, GUEST4, GUEST6, HOST4))
        self.assertGreater(len(self.frames), 10_000)

    def listener(self) -> socket.socket:
        """Hears all that leaves the pod."""
        wire = packet_socket(self.node, self.port)
        self.addCleanup(wire.close)
        return wire

    def put(self, header: bytes, frame: bytes) -> bool:
        """Whether the tap took it."""
        try:
            return os.write(self.tap, header + frame) > 0
        except OSError as error:
            if error.errno != errno.EINVAL:  # of a virtio_net_hdr
                raise
            return False

    def counted(self, link: str) -> dict:
        return json.loads(self.pod.run("ip", "-s", "-j", "link", "show", "dev", link))[0]["stats64"]

    def let_out(self) -> int:
        sent = self.counted(self.blue.pod_interface)["tx"]
        return sent["packets"] + sent["dropped"]

    def heard(self) -> list[bytes]:
        """What has come to the guest."""
        frames = []
        while select.select([self.tap], [], [], 0)[0]:
            frames.append(os.read(self.tap, 70_000)[len(PLAIN):])
        return frames


class Guarded(HostileCase):
    def setUp(self) -> None:
        super().setUp()
        self.answers: list[bytes] = []
        self.warned = warnings(run(["dmesg"]))

    def flood(self) -> int:
        """How many the tap took; `answers` has what came back."""
        sent, begun = 0, time.monotonic()
        for number, frame in enumerate(self.frames * PASSES):
            sent += self.put(HEADERS[number % len(HEADERS)] if number % 5 == 0 else PLAIN, frame)
            if number % 400 == 0:
                self.answers += self.heard()
        self.answers += self.heard()
        print(f"{sent / (time.monotonic() - begun):.0f} frames a second")
        return sent

    def assert_nothing_forbidden_leaves(self) -> int:
        """How many frames the tap took."""
        wire, extended = (self.listener() for _ in range(2))
        attach_filter(wire, forbidden())
        attach_filter(extended, "ip6 and (" + " or ".join(f"ip6[6] = {each}" for each in EXTENSIONS) + ")")
        sent = self.flood()
        self.assertGreater(sent, len(self.frames) * PASSES // 2)
        growth = []
        while not growth or growth[-1] > MOST_MEMORY and len(growth) < TRIES:
            memory, before = unreclaimable(), sent
            sent += self.flood()
            growth.append(1024 * (unreclaimable() - memory) // (sent - before))
        self.assertLessEqual(growth[-1], MOST_MEMORY, growth)
        self.assertEqual([frame.data.hex() for frame in drain(wire)][:5], [])
        self.assertEqual([said for frame in drain(extended) if (said := hidden(frame.data))][:5], [])
        self.assertEqual(warnings(run(["dmesg"])) - self.warned, Counter())
        return sent

    def test_each_frame_is_let_out_or_counted_as_dropped(self) -> None:
        self.attach("full", allowedAddresses=[VIRTUAL])
        self.open_tap()
        before = self.let_out()
        sent = self.assert_nothing_forbidden_leaves()
        self.assertEqual(self.counted(self.blue.tap)["rx"]["packets"], sent)
        self.assertEqual(sum(self.dropped().values()) + self.let_out() - before, sent, self.dropped())
        self.assertEqual(len(self.dropped()), len(REASONS))

    def test_responder_still_answers_behind_it(self) -> None:
        self.attach("full", allowedAddresses=[VIRTUAL], responder=True)
        self.open_tap()
        self.assert_nothing_forbidden_leaves()
        self.assertGreater(sum(frame.startswith(mac_bytes(MAC)) for frame in self.answers), 1000)
        self.put(PLAIN, packets.dhcp_discover(MAC))
        offers = []
        self.pod.wait_for("the OFFER", lambda: offers.extend(
            frame for frame in self.heard() if frame.startswith(mac_bytes(MAC))) or offers, timeout=10)
        self.assertEqual(offers[0][58:62], packets.packed(GUEST4))  # yiaddr


class Warnings(unittest.TestCase):
    def test_are_those_of_a_frames_way(self) -> None:
        log = """[1.0] WARNING: CPU: 0 PID: 7 at net/core/skbuff.c:1 skb_release+0x1/0x2
[1.0] Modules linked in: kvm
[1.0]  <TASK>
[1.0]  {call}+0x1/0x2
[1.0]  </TASK>
[1.1] tun_bpf_veth_cls_tcf_
"""
        ours = Counter(["WARNING: CPU: 0 PID: 7 at net/core/skbuff.c:1 skb_release+0x1/0x2"])
        for call in ("tun_get_user", "cls_bpf_classify", "___bpf_prog_run", "sch_handle_ingress"):
            self.assertEqual(warnings(log.replace("{call}", call)), ours)
        self.assertEqual(warnings(log.replace("kvm", "kvm tun_x bpf_x").replace("{call}", "kvm_run")), Counter())
        stuck = log.replace("WARNING: CPU: 0", "watchdog: BUG: soft lockup - CPU#0").replace("{call}", "tun_get_user")
        self.assertEqual(warnings(stuck), Counter())


class Unguarded(HostileCase):
    def passed(self) -> list[bytes]:
        """What leaves of all frames, in their order."""
        wire = self.listener()
        seen = []
        for number, frame in enumerate(self.frames):
            self.assertTrue(self.put(PLAIN, frame))
            if number % 100 == 0:
                seen += drain(wire)
        mark = packets.arp(1, MAC, GUEST4, "00:00:00:00:00:01", HOST4)
        self.put(PLAIN, mark)
        while not seen or seen[-1].data != mark:
            self.assertTrue(select.select([wire], [], [], 10)[0])
            seen += drain(wire)
        return [frame.data for frame in seen[:-1]]

    def test_all_pass_as_they_came(self) -> None:
        """What the guard would keep, too, and who judges it sees that."""
        self.attach("off")
        self.open_tap()
        judge = self.listener()
        attach_filter(judge, forbidden())
        self.assertEqual(self.passed(), self.frames)
        self.assertGreater(len(drain(judge)), 1000)
        ipv6 = [frame for frame in self.frames if frame[12:14] == b"\x86\xdd"]
        self.assertGreater(len(list(filter(None, map(hidden, ipv6)))), 50)

    def test_beside_the_responder_none_passes_twice(self) -> None:
        self.attach("off", responder=True)
        self.open_tap()
        seen = self.passed()
        self.assertEqual([frame.hex() for frame, times in Counter(seen).items() if times > 1], [])
        self.assertLessEqual(set(seen), set(self.frames))
        self.assertGreater(len(seen), len(self.frames) / 2)


if __name__ == "__main__":
    unittest.main()
