"""The comparison that decides about every guest of the lab: what `ip -j` of a real guest printed,
and each way in which it can differ from what was meant."""

import dataclasses
import unittest

from lab.expect import Nic, problems

MAC, OTHER_MAC = "02:00:00:00:00:62", "22:59:99:e9:4d:20"
ADDRESSES = [
    {"ifname": "lo", "link_type": "loopback", "mtu": 65536, "address": "00:00:00:00:00:00",
     "addr_info": [{"family": "inet", "local": "127.0.0.1", "prefixlen": 8, "scope": "host"}]},
    {"ifname": "enp1s0", "link_type": "ether", "mtu": 1450, "address": OTHER_MAC,
     "addr_info": [{"family": "inet", "local": "10.0.2.2", "prefixlen": 24, "metric": 1024,
                    "scope": "global", "dynamic": True},
                   {"family": "inet6", "local": "fe80::1", "prefixlen": 64, "scope": "link"}]},
    {"ifname": "enp2s0", "link_type": "ether", "mtu": 1500, "address": MAC,
     "addr_info": [{"family": "inet", "local": "192.168.0.62", "prefixlen": 26, "scope": "global"},
                   {"family": "inet", "local": "192.168.0.63", "prefixlen": 26, "scope": "global",
                    "secondary": True},
                   {"family": "inet6", "local": "fd00::62", "prefixlen": 64, "scope": "global"}]},
]
ROUTES = [
    {"dst": "default", "gateway": "10.0.2.1", "dev": "enp1s0", "protocol": "dhcp", "metric": 1024},
    {"dst": "10.0.2.0/24", "dev": "enp1s0", "protocol": "kernel", "scope": "link"},
    {"dst": "10.0.2.1", "dev": "enp1s0", "protocol": "dhcp", "scope": "link"},
    {"dst": "10.20.0.0/16", "gateway": "192.168.0.3", "dev": "enp2s0", "protocol": "static"},
    {"dst": "192.168.0.0/26", "dev": "enp2s0", "protocol": "kernel", "scope": "link"},
    {"dst": "fd00::/64", "dev": "enp2s0", "protocol": "kernel", "metric": 256},
    {"dst": "fe80::/64", "dev": "enp2s0", "protocol": "kernel", "metric": 256},
]
DNS = """Global: 192.0.2.1
Link 2 (enp1s0):
Link 3 (enp2s0): 10.0.0.53 fd00::53
"""
SEARCH = """Global:
Link 2 (enp1s0):
Link 3 (enp2s0): corp.example
"""
POD = Nic(OTHER_MAC, ("10.0.2.2/24",), dhcp=frozenset({"10.0.2.2/24"}),
          routes=frozenset({"default via 10.0.2.1"}), mtu=1450)
BLUE = Nic(MAC, ("192.168.0.62/26", "192.168.0.63/26", "fd00::62/64"),
           routes=frozenset({"10.20.0.0/16 via 192.168.0.3"}),
           dns=("10.0.0.53", "fd00::53"), search=("corp.example",))


class Problems(unittest.TestCase):
    def test_none_where_the_guest_is_as_meant(self):
        self.assertEqual(problems([POD, BLUE], ADDRESSES, ROUTES, DNS, SEARCH), [])

    def test_each_difference_is_found_and_named(self):
        for change, words in (
                ({"addresses": ("192.168.0.64/26", *BLUE.addresses[1:])}, "192.168.0.64/26"),
                ({"addresses": ("192.168.0.62/24", *BLUE.addresses[1:])}, "192.168.0.62/24"),
                ({"addresses": BLUE.addresses[:2]}, "fd00::62/64"),
                ({"addresses": (BLUE.addresses[1], BLUE.addresses[0], BLUE.addresses[2])}, "order"),
                ({"dhcp": frozenset({"192.168.0.62/26"})}, "leased"),
                ({"routes": frozenset()}, "10.20.0.0/16"),
                ({"routes": frozenset({"10.20.0.0/16 via 192.168.0.4"})}, "192.168.0.4"),
                ({"mtu": 1450}, "MTU: 1500, expected 1450"),
                ({"dns": BLUE.dns[:1]}, "name servers"),
                ({"search": ()}, "search domains"),
                ({"mac": "02:00:00:00:00:99"}, "no NIC with MAC 02:00:00:00:00:99")):
            with self.subTest(change):
                found = problems([POD, dataclasses.replace(BLUE, **change)], ADDRESSES, ROUTES, DNS, SEARCH)
                self.assertIn(words, "\n".join(found))

    def test_a_nic_that_nobody_expects(self):
        self.assertEqual(problems([BLUE], ADDRESSES, ROUTES, DNS, SEARCH),
                         [f"enp1s0 ({OTHER_MAC}) was not expected"])

    def test_a_second_default_route(self):
        second = {"dst": "default", "gateway": "192.168.0.2", "dev": "enp2s0", "protocol": "static"}
        self.assertIn("default via 192.168.0.2",
                      "\n".join(problems([POD, BLUE], ADDRESSES, [*ROUTES, second], DNS, SEARCH)))

    def test_an_address_of_a_router_advertisement(self):
        advertised = [*ADDRESSES[:2],
                      {**ADDRESSES[2], "addr_info": [*ADDRESSES[2]["addr_info"],
                                                     {"local": "fd01::1", "prefixlen": 64,
                                                      "scope": "global", "dynamic": True}]}]
        self.assertEqual(len(problems([POD, BLUE], advertised, ROUTES, DNS, SEARCH)), 2)


if __name__ == "__main__":
    unittest.main()
