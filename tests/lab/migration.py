"""Live migration of a VM from one pod to another, as KubeVirt has it: the target's hooks are asked once and
their answer is thrown away, the domain's XML is the source's, every file that it names must be there."""

import copy
import os
import tempfile
from pathlib import Path

from lab.hooks import HookManager
from lab.launcher import OVERLAY
from lab.libvirt import SOCKET, Libvirt
from lab.pod import QEMU_UID
from lab.vm import VirtualMachine

PATIENCE = 600


def prepare_target(source: VirtualMachine, target: VirtualMachine) -> None:
    """Everything that is there before QEMU's memory comes; the VM's disk is shared storage."""
    target.vmi = copy.deepcopy(source.vmi)
    for status in target.vmi["status"]["interfaces"]:
        status["mac"] = source.mac(status["name"])  # virt-handler's word on the running domain
    target.attach()
    target.start_containers()
    target.launcher.lend_image()
    target.pod.run(["mount", "--bind", source.launcher.overlay.parent, Path(OVERLAY).parent], root=True)
    HookManager(target.pod.room / "kubevirt-hooks").on_define_domain(
        target.vmi, target.launcher.domain.first())


def migrate(source: VirtualMachine, target: VirtualMachine) -> None:
    """Returns once the guest runs in the target and is gone from the source."""
    move(source.libvirt, target.libvirt, source.launcher.domain.name)


def move(source: Libvirt, target: Libvirt, domain: str) -> None:
    libvirt = target.pod.room / SOCKET.removeprefix("/run/")
    with tempfile.TemporaryDirectory(prefix="patchbay-migration-") as folder:
        os.chown(folder, QEMU_UID, QEMU_UID)
        # unsafe: libvirt does not know that both pods have one file system.
        source.virsh("migrate", "--live", "--unsafe", domain, f"qemu+unix:///session?socket={libvirt}",
                     f"unix://{folder}/qemu.sock", timeout=PATIENCE)
