"""Plays virt-launcher for one VM (KubeVirt v1.9.0): asks the hooks in KubeVirt's order, makes the
cloud-init disc from their answer, defines and starts the domain."""

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

from lab import tcg
from lab.console import Console
from lab.domain import FEWEST_INTERFACES, Domain, with_root_port
from lab.guest_image import GuestImage
from lab.guest_kind import GuestKind
from lab.hooks import HookManager
from lab.libvirt import URI, Libvirt
from lab.manifests import cloud_init_source, cloud_init_volume
from lab.netns import Namespace
from lab.pod import Pod
from lab.seed import DISC, write_seed

BASE_DISK = "/run/kubevirt/container-disks/disk_0.img"
OVERLAY = "/run/kubevirt-ephemeral-disks/disk-data/disk0/disk.qcow2"


class Launcher:
    """`network`: the pod's network namespace, wired already; `disk`: what an earlier guest has written,
    to go on with. After `launch`: cloud_init_data as the hook returned it, inputs and outputs, the
    domain's XML before and after each OnDefineDomain."""

    def __init__(self, pod: Pod, libvirt: Libvirt, network: Namespace, vmi: dict, image: GuestImage,
                 kind: GuestKind, disk: Path | None = None):
        self.pod, self.libvirt, self.vmi, self._image = pod, libvirt, vmi, image
        self._kind, self._disk = kind, disk
        self.domain = Domain(vmi, network)
        self.cloud_init_data: dict = {}
        self.inputs: list[str] = []
        self.outputs: list[str] = []
        metadata = vmi["metadata"]
        self._cloud_init = pod.room / "libvirt/cloud-init-dir" / metadata["namespace"]
        self._cloud_init /= metadata["name"]
        self._private = pod.room / "kubevirt-private" / metadata["uid"]

    def launch(self, say: Callable[[str], None] = lambda _: None) -> None:
        """Returns once QEMU runs; the guest boots from then on."""
        hooks = HookManager(self.pod.room / "kubevirt-hooks")
        self.prepare(hooks)
        say("discs made" + (", PreCloudInitIso answered" if self.cloud_init_data else ""))
        self.define(hooks)
        say(f"OnDefineDomain answered ({len(self.inputs)}×), domain defined")
        self.libvirt.virsh("start", self.domain.name)

    def prepare(self, hooks: HookManager) -> None:
        """Discs: an overlay over the image, and the seed of a VM with a cloud-init volume."""
        if cloud_init_volume(self.vmi):
            self.cloud_init_data = hooks.pre_cloud_init_iso(self.vmi, cloud_init_data(self.vmi))
            self._cloud_init.mkdir(parents=True)
            seed = self._cloud_init / DISC[self.cloud_init_data["DataSource"]]
            write_seed(self.cloud_init_data, seed)
            self.pod.give(seed)
        self.lend_image()
        if self._disk:
            shutil.copyfile(self._disk, self.overlay)
            self.pod.give(self.overlay)
        else:
            self.pod.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", BASE_DISK,
                          OVERLAY])

    def lend_image(self) -> None:
        """What every guest of the image shares, and a place for this one's own files."""
        self._private.mkdir()
        self.pod.give(self._private)
        for file, inside in ((self._image.disk, BASE_DISK), (self._image.kernel, tcg.KERNEL),
                             (self._image.initrd, tcg.INITRD)):
            self.pod.lend(file, inside)

    @property
    def overlay(self) -> Path:
        """What the guest writes: its disk without the image beneath."""
        return self.pod.room / OVERLAY.removeprefix("/run/")

    def define(self, hooks: HookManager) -> None:
        """One pass for a VM with many interfaces, three for one with few."""
        self._pass(hooks, self.domain.first())
        if len(self.domain.interfaces) < FEWEST_INTERFACES:
            defined = self.libvirt.virsh("dumpxml", "--inactive", self.domain.name)
            self._pass(hooks, self.domain.again(defined))
            self._pass(hooks, with_root_port(self.outputs[-1]))

    def _pass(self, hooks: HookManager, domain_xml: str) -> None:
        self.inputs.append(domain_xml)
        self.outputs.append(hooks.on_define_domain(self.vmi, domain_xml))
        machine_id = uuid.UUID(self.vmi["spec"]["domain"]["firmware"]["uuid"]).hex
        (self._private / "domain.xml").write_text(
            tcg.for_this_machine(self.outputs[-1], f"systemd.machine_id={machine_id} "
                                                   f"{self._kind.command_line}"))
        self.libvirt.virsh("define", "--validate", f"/run/kubevirt-private/{self._private.name}/"
                           "domain.xml")

    def console(self) -> Console:
        return Console(self.pod.command(["virsh", "-q", "-c", URI, "console", self.domain.name,
                                         "--force"]))


def cloud_init_data(vmi: dict) -> dict:
    """CloudInitData as KubeVirt makes it of a cloud-init volume (fixtures: cloudinitdata.json)."""
    volume, data_source = cloud_init_volume(vmi), cloud_init_source(vmi)
    source = volume[f"cloudInit{data_source[0].upper()}{data_source[1:]}"]
    name, namespace = vmi["metadata"]["name"], vmi["metadata"]["namespace"]
    firmware = vmi["spec"]["domain"]["firmware"]["uuid"]
    no_cloud = {"instance-id": firmware, "local-hostname": name}
    config_drive = {"instance_id": f"{name}.{namespace}", "hostname": name, "uuid": firmware}
    return {
        "DataSource": data_source,
        "NoCloudMetaData": no_cloud if data_source == "noCloud" else None,
        "ConfigDriveMetaData": config_drive if data_source == "configDrive" else None,
        "UserData": source.get("userData", ""), "NetworkData": source.get("networkData", ""),
        "DevicesData": None, "VolumeName": volume["name"],
    }


def network_info(vmi: dict, pod: Namespace) -> dict:
    """The annotation kubevirt.io/network-info (v1.9) for the VMI's plugin interfaces."""
    interfaces = []
    for status, interface in zip(vmi["status"]["interfaces"],
                                 vmi["spec"]["domain"]["devices"]["interfaces"]):
        if "binding" in interface:
            link = pod.link(status["podInterfaceName"])
            interfaces.append({"network": interface["name"], "mac": link["address"],
                               "mtu": link["mtu"]})
    return {"interfaces": interfaces}
