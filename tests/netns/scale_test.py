"""Many networks in one pod, and networks that look alike: every NIC of the guest is on its own."""

import unittest

import yaml

from lab.multus import hashed
from lab.netns import Namespace, veth
from lab.tap_guest import TapGuest
from pod_case import UPLINK, bridge, static
from segments import Segment

MOST = 31  # what KubeVirt's PCIe root ports leave room for
GATEWAY4, GATEWAY6 = "192.168.0.1", "fd00::1"


class ManyNetworks(Segment):
    """31 networks, of three kinds, on one node."""

    def attach(self):
        self.attachments = [self.multus.attach(self.pod, f"net-{number}", self.nad(number))
                            for number in range(1, MOST + 1)]
        return self.attachments[0]

    def prepare(self) -> None:
        super().prepare()
        self.make_bridge()
        veth(self.node, "eth3", self.hosts, "eth3")

    def nad(self, number: int = 1) -> dict:
        """Each third is bridge, macvlan, ptp."""
        ipam = static(f"10.{number}.0.2/24", f"fd00:{number}::2/64")
        for entry, gateway in zip(ipam["addresses"], (f"10.{number}.0.1", f"fd00:{number}::1")):
            entry["gateway"] = gateway
        common = {"cniVersion": "1.0.0", "name": f"nad-{number}", "ipam": ipam}
        return {**common, **({"type": "bridge", "bridge": "br1"},
                             {"type": "macvlan", "master": "eth3"},
                             {"type": "ptp"})[number % 3]}

    def ends(self):
        return None, None

    def test_all_31_are_wired_recorded_and_gone_again(self) -> None:
        rendered = self.render({attachment.network: None for attachment in self.attachments})
        network_data = yaml.safe_load(rendered["networkData"])["network"]["ethernets"]
        for number, attachment in enumerate(self.attachments, 1):
            addresses = [f"10.{number}.0.2/24", f"fd00:{number}::2/64"]
            self.assertEqual(self.record(attachment)["ips"], addresses)
            self.assertEqual(network_data[attachment.network]["addresses"], addresses)
        self.reach(self.attachments[-3:])
        self.multus.detach_all(self.pod)
        self.assertEqual([link["ifname"] for link in self.pod.ip("link", "show")], ["lo"])

    def reach(self, attachments) -> None:
        """The last of each kind carries a guest's NIC to its own gateway."""
        interfaces = {"bridge": (self.hosts, UPLINK), "macvlan": (self.hosts, "eth3")}
        guest = None
        for attachment in attachments:
            number = self.attachments.index(attachment) + 1
            if where := interfaces.get(attachment.nad["type"]):
                where[0].run("ip", "address", "add", f"10.{number}.0.1/24", "dev", where[1])
            mac = self.pod.link(attachment.pod_interface)["address"]
            if guest is None:
                guest = self.stack.enter_context(TapGuest(self.pod, attachment.tap, mac))
                nic = "eth0"
            else:
                nic = guest.plug(attachment.tap, mac)
            guest.configure(f"10.{number}.0.2/24", nic=nic)
            self.assertTrue(guest.ping(f"10.{number}.0.1"))


class LookAlikes(Segment):
    """Two networks with the same subnet, the same gateway and the same address for the VM."""

    NETWORKS = ("left", "right")

    def prepare(self) -> None:
        self.gateways = {}
        for number, network in enumerate(self.NETWORKS):
            gateway = self.gateways[network] = self.stack.enter_context(Namespace(network))
            gateway.run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")
            veth(self.node, f"port-{network}", gateway, "eth0")
            self.node.run("ip", "link", "add", f"br-{network}", "type", "bridge")
            self.node.run("ip", "link", "set", f"port-{network}", "master", f"br-{network}")
            self.node.run("ip", "link", "set", f"br-{network}", "up")
            for address in (f"{GATEWAY4}/24", f"{GATEWAY6}/64"):
                gateway.run("ip", "address", "add", address, "dev", "eth0")

    def nad(self, network: str = "left") -> dict:
        ipam = {"type": "static", "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}],
                "addresses": [{"address": "192.168.0.62/24", "gateway": GATEWAY4},
                              {"address": "fd00::62/64", "gateway": GATEWAY6}]}
        return {**bridge(ipam), "name": f"nad-{network}", "bridge": f"br-{network}"}

    def attach(self):
        self.attachments = {network: self.multus.attach(self.pod, network, self.nad(network))
                            for network in self.NETWORKS}
        return self.attachments["left"]

    def ends(self):
        return None, None

    def test_each_nic_reaches_its_own_gateway(self) -> None:
        macs = {network: self.pod.link("pod" + hashed(network))["address"]
                for network in self.NETWORKS}
        left, right = (self.attachments[network] for network in self.NETWORKS)
        with TapGuest(self.pod, left.tap, macs["left"]) as guest:
            guest.plug(right.tap, macs["right"])
            for nic, network in zip(("eth0", "eth1"), self.NETWORKS):
                guest.configure("192.168.0.62/24", "fd00::62/64", nic=nic)
            for nic, network in zip(("eth0", "eth1"), self.NETWORKS):
                gateway = self.gateways[network].link("eth0")["address"]
                for address in (GATEWAY4, GATEWAY6):
                    guest.namespace.wait_for(f"{address} on {nic}", lambda: guest.namespace.succeeds(
                        "ping", "-n", "-c", 1, "-W", 1, "-I", nic, address))
                    neighbours = guest.namespace.ip("neighbour", "show", address, "dev", nic)
                    self.assertEqual([entry["lladdr"] for entry in neighbours], [gateway])

    def test_records_and_the_guests_configuration_are_of_each_its_own(self) -> None:
        records = [self.record(self.attachments[network]) for network in self.NETWORKS]
        self.assertNotEqual(records[0].pop("mac"), records[1].pop("mac"))
        self.assertEqual(records[0], records[1])
        rendered = self.render(dict.fromkeys(self.NETWORKS))
        ethernets = yaml.safe_load(rendered["networkData"])["network"]["ethernets"]
        for network in self.NETWORKS:
            mac = self.pod.link("pod" + hashed(network))["address"]
            self.assertEqual(ethernets[network]["match"]["macaddress"], mac)
            self.assertEqual(ethernets[network]["addresses"], ["192.168.0.62/24", "fd00::62/64"])


if __name__ == "__main__":
    unittest.main()
