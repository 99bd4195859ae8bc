"""The way of a VM from vSphere's own words to a guest that answers: imported, wired by the networks and bridges
that the import wrote, booted, and verified."""

import tempfile
import unittest
from pathlib import Path

import yaml

from lab.guest_image import guest_image
from lab.manifests import Manifests
from lab.node import Node
from lab.paths import PROGRAMS
from lab.process import run
from lab.verify import Has, problems_of
from lab.vm import PASSWORD, USER, VirtualMachine
from lab.vsphere import Nic, portgroups, vm_info

MAC = "00:50:56:9a:01:65"
OWN, OWN6, HOST, HOST6, DNS = "192.168.1.62", "fd00:1::62", "192.168.1.1", "fd00:1::1", "192.168.1.53"
BEYOND, BEYOND6 = "198.51.100.7", "2001:db8::7"  # behind the router
MAP = """
namespace: vms
guestConfig: cloud-init
networks:
- from: {key: dvportgroup-1}
  to: {nad: prod, bridge: br1, port: eth2, subnets: [192.168.1.0/24, "fd00:1::/64"]}
"""
USER_DATA = f"""#cloud-config
chpasswd: {{expire: false, users: [{{name: {USER}, password: {PASSWORD}, type: text}}]}}
"""


def write_sources(folder: Path) -> None:
    nic = Nic(MAC, "dvportgroup-1", (f"{OWN}/24", f"{OWN6}/64"), (HOST, HOST6))
    files = {"vms.json": vm_info({"Old_VM": [nic]}, dns=(DNS,)), "networks.json": portgroups({"dvportgroup-1": 0}),
             "map.yaml": MAP}
    for name, text in files.items():
        Path(folder, name).write_text(text, encoding="utf-8")


def add_disk_and_password(file: Path) -> None:
    """What is left to the user, and what the lab logs in with."""
    vm = yaml.safe_load(file.read_text(encoding="utf-8"))
    spec = vm["spec"]["template"]["spec"]
    spec["domain"]["devices"]["disks"].insert(0, {"name": "disk0", "disk": {"bus": "virtio"}})
    cloud_init, = spec["volumes"]
    cloud_init["cloudInitNoCloud"]["userData"] = USER_DATA
    spec["volumes"].insert(0, {"name": "disk0", "containerDisk": {"image": "quay.io/containerdisks/debian:12"}})
    file.write_text(yaml.safe_dump(vm), encoding="utf-8")


class RoundTrip(unittest.TestCase):
    def setUp(self):
        room = tempfile.TemporaryDirectory()
        self.addCleanup(room.cleanup)
        self.room = Path(room.name)
        write_sources(self.room)
        run([PROGRAMS / "patchbay", "import", "--map", "map.yaml", "vms.json", "networks.json",
             "--bridge-plugin", "bridge", "--output-dir", "out"], cwd=self.room)
        add_disk_and_password(self.room / "out/vms/vms/old-vm.yaml")
        # One folder, as Manifests reads it.
        applied = self.room / "applied"
        applied.mkdir()
        for file in (self.room / "out").rglob("*.yaml"):
            file.rename(applied / f"{file.parent.name}-{file.name}")
        self.manifests = Manifests(applied)

    def test_a_guest_has_on_the_cluster_what_it_had_on_vsphere(self):
        with Node() as node:
            node.apply_policies(self.manifests)
            node.host("eth2", f"{HOST}/24", f"{HOST6}/64")
            node.host("lo", f"{BEYOND}/32", f"{BEYOND6}/128")
            with VirtualMachine(node, self.manifests, "old-vm", guest_image()) as vm:
                vm.attach()
                vm.start()
                with vm.console() as console:
                    console.log_in(USER, PASSWORD)
                    has = Has(frozenset({f"{OWN}/24", f"{OWN6}/64"}), dns=(DNS,), search=(),
                              routes=frozenset({f"default via {HOST}", f"default via {HOST6}"}))
                    self.assertEqual(problems_of(console, vm.plan(), {"prod": has}), [])
                    self.assertEqual(vm.mac("prod"), MAC)
                    for address in (BEYOND, BEYOND6):
                        self.assertTrue(console.succeeds(f"ping -n -c 1 -w 30 {address}"), address)
                self.assertEqual(vm.stop(), 0)


if __name__ == "__main__":
    unittest.main()
