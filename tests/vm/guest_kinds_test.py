"""A real guest of each kind has on every NIC exactly what the plan says: several static addresses of both
families in order, default gateways and further routes, DNS, an MTU of the network's own, DHCP. On a VM
with few interfaces: then KubeVirt asks for the domain three times, around what libvirt has made of it."""

import unittest
import xml.etree.ElementTree as ElementTree
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from lab.console import Console
from lab.guest_image import guest_image
from lab.guest_kind import IFUPDOWN, NETPLAN, NETWORK_MANAGER, NETWORKD, UNITS, GuestKind
from lab.hooks import HookManager
from lab.manifests import Manifests
from lab.masquerade import GATEWAY, GUEST_HAS
from lab.node import Node
from lab.verify import Has, problems_of
from lab.vm import PASSWORD, USER, VirtualMachine

MANIFESTS = Manifests(Path(__file__).parent / "guest_kinds")
ON_BR1 = ("192.168.1.1/24", "192.168.1.3/24", "172.20.5.1/26", "fd00:1::1/64", "fd00:1::3/64")
ON_BR2 = ("172.22.0.1/24", "fd00:2::1/64")
BEYOND = ("10.20.0.1/32", "fd00:20::1/128", "fd00:30::1/128")
LEASE = "172.22.0.50"
NO_ROUTER = "3"  # --dhcp-option=3 without a value
ANYWHERE, ANYWHERE6 = "198.51.100.1", "2001:db8::1"


def address_of(prefix: str) -> str:
    return prefix.split("/")[0]


def boot(kind: GuestKind, stack: ExitStack) -> tuple[VirtualMachine, Console]:
    """A VM of that kind on a node of its own, running; its console from the first line on."""
    node = stack.enter_context(Node())
    node.apply_policies(MANIFESTS)
    node.host("eth2", *ON_BR1)
    node.host("eth3", *ON_BR2)
    node.host("lo", *BEYOND)
    node.dhcp("eth3", address_of(ON_BR2[0]), LEASE, LEASE, NO_ROUTER)
    vm = stack.enter_context(VirtualMachine(node, MANIFESTS, "kindvm", guest_image(), kind))
    vm.attach()
    vm.start()
    return vm, stack.enter_context(vm.console())


def as_rendered(kind: GuestKind, plan: dict) -> dict:
    """The plan without what cloud-init 22.4 loses for that kind, whatever it is told."""
    for nic in plan["attachments"]:
        if kind == NETWORKD:  # sorts addresses as text
            nic["addresses"].sort(key=lambda entry: entry["address"])
        if kind == IFUPDOWN:  # makes every route but gateways with net-tools, which are not there
            nic["routes"] = [route for route in nic["routes"] if is_gateway(route)]
        if kind == NETWORK_MANAGER:  # has all routes in the section of the first address's family
            first6 = nic["ipv4"] != "dhcp" and ":" in nic["addresses"][0]["address"]
            nic["routes"] = [route for route in nic["routes"]
                             if is_gateway(route) or (":" in route["to"]) == first6]
            if "dns" in nic:
                nic["dns"]["servers"].sort(key=lambda server: ":" not in server)
    return plan


def is_gateway(route: dict) -> bool:
    return route["to"] in ("0.0.0.0/0", "::/0")


def exactly(kind: GuestKind) -> dict[str, Has]:
    """The two NICs of which a plan can't say all."""
    routes = {"fd00:30::/32 via fd00:2::1"} if kind in (NETWORKD, NETPLAN) else ()
    return {"default": replace(GUEST_HAS, mtu=1450),
            "leased": Has(frozenset({f"{LEASE}/24", "fd00:2::14/64"}), frozenset({f"{LEASE}/24"}),
                          frozenset(routes), 1500, dns=(), search=())}


class GuestKinds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """All boot at once: each is checked while others still do."""
        stack = ExitStack()
        cls.addClassCleanup(stack.close)
        cls.guests = {kind: boot(kind, stack)
                      for kind in (NETWORKD, NETPLAN, IFUPDOWN, NETWORK_MANAGER)}

    def test_networkd(self):
        self.check(NETWORKD)

    def test_netplan(self):
        self.check(NETPLAN)

    def test_ifupdown(self):
        self.check(IFUPDOWN)

    def test_network_manager(self):
        self.check(NETWORK_MANAGER)

    def check(self, kind):
        vm, console = self.guests[kind]
        self.check_passes(vm)
        console.log_in(USER, PASSWORD)
        self.check_in_charge(kind, console)
        problems = problems_of(console, as_rendered(kind, vm.plan()), exactly(kind))
        if kind == NETWORK_MANAGER:  # ranks the NICs itself, for it is given no metric
            self.assertRegex(problems.pop(), "^guest: IPv4 default route: default .* before static ")
        self.assertEqual(problems, [])
        self.check_traffic(vm, console)
        self.assertEqual(vm.stop(), 0)

    def check_passes(self, vm):
        """The same interfaces come out of every pass; placeholders stay KubeVirt's; once more changes
        nothing."""
        first, second, third = vm.launcher.outputs
        mine = [ours(document) for document in (first, second, third)]
        self.assertEqual(mine[0], mine[1])
        self.assertEqual(mine[0], mine[2])
        self.assertEqual(sorted(mine[0]), ["ua-default", "ua-leased", "ua-static"])
        self.assertIn('<alias name="placeholder-0"></alias>', first)
        self.assertNotIn("placeholder", second)
        self.assertEqual(third.count("pcie-root-port"), second.count("pcie-root-port") + 1)
        hooks = HookManager(vm.pod.room / "kubevirt-hooks")
        self.assertEqual(hooks.on_define_domain(vm.vmi, third), third)

    def check_in_charge(self, kind, console):
        """cloud-init has rendered for this kind alone, and no other's service runs."""
        chosen = console.run("grep -o \"Selected renderer '[^']*'\" /var/log/cloud-init.log | sort -u")
        self.assertEqual(chosen, f"Selected renderer '{kind.renderer}'")
        active = [service for service in UNITS if console.succeeds(f"systemctl is-active {service}")]
        self.assertEqual(active, [kind.service])

    def check_traffic(self, vm, console):
        # NetworkManager has the pod network's first.
        preferred = GATEWAY if vm.kind == NETWORK_MANAGER else address_of(ON_BR1[0])
        self.assertIn(f"via {preferred} ", console.run(f"ip route get {ANYWHERE}"))
        self.assertIn(f"via {address_of(ON_BR1[3])} ", console.run(f"ip route get {ANYWHERE6}"))
        for host in (*ON_BR1, *ON_BR2, *BEYOND, GATEWAY):
            with self.subTest(to=host):
                self.assertTrue(console.succeeds(f"ping -n -c 1 -w 60 {address_of(host)}"))
        planned = [entry["address"] for nic in vm.plan()["attachments"] for entry in nic["addresses"]]
        for own in (*planned, LEASE):
            with self.subTest(back=own):
                self.assertTrue(vm.node.hosts.ping(address_of(own)))


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
