"""From the first ADD to the first answer of a booted guest: patchbay's, and the same guest on KubeVirt's kind
of bridge in the pod, with networkData that a person wrote and no sidecar."""

import time
from contextlib import ExitStack

from bench.figures import Aim, Table, in_turn
from lab.article import VM_ON_BR1, Article
from lab.guest_image import guest_image
from lab.launcher import Launcher
from lab.libvirt import Libvirt
from lab.masquerade import masquerade
from lab.pod import Pod
from lab.process import wait_until
from lab.vm import VirtualMachine

NETWORK, PATIENCE = "br1", 600  # seconds
OURS, BY_HAND = "patchbay", "by hand"
NETWORK_DATA = f"""version: 2
ethernets:
  first:
    match: {{macaddress: '%s'}}
    dhcp4: true
  second:
    match: {{macaddress: '%s'}}
    addresses: [{VM_ON_BR1}/26]
"""


class HandWritten:
    """In place of the sidecar's answers (lab/hooks.py): KubeVirt's own domain, and a user's networkData."""

    def __init__(self, network_data: str):
        self.network_data = network_data

    def pre_cloud_init_iso(self, _: dict, cloud_init_data: dict) -> dict:
        return {**cloud_init_data, "NetworkData": self.network_data}

    def on_define_domain(self, _: dict, domain_xml: str) -> str:
        return domain_xml


def with_two_nics(vm: VirtualMachine) -> VirtualMachine:
    """The article's VM with the pod network and br1 alone."""
    vm.vmi["metadata"]["annotations"] = {}
    spec, status = vm.vmi["spec"], vm.vmi["status"]
    for entries in (spec["domain"]["devices"]["interfaces"], spec["networks"], status["interfaces"]):
        entries[:] = [entry for entry in entries if entry["name"] in ("default", NETWORK)]
    return vm


def start_ours(vm: VirtualMachine, _: ExitStack) -> None:
    vm.attach()
    vm.start()


def start_by_hand(vm: VirtualMachine, stack: ExitStack) -> None:
    pod, node = vm.network, vm.node
    node.join_cluster_network(pod)
    masquerade(pod, node.room)
    interface = vm.vmi["spec"]["domain"]["devices"]["interfaces"][1]
    blue = node.multus.attach(pod, NETWORK, vm.manifests.nad("net-br1-vm"), mac=interface["macAddress"],
                              binding=False)
    bridge_in_pod(pod, blue.pod_interface, blue.tap)
    libvirt = stack.enter_context(Libvirt(stack.enter_context(Pod(pod.name))))
    launcher = Launcher(libvirt.pod, libvirt, pod, vm.vmi, vm.image, vm.kind)
    hooks = HandWritten(NETWORK_DATA % (pod.link("eth0")["address"], interface["macAddress"]))
    launcher.prepare(hooks)
    launcher.define(hooks)
    libvirt.virsh("start", launcher.domain.name)


def bridge_in_pod(pod, nic: str, tap: str) -> None:
    pod.run("ip", "address", "flush", "dev", nic)
    pod.run("ip", "link", "set", nic, "address", "02:00:00:00:03:01")  # its own is the guest's now
    pod.run("ip", "tuntap", "add", tap, "mode", "tap", "vnet_hdr", "user", 107)
    pod.run("ip", "link", "add", "k6t-br1", "type", "bridge")
    for link in (nic, tap):
        pod.run("ip", "link", "set", link, "master", "k6t-br1", "up")
    pod.run("ip", "link", "set", "k6t-br1", "up")


def boot(article: Article, start) -> float:
    """Seconds."""
    with ExitStack() as stack:
        vm = with_two_nics(VirtualMachine(article.node, article.manifests, "samplevm", article.image))
        stack.enter_context(vm)
        began = time.monotonic()
        start(vm, stack)
        wait_until("the guest's answer", lambda: article.node.namespace.succeeds(
            "ping", "-n", "-c", 1, "-W", 0.2, VM_ON_BR1), PATIENCE)
        return time.monotonic() - began


def measure(rounds: int) -> list[Table]:
    table = Table("ADD to first ping", """Seconds from the first ADD to the guest's first answer to a ping
from the node: CNI, sidecar, libvirt, the boot of Debian 12 with cloud-init, emulated without KVM. "by
hand": the same guest with networkData that somebody wrote, a bridge in the pod and no sidecar.""", BY_HAND)
    with Article(guest_image()) as article:
        article.bring_up_node()
        boot(article, start_by_hand)  # unmeasured: the first reads the guest's disc
        for round_ in range(max(2, rounds // 3)):
            for name, start in in_turn([(OURS, start_ours), (BY_HAND, start_by_hand)], round_):
                table.add("boot", name, {"s": boot(article, start)})
    table.aims = [Aim(f"time beside that {BY_HAND}", table.ratio("boot", OURS, "s"), 1.05)]
    return [table]
