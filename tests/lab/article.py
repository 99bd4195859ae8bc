"""The article's scenario on the lab: the node, the plain pod and the VM of manifests/overlays/demo, and what
the guest must have in the end. The demo shows it step by step, the vm tests assert it."""

import json
from contextlib import ExitStack
from dataclasses import replace

from lab.console import Console
from lab.guest_image import GuestImage
from lab.manifests import Manifests
from lab.masquerade import GUEST, GUEST_HAS
from lab.netns import Namespace
from lab.node import Node
from lab.paths import SOURCE
from lab.verify import Has
from lab.vm import VirtualMachine

MANIFESTS = SOURCE / "manifests/overlays/demo"
NODE_ON_BR1, ROUTER, POD_ON_BR1, VM_ON_BR1 = (f"192.168.0.{last}" for last in (60, 2, 61, 62))
APPS_HOST, APPS_BEYOND, STORAGE_HOST, STORAGE_LEASE = ("10.10.10.1", "10.20.0.1", "172.22.0.1",
                                                       "172.22.0.50")


class Article:
    """`node` is there once entered; the other steps follow in the order of the methods."""

    def __init__(self, image: GuestImage):
        self.image = image
        self.manifests = Manifests(MANIFESTS)
        self._stack = ExitStack()

    def __enter__(self) -> "Article":
        self.node = self._stack.enter_context(Node())
        return self

    def __exit__(self, *_) -> None:
        self._stack.close()

    def bring_up_node(self) -> list[str]:
        """The bridges of the policies and the other hosts: br1's router, one with a network behind
        it on br2, a DHCP server with one lease and no router on br3. Returns the bridges."""
        bridges = self.node.apply_policies(self.manifests)
        self.node.host("eth2", f"{ROUTER}/24")
        self.node.host("eth3", f"{APPS_HOST}/24")
        self.node.host("lo", f"{APPS_BEYOND}/32")
        self.node.host("eth4", f"{STORAGE_HOST}/24")
        no_router = "3"  # --dhcp-option=3 without a value: do not offer one
        self.node.dhcp("eth4", STORAGE_HOST, STORAGE_LEASE, STORAGE_LEASE, no_router)
        return bridges

    def run_pod(self) -> Namespace:
        """The plain pod: the cluster network, then what its Multus annotation asks for."""
        self.pod = self._stack.enter_context(Namespace("pod"))
        self._stack.callback(lambda: self.node.multus.detach_all(self.pod))
        self.node.join_cluster_network(self.pod)
        pod = self.manifests.one("Pod", "samplepod")
        networks = json.loads(pod["metadata"]["annotations"]["k8s.v1.cni.cncf.io/networks"])
        for number, element in enumerate(networks, start=1):
            self.node.multus.attach(self.pod, element["name"], self.manifests.nad(element["name"]),
                                    binding=False, interface=f"net{number}")
            for gateway in element.get("default-route", []):  # Multus: instead of the cluster's
                self.pod.run("ip", "route", "replace", "default", "via", gateway,
                             "dev", f"net{number}")
        return self.pod

    def make_vm(self) -> VirtualMachine:
        self.vm = self._stack.enter_context(
            VirtualMachine(self.node, self.manifests, "samplevm", self.image))
        return self.vm

    @staticmethod
    def expected() -> dict[str, Has]:
        """What the guest must have on its four NICs, by the article's word."""
        lease = frozenset({f"{STORAGE_LEASE}/24"})
        return {
            "default": replace(GUEST_HAS, mtu=1450),
            "br1": Has(frozenset({f"{VM_ON_BR1}/26"}), mtu=1500),
            "apps": Has(frozenset({"10.10.10.14/24"}),
                        routes=frozenset({f"10.20.0.0/16 via {APPS_HOST}"}), mtu=1500),
            "storage": Has(lease, lease, mtu=1500),
        }

    def pings(self, console: Console) -> list[tuple[str, bool]]:
        """Who reaches whom, each with the answer: both ways on br1, and to every other network."""
        node, pod = self.node.namespace, self.pod
        return [
            (f"pod  {POD_ON_BR1} → VM   {VM_ON_BR1}", pod.ping(VM_ON_BR1)),
            (f"node {NODE_ON_BR1} → VM   {VM_ON_BR1}", node.ping(VM_ON_BR1)),
            *[(f"VM   {source} → {who}", console.succeeds(f"ping -n -c 1 -w 60 {target}"))
              for source, who, target in (
                  (VM_ON_BR1, f"pod  {POD_ON_BR1}", POD_ON_BR1),
                  (VM_ON_BR1, f"node {NODE_ON_BR1}", NODE_ON_BR1),
                  ("10.10.10.14 ", f"host {APPS_BEYOND}, by the annotation's route", APPS_BEYOND),
                  (f"{STORAGE_LEASE} ", f"host {STORAGE_HOST}, which leased the address",
                   STORAGE_HOST),
                  (f"{GUEST}    ", "node 10.244.0.1, by the default route and KubeVirt's NAT",
                   "10.244.0.1"))],
        ]
