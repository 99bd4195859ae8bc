"""`patchbay inspect` where the far end is what this machine's kernel may lack: VLANs of a bridge's ports, vlan
and ipvlan links, virtual functions of a card."""

import json

from card_case import CardCase
from inspect_case import InspectCase
from pod_case import MAC, UPLINK, bridge, static

IPS = ["192.168.0.62/26", "fd00::62/64"]
TAG = 100


class OnTheNode(InspectCase):
    def one(self) -> dict:
        nic, = self.look()
        self.assertEqual(nic["drift"], [])
        self.assertIs(nic["join"]["whole"], True)
        return nic

    def test_vlans_of_the_bridges_port_are_those_that_iproute2_shows(self) -> None:
        self.make_bridge()
        self.node.run("ip", "link", "set", "br1", "type", "bridge", "vlan_filtering", 1)
        self.multus.attach(self.pod, "blue", bridge(static(*IPS), vlan=TAG), mac=MAC)
        port = self.one()["far"]["link"]["name"]
        self.node.run("bridge", "vlan", "add", "vid", "200-210", "dev", port)
        shown, = json.loads(self.node.run("bridge", "-j", "-compressvlans", "vlan", "show", "dev", port))
        vlans = [{"first": vlan["vlan"], "last": vlan.get("vlanEnd", vlan["vlan"]),
                  **({"pvid": True} if "PVID" in vlan.get("flags", []) else {}),
                  **({"untagged": True} if "Egress Untagged" in vlan.get("flags", []) else {})}
                 for vlan in shown["vlans"]]
        self.assertIn({"first": TAG, "last": TAG, "pvid": True, "untagged": True}, vlans)
        self.assertEqual(self.one()["far"]["vlans"], vlans)
        self.assertRegex(self.table(), rf"── br1 VLAN {TAG}, tagged 200-210(, leaves untagged 1)?\n")

    def test_vlan(self) -> None:
        self.multus.attach(self.pod, "blue", {"cniVersion": "1.0.0", "name": "vlan-net", "type": "vlan",
                                              "master": UPLINK, "vlanId": TAG, "ipam": static(*IPS)})
        far = self.one()["far"]
        self.assertEqual((far["link"]["name"], far["vlan"]), (UPLINK, TAG))

    def test_ipvlan(self) -> None:
        self.multus.attach(self.pod, "blue", {"cniVersion": "1.0.0", "name": "ipvlan-net", "type": "ipvlan",
                                              "master": UPLINK, "mode": "l2", "ipam": static(*IPS)})
        nic = self.one()
        self.assertEqual((nic["far"]["link"]["name"], nic["nic"]["mode"]), (UPLINK, "l2"))


class VirtualFunctions(CardCase, InspectCase):
    def expect_function(self, number: int, nic: dict) -> None:
        self.assertEqual(nic["drift"], [])
        self.assertEqual((nic["far"]["link"]["name"], nic["far"]["function"], nic["far"]["vlan"]),
                         (self.card, number, TAG))

    def test_with_a_netdev_is_found_on_its_card(self) -> None:
        self.node.run("ip", "link", "set", self.card, "vf", 0, "mac", MAC, "vlan", TAG)
        function = self.function_netdev(0)
        self.node.run("ip", "link", "set", function, "address", MAC)
        self.multus.attach(self.pod, "blue", {"cniVersion": "1.0.0", "name": "vf-net", "type": "host-device",
                                              "device": function, "ipam": static(*IPS)})
        nic, = self.look()
        self.expect_function(0, nic)
        self.assertEqual(nic["nic"]["device"], self.function(0))

    def test_on_vfio_as_sriov_cni_leaves_it_is_found_by_the_record_alone(self) -> None:
        self.node.run("ip", "link", "set", self.card, "vf", 1, "mac", MAC, "vlan", TAG)
        function = self.bind_to_vfio(1)
        nad = {"cniVersion": "1.0.0", "name": "sriov-net", "plugins": [
            {"type": "sriov", "deviceID": function}, {"type": "patchbay", "deviceID": function}]}
        self.multus.adopt(self.pod, "blue", nad, {
            "cniVersion": "1.0.0",
            "interfaces": [{"name": "pod16477688c0e", "mac": MAC, "sandbox": str(self.pod.path)}]}, mac=MAC)
        nic, = self.look()
        self.expect_function(1, nic)
        self.assertEqual(nic["join"]["by"], "device")
        self.assertIn("no interface", self.table())
