"""A VM whose guest was configured without patchbay is bound to it (manifests/operations.md): at the first start
its guest has the network it had, from the second one on the planned one, and it stays the same instance. Then it goes
back, with the networkData that patchbay showed for its own."""

import json
import tempfile
import unittest
from contextlib import ExitStack
from pathlib import Path

from lab.guest_image import guest_image
from lab.guest_kind import NETWORKD
from lab.manifests import Manifests, cloud_init_volume
from lab.node import Node
from lab.vm import PASSWORD, USER, VirtualMachine

MANIFESTS = Manifests(Path(__file__).parent / "reboot")
POD_MAC = "02:00:00:00:00:01"
HOST, BY_HAND, PLANNED = "192.168.1.1/24", "192.168.1.62/24", "192.168.1.77/24"
HOST_KEY = "cat /etc/ssh/ssh_host_ed25519_key.pub"


def with_own(vmi: dict, network_data: str) -> None:
    """All of it the user's word, which patchbay leaves as it is: the guest is told what it is without patchbay."""
    vmi["metadata"]["annotations"]["patchbay.io/apply"] = "first-boot"
    cloud_init_volume(vmi)["cloudInitNoCloud"]["networkData"] = network_data


def by_hand(vmi: dict) -> None:
    mac = vmi["spec"]["domain"]["devices"]["interfaces"][1]["macAddress"]
    with_own(vmi, json.dumps({"version": 2, "ethernets": {
        "pod": {"match": {"macaddress": POD_MAC}, "dhcp4": True},
        "blue": {"match": {"macaddress": mac}, "addresses": [BY_HAND]}}}))


def adopted(vmi: dict) -> None:
    vmi["metadata"]["annotations"]["patchbay.io/networks"] = json.dumps(
        {"blue": {"addresses": [PLANNED]}})


class Adoption(unittest.TestCase):
    def test_takes_two_starts_and_is_undone_in_one(self) -> None:
        with tempfile.TemporaryDirectory(prefix="patchbay-disk-") as folder:
            disk = Path(folder, "disk0")
            address, key = self.boot(disk, by_hand)
            self.assertEqual(address, BY_HAND)
            self.assertEqual(self.boot(disk, adopted), (BY_HAND, key))
            self.assertEqual(self.boot(disk, adopted), (PLANNED, key))
            self.assertEqual(self.boot(disk, lambda vmi: with_own(vmi, self.shown)), (PLANNED, key))

    def boot(self, disk: Path, configure) -> tuple[str, str]:
        """The guest's IPv4 address on the network, and its SSH host key."""
        with ExitStack() as stack:
            node = stack.enter_context(Node())
            node.apply_policies(MANIFESTS)
            node.host("eth2", HOST)
            vm = stack.enter_context(VirtualMachine(node, MANIFESTS, "twicevm", guest_image(), NETWORKD,
                                                    disk if disk.exists() else None))
            vm.vmi["spec"]["domain"]["devices"]["interfaces"][0]["macAddress"] = POD_MAC
            configure(vm.vmi)
            vm.attach()
            self.shown = vm.rendered()["networkData"]
            vm.start()
            console = stack.enter_context(vm.console())
            console.log_in(USER, PASSWORD)
            self.assertTrue(console.succeeds(f"ping -n -c 1 -w 60 {HOST.split('/')[0]}"))
            links = json.loads(console.run("ip -j address"))
            seen = next(link["addr_info"] for link in links if link.get("address") == vm.mac("blue"))
            key = console.run(HOST_KEY)
            console.run("sync")
            self.assertEqual(vm.stop(), 0)
            vm.keep_disk(disk)
        return ", ".join(f"{one['local']}/{one['prefixlen']}" for one in seen
                         if one["family"] == "inet"), key


if __name__ == "__main__":
    unittest.main()
