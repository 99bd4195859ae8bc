"""Guests get their addresses from either disc. One that is started again, on its own disk and with another
address in the plan, has the new address and not the old one: though the instance-id is pinned, and without
becoming a new instance, for which cloud-init would make new SSH host keys. That is for NoCloud: cloud-init
reads a ConfigDrive's network once (22.4 and 25.1 crash when told to read it again). A copy of the disk in a VM with
another UUID, as KubeVirt makes clones, is a new instance with the address of its own VM."""

import json
import shutil
import tempfile
import unittest
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from lab.console import Console
from lab.guest_image import guest_image
from lab.guest_kind import NETPLAN, NETWORKD, GuestKind
from lab.manifests import Manifests, cloud_init_volume
from lab.masquerade import GUEST_HAS
from lab.node import Node
from lab.verify import Has, problems_of
from lab.vm import PASSWORD, USER, VirtualMachine

MANIFESTS = Manifests(Path(__file__).parent / "reboot")
HOST, HOST6 = "192.168.1.1", "fd00:1::1"
FIRST, SECOND = ("192.168.1.62/24", "fd00:1::62/64"), ("192.168.1.77/24", "fd00:1::77/64")
HOST_KEY = "cat /etc/ssh/ssh_host_ed25519_key.pub"
CLONE = "c10e0000-0000-4000-8000-000000000001"
INSTANCE_ID = "cat /var/lib/cloud/data/instance-id"


@dataclass
class Guest:
    """One VM through its starts."""

    kind: GuestKind
    volume: str  # the kind of its cloud-init volume
    disk: Path
    uuid: str = ""  # a clone's; KubeVirt takes the MAC addresses away, too


class Discs(unittest.TestCase):
    def test_both_give_addresses_and_another_one_is_applied_while_the_host_keys_stay(self):
        with tempfile.TemporaryDirectory(prefix="patchbay-disks-") as folder:
            again = Guest(NETWORKD, "cloudInitNoCloud", Path(folder, "no-cloud"))
            once = Guest(NETPLAN, "cloudInitConfigDrive", Path(folder, "config-drive"))
            key, _ = self.start([again, once], FIRST)
            clone = Guest(NETWORKD, "cloudInitNoCloud", Path(folder, "clone"), CLONE)
            shutil.copyfile(again.disk, clone.disk)
            same, new = self.start([again, clone], SECOND)
            self.assertEqual(same, key)
            self.assertNotEqual(new, key)

    def start(self, guests: list[Guest], addresses: tuple[str, ...]) -> list[str]:
        """Starts them at once and checks each; returns their SSH host keys."""
        with ExitStack() as stack:
            vms = [started(guest, addresses, stack) for guest in guests]
            consoles = [stack.enter_context(vm.console()) for vm in vms]
            return [self.check(*one, addresses) for one in zip(guests, vms, consoles, strict=True)]

    def check(self, guest: Guest, vm: VirtualMachine, console: Console,
              addresses: tuple[str, ...]) -> str:
        console.log_in(USER, PASSWORD)
        self.check_network(vm, console, addresses)
        self.assertEqual(console.run(INSTANCE_ID), vm.vmi["spec"]["domain"]["firmware"]["uuid"])
        key = console.run(HOST_KEY)
        self.assertTrue(key.startswith("ssh-ed25519 "), key)
        console.run("sync")
        self.assertEqual(vm.stop(), 0)
        vm.keep_disk(guest.disk)
        return key

    def check_network(self, vm: VirtualMachine, console: Console, addresses: tuple[str, ...]) -> None:
        exactly = {"default": GUEST_HAS, "blue": Has(frozenset(addresses))}
        self.assertEqual(problems_of(console, vm.plan(), exactly), [])
        for host in (HOST, HOST6):
            self.assertTrue(console.succeeds(f"ping -n -c 1 -w 60 {host}"))
        for own in addresses:
            self.assertTrue(vm.node.hosts.ping(own.split("/")[0]))


def started(guest: Guest, addresses: tuple[str, ...], stack: ExitStack) -> VirtualMachine:
    """On a node of its own: both have the same addresses. The disk is a new one the first time."""
    node = stack.enter_context(Node())
    node.apply_policies(MANIFESTS)
    node.host("eth2", f"{HOST}/24", f"{HOST6}/64")
    vm = stack.enter_context(VirtualMachine(node, MANIFESTS, "twicevm", guest_image(), guest.kind,
                                            guest.disk if guest.disk.exists() else None))
    volume = cloud_init_volume(vm.vmi)
    volume[guest.volume] = volume.pop("cloudInitNoCloud")
    if guest.uuid:
        vm.vmi["spec"]["domain"]["firmware"]["uuid"] = guest.uuid
        del vm.vmi["spec"]["domain"]["devices"]["interfaces"][1]["macAddress"]
    vm.vmi["metadata"]["annotations"]["patchbay.io/networks"] = json.dumps(
        {"blue": {"addresses": addresses}})
    vm.attach()
    vm.start()
    return vm


if __name__ == "__main__":
    unittest.main()
