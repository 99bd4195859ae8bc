"""A lease that nobody renews any more: the DHCP server is gone for good."""

import unittest

from dhcp_case import LEASED, SERVER, DhcpCase
from lab.tap_guest import NIC, TapGuest
from pod_case import MAC


class Expiry(DhcpCase):
    renewal, rebinding, lease = 3, 5, 7

    def test_cuts_the_guest_off(self) -> None:
        """The daemon takes the pod's interface down, as it does to any pod: the address may soon be
        another's. The guest's own NIC keeps its carrier and its address."""
        blue = self.blue(self.macvlan())
        with TapGuest(self.pod, blue.tap, MAC) as guest:
            guest.configure(f"{LEASED}/24")
            self.assertTrue(guest.ping(SERVER))
            self.server.stop()
            self.node.wait_for("the lease to run out",
                               lambda: self.daemon.lines("lease expired, bringing interface DOWN"), 120)
            self.pod.wait_for("the interface to go down",
                              lambda: "UP" not in self.pod.link(blue.pod_interface)["flags"])
            self.assertFalse(guest.ping(SERVER, wait=0))
            self.assertIn("LOWER_UP", guest.namespace.link(NIC)["flags"])


if __name__ == "__main__":
    unittest.main()
