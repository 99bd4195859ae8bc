"""NAD option "dad" on a virtual function, whose card drops what comes from another MAC than the VF's."""

import unittest

from lab.multus import CniError
from card_case import CardCase
from pod_case import MAC, static

FOUR, SIX = "192.168.0.62/26", "fd00::62/64"


class VirtualFunction(CardCase):
    def test_a_squatter_is_found_by_a_probe_from_the_guests_mac(self) -> None:
        self.node.run("ip", "link", "set", self.card, "vf", 0, "mac", MAC, "spoofchk", "on")
        self.node.run("ip", "link", "set", self.function_netdev(0), "address", MAC)
        attachment = self.multus.add_network(self.pod, "blue", {
            "cniVersion": "1.0.0", "name": "device-net", "type": "host-device",
            "pciBusID": self.function(0), "ipam": static(FOUR, SIX), "patchbay": {"dad": True}})
        self.pod.settle()
        self.give_far_end_to_hosts()
        for address in (FOUR, SIX):
            self.hosts.run("ip", "address", "add", address, "dev", self.far,
                           *(["nodad"] if ":" in address else []))
        squatter = self.hosts.link(self.far)["address"]
        with self.capture(self.hosts, self.far) as captured, \
                self.assertRaises(CniError) as caught:
            self.multus.add_binding(attachment)
        for address in (FOUR, SIX):
            self.assertIn(f"{address.split('/')[0]} by {squatter}", caught.exception.text)
        probes = captured.frames("arp[6:2] == 1 and arp[24:4] == 0xc0a8003e")
        self.assertEqual({line.split()[1] for line in probes}, {MAC})


if __name__ == "__main__":
    unittest.main()
