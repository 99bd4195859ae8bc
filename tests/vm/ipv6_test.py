"""IPv6 in a real guest, from the NAD's IPAM and from the annotation, on a VM with few interfaces:
then KubeVirt asks for the domain three times, around what libvirt has made of it."""

import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from lab.expect import Nic
from lab.guest_image import guest_image
from lab.hooks import HookManager
from lab.manifests import Manifests
from lab.masquerade import GATEWAY, GUEST
from lab.node import Node
from lab.parked import record_text
from lab.vm import PASSWORD, USER, VirtualMachine, problems_of

MANIFESTS = Path(__file__).parent / "ipv6"
HOST_ON_BR1, HOST_ON_BR2, BEYOND = "fd00:1::1", "fd00:2::1", "fd00:20::1"


class Ipv6(unittest.TestCase):
    def test_static_addresses_of_both_sources(self):
        manifests = Manifests(MANIFESTS)
        with Node() as node:
            node.apply_policies(manifests)
            node.host("eth2", f"{HOST_ON_BR1}/64", "192.168.1.1/24")
            node.host("eth3", f"{HOST_ON_BR2}/64")
            node.host("lo", f"{BEYOND}/128")
            with VirtualMachine(node, manifests, "sixvm", guest_image()) as vm:
                vm.attach()
                self.assertIn("fd00:1::62/64",
                              record_text(vm.network, vm.attachments["br1"].record))
                vm.start()
                self.check_passes(vm)
                with vm.console() as console:
                    console.log_in(USER, PASSWORD)
                    self.check_guest(vm, console)
                self.assertEqual(vm.stop(), 0)

    def check_passes(self, vm):
        """The same interfaces come out of every pass; placeholders stay KubeVirt's; once more
        changes nothing."""
        first, second, third = vm.launcher.outputs
        mine = [ours(document) for document in (first, second, third)]
        self.assertEqual(mine[0], mine[1])
        self.assertEqual(mine[0], mine[2])
        self.assertEqual(sorted(mine[0]), ["ua-br1", "ua-br2", "ua-default"])
        self.assertIn('<alias name="placeholder-0"></alias>', first)
        self.assertNotIn("placeholder", second)
        self.assertEqual(third.count("pcie-root-port"), second.count("pcie-root-port") + 1)
        hooks = HookManager(vm.pod.room / "kubevirt-hooks")
        self.assertEqual(hooks.on_define_domain(vm.vmi, third), third)

    def check_guest(self, vm, console):
        expected = [
            Nic(vm.mac("default"), (f"{GUEST}/24",), dhcp=frozenset({f"{GUEST}/24"}),
                routes=frozenset({f"default via {GATEWAY}"})),
            Nic(vm.mac("br1"), ("192.168.1.62/24", "fd00:1::62/64"),
                routes=frozenset({f"default via {HOST_ON_BR1}"})),
            Nic(vm.mac("br2"), ("fd00:2::14/64",),
                routes=frozenset({f"fd00:20::/32 via {HOST_ON_BR2}"})),
        ]
        self.assertEqual(problems_of(console, expected), [])
        for address in (HOST_ON_BR1, HOST_ON_BR2, BEYOND, "192.168.1.1"):
            with self.subTest(address):
                self.assertTrue(console.succeeds(f"ping -n -c 1 -w 10 {address}"))
        self.assertTrue(vm.node.hosts.ping("fd00:1::62"))
        self.assertTrue(vm.node.hosts.ping("fd00:2::14"))


def ours(domain_xml: str) -> dict[str, str]:
    """The interfaces of the VMI by alias, without the PCI address that libvirt gives them."""
    found = {}
    for interface in ElementTree.fromstring(domain_xml).iterfind("devices/interface"):
        alias = interface.find("alias").get("name")
        if alias.startswith("ua-"):
            for address in interface.findall("address"):
                interface.remove(address)
            found[alias] = ElementTree.tostring(interface, encoding="unicode").strip()
    return found


if __name__ == "__main__":
    unittest.main()
