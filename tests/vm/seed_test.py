"""A VM without a cloud-init volume: the seed disc gives a real guest its addresses, on KubeVirt's three
passes, and goes with it in a live migration from one libvirt to another."""

import hashlib
import unittest
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from lab.console import Console
from lab.guest_image import guest_image
from lab.guest_kind import NETWORKD, GuestKind
from lab.hooks import HookManager
from lab.libvirt import Libvirt
from lab.manifests import Manifests
from lab.masquerade import GUEST_HAS
from lab.migration import migrate, move, prepare_target
from lab.netns import Namespace
from lab.node import Node
from lab.pod import QEMU_UID, Pod
from lab.process import LabError, wait_until
from lab.verify import Has, problems_of
from lab.vm import PASSWORD, USER, VirtualMachine

MANIFESTS = Manifests(Path(__file__).parent / "seed")
HOST, BEYOND, VM, VM6 = "192.168.1.1", "10.20.0.1", "192.168.1.62", "fd00:1::62"
SEED = "kubevirt-hooks/hook-sidecar-0/patchbay-seed/seed.iso"  # under the pod's /run
DISC = "/dev/disk/by-label/cidata"
# What the sidecar adds to a domain, on either bus, in one that never runs.
PAUSED = f"""<domain type="qemu"><name>%s</name><memory unit="MiB">32</memory>
<os><type arch="x86_64" machine="q35">hvm</type></os><devices>
<controller type="scsi" index="0" model="virtio-scsi"/>
<disk device="cdrom" type="file"><source file="/var/run/{SEED}" startupPolicy="optional"/>
<target bus="%s" dev="sdzz"/><driver name="qemu" type="raw"/><readonly/><alias name="ua-patchbay_seed"/>
<address type="drive" controller="0" bus="0" target="%d" unit="%d"/></disk></devices></domain>"""


@dataclass(frozen=True)
class WithPassword(GuestKind):
    """An image whose root has the password already: no user-data sets it here."""

    @property
    def command_line(self) -> str:
        users = f"{{name: {USER}, password: {PASSWORD}, type: text}}"
        return super().command_line.replace(
            "cc: {", f"cc: {{chpasswd: {{expire: false, users: [{users}]}}, ", 1)


KIND = WithPassword(NETWORKD.renderer, NETWORKD.service)


