"""The ways between a VM's tap and its pod's NIC: frames from tap to tap in one thread (redirect_bench.cc),
and TCP of a guest without a VM."""

import subprocess
import sys

from bench.figures import Aim, Table, in_turn
from bench.scene import Scene, nad
from lab.netns import Namespace, veth
from lab.paths import PROGRAMS
from lab.process import LabError, run
from lab.tap_guest import TapGuest

OURS, KUBEVIRTS, NONE = "u32 mirred", "in-pod bridge", "no pod"
BEYOND = {
    "redirect": ("Frames from tap to tap, the wiring alone", """Behind the pod's NIC its veth is joined
with a tap by a redirect, which is the cheapest way there is. "no pod": the two taps are joined directly
so."""),
    "bridge": ("Frames from tap to tap, over a node's bridge", """Behind the pod's NIC its veth is a port
of a bridge of the node, as it mostly is, and a tap another one. "no pod": the guest's tap is a port of
that bridge itself."""),
}
FRAMES = """ One thread on one core writes batches of frames into a tap and reads them from the other, so
that system calls, softirqs and all else are on its account: ns of CPU a frame, and thousands of frames a
second by the clock. "round trip": µs of one frame there and one back, in that thread, without a
scheduler; its median, and p99. The redirects are u32, cls_bpf and eBPF; patchbay's is u32 mirred, with
trunk the one with the filter before it. A macvtap has no wiring in the pod."""


def frames(rounds: int) -> list[Table]:
    tables = {key: Table(title, text + FRAMES, KUBEVIRTS) for key, (title, text) in BEYOND.items()}
    printed = run(["taskset", "-c", "0", PROGRAMS / "redirect_bench", rounds], timeout=3600)
    for line in printed.splitlines():
        beyond, wiring, what, one, other = line.split("\t")
        one, other = float(one), float(other)
        taken = ({"µs": one / 1e3, "µs, p99": other / 1e3} if what == "round trip" else
                 {"ns of CPU": one, "kpps": 1e6 / other})
        tables[beyond].add(what, wiring, taken)
    for beyond, table in tables.items():
        table.rows.sort(key=lambda row: row.case)
        for case in ("64 bytes from guest", "64 bytes to guest"):
            table.aims += aims(table, case)
    return list(tables.values())


def aims(table: Table, case: str) -> list[Aim]:
    """By CPU time, which is all of one core's: other programs on the machine are not in it."""
    return [Aim(f"{case}: frames in the same CPU time, {OURS} beside {other}",
                table.ratio(case, other, "ns of CPU", OURS), limit, at_least=True)
            for other, limit in ((KUBEVIRTS, 1.3), (NONE, 0.9))]


# One TCP stream of zeros for so many seconds, and who takes it and prints bytes and seconds.
SECONDS, PORT = 0.5, 5001
SEND = """
import socket, sys, time
peer = socket.create_connection((sys.argv[1], int(sys.argv[2])))
end, chunk = time.monotonic() + float(sys.argv[3]), bytes(1 << 18)
while time.monotonic() < end:
    peer.sendall(chunk)
"""
TAKE = """
import socket, sys, time
server = socket.create_server(("", int(sys.argv[1])))
print("listening", flush=True)
peer, total, room = server.accept()[0], 0, bytearray(1 << 20)
began = time.monotonic()
while count := peer.recv_into(room):
    total += count
print(total, time.monotonic() - began)
"""
STREAMS = f"""Gbit/s of one TCP stream of {SECONDS} s between a host behind the node's cable and a guest
without a VM: a process opens the tap as QEMU would, with all offloads, and copies frames between it and a
NIC in the guest's namespace (lab/tap_guest.py). Sender, receiver and that process share the machine's
CPUs, so that it says what arrives, not what the wiring could carry; vhost-net, which would take its place
in a cluster, is not on this machine."""


