"""Networks of CNI's `tap` plugin: the pod's interface is itself the tap that the launcher opens."""

import unittest

from lab.dhcp_clients import Clients
from lab.multus import CniError
from lab.process import LabError
from lab.tap_guest import NIC, TapGuest
from pod_case import MAC, PodCase, everything, static

IPS = ["192.168.0.62/26", "fd00::62/64"]
POD4, POD6 = "192.168.0.1/26", "fd00::1/64"


class TapPlugin(PodCase):
    def attach(self, own: dict | None = None, **options: object):
        nad = {"cniVersion": "1.0.0", "name": "tap-net", "type": "tap", "owner": 107, "group": 107,
               "ipam": static(*IPS), **options, **({"patchbay": own} if own else {})}
        return self.multus.attach(self.pod, "blue", nad, mac=MAC)

    def test_the_tap_goes_to_the_guest_as_it_is(self) -> None:
        blue = self.attach()
        record = self.record(blue)
        self.assertEqual((record["backend"], record["why"], record["ips"]), ("tap", "tap", IPS))
        self.assertEqual(record["mac"], self.pod.link(blue.pod_interface)["address"])
        self.assertEqual(self.pod.addresses(blue.pod_interface), [])
        self.assertIsNone(self.pod.link(blue.tap))
        self.assertEqual(self.multus.call_binding("CHECK", blue), {})
        before = everything(self.pod)
        self.multus.call_binding("ADD", blue)
        self.assertEqual(everything(self.pod), before)
        self.multus.detach(blue)
        self.assertEqual([link["ifname"] for link in self.pod.ip("link", "show")], ["lo"])

    def test_a_guest_behind_a_bridge_of_the_plugins_is_reached(self) -> None:
        self.pod.run("ip", "link", "add", "br0", "type", "bridge")
        self.pod.run("ip", "link", "set", "br0", "up")
        for address in (POD4, POD6):
            self.pod.run("ip", "address", "add", address, "dev", "br0", "nodad")
        blue = self.attach(bridge="br0")
        self.assertEqual(self.pod.link(blue.pod_interface)["master"], "br0")
        self.assertEqual(self.multus.call_binding("CHECK", blue), {})
        with TapGuest(self.pod, blue.pod_interface, self.record(blue)["mac"][:-2] + "77") as guest:
            guest.configure(*IPS)
            for address in (POD4, POD6):
                self.assertTrue(guest.ping(address.split("/")[0]), address)

    def test_the_guest_is_answered_and_guarded_at_it(self) -> None:
        blue = self.attach({"responder": True, "guard": "mac"})
        self.assertEqual(self.multus.call_binding("CHECK", blue), {})
        with TapGuest(self.pod, blue.pod_interface, self.record(blue)["mac"]) as guest:
            clients = Clients(guest.namespace, NIC, self.room)
            self.assertEqual(clients.udhcpc()["ip"], "192.168.0.62")
            guest.namespace.run("ip", "link", "set", NIC, "address", "02:00:00:00:00:99")
            with self.assertRaises(LabError):
                clients.udhcpc("-t", 1, "-T", 1)
        self.assertGreater(self.inspect()["panel"]["nics"][0]["port"]["dropped"]["mac"], 0)
        self.multus.detach(blue)
        self.assertEqual([link["ifname"] for link in self.pod.ip("link", "show")], ["lo"])

    def test_queues_are_the_plugins(self) -> None:
        self.assertIs(self.record(self.attach(multiQueue=True))["multiQueue"], True)

    def test_several_queues_are_refused_where_the_tap_has_one(self) -> None:
        with self.assertRaisesRegex(CniError, "made without multi_queue; write the same"):
            self.attach({"multiQueue": True})

    def test_a_tap_that_the_launcher_could_not_open_is_refused(self) -> None:
        with self.assertRaises(CniError) as caught:
            self.attach(owner=1000)
        for word in ("blue", '"owner": 107', "launcher"):
            self.assertIn(word, caught.exception.text)


if __name__ == "__main__":
    unittest.main()