class SeedDisc(unittest.TestCase):
    def test_a_guest_gets_its_addresses_and_keeps_its_disc_when_it_moves(self):
        with Node() as node:
            node.apply_policies(MANIFESTS)
            node.host("eth2", f"{HOST}/24", "fd00:1::1/64")
            node.host("lo", f"{BEYOND}/32")
            with (self.vm(node) as source, self.vm(node) as target):
                source.attach()
                source.start()
                self.check_passes(source)
                self.check_file(source)
                with source.console() as console:
                    console.log_in(USER, PASSWORD)
                    plan = source.plan()  # the other pod's has another MAC on the pod network
                    self.check_guest(source, console, plan)
                    self.check_disc(source, console)

                prepare_target(source, target)
                self.check_file(target)
                self.assertEqual(image_of(target), image_of(source))
                migrate(source, target)
                self.assertNotIn("seedvm", source.libvirt.virsh("list", "--name"))
                with target.console() as console:
                    wait_until("the shell that was left open", lambda: answers(console), timeout=300)
                    self.check_guest(target, console, plan)
                    self.check_disc(target, console)
                self.assertEqual(target.stop(), 0)

    def vm(self, node) -> VirtualMachine:
        return VirtualMachine(node, MANIFESTS, "seedvm", guest_image(), KIND)

    def check_passes(self, vm):
        """The same disc comes out of every pass, around what libvirt makes of it; once more changes
        nothing, and leaves the file alone."""
        discs = [disc_in(document) for document in vm.launcher.outputs]
        self.assertEqual(len(discs), 3)
        for disc in discs[1:]:
            self.assertEqual(disc, discs[0])
        self.assertEqual(discs[0]["source"], {"file": f"/var/run/{SEED}", "startupPolicy": "optional"})
        before = (vm.pod.room / SEED).stat()
        last = vm.launcher.outputs[-1]
        self.assertEqual(HookManager(vm.pod.room / "kubevirt-hooks").on_define_domain(vm.vmi, last), last)
        after = (vm.pod.room / SEED).stat()
        self.assertEqual((after.st_ino, after.st_mtime_ns), (before.st_ino, before.st_mtime_ns))
        written = [line for line in vm.sidecar.log() if line["msg"] == "seed disc written"]
        self.assertEqual(len(written), 1)

    def check_file(self, vm):
        """For QEMU's user alone; nothing else was made beside the sidecar's socket."""
        status = (vm.pod.room / SEED).stat()
        self.assertEqual((status.st_mode & 0o777, status.st_uid), (0o400, QEMU_UID))
        names = sorted(path.name for path in vm.sidecar.folder.iterdir())
        self.assertEqual([name for name in names if not name.endswith(".sock")], ["patchbay-seed"])

    def check_guest(self, vm, console, plan):
        on_br1 = Has(frozenset({f"{VM}/24", f"{VM6}/64"}), routes=frozenset({f"10.20.0.0/16 via {HOST}"}))
        self.assertEqual(problems_of(console, plan, {"default": GUEST_HAS, "br1": on_br1}), [])
        self.assertTrue(console.succeeds(f"ping -n -c 1 -w 30 {BEYOND}"))
        self.assertTrue(vm.node.hosts.ping(VM6))
        self.assertEqual(console.run("cat /run/cloud-init/instance-data.json | grep -o '"
                                     f"{vm.vmi['spec']['domain']['firmware']['uuid']}' | sort -u"),
                         vm.vmi["spec"]["domain"]["firmware"]["uuid"])
        self.assertEqual(console.run("hostname"), "seedvm")

    def check_disc(self, vm, console):
        """The guest reads the very file of the pod it runs in, and can't write to it."""
        self.assertTrue(console.succeeds(f"blockdev --flushbufs {DISC}"))
        self.assertEqual(console.run(f"sha256sum < {DISC}").split()[0],
                         hashlib.sha256(image_of(vm)).hexdigest())
        self.assertEqual(console.run(f"blockdev --getro {DISC}"), "1")


class MissingDisc(unittest.TestCase):
    """Where the file is not there, by whatever mishap, the drive is empty and nothing else happens."""

    def test_holds_neither_a_start_nor_a_migration(self):
        with (Namespace("source") as here, Namespace("target") as there,
              Pod(here.name) as source, Pod(there.name) as target,
              Libvirt(source) as first, Libvirt(target) as second):
            file = source.room / SEED
            file.parent.mkdir(parents=True)
            file.write_bytes(bytes(2048))
            source.give(file)
            for bus, scsi_target, unit in (("scsi", 1, 0), ("sata", 0, 5)):
                with self.subTest(bus):
                    create(first, PAUSED % (bus, bus, scsi_target, unit))
                    self.assertEqual(medium(first, bus), f"/var/run/{SEED}")
                    move(first, second, bus)
                    self.assertEqual(medium(second, bus), "-")
                    second.virsh("destroy", bus)
                    create(second, PAUSED % (bus, bus, scsi_target, unit))
                    self.assertEqual(medium(second, bus), "-")


def create(libvirt: Libvirt, domain_xml: str) -> None:
    (libvirt.pod.room / "kubevirt-private/paused.xml").write_text(domain_xml, encoding="utf-8")
    libvirt.virsh("create", "/run/kubevirt-private/paused.xml", "--paused", "--validate")


def medium(libvirt: Libvirt, domain: str) -> str:
    return libvirt.virsh("domblklist", domain).split()[-1]


def answers(console: Console) -> bool:
    """What is typed before `virsh console` is attached is lost."""
    try:
        return console.run("echo here", timeout=10) == "here"
    except LabError:
        return False


def image_of(vm: VirtualMachine) -> bytes:
    return (vm.pod.room / SEED).read_bytes()


def disc_in(domain_xml: str) -> dict[str, dict[str, str]]:
    """The disc's children and their attributes."""
    found = [disk for disk in ElementTree.fromstring(domain_xml).iterfind("devices/disk")
             if disk.find("alias").get("name") == "ua-patchbay_seed"]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} seed discs in the domain")
    return {child.tag: dict(child.attrib) for child in found[0]}


if __name__ == "__main__":
    unittest.main()
