"""A guest that asks by DHCP or of routers is answered at its port, by nobody: real clients get the address that
the network's IPAM gave to the pod, and not one frame of it is on the wire."""

import unittest

from lab.dhcp import DhcpServer
from lab.dhcp_clients import Clients
from lab.multus import Attachment, CniError
from lab.process import LabError
from lab.tap_guest import NIC, TapGuest
from pod_case import MAC, UPLINK, PodCase, bridge, everything, static

HOST4, HOST6 = "192.168.0.50", "fd00::50"
GUEST4, GUEST6 = "192.168.0.62", "fd00::62"
IPAM = static(f"{GUEST4}/26", f"{GUEST6}/64", gateway=HOST4, routes=[
    {"dst": "0.0.0.0/0", "gw": HOST4}, {"dst": "10.20.0.0/16", "gw": "192.168.0.51"}])
DNS = {"nameservers": ["10.0.0.53", "fd00::53"], "domain": "corp.example",
       "search": ["corp.example", "example"]}
OURS = "ether src 02:70:62:00:00:01"  # binding/answers_dhcp4.h
ASKING = "udp port 67 or udp port 547"
STRANGER = "02:00:00:00:00:99"


class ResponderCase(PodCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        for address in (f"{HOST4}/26", f"{HOST6}/64"):
            self.hosts.run("ip", "address", "add", address, "dev", UPLINK, "nodad")

    def attach(self, ipam: dict | None = IPAM, **more) -> Attachment:
        options = {"responder": True, **more}
        return self.multus.attach(self.pod, "blue", bridge(ipam, dns=DNS, patchbay=options), mac=MAC)

    def guest(self, attachment: Attachment, mac: str = MAC) -> TapGuest:
        guest = self.stack.enter_context(TapGuest(self.pod, attachment.tap, mac))
        self.clients = Clients(guest.namespace, NIC, self.room)
        return guest


class Answers(ResponderCase):
    def setUp(self) -> None:
        super().setUp()
        self.wire = self.stack.enter_context(self.capture(self.hosts, UPLINK))
        self.blue = self.attach()
        self.machine = self.guest(self.blue)

    def assert_nothing_on_the_wire(self) -> None:
        """What passes later has come by when it has."""
        self.machine.namespace.run("ip", "address", "replace", f"{GUEST4}/26", "dev", NIC)
        self.assertTrue(self.machine.ping(HOST4, wait=30))
        self.assertTrue(self.hosts.ping(GUEST4, wait=30))
        self.assertEqual(self.wire.frames(f"({ASKING}) or ({OURS})"), [])

    def test_udhcpc(self) -> None:
        told = self.clients.udhcpc("-O", "staticroutes", "-O", "search", "-O", "mtu")
        self.assertEqual(
            {name: told.get(name) for name in
             ("ip", "subnet", "mask", "router", "dns", "mtu", "domain", "search", "lease",
              "serverid", "staticroutes")},
            {"ip": GUEST4, "subnet": "255.255.255.192", "mask": "26", "router": HOST4,
             "dns": "10.0.0.53", "mtu": "1500", "domain": "corp.example",
             "search": "corp.example example", "lease": "4294967295", "serverid": HOST4,
             "staticroutes": f"0.0.0.0/0 {HOST4} 10.20.0.0/16 192.168.0.51"})
        self.assert_nothing_on_the_wire()

    def test_dhclient(self) -> None:
        told = self.clients.dhclient(4)
        self.assertEqual(
            [told.get(f"new_{name}") for name in
             ("ip_address", "subnet_mask", "routers", "domain_name_servers", "domain_name",
              "dhcp_lease_time", "dhcp_server_identifier")],
            [GUEST4, "255.255.255.192", HOST4, "10.0.0.53", "corp.example", "4294967295", HOST4])
        self.assert_nothing_on_the_wire()

    def test_dhclient_over_ipv6(self) -> None:
        told = self.clients.dhclient(6)
        self.assertEqual(
            [told.get(f"new_{name}") for name in
             ("ip6_address", "dhcp6_name_servers", "dhcp6_domain_search", "max_life")],
            [GUEST6, "fd00::53", "corp.example. example.", "4294967295"])
        self.assert_nothing_on_the_wire()

    def test_dhcpcd(self) -> None:
        told = self.clients.dhcpcd(4)
        self.assertEqual(
            [told.get(f"new_{name}") for name in
             ("ip_address", "subnet_cidr", "domain_name_servers", "domain_search",
              "interface_mtu")],
            [GUEST4, "26", "10.0.0.53", "corp.example example", "1500"])
        self.assertIn("10.20.0.0/16 192.168.0.51", told["new_classless_static_routes"])
        self.assert_nothing_on_the_wire()

    def test_dhcpcd_over_ipv6(self) -> None:
        told = self.clients.dhcpcd(6)
        self.assertEqual(told.get("new_dhcp6_ia_na1_ia_addr1"), GUEST6)
        self.assert_nothing_on_the_wire()

    def test_kernel_takes_the_advertisement_and_the_networks_routers_hear_the_question(self) -> None:
        guest = self.machine.namespace
        guest.run("sysctl", "-qw", f"net.ipv6.conf.{NIC}.router_solicitation_delay=0",
                  f"net.ipv6.conf.{NIC}.router_solicitations=-1",
                  f"net.ipv6.conf.{NIC}.router_solicitation_interval=1")
        guest.run("ip", "link", "set", NIC, "down")
        guest.run("ip", "link", "set", NIC, "up")
        guest.wait_for("the prefix by an advertisement", lambda: [
            route for route in guest.ip("-6", "route", "show", "proto", "kernel")
            if route["dst"] == "fd00::/64"], 60)
        self.assertEqual([route for route in guest.ip("-6", "route", "show", "default")], [])
        self.hosts.wait_for("the question on the wire", lambda: self.wire.frames("icmp6 and ip6[40] == 133"))
        self.assertEqual(self.wire.frames(OURS), [])

    def test_kernel_keeps_a_link_local_router_for_ever(self) -> None:
        self.multus.detach(self.blue)
        self.blue = self.attach(static(f"{GUEST6}/64", routes=[{"dst": "::/0", "gw": "fe80::1"}]))
        guest = self.guest(self.blue).namespace
        guest.run("sysctl", "-qw", f"net.ipv6.conf.{NIC}.router_solicitation_delay=0")
        guest.run("ip", "link", "set", NIC, "down")
        guest.run("ip", "link", "set", NIC, "up")
        guest.wait_for("the default route", lambda: guest.ip("-6", "route", "show", "default"), 60)
        route, = guest.ip("-6", "route", "show", "default")
        self.assertEqual((route["gateway"], route.get("expires")), ("fe80::1", None))

    def test_check_knows_the_filter_and_misses_it(self) -> None:
        self.multus.call_binding("CHECK", self.blue)
        shown = self.pod.run("tc", "filter", "show", "dev", self.blue.tap, "ingress")
        self.assertIn("patchbay-port-1-", shown)
        self.pod.run("tc", "filter", "delete", "dev", self.blue.tap, "ingress", "pref", 1)
        with self.assertRaisesRegex(CniError, "patchbay-port-1-"):
            self.multus.call_binding("CHECK", self.blue)


class Boundaries(ResponderCase):
    def test_another_mac_is_not_answered(self) -> None:
        with self.capture(self.hosts, UPLINK) as wire:
            blue = self.attach()
            self.guest(blue, STRANGER)
            with self.assertRaises(LabError):
                self.clients.udhcpc("-t", 2, "-T", 1)
            self.hosts.wait_for("its question on the wire", lambda: wire.frames(
                f"udp port 67 and ether src {STRANGER}"), 30)

    def test_network_without_addresses_has_its_own_server(self) -> None:
        blue = self.attach(ipam=None)
        with DhcpServer(self.hosts, UPLINK, HOST4, "192.168.0.60", "192.168.0.60", self.room):
            self.guest(blue)
            self.assertEqual(self.clients.udhcpc()["ip"], "192.168.0.60")

    def test_all_goes_with_the_attachment(self) -> None:
        before = everything(self.pod)
        blue = self.attach()
        self.multus.detach(blue)
        self.assertEqual(everything(self.pod), before)

    def test_macvtap_is_refused(self) -> None:
        self.node.run("ip", "link", "set", UPLINK, "nomaster")
        blue = self.adopt_macvtap("blue")
        with self.assertRaisesRegex(CniError, "guarded and answered at a tap only"):
            self.multus.add_binding(blue, {"patchbay": {"cacheDirs": [str(self.multus.cache)], "responder": True}})


if __name__ == "__main__":
    unittest.main()
