"""Guests that nobody configures: no cloud-init runs in them, and their own network service asks, as it does
in the image of any distribution. Behind the responder each has the pod's address, its routes and name
servers, in both families, and nothing of all that asking and answering is on the wire."""

import unittest
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from lab.console import Console
from lab.guest_image import guest_image
from lab.guest_kind import NETWORK_MANAGER, NETWORKD, UNITS, GuestKind
from lab.initrd import with_files
from lab.manifests import Manifests
from lab.netns import Capture
from lab.node import Node
from lab.verify import Has, problems_of
from lab.vm import PASSWORD, USER, VirtualMachine

MANIFESTS = Manifests(Path(__file__).parent / "responder")
# The gateways; and a global address, without which IPv6 would have no way back.
HOST = ("192.168.0.1/26", "192.168.0.3/26", "fe80::1/64", "fd00::1/64")
BEYOND = ("10.20.0.1/32", "198.51.100.1/32", "2001:db8::1/128")  # by a route, and by the default ones
OWN, OWN6 = "192.168.0.62", "fd00::62"
ANSWERS = "ether src 02:70:62:00:00:01"  # binding/answers_dhcp4.h
ASKING = "udp port 67 or udp port 547"
# An address by DHCPv6 has no prefix, and what has no end is no lease to `ip`. networkd takes no search
# domains unless told to.
HAS = Has(frozenset({f"{OWN}/26", f"{OWN6}/128"}), mtu=1400, dns=("192.168.0.53", "fd00::53"), search=(),
          routes=frozenset({"default via 192.168.0.1", "10.20.0.0/16 via 192.168.0.3", "default via fe80::1"}))
# What an image comes with where no cloud-init sets it.
PASSWORD_SET = {"etc/systemd/system/serial-getty@.service.d/password.conf":
                f"[Service]\nExecStartPre=/bin/sh -c 'echo {USER}:{PASSWORD} | chpasswd'\n"}
ASKS_ALL = {"etc/systemd/network/80-dhcp.network":
            "[Match]\nName=en*\n\n[Network]\nDHCP=yes\nIPv6AcceptRA=yes\n"}


@dataclass(frozen=True)
class WithoutCloudInit(GuestKind):
    @property
    def command_line(self) -> str:
        return f"cloud-init=disabled {super().command_line}"


@dataclass
class Guest:
    vm: VirtualMachine
    console: Console
    wire: Capture


def boot(kind: GuestKind, files: dict[str, str], stack: ExitStack) -> Guest:
    """On a node of its own, its uplink captured from before the guest is there."""
    node = stack.enter_context(Node())
    node.apply_policies(MANIFESTS)
    node.host("eth2", *HOST)
    node.host("lo", *BEYOND)
    wire = stack.enter_context(Capture(node.hosts, "eth2", node.room / "wire.pcap"))
    image = guest_image()
    initrd = node.room / "initrd"
    with_files(image.initrd, PASSWORD_SET | files, initrd)
    vm = stack.enter_context(VirtualMachine(
        node, MANIFESTS, "askingvm", replace(image, initrd=initrd),
        WithoutCloudInit(kind.renderer, kind.service)))
    vm.attach()
    vm.start()
    return Guest(vm, stack.enter_context(vm.console()), wire)


class Responder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """Both boot at once."""
        stack = ExitStack()
        cls.addClassCleanup(stack.close)
        cls.guests = {NETWORKD: boot(NETWORKD, ASKS_ALL, stack),
                      NETWORK_MANAGER: boot(NETWORK_MANAGER, {}, stack)}

    def test_networkd(self):
        self.check(NETWORKD, HAS)

    def test_network_manager(self):
        self.check(NETWORK_MANAGER, replace(HAS, search=("corp.example", "lab.example")))

    def check(self, kind: GuestKind, has: Has) -> None:
        guest = self.guests[kind]
        guest.console.log_in(USER, PASSWORD)
        self.check_nobody_configured(kind, guest.console)
        self.assertEqual(problems_of(guest.console, guest.vm.plan(), {"blue": has}), [])
        self.check_traffic(guest)
        self.assertEqual(guest.wire.frames(f"({ASKING}) or ({ANSWERS})"), [])
        self.assertEqual(guest.vm.stop(), 0)

    def check_nobody_configured(self, kind: GuestKind, console: Console) -> None:
        self.assertFalse(console.succeeds("ls /dev/disk/by-label/*"), "a seed disc")
        self.assertIn("disabled", console.run("cloud-init status"))
        active = [service for service in UNITS if console.succeeds(f"systemctl is-active {service}")]
        self.assertEqual(active, [kind.service])

    def check_traffic(self, guest: Guest) -> None:
        """Each way and family; what was on the wire before is captured when this is."""
        for own in (OWN, OWN6):
            self.assertTrue(guest.vm.node.namespace.ping(own, wait=30), own)
        for host in BEYOND:
            address = host.split("/")[0]
            self.assertTrue(guest.console.succeeds(f"ping -n -c 1 -w 30 {address}"), address)
            guest.vm.node.hosts.wait_for("the ping in the capture",
                                         lambda: guest.wire.frames(f"dst host {address}"))


if __name__ == "__main__":
    unittest.main()
