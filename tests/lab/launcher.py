"""Plays virt-launcher for one VM (KubeVirt v1.9.0): asks the hooks in KubeVirt's order, makes the
cloud-init disc from their answer, defines and starts the domain."""

import uuid
from collections.abc import Callable

from lab import tcg
from lab.console import Console
from lab.domain import FEWEST_INTERFACES, Domain, with_root_port
from lab.guest_image import GuestImage
from lab.hooks import HookManager
from lab.libvirt import URI, Libvirt
from lab.netns import Namespace
from lab.pod import Pod
from lab.seed import write_seed

BASE_DISK = "/run/kubevirt/container-disks/disk_0.img"
OVERLAY = "/run/kubevirt-ephemeral-disks/disk-data/disk0/disk.qcow2"


class Launcher:
    """`network`: the pod's network namespace, wired already. After `launch`: cloud_init_data as the
    hook returned it, inputs and outputs, the domain's XML before and after each OnDefineDomain."""

    def __init__(self, pod: Pod, libvirt: Libvirt, network: Namespace, vmi: dict,
                 image: GuestImage):
        self.pod, self.libvirt, self.vmi, self._image = pod, libvirt, vmi, image
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
        say("PreCloudInitIso answered, cloud-init disc made")
        self.define(hooks)
        say(f"OnDefineDomain answered ({len(self.inputs)}×), domain defined")
        self.libvirt.virsh("start", self.domain.name)

    def prepare(self, hooks: HookManager) -> None:
        """Discs: an overlay over the image, and the seed."""
        self.cloud_init_data = hooks.pre_cloud_init_iso(self.vmi, cloud_init_data(self.vmi))
        for folder in (self._cloud_init, self._private):
            folder.mkdir(parents=True)
        write_seed(self.cloud_init_data, self._cloud_init / "noCloud.iso")
        for path in (self._cloud_init / "noCloud.iso", self._private):
            self.pod.give(path)
        for file, inside in ((self._image.disk, BASE_DISK), (self._image.kernel, tcg.KERNEL),
                             (self._image.initrd, tcg.INITRD)):
            self.pod.lend(file, inside)
        self.pod.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", BASE_DISK,
                      OVERLAY])

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
            tcg.for_this_machine(self.outputs[-1], machine_id))
        self.libvirt.virsh("define", "--validate", f"/run/kubevirt-private/{self._private.name}/"
                           "domain.xml")

    def console(self) -> Console:
        return Console(self.pod.command(["virsh", "-q", "-c", URI, "console", self.domain.name,
                                         "--force"]))


def cloud_init_data(vmi: dict) -> dict:
    """CloudInitData as KubeVirt makes it of a cloudInitNoCloud volume (cloudinitdata.json)."""
    volume = next(volume for volume in vmi["spec"]["volumes"] if "cloudInitNoCloud" in volume)
    source = volume["cloudInitNoCloud"]
    return {
        "DataSource": "noCloud",
        "NoCloudMetaData": {"instance-id": vmi["spec"]["domain"]["firmware"]["uuid"],
                            "local-hostname": vmi["metadata"]["name"]},
        "ConfigDriveMetaData": None, "UserData": source.get("userData", ""),
        "NetworkData": source.get("networkData", ""), "DevicesData": None,
        "VolumeName": volume["name"],
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
