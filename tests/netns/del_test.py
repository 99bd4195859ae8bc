"""After the binding's DEL the network's own plugins find what they read off the interface: they take back
leases, NAT rules and spoof checks, and nothing of the pod is left on the node."""

import unittest

from pod_case import MAC, UPLINK, PodCase, bridge

HOST_LOCAL = {"type": "host-local", "routes": [{"dst": "0.0.0.0/0"}], "ranges": [
    [{"subnet": "10.9.0.0/24"}], [{"subnet": "fd09::/64"}]]}


class Delete:
    """Attached and detached, twice; a subclass says how, and what the node `holds` meanwhile."""

    mac = None
    holds: tuple[str, ...] = ()

    def nad(self) -> dict:
        raise NotImplementedError

    def test_the_networks_own_del_finds_what_it_needs(self) -> None:
        self.node.run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")
        self.pod.run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")
        self.multus.detach(self.multus.attach(self.pod, "blue", self.nad(), mac=self.mac))
        before = self.left_on_the_node()
        attachment = self.multus.attach(self.pod, "blue", self.nad(), mac=self.mac)
        self.assertEqual(self.pod.addresses(attachment.pod_interface), [])
        meanwhile = self.left_on_the_node()
        for what in self.holds:
            self.assertGreater(len(meanwhile[what]), len(before[what]), what)
        self.multus.call_binding("DEL", attachment)
        self.assertEqual(self.pod.addresses(attachment.pod_interface), self.addresses(attachment))
        self.multus.detach(attachment)
        self.assertEqual(self.left_on_the_node(), before)
        self.assertEqual([link["ifname"] for link in self.pod.ip("link", "show")], ["lo"])

    def addresses(self, attachment) -> list[str]:
        """The network's result, IPv4 first, as the kernel lists them."""
        given = [entry["address"] for entry in attachment.result["ips"]]
        return sorted(given, key=lambda address: ":" in address)

    def left_on_the_node(self) -> dict[str, object]:
        leases = self.multus.room / "networks" / self.nad()["name"]
        return {"leases": sorted(path.name for path in leases.glob("*[.:]*") if ".id" not in path.name),
                "nat": [line for line in self.rules("iptables-save") + self.rules("ip6tables-save")
                        if "CNI" in line],
                "spoof check": [line for line in self.node.run("nft", "list", "ruleset").splitlines()
                                if MAC in line],
                "links": sorted(link["ifname"] for link in self.node.ip("link", "show")
                                if link.get("linkinfo", {}).get("info_kind") == "veth")}

    def rules(self, program: str) -> list[str]:
        return self.node.run(program, "-t", "nat").splitlines()


class BridgeWithMasqueradeAndSpoofCheck(Delete, PodCase):
    mac = MAC
    holds = ("leases", "nat", "spoof check", "links")

    def nad(self) -> dict:
        return bridge(HOST_LOCAL, isGateway=True, ipMasq=True, macspoofchk=True)


class PointToPointWithMasquerade(Delete, PodCase):
    holds = ("leases", "nat", "links")

    def nad(self) -> dict:
        return {"cniVersion": "1.0.0", "name": "ptp-net", "type": "ptp", "ipMasq": True,
                "ipam": HOST_LOCAL}


class Macvlan(Delete, PodCase):
    holds = ("leases",)

    def nad(self) -> dict:
        return {"cniVersion": "1.0.0", "name": "macvlan-net", "type": "macvlan", "master": UPLINK,
                "ipam": HOST_LOCAL}


class Neighbours(PodCase):
    def test_links_of_others_stay(self) -> None:
        """Ours go as one group (ip link delete group): no group of anybody's else is meant."""
        self.make_bridge()
        blue, red = (self.multus.attach(self.pod, network, bridge({})) for network in ("blue", "red"))
        self.pod.run("ip", "link", "add", "theirs", "group", "7", "type", "bridge")
        links = {link["ifname"]: link["ifindex"] for link in self.pod.ip("link", "show")}
        self.pod.run("ip", "link", "add", "near", "group", links[blue.tap], "type", "bridge")
        self.multus.call_binding("DEL", blue)
        self.assertEqual({link["ifname"] for link in self.pod.ip("link", "show")},
                         {*links, "near"} - {blue.tap, blue.record})
        self.multus.call_binding("CHECK", red)


if __name__ == "__main__":
    unittest.main()
