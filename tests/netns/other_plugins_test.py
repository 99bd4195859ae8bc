"""Networks of plugins that Debian has not (cnv-bridge, whereabouts): each test makes by hand what they
leave in the pod, and answers as they answer."""

import unittest

from lab.netns import veth
from lab.tap_guest import TapGuest
from pod_case import MAC, PodCase

GUEST4, GUEST6 = "192.168.0.62/26", "fd00::62/64"
HOST4, HOST6 = "192.168.0.50/26", "fd00::50/64"
GATEWAY = "192.168.0.2"
NIC = "pod16477688c0e"
PORT = "vethb1ue"


class AsLeft(PodCase):
    """A veth on br1, and in the pod the addresses and routes that whereabouts chose."""

    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        for address in (HOST4, HOST6):
            self.hosts.run("ip", "address", "add", address, "dev", "eth2", "nodad")

    def leave(self, *addresses: str) -> dict:
        veth(self.node, PORT, self.pod, NIC)
        self.node.run("ip", "link", "set", PORT, "master", "br1")
        self.pod.run("ip", "link", "set", NIC, "address", MAC)
        for address in addresses:
            self.pod.run("ip", "address", "add", address, "dev", NIC, "nodad")
        self.pod.run("ip", "route", "add", "10.0.0.0/8", "via", GATEWAY, "dev", NIC)
        return {"cniVersion": "1.0.0",
                "interfaces": [{"name": "br1", "mac": self.node.link("br1")["address"]},
                               {"name": PORT, "mac": self.node.link(PORT)["address"]},
                               {"name": NIC, "mac": MAC, "sandbox": str(self.pod.path)}],
                "ips": [{"address": address, "interface": 2} for address in addresses],
                "routes": [{"dst": "10.0.0.0/8", "gw": GATEWAY}], "dns": {}}

    def attach(self, addresses: list[str], **options: object):
        nad = {"cniVersion": "1.0.0", "name": "br1-net", "type": "cnv-bridge", "bridge": "br1",
               "ipam": {"type": "whereabouts", "range": "192.168.0.0/26",
                        "range_start": "192.168.0.62"}, **options}
        blue = self.multus.adopt(self.pod, "blue", nad, self.leave(*addresses), mac=MAC)
        return self.multus.add_binding(blue)

    def test_cnv_bridge_with_whereabouts_as_they_leave_it(self) -> None:
        blue = self.attach([GUEST4, GUEST6], preserveDefaultVlan=False)
        record = self.record(blue)
        expected = {"mac": MAC, "ips": [GUEST4, GUEST6], "ipam": "whereabouts",
                    "routes": [{"dst": "10.0.0.0/8", "gw": GATEWAY}], "backend": "redirect"}
        self.assertEqual({key: record[key] for key in expected}, expected)
        self.assertNotIn("macspoofchk", record)
        self.assertEqual(self.pod.addresses(NIC), [])
        with TapGuest(self.pod, blue.tap, MAC) as guest:
            guest.configure(GUEST4, GUEST6)
            for address in (HOST4, HOST6):
                self.assertTrue(guest.ping(address.split("/")[0]), address)
        self.multus.detach(blue)
        self.assertEqual(self.pod.addresses(NIC), [GUEST4, GUEST6])

    def test_cnv_bridge_with_macspoofchk_as_it_leaves_it_is_in_the_record(self) -> None:
        blue = self.attach([GUEST4], macspoofchk=True)
        self.assertIs(self.record(blue)["macspoofchk"], True)


if __name__ == "__main__":
    unittest.main()
