"""The node and what is beyond its cables: bridges as the demo's NodeNetworkConfigurationPolicies
ask for them (kubernetes-nmstate's part), the pods' cluster network, and the other hosts of each
network."""

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from lab.manifests import Manifests
from lab.masquerade import dhcp_server
from lab.multus import Attachment, Multus
from lab.netns import Namespace, veth

# What the cluster's default network plugin would be; its cache entry is Multus' as any other's.
CLUSTER_NETWORK = {"cniVersion": "1.0.0", "name": "cluster", "type": "bridge", "bridge": "cni0",
                   "isGateway": True, "mtu": 1450,
                   "ipam": {"type": "host-local", "subnet": "10.244.0.0/24",
                            "routes": [{"dst": "0.0.0.0/0"}]}}
NODE_ON_CLUSTER_NETWORK = "10.244.0.1"


class Node:
    """`hosts`: a namespace that is on the far end of every cable of the node; `multus`: its CNI."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def __enter__(self) -> "Node":
        with ExitStack() as stack:
            self.room = Path(tempfile.mkdtemp(prefix=f"patchbay-{os.getpid()}-node-"))
            stack.callback(shutil.rmtree, self.room, ignore_errors=True)
            self.namespace = stack.enter_context(Namespace("node"))
            self.hosts = stack.enter_context(Namespace("hosts"))
            self.multus = stack.enter_context(Multus(self.namespace, self.room))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_) -> None:
        self._stack.close()

    def apply_policies(self, manifests: Manifests) -> list[str]:
        """Makes the bridges of every policy; returns what was made, a line each."""
        return [line for policy in manifests.all("NodeNetworkConfigurationPolicy")
                for interface in policy["spec"]["desiredState"]["interfaces"]
                for line in self._apply(interface)]

    def _apply(self, interface: dict) -> list[str]:
        name = interface["name"]
        self.namespace.run("ip", "link", "add", name, "type", "bridge")
        ports = [port["name"] for port in interface["bridge"]["port"]]
        for port in ports:
            veth(self.namespace, port, self.hosts, port)
            self.namespace.run("ip", "link", "set", port, "master", name)
        addresses = [f"{entry['ip']}/{entry['prefix-length']}"
                     for family in ("ipv4", "ipv6")
                     for entry in interface.get(family, {}).get("address", [])]
        for address in addresses:
            self.namespace.run("ip", "address", "add", address, "dev", name, "nodad")
        self.namespace.run("ip", "link", "set", name, "up")
        return [f"{name} on {', '.join(ports)} {' '.join(addresses)}".rstrip()]

    def host(self, port: str, *addresses: str) -> None:
        """Gives the host at the far end of the node's `port` its addresses."""
        for address in addresses:
            self.hosts.run("ip", "address", "add", address, "dev", port, "nodad")

    def dhcp(self, port: str, own: str, first: str, last: str, *options: str) -> Path:
        """That host serves DHCP on its network."""
        return dhcp_server(self.hosts, port, own, first, last, self.room, *options)

    def join_cluster_network(self, pod: Namespace) -> Attachment:
        return self.multus.add_network(pod, "default", CLUSTER_NETWORK, interface="eth0")
