"""Networks of macvtap-cni, which Debian has not: the tests make the macvtap that it leaves in the pod, and
answer as it answers. Its device plugin's part, a node that the launcher may open, is tap_guest's."""

import unittest

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
        before = self.pod.link(NIC)
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
        self.multus.detach(self.blue)
        after = self.pod.link(NIC)
        self.assertEqual((after["ifindex"], after["address"]), (before["ifindex"], before["address"]))
        self.assertNotIn("ALLMULTI", after["flags"])

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
