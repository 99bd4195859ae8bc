"""One VM on the lab's node, from its pod's networks to its guest's console."""

import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from lab.console import Console
from lab.guest_image import GuestImage
from lab.guest_kind import NETWORKD, GuestKind
from lab.hooks import HookManager
from lab.launcher import Launcher, network_info
from lab.libvirt import Libvirt
from lab.manifests import Manifests, plugin_of, vmi_of
from lab.masquerade import masquerade
from lab.multus import Attachment
from lab.netns import Namespace
from lab.node import Node
from lab.paths import PROGRAMS
from lab.pod import Pod
from lab.process import LabError, run
from lab.sidecar import SidecarContainer, leftovers

USER, PASSWORD = "root", "patchbay"  # as the VMs' userData says


class VirtualMachine:
    """Everything is made by entering; `attach`, `start` and `console` follow in this order. `disk`: what
    `keep_disk` kept of an earlier one."""

    def __init__(self, node: Node, manifests: Manifests, name: str, image: GuestImage,
                 kind: GuestKind = NETWORKD, disk: Path | None = None):
        self.node, self.manifests, self.image = node, manifests, image
        self.kind, self.disk = kind, disk
        self.vmi = vmi_of(manifests.one("VirtualMachine", name))
        self.attachments: dict[str, Attachment] = {}
        self._stack = ExitStack()

    def __enter__(self) -> "VirtualMachine":
        self.network = self._stack.enter_context(Namespace("vm"))
        self._stack.callback(lambda: self.node.multus.detach_all(self.network))
        return self

    def __exit__(self, *_) -> None:
        self._stack.close()

    def attach(self) -> None:
        """What runs before the pod's containers: every network's CNI plugins, patchbay-cni among
        them, and KubeVirt's own part of the pod network."""
        interfaces = {interface["name"]: interface for interface in self._interfaces()}
        for network in self.vmi["spec"]["networks"]:
            if "pod" in network:
                self.node.join_cluster_network(self.network)
                masquerade(self.network, self.node.room)
                continue
            nad = self.manifests.nad(network["multus"]["networkName"])
            self.attachments[network["name"]] = self.node.multus.attach(
                self.network, network["name"], nad,
                mac=interfaces[network["name"]].get("macAddress"))

    def start(self, say: Callable[[str], None] = lambda _: None) -> None:
        """The pod's containers, and virt-launcher, which starts the guest."""
        self.start_containers()
        try:
            self.launcher.launch(say)
        except LabError as error:
            raise LabError(f"{error}\nthe sidecar's log:\n{self.sidecar.log_file.read_text()}"
                           ) from error

    def start_containers(self) -> None:
        """The sidecar, and libvirt for virt-launcher, which does nothing yet."""
        self.pod = self._stack.enter_context(Pod(self.network.name))
        self.libvirt = self._stack.enter_context(Libvirt(self.pod))
        self.sidecar = self._stack.enter_context(
            SidecarContainer(self.pod, network_info(self.vmi, self.network), plugin_of(self.vmi)))
        self.launcher = Launcher(self.pod, self.libvirt, self.network, self.vmi, self.image,
                                 self.kind, self.disk)

    def console(self) -> Console:
        """The guest's; Console.log_in waits for its boot."""
        return self.launcher.console()

    def stop(self) -> int:
        """Ends the guest as KubeVirt does: QEMU, then the hook Shutdown, after which the sidecar
        has to end by itself. Returns the sidecar's exit status; LabError where it left a socket
        behind."""
        self.libvirt.virsh("destroy", self.launcher.domain.name)
        HookManager(self.pod.room / "kubevirt-hooks").shutdown()
        status = self.sidecar.process.wait(60)
        if left := leftovers(self.sidecar.folder):
            raise LabError(f"the sidecar left {left} in its socket folder")
        return status

    def keep_disk(self, file: Path) -> None:
        """Copies what the guest has written, once it is stopped, to start another one from."""
        shutil.copyfile(self.launcher.overlay, file)

    def plan(self) -> dict:
        return self.rendered()["plan"]

    def rendered(self) -> dict:
        """What `patchbay render` makes of what the sidecar reads, too; after `attach`."""
        with tempfile.TemporaryDirectory(prefix="patchbay-render-") as folder:
            vmi, pod, info = (Path(folder, name) for name in ("vmi", "pod", "network-info"))
            vmi.write_text(json.dumps(self.vmi), encoding="utf-8")
            info.write_text(json.dumps(network_info(self.vmi, self.network)), encoding="utf-8")
            pod.write_text(self.network.run(PROGRAMS / "patchbay", "inspect"), encoding="utf-8")
            return json.loads(run([PROGRAMS / "patchbay", "render", "-f", vmi, "--pod", pod,
                                   "--network-info", info]))

    def mac(self, interface: str) -> str:
        """The MAC the guest sees on that NIC, which is the pod interface's."""
        link = "eth0" if interface == "default" else self.attachments[interface].pod_interface
        return self.network.link(link)["address"]

    def _interfaces(self) -> list[dict]:
        return self.vmi["spec"]["domain"]["devices"]["interfaces"]
