"""What a guest's port costs a frame: from the guest's tap through the pod's NIC, its veth and a bridge of the
node to a tap there, as redirect_bench measures; and the port's program alone, as the kernel runs it on one
frame a million times (bpf(2), BPF_PROG_TEST_RUN)."""

import json
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.figures import Table, in_turn
from bench.scene import Scene
from lab import packets
from lab.multus import Attachment
from lab.paths import PROGRAMS
from lab.process import run

WORLD_MAC, WORLD = "02:00:00:00:00:01", "192.168.0.2"
GUEST, GUEST6 = "192.168.0.62", "fd00::62"
UDP, TCP = 17, 6
NO_OFFLOAD = bytes(10)  # struct virtio_net_hdr
REPEAT = 1_000_000
TC_ACT_SHOT = 2


@dataclass(frozen=True, eq=False)
class Way:
    name: str
    options: dict
    addresses: tuple[str, ...] = (f"{GUEST}/24", f"{GUEST6}/64")


# 16 prefixes of IPv4, and what the guest sends bears the last.
MANY = (*[f"192.168.0.{100 + number}/24" for number in range(8)], f"{GUEST6}/64")
MANY_ALLOWED = [*[f"10.{number}.0.0/16" for number in range(7)], GUEST]
OFF = Way("off, no responder", {})
WAYS = (
    OFF,
    Way("off", {"responder": True}),
    Way("mac", {"responder": True, "guard": "mac"}),
    Way("full", {"responder": True, "guard": "full"}),
    Way("full, 16 prefixes", {"responder": True, "guard": "full", "allowedAddresses": MANY_ALLOWED}, MANY),
)


def udp(size: int) -> bytes:
    """The datagram of an IPv4 frame that is `size` bytes long."""
    return struct.pack("!HHHH", 5000, 5000, size - 34, 0) + bytes(size - 42)


def udp4(mac: str, size: int, source: str = GUEST) -> bytes:
    return packets.ethernet(WORLD_MAC, mac, packets.IPV4, packets.ipv4(source, WORLD, UDP, udp(size)))


def segments(mac: str) -> bytes:
    """60 kB of TCP in one, its checksum and segmentation left to do."""
    tcp = struct.pack("!HHIIBBHHH", 5000, 5000, 0, 0, 0x50, 0x10, 0, 0, 0) + bytes(60_000 - 54)
    header = struct.pack("=BBHHHH", 1, 1, 54, 1448, 34, 16)
    return header + packets.ethernet(WORLD_MAC, mac, packets.IPV4, packets.ipv4(GUEST, WORLD, TCP, tcp))


def udp6(mac: str) -> bytes:
    body = udp(64)
    header = struct.pack("!IHBB", 6 << 28, len(body), UDP, 64)
    addresses = packets.packed(GUEST6) + packets.packed("fd00::2")
    return packets.ethernet(WORLD_MAC, mac, packets.IPV6, header + addresses + body)


# Name, the frame of a guest, how many of them at once and how often: some hundredths of a second.
LOADS = (
    ("64 bytes", lambda mac: NO_OFFLOAD + udp4(mac, 64), 64, 120),
    ("1400 bytes", lambda mac: NO_OFFLOAD + udp4(mac, 1400), 64, 120),
    ("60 kB GSO", segments, 8, 300),
)
TURNS = 20  # of each way in a round
# What the program alone is given.
JUDGED = (
    ("IPv4", lambda mac: udp4(mac, 64)),
    ("IPv6", udp6),
    ("ARP", lambda mac: packets.who_has(mac, GUEST, WORLD)),
    ("IPv4 of a neighbour", lambda mac: udp4(mac, 64, "192.168.0.63")),
)


@dataclass
class Ports:
    """A pod with a network, a bridge and a tap on it for each way, so that they do not meet."""

    scene: Scene
    attachments: dict[Way, Attachment] = field(default_factory=dict)

    def make(self) -> "Ports":
        for number, way in enumerate(WAYS):
            world, mac = f"world{number}", f"02:00:00:00:01:{number:02x}"
            self.scene.node.run("ip", "tuntap", "add", world, "mode", "tap", "vnet_hdr")
            self.scene.bridge(f"br{number}", world)
            self.scene.node.run("bridge", "fdb", "add", WORLD_MAC, "dev", world, "master", "static")
            self.attachments[way] = self.scene.attach(f"n{number}", f"br{number}", mac, way.options,
                                                      way.addresses)
        return self

    def file(self, way: Way, make: Callable[[str], bytes]) -> Path:
        path = self.scene.room / f"frame{WAYS.index(way)}"
        path.write_bytes(make(self.attachments[way].mac))
        return path

    def costs(self, turns: int, make: Callable[[str], bytes], batch: int,
              batches: int) -> dict[Way, list[tuple[float, float]]]:
        """ns of CPU and of time a frame, for each turn."""
        pairs = [word for number, way in enumerate(WAYS)
                 for word in (self.attachments[way].tap, f"world{number}", self.file(way, make))]
        printed = run(["taskset", "-c", "0", PROGRAMS / "tap_frames", self.scene.pod.path,
                       self.scene.node.path, batch, batches, turns, *pairs], timeout=3600)
        costs = {way: [] for way in WAYS}
        for which, cpu, wall in map(str.split, printed.splitlines()):
            costs[WAYS[int(which)]].append((float(cpu), float(wall)))
        return costs

    def program(self, way: Way) -> str:
        shown = self.scene.pod.run("tc", "filter", "show", "dev", self.attachments[way].tap, "ingress")
        return re.search(r"patchbay-port-1-\S+ .* id (\d+) ", shown)[1]

    def judge(self, way: Way, make: Callable[[str], bytes]) -> tuple[int, int]:
        """ns that the program takes, and what it returns."""
        answer = json.loads(run(["taskset", "-c", "0", "bpftool", "-j", "prog", "run", "id",
                                 self.program(way), "data_in", self.file(way, make), "repeat", REPEAT]))
        return answer["duration"], answer["retval"]


def frames(ports: Ports, rounds: int) -> Table:
    table = Table("A guest's port", """ns of CPU a frame from the guest's tap by the pod's NIC, its veth
and a bridge of the node to a tap there, system calls included, one core; and thousands of frames a second
by the clock.""", OFF.name)
    for name, *load in LOADS:
        for way, costs in ports.costs(rounds * TURNS, *load).items():
            for cpu, wall in costs:
                table.add(name, way.name, {"ns of CPU": cpu, "kpps": 1e6 / wall})
    return table


def program(ports: Ports, rounds: int) -> Table:
    table = Table("A guest's port: the program alone",
                  "ns that the kernel takes for it on one frame, by a million runs (bpftool prog run).")
    for round_ in range(rounds):
        for way in in_turn(WAYS[1:], round_):
            for name, make in JUDGED:
                took, verdict = ports.judge(way, make)
                dropped = ", dropped" if verdict == TC_ACT_SHOT else ""
                table.add(name + dropped, way.name, {"ns": took})
    return table


def measure(rounds: int) -> list[Table]:
    with Scene() as scene:
        ports = Ports(scene).make()
        return [frames(ports, rounds), program(ports, rounds)]
