"""Networks of macvtap-cni, which Debian has not: the tests make the macvtap that it leaves in the pod, and
answer as it answers. Its device plugin's part, a node that the launcher may open, is tap_guest's."""

import unittest

from lab.multus import BINDING_NAD, CniError
from lab.tap_guest import TapGuest
from pod_case import MAC, UPLINK, PodCase, everything

NIC = "pod16477688c0e"
GUEST4, GUEST6 = "192.168.0.62/26", "fd00::62/64"
HOST4, HOST6 = "192.168.0.50/26", "fd00::50/64"


class Macvtap(PodCase):
    def setUp(self) -> None:
        super().setUp()
        for address in (HOST4, HOST6):
            self.hosts.run("ip", "address", "add", address, "dev", UPLINK, "nodad")
        self.blue = self.adopt_macvtap("blue")

    def test_as_macvtap_cni_leaves_it_it_is_attached_and_never_made(self) -> None:
        self.multus.add_binding(self.blue)
        record = self.record(self.blue)
        self.assertEqual((record["mac"], record["backend"], record["why"]), (MAC, "macvtap", "macvtap"))
        self.assertIsNone(self.pod.link(self.blue.tap))
        self.assertIn("ALLMULTI", self.pod.link(NIC)["flags"])
        self.assertEqual(self.pod.addresses(NIC), [])
        self.assertEqual(self.multus.call_binding("CHECK", self.blue), {})
        wired = everything(self.pod)
        self.multus.call_binding("ADD", self.blue)
        self.assertEqual(everything(self.pod), wired)

    def test_as_macvtap_cni_leaves_it_del_leaves_both_links_as_they_were(self) -> None:
        """But for what would speak: it is down, and would make no link-local address."""
        for address in (GUEST4, GUEST6):
            self.pod.run("ip", "address", "add", address, "dev", NIC)
        self.pod.settle()
        self.node.settle()
        before = everything(self.pod), everything(self.node)
        self.multus.add_binding(self.blue)
        self.assertEqual(self.record(self.blue)["ips"], [GUEST4, GUEST6])
        self.assertEqual(self.pod.addresses(NIC), [])
        self.assertEqual(self.node.link(UPLINK)["allmulti"], 1)
        self.multus.detach(self.blue)
        self.assertNotIn("UP", self.pod.link(NIC)["flags"])
        self.pod.run("ip", "link", "set", NIC, "addrgenmode", "eui64")
        self.pod.run("ip", "link", "set", NIC, "up")
        self.pod.settle()
        self.assertEqual((everything(self.pod), everything(self.node)), before)

    def test_as_macvtap_cni_leaves_it_a_duplicate_address_is_found(self) -> None:
        squatter = self.hosts.link(UPLINK)["address"]
        for address in (GUEST4, GUEST6):
            self.pod.run("ip", "address", "add", address, "dev", NIC)
        self.pod.settle()
        for address in (GUEST4, GUEST6):
            self.hosts.run("ip", "address", "add", address, "dev", UPLINK,
                           *(["nodad"] if ":" in address else []))
        before = everything(self.pod)
        dad = {"patchbay": {"cacheDirs": [str(self.multus.cache)], "dad": True}}
        self.blue.binding_nad, self.blue.binding_interface = {**BINDING_NAD, **dad}, "net1"
        with self.assertRaises(CniError) as caught:
            self.multus.call_binding("ADD", self.blue)
        for address in (GUEST4, GUEST6):
            self.assertIn(f"{address.split('/')[0]} by {squatter}", caught.exception.text)
        self.assertEqual(everything(self.pod), before)
        for address in (GUEST4, GUEST6):
            self.hosts.run("ip", "address", "del", address, "dev", UPLINK)
        self.multus.call_binding("ADD", self.blue)
        self.assertEqual(self.record(self.blue)["ips"], [GUEST4, GUEST6])

    def test_as_macvtap_cni_leaves_it_the_guest_is_reached_and_reaches(self) -> None:
        self.multus.add_binding(self.blue)
        with TapGuest(self.pod, NIC, MAC) as guest:
            guest.configure(GUEST4, GUEST6)
            for address in (HOST4, HOST6):
                self.assertTrue(guest.ping(address.split("/")[0]), address)
                self.hosts.run("ip", "neighbour", "flush", "dev", UPLINK)
            for address in (GUEST4, GUEST6):
                self.assertTrue(self.hosts.ping(address.split("/")[0]), address)


if __name__ == "__main__":
    unittest.main()
