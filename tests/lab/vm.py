"""One VM on the lab's node, from its pod's networks to its guest's console."""

import json
import time
from collections.abc import Callable
from contextlib import ExitStack

from lab.console import Console
from lab.expect import Nic, problems
from lab.guest_image import GuestImage
from lab.hooks import HookManager
from lab.launcher import Launcher, network_info
from lab.libvirt import Libvirt
from lab.manifests import Manifests, vmi_of
from lab.masquerade import masquerade
from lab.multus import Attachment
from lab.netns import Namespace
from lab.node import Node
from lab.pod import Pod
from lab.process import LabError
from lab.sidecar import SidecarContainer, leftovers

USER, PASSWORD = "root", "patchbay"  # as the VMs' userData says


class VirtualMachine:
    """Everything is made by entering; `attach`, `start` and `console` follow in this order."""

    def __init__(self, node: Node, manifests: Manifests, name: str, image: GuestImage):
        self.node, self.manifests, self.image = node, manifests, image
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
        """The pod's containers: the sidecar, libvirt, and virt-launcher, which starts the guest."""
        self.pod = self._stack.enter_context(Pod(self.network.name))
        self.libvirt = self._stack.enter_context(Libvirt(self.pod))
        self.sidecar = self._stack.enter_context(
            SidecarContainer(self.pod, network_info(self.vmi, self.network)))
        self.launcher = Launcher(self.pod, self.libvirt, self.network, self.vmi, self.image)
        try:
            self.launcher.launch(say)
        except LabError as error:
            raise LabError(f"{error}\nthe sidecar's log:\n{self.sidecar.log_file.read_text()}"
                           ) from error

    def console(self) -> Console:
        """The guest's; Console.log_in waits for its boot."""
        return self.launcher.console()

    def stop(self) -> int:
        """Ends the guest as KubeVirt does: QEMU, then the hook Shutdown, after which the sidecar
        has to end by itself. Returns the sidecar's exit status; LabError where it left a socket
        behind."""
        self.libvirt.virsh("destroy", self.launcher.domain.name)
        HookManager(self.pod.room / "kubevirt-hooks").shutdown()
        status = self.sidecar.process.wait(10)
        if left := leftovers(self.sidecar.folder):
            raise LabError(f"the sidecar left {left} in its socket folder")
        return status

    def mac(self, interface: str) -> str:
        """The MAC the guest sees on that NIC, which is the pod interface's."""
        link = "eth0" if interface == "default" else self.attachments[interface].pod_interface
        return self.network.link(link)["address"]

    def _interfaces(self) -> list[dict]:
        return self.vmi["spec"]["domain"]["devices"]["interfaces"]


def problems_of(console: Console, expected: list[Nic], patience: float = 60) -> list[str]:
    """What is wrong with the guest's addresses and routes by its own word, after it had `patience`
    seconds to ask its DHCP servers. Empty: nothing."""
    deadline = time.monotonic() + patience
    while True:
        addresses = json.loads(console.run("ip -j address"))
        routes = [route for family in ("-4", "-6")
                  for route in json.loads(console.run(f"ip {family} -j route") or "[]")]
        wrong = problems(expected, addresses, routes)
        if not wrong or time.monotonic() > deadline:
            return wrong
        time.sleep(1)
