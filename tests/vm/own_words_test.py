"""What users say of a guest themselves: networkData of their own, in version 1, keeps every byte and is
completed; routing by source makes replies leave by the NIC that was asked; a NIC that no DHCP server answers
holds up no boot; a guest that is called Windows is told all of it in version 1, which Linux's cloud-init reads
as well."""

import unittest
from contextlib import ExitStack
from pathlib import Path

from lab.console import Console
from lab.guest_image import guest_image
from lab.guest_kind import NETPLAN, NETWORKD, GuestKind
from lab.manifests import Manifests, cloud_init_volume
from lab.masquerade import GUEST_HAS
from lab.node import Node
from lab.verify import Has, problems_of
from lab.vm import PASSWORD, USER, VirtualMachine

MANIFESTS = Manifests(Path(__file__).parent / "own_words")
HOST, HOST6 = "192.168.1.1", "fd00:1::1"
POD_MAC = "02:00:00:00:00:01"  # by both specs
OWN, OWN6 = "192.168.1.62", "fd00:1::62"
BEYOND, BEYOND6 = "198.51.100.7", "2001:db8::7"  # behind the host, and behind no route of the guest's


class OwnWords(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """All boot at once."""
        stack = ExitStack()
        cls.addClassCleanup(stack.close)
        cls.merged = boot("mergedvm", NETWORKD, stack)
        cls.routed = boot("routedvm", NETPLAN, stack)
        cls.version1 = boot("version1vm", NETWORKD, stack)

    def check_network(self, vm: VirtualMachine, console: Console, exactly: dict[str, Has]) -> None:
        console.log_in(USER, PASSWORD)
        plan = vm.plan()
        for nic in plan["attachments"]:
            if nic["network"] == "silent":
                nic["ipv4"] = "none"  # what its asking comes to
        self.assertEqual(problems_of(console, plan, exactly), [])
        for host in (HOST, HOST6):
            self.assertTrue(console.succeeds(f"ping -n -c 1 -w 60 {host}"), host)

    def test_networkdata_in_version_1_is_completed(self):
        vm, console = self.merged
        theirs = cloud_init_volume(vm.vmi)["cloudInitNoCloud"]["networkData"]
        given = vm.launcher.cloud_init_data["NetworkData"]
        start = given.index('  - type: "physical"')
        end = given.index("  # the pod network")
        self.assertEqual(given[:start] + given[end:], theirs)
        self.check_network(vm, console, {"default": GUEST_HAS})
        self.assertEqual(console.run("ip -br link show dev pod0").split()[2], POD_MAC)
        self.assertEqual(vm.stop(), 0)

    def test_replies_leave_by_the_nic_that_was_asked(self):
        vm, console = self.routed
        self.check_network(vm, console, {"default": GUEST_HAS})
        for anywhere in (BEYOND, BEYOND6):
            self.assertNotIn("dev enp2s0", console.run(f"ip route get {anywhere} || true"))
        for source, own in ((BEYOND, OWN), (BEYOND6, OWN6)):
            with self.subTest(source):
                vm.node.hosts.run("ping", "-n", "-c", "1", "-w", "60", "-I", source, own)
        self.check_boot_waits_for_none_that_is_optional(console)
        self.assertEqual(vm.stop(), 0)

    def check_boot_waits_for_none_that_is_optional(self, console: Console) -> None:
        """By the program that boots wait with, which the unit of the lab's guests runs with --any."""
        wait_online = "/lib/systemd/systemd-networkd-wait-online"
        self.assertFalse(console.succeeds(f"{wait_online} --timeout=1 --interface=enp3s0"))
        self.assertTrue(console.succeeds(f"{wait_online} --timeout=60"))

    def test_version_1_that_is_all_patchbays(self):
        vm, console = self.version1
        network_data = vm.launcher.cloud_init_data["NetworkData"]
        self.assertTrue(network_data.startswith("network:\n  version: 1\n"), network_data)
        self.check_network(vm, console, {"blue": Has(
            frozenset({f"{OWN}/24", f"{OWN6}/64"}), mtu=1500, dns=("192.168.1.53", "fd00:1::53"),
            search=(), routes=frozenset({f"default via {HOST}", f"default via {HOST6}"}))})
        for host in (BEYOND, BEYOND6):
            self.assertTrue(console.succeeds(f"ping -n -c 1 -w 60 {host}"), host)
        self.assertEqual(vm.stop(), 0)


def boot(name: str, kind: GuestKind, stack: ExitStack) -> tuple[VirtualMachine, Console]:
    node = stack.enter_context(Node())
    node.apply_policies(MANIFESTS)
    node.host("eth2", f"{HOST}/24", f"{HOST6}/64")
    node.host("lo", f"{BEYOND}/32", f"{BEYOND6}/128")
    vm = stack.enter_context(VirtualMachine(node, MANIFESTS, name, guest_image(), kind))
    vm.attach()
    vm.start()
    return vm, stack.enter_context(vm.console())


if __name__ == "__main__":
    unittest.main()