class Guests:
    """A guest at each of the ways, with a cable, a bridge and a subnet of its own."""

    def __init__(self, scene: Scene):
        self.scene = scene
        self.hosts = scene.enter(Namespace("hosts"))
        made = {NONE: self.without_pod, KUBEVIRTS: self.bridged, OURS: self.redirected,
                "trunk + u32 mirred": self.trunk, "macvtap": self.macvtap}
        self.guests: dict[str, TapGuest] = {}
        for number, (way, make) in enumerate(made.items(), 1):
            mac, cable = f"02:00:00:00:02:{number:02x}", f"cable{number}"
            veth(scene.node, cable, self.hosts, cable)
            self.hosts.run("ip", "address", "add", f"10.{number}.0.1/24", "dev", cable)
            pod, tap = make(number, cable, mac)
            self.guests[way] = scene.enter(TapGuest(pod, tap, mac))
            self.guests[way].configure(f"10.{number}.0.62/24")
            if not self.guests[way].ping(f"10.{number}.0.1"):
                raise LabError(f"the guest behind {way} does not reach its host")

    def without_pod(self, number: int, cable: str, _: str) -> tuple[Namespace, str]:
        self.scene.node.run("ip", "tuntap", "add", "guest", "mode", "tap", "vnet_hdr", "user", 107)
        self.scene.bridge(f"br{number}", cable)
        self.scene.node.run("ip", "link", "set", "guest", "master", f"br{number}", "up")
        return self.scene.node, "guest"

    def bridged(self, number: int, cable: str, mac: str) -> tuple[Namespace, str]:
        """As KubeVirt's bridge binding leaves the pod: the NIC without its MAC and the tap on a bridge."""
        pod = self.scene.enter(Namespace("bridged"))
        self.scene.bridge(f"br{number}", cable)
        nic = self.scene.multus.attach(pod, "kubevirt", nad("kubevirt", f"br{number}", {}, []), mac,
                                       binding=False).pod_interface
        pod.run("ip", "link", "set", nic, "address", "02:00:00:00:03:01")
        pod.run("ip", "tuntap", "add", "tap0", "mode", "tap", "vnet_hdr", "user", 107)
        pod.run("ip", "link", "add", "k6t", "type", "bridge")
        for link in (nic, "tap0"):
            pod.run("ip", "link", "set", link, "master", "k6t", "up")
        pod.run("ip", "link", "set", "k6t", "up")
        return pod, "tap0"

    def redirected(self, number: int, cable: str, mac: str, **options: object) -> tuple[Namespace, str]:
        self.scene.bridge(f"br{number}", cable)
        blue = self.scene.attach(f"ours{number}", f"br{number}", mac, options, [f"10.{number}.0.62/24"])
        return blue.pod, blue.tap

    def trunk(self, number: int, cable: str, mac: str) -> tuple[Namespace, str]:
        return self.redirected(number, cable, mac, trunk=[{"id": 42}])

    def macvtap(self, _: int, cable: str, mac: str) -> tuple[Namespace, str]:
        pod = self.scene.enter(Namespace("macvtap"))
        self.scene.node.run("ip", "link", "add", "vtap", "link", cable, "address", mac, "type", "macvtap",
                            "mode", "bridge")
        self.scene.node.run("ip", "link", "set", "vtap", "netns", pod.name)
        pod.run("ip", "link", "set", "vtap", "up")
        return pod, "vtap"

    def stream(self, way: str, from_guest: bool) -> float:
        """Gbit/s."""
        number, guest = list(self.guests).index(way) + 1, self.guests[way].namespace
        sender, taker = (guest, self.hosts) if from_guest else (self.hosts, guest)
        address = f"10.{number}.0.{1 if from_guest else 62}"
        with subprocess.Popen(taker.command(sys.executable, "-c", TAKE, PORT), stdout=subprocess.PIPE,
                              text=True) as taking:
            taking.stdout.readline()
            sender.run(sys.executable, "-c", SEND, address, PORT, SECONDS)
            count, seconds = map(float, taking.communicate(timeout=60)[0].split())
        return count * 8 / seconds / 1e9


def streams(rounds: int) -> Table:
    table = Table("TCP of a guest", STREAMS, KUBEVIRTS)
    with Scene() as scene:
        guests = Guests(scene)
        for round_ in range(rounds):
            for way in in_turn(list(guests.guests), round_):
                for from_guest in (True, False):
                    table.add("from guest" if from_guest else "to guest", way,
                              {"Gbit/s": guests.stream(way, from_guest)})
    table.rows.sort(key=lambda row: row.case)
    return table


def measure(rounds: int) -> list[Table]:
    return [*frames(rounds), streams(rounds)]
