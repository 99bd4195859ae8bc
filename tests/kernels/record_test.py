"""What needs a kernel with dummy links: the record, and what KubeVirt builds for a binding that is registered
as managedTap."""

import json
import subprocess

from lab.multus import Attachment, hashed
from lab.paths import PROGRAMS
from lab.tap_guest import TapGuest
from pod_case import MAC, UPLINK, PodCase, bridge, static

MANY = [f"192.168.{n}.62/24" for n in range(20)]


class Record(PodCase):
    def test_lies_on_dummy_links_that_stay_down(self) -> None:
        self.make_bridge()
        blue = self.multus.attach(self.pod, "blue", bridge(static(*MANY)), mac=MAC)
        for name in (blue.record, blue.record + "a"):
            link = self.pod.link(name)
            self.assertEqual(link["linkinfo"]["info_kind"], "dummy")
            self.assertNotIn("UP", link["flags"])
            self.assertEqual(self.pod.addresses(name), [])
        self.assertEqual(self.record(blue)["ips"], MANY)
        self.multus.detach(blue)
        self.assertEqual([link["ifname"] for link in self.pod.ip("link", "show")], ["lo"])


HOST, GUEST, GUEST6 = "192.168.0.50/26", "192.168.0.62/26", "fd00::62/64"
VMI = {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachineInstance",
       "metadata": {"name": "vm", "namespace": "default"}, "spec": {
    "domain": {"devices": {"interfaces": [{"name": "blue", "macAddress": MAC, "binding": {"name": "patchbay"}}]}},
    "networks": [{"name": "blue", "multus": {"networkName": "net"}}],
    "volumes": [{"name": "ci", "cloudInitNoCloud": {"userData": "#cloud-config"}}]}}


class ManagedTap(PodCase):
    """Without patchbay-cni: virt-handler puts a bridge between the pod's interface and the tap, and a dummy in
    the interface's place, which has its addresses (pkg/network/setup/netpod, v1.9.0)."""

    def managed(self, network: Attachment) -> str:
        """As virt-handler leaves it; the tap's name."""
        nic, name = network.pod_interface, hashed("blue")
        port, between, tap = f"{name}-nic", f"k6t-{name}", f"tap{name}"
        addresses = self.pod.addresses(nic)
        for words in (f"set {nic} down", f"set {nic} name {port}", f"set {port} address 02:00:00:00:02:00",
                      f"add {between} type bridge", f"set {port} master {between}",
                      f"add {nic} address {MAC} type dummy"):
            self.pod.run("ip", "link", *words.split())
        self.pod.run("ip", "tuntap", "add", tap, "mode", "tap", "user", "107", "group", "107")
        self.pod.run("ip", "link", "set", tap, "master", between)
        for link in (port, between, tap):
            self.pod.run("ip", "link", "set", link, "up")
        for address in addresses:
            self.pod.run("ip", "address", "add", address, "dev", nic, "nodad")
        return tap

    def test_the_guest_is_told_the_addresses_that_are_still_in_the_pod(self) -> None:
        self.make_bridge()
        self.hosts.run("ip", "address", "add", HOST, "dev", UPLINK)
        network = self.multus.add_network(self.pod, "blue", bridge(static(GUEST, GUEST6)), mac=MAC)
        tap = self.managed(network)
        shown = self.rendered()
        blue, = shown["plan"]["attachments"]
        self.assertEqual([one["address"] for one in blue["addresses"]], [GUEST, GUEST6])
        self.assertEqual({one["source"] for one in blue["addresses"]}, {"pod interface"})
        self.assertEqual(blue["mac"], MAC)
        self.assertIn(tap, shown["interfaces"]["blue"])
        for address in (GUEST, GUEST6):
            self.assertIn(address, shown["networkData"])
        with TapGuest(self.pod, tap, MAC) as guest:
            guest.configure(GUEST)
            self.assertTrue(guest.ping(HOST.split("/")[0]))

    def rendered(self) -> dict:
        """By what a sidecar sees in the pod."""
        pod, vmi = self.room / "pod.json", self.room / "vmi.json"
        pod.write_text(self.pod.run(PROGRAMS / "patchbay", "inspect"), encoding="utf-8")
        vmi.write_text(json.dumps(VMI), encoding="utf-8")
        done = subprocess.run([PROGRAMS / "patchbay", "render", "-f", vmi, "--pod", pod], check=False,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)
