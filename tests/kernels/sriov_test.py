"""Virtual functions of a card (QEMU's igb) as networks of a VM. Debian has no sriov-cni: where a test's
name says so, the test leaves in the pod what sriov-cni leaves, and answers as it answers."""

from lab.tap_guest import TapGuest
from card_case import HOST4, HOST6, CardCase
from pod_case import MAC, static

GUEST4, GUEST6 = "192.168.0.62/26", "fd00::62/64"
GATEWAY = "192.168.0.50"


class VirtualFunction(CardCase):
    def setUp(self) -> None:
        super().setUp()
        self.give_far_end_to_hosts()
        self.node.run("ip", "link", "set", self.card, "vf", 0, "mac", MAC)
        self.vf = self.function_netdev(0)
        self.node.run("ip", "link", "set", self.vf, "address", MAC)

    def attach_as_sriov_cni(self):
        """sriov-cni's ADD for a VF with a netdev: renamed, in the pod, up, configured from its IPAM."""
        nad = {"cniVersion": "1.0.0", "name": "sriov-net", "type": "sriov",
               "deviceID": self.function(0), "ipam": static(GUEST4, GUEST6)}
        nic = "pod16477688c0e"
        self.node.run("ip", "link", "set", self.vf, "down")
        self.node.run("ip", "link", "set", self.vf, "netns", self.pod.name)
        self.pod.run("ip", "link", "set", self.vf, "name", nic, "up")
        for address in (GUEST4, GUEST6):
            self.pod.run("ip", "address", "add", address, "dev", nic)
        self.pod.run("ip", "route", "add", "default", "via", GATEWAY, "dev", nic)
        result = {"cniVersion": "1.0.0",
                  "interfaces": [{"name": nic, "mac": MAC, "sandbox": str(self.pod.path)}],
                  "ips": [{"address": GUEST4, "gateway": GATEWAY, "interface": 0},
                          {"address": GUEST6, "interface": 0}],
                  "routes": [{"dst": "0.0.0.0/0", "gw": GATEWAY}]}
        return self.multus.adopt(self.pod, "blue", nad, result, mac=MAC)

    def assert_guest_is_served(self, attachment) -> None:
        with TapGuest(self.pod, attachment.tap, MAC) as guest:
            guest.configure(GUEST4, GUEST6)
            for address in (HOST4, HOST6):
                self.assertTrue(guest.ping(address.split("/")[0], wait=60), address)
            for address in (GUEST4, GUEST6):
                self.assertTrue(self.hosts.ping(address.split("/")[0], wait=60), address)

    def test_netdev_in_the_pod_as_sriov_cni_leaves_it_serves_the_guest(self) -> None:
        blue = self.attach_as_sriov_cni()
        self.multus.add_binding(blue)
        record = self.record(blue)
        self.assertEqual(record["mac"], MAC)
        self.assertEqual(record["ips"], [GUEST4, GUEST6])
        self.assertEqual(record["routes"], [{"dst": "0.0.0.0/0", "gw": GATEWAY}])
        self.assertEqual(record["backend"], "redirect")
        self.assertEqual(self.pod.link(blue.pod_interface)["allmulti"], 1)
        self.assert_guest_is_served(blue)

    def test_netdev_by_the_host_device_plugin_serves_the_guest(self) -> None:
        blue = self.multus.attach(self.pod, "blue", {
            "cniVersion": "1.0.0", "name": "vf-net", "type": "host-device", "device": self.vf,
            "ipam": static(GUEST4, GUEST6)})
        self.assertEqual(self.record(blue)["mac"], MAC)
        self.assert_guest_is_served(blue)


class OnVfio(CardCase):
    """A VF that the launcher opens itself: no netdev, KubeVirt's own hostdev, the record only."""

    def test_vf_on_vfio_as_sriov_cni_leaves_it_has_its_record_by_the_chained_form(self) -> None:
        self.node.run("ip", "link", "set", self.card, "vf", 1, "mac", MAC)
        function = self.bind_to_vfio(1)
        nad = {"cniVersion": "1.0.0", "name": "sriov-net", "disableCheck": True, "plugins": [
            {"type": "sriov", "deviceID": function, "ipam": static(GUEST4, GUEST6)},
            {"type": "patchbay", "deviceID": function, "patchbay": {"ipam": "static"}}]}
        result = {"cniVersion": "1.0.0",
                  "interfaces": [{"name": "pod16477688c0e", "mac": MAC,
                                  "sandbox": str(self.pod.path)}],
                  "ips": [{"address": GUEST4, "gateway": GATEWAY, "interface": 0},
                          {"address": GUEST6, "interface": 0}],
                  "routes": [{"dst": "0.0.0.0/0", "gw": GATEWAY}]}
        blue = self.multus.adopt(self.pod, "blue", nad, result, mac=MAC)
        self.assertEqual(blue.result, result)  # handed on as it came
        record = self.record(blue)
        self.assertEqual((record["mac"], record["ips"]), (MAC, [GUEST4, GUEST6]))
        self.assertEqual(record["routes"], [{"dst": "0.0.0.0/0", "gw": GATEWAY}])
        self.assertEqual({link["ifname"][:len(blue.record)] for link in self.pod.ip("link", "show")},
                         {"lo", blue.record})  # the record may need a second link
        self.multus.detach(blue)
        self.assertEqual([link["ifname"] for link in self.pod.ip("link", "show")], ["lo"])
        driver = self.functions / "virtfn1/driver"
        self.assertEqual(driver.resolve().name, "vfio-pci")
