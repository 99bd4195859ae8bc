"""A guest without a VM: a process opens the pod's tap, or macvtap, as QEMU would, as user 107 and with virtio
headers, and joins it to a NIC in a namespace of its own. It is there in milliseconds, and any program
can run in it.

    with TapGuest(pod, blue.tap, mac="02:00:00:00:00:62", mtu=1500) as guest:
        guest.configure("192.168.0.62/26", "fd00::62/64")
        guest.ping("192.168.0.61")
        guest.plug(red.tap, "02:00:00:00:00:63")     # a second NIC, "eth1"
"""

import fcntl
import os
import select
import stat
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from lab.netns import Namespace, enter
from lab.process import start, stop

NIC = "eth0"  # in the guest, the first
LAUNCHER = 107
# linux/if_tun.h
TUNSETIFF, TUNSETOFFLOAD, TUNSETVNETHDRSZ = 0x400454CA, 0x400454D0, 0x400454D8
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x0002, 0x1000, 0x4000
ALL_OFFLOADS = 0x01 | 0x02 | 0x04  # TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6
NO_OFFLOADS = 0
VIRTIO_NET_HDR = 10
LARGEST_FRAME = 65536 + 64


class TapGuest:
    """Made by entering, gone by leaving; `namespace` is the guest's side. `offloads`: what the guest's
    driver takes over from the host, and so does not get done: TUN_F_…"""

    def __init__(self, pod: Namespace, tap: str, mac: str, mtu: int = 1500,
                 offloads: int = ALL_OFFLOADS):
        self.pod = pod
        self.namespace = Namespace("guest")
        self._first = (tap, mac, mtu, offloads)
        self._nics: list[subprocess.Popen] = []

    def __enter__(self) -> "TapGuest":
        self.namespace.__enter__()
        try:
            # Nobody else has its addresses: looking for them would only take its seconds.
            self.namespace.run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")
            self.plug(*self._first)
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(self, *_) -> None:
        self._leave()

    def _leave(self) -> None:
        for process in self._nics:
            stop(process)
        self.namespace.close()

    def plug(self, tap: str, mac: str, mtu: int = 1500, offloads: int = ALL_OFFLOADS) -> str:
        """One NIC more, up; returns its name, "eth0", "eth1", …"""
        nic = f"eth{len(self._nics)}"
        process = start([sys.executable, "-B", "-m", "lab.tap_guest", self.pod.path, tap,
                         self.device_number(tap), self.namespace.path, nic, str(offloads)],
                        cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, text=True)
        self._nics.append(process)
        with process.stdout as output:
            joined = output.readline().strip() == "joined"
        if not joined:
            raise OSError(f"user {LAUNCHER} could not open {tap}")
        self.namespace.run("ip", "link", "set", nic, "address", mac, "mtu", mtu, "up")
        return nic

    def device_number(self, tap: str) -> str:
        """"235:1" of the device that stands for a macvtap; nothing of a tap, which is opened by name."""
        return self.pod.run("sh", "-c", f"cat /sys/class/net/{tap}/tap*/dev 2>/dev/null || true").strip()

    def configure(self, *addresses: str, routes: tuple[str, ...] = (), nic: str = NIC) -> None:
        """Addresses with prefix and routes as `ip route add` takes them."""
        for address in addresses:
            self.namespace.run("ip", "address", "add", address, "dev", nic)
        for route in routes:
            self.namespace.run("ip", "route", "add", *route.split())
        self.namespace.settle()

    def ping(self, address: str, wait: float = 60) -> bool:
        return self.namespace.ping(address, wait)


def open_tun(namespace: str) -> int:
    enter(namespace)
    return os.open("/dev/net/tun", os.O_RDWR)


def open_macvtap(number: str) -> int:
    """What a device plugin does for the launcher: a node that it may open."""
    with tempfile.TemporaryDirectory() as folder:
        node = os.path.join(folder, "macvtap")
        os.mknod(node, stat.S_IFCHR | 0o600, os.makedev(*map(int, number.split(":"))))
        return os.open(node, os.O_RDWR)


def attach(descriptor: int, name: str, offloads: int) -> None:
    flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), flags))
    fcntl.ioctl(descriptor, TUNSETVNETHDRSZ, struct.pack("i", VIRTIO_NET_HDR))
    fcntl.ioctl(descriptor, TUNSETOFFLOAD, offloads)


def copy(one: int, other: int) -> None:
    ways = {one: other, other: one}
    while True:
        for source in select.select(list(ways), [], [])[0]:
            try:
                frame = os.read(source, LARGEST_FRAME)
            except OSError:
                return  # the tap was deleted
            try:
                os.write(ways[source], frame)
            except OSError:
                pass  # the NIC at that end is down: a cable that leads nowhere


def main(pod: str, tap: str, number: str, guest: str, nic: str, offloads: str) -> None:
    inner = open_tun(guest)
    attach(inner, nic, int(offloads))
    port = open_macvtap(number) if number else open_tun(pod)
    os.setgroups([])
    os.setresgid(LAUNCHER, LAUNCHER, LAUNCHER)
    os.setresuid(LAUNCHER, LAUNCHER, LAUNCHER)
    attach(port, tap, int(offloads))
    print("joined", flush=True)
    copy(inner, port)


if __name__ == "__main__":
    main(*sys.argv[1:])
