"""A guest without a VM: a process opens the pod's tap as QEMU would, as user 107 and with virtio
headers, and joins it to a NIC in a namespace of its own. It is there in milliseconds, and any program
can run in it.

    with TapGuest(pod, blue.tap, mac="02:00:00:00:00:62", mtu=1500) as guest:
        guest.configure("192.168.0.62/26", "fd00::62/64")
        guest.ping("192.168.0.61")
"""

import ctypes
import fcntl
import os
import select
import struct
import subprocess
import sys
from pathlib import Path

from lab.netns import Namespace
from lab.process import start, stop

NIC = "eth0"  # in the guest
LAUNCHER = 107
CLONE_NEWNET = 0x40000000
# linux/if_tun.h
TUNSETIFF, TUNSETOFFLOAD, TUNSETVNETHDRSZ = 0x400454CA, 0x400454D0, 0x400454D8
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x0002, 0x1000, 0x4000
OFFLOADS = 0x01 | 0x02 | 0x04  # TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6
VIRTIO_NET_HDR = 10
LARGEST_FRAME = 65536 + 64


class TapGuest:
    """Made by entering, gone by leaving; `namespace` is the guest's side."""

    def __init__(self, pod, tap: str, mac: str, mtu: int = 1500):
        self.pod = pod
        self.tap = tap
        self.mac = mac
        self.mtu = mtu
        self.namespace = Namespace("guest")

    def __enter__(self) -> "TapGuest":
        self.namespace.__enter__()
        try:
            self._join()
        except BaseException:
            self.namespace.close()
            raise
        return self

    def __exit__(self, *_) -> None:
        stop(self._process)
        self.namespace.close()

    def configure(self, *addresses: str, routes: tuple[str, ...] = ()) -> None:
        """Addresses with prefix and routes as `ip route add` takes them."""
        for address in addresses:
            self.namespace.run("ip", "address", "add", address, "dev", NIC)
        for route in routes:
            self.namespace.run("ip", "route", "add", *route.split())
        self.namespace.settle()

    def ping(self, address: str, wait: float = 10) -> bool:
        return self.namespace.ping(address, wait)

    def _join(self) -> None:
        self._process = start(
            [sys.executable, "-B", "-m", "lab.tap_guest", self.pod.path, self.tap,
             self.namespace.path], cwd=Path(__file__).parents[1],
            stdout=subprocess.PIPE, text=True)
        with self._process.stdout as output:
            joined = output.readline().strip() == "joined"
        if not joined:
            raise OSError(f"user {LAUNCHER} could not open {self.tap}")
        self.namespace.run("ip", "link", "set", NIC, "address", self.mac, "mtu", self.mtu, "up")


def open_tun(namespace: str) -> int:
    with open(namespace, encoding="ascii") as entered:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(entered.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns {namespace}")
    return os.open("/dev/net/tun", os.O_RDWR)


def attach(descriptor: int, name: str) -> None:
    flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), flags))
    fcntl.ioctl(descriptor, TUNSETVNETHDRSZ, struct.pack("i", VIRTIO_NET_HDR))
    fcntl.ioctl(descriptor, TUNSETOFFLOAD, OFFLOADS)


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


def main(pod: str, tap: str, guest: str) -> None:
    nic = open_tun(guest)
    attach(nic, NIC)
    port = open_tun(pod)
    os.setgroups([])
    os.setresgid(LAUNCHER, LAUNCHER, LAUNCHER)
    os.setresuid(LAUNCHER, LAUNCHER, LAUNCHER)
    attach(port, tap)
    print("joined", flush=True)
    copy(nic, port)


if __name__ == "__main__":
    main(*sys.argv[1:])
