"""What cloudbase-init makes of what we write for Windows, by the rules of its own readers (cloudbase-init is
not in Debian; nocloudservice.py, baseopenstackservice.py and networkconfig.py of its repository, 1.1.x): read
the golden files as those do, and compare with what was meant."""

import ipaddress
import json
import unittest
from dataclasses import dataclass, field
from pathlib import Path

import yaml

GOLDEN = Path(__file__).resolve().parent / "cloudinit/golden"


@dataclass
class Adapter:
    """As the plugin networkconfig leaves it: one address of a family, its gateway and name servers."""
    name: str
    mtu: int | None = None
    addresses: dict = field(default_factory=dict)  # family: (address, gateway, name servers)


def set_static(adapters: dict[str, Adapter], link: str, address: str, routes: list[tuple], servers: list) -> None:
    """_process_networks and set_static_network_config: what the adapter had of the family goes."""
    interface = ipaddress.ip_interface(address)
    gateways = [via for to, via in routes
                if ipaddress.ip_network(to) == ipaddress.ip_network("0.0.0.0/0" if interface.version == 4
                                                                    else "::/0")]
    adapter = next(each for each in adapters.values() if each.name == link)
    adapter.addresses[interface.version] = (address, gateways[0] if gateways else None, servers)


def nocloud_v1(text: str) -> dict[str, Adapter]:
    """NoCloudNetworkConfigV1Parser: subnets of other types than "dhcp" and "dhcp6" need an address."""
    adapters = {}
    entries = yaml.safe_load(text)["network"]["config"]
    for entry in entries:
        assert entry["type"] == "physical" and entry["name"], entry
        adapters[entry["mac_address"]] = Adapter(entry["name"], entry.get("mtu"))
    for entry in entries:
        for subnet in entry["subnets"]:
            if subnet["type"] in ("dhcp", "dhcp6"):
                continue
            routes = [(route["network"], route["gateway"]) for route in subnet.get("routes", [])]
            if gateway := subnet.get("gateway"):
                routes.append(("::/0" if ":" in gateway else "0.0.0.0/0", gateway))
            set_static(adapters, entry["name"], subnet["address"], routes,
                       subnet.get("dns_nameservers", []))
    return adapters


def openstack(text: str) -> dict[str, Adapter]:
    """BaseOpenStackService.get_network_details_v2: networks of other types than ipv4 and ipv6 are skipped."""
    data = json.loads(text)
    adapters = {link["ethernet_mac_address"]: Adapter(link["id"], link.get("mtu"))
                for link in data["links"]}
    for network in data["networks"]:
        if network["type"] not in ("ipv4", "ipv6"):
            continue
        routes = [(with_length(route["network"], route["netmask"]), route["gateway"])
                  for route in network.get("routes", [])]
        servers = [each["address"] for each in network.get("services", []) if each["type"] == "dns"]
        set_static(adapters, network["link"], with_length(network["ip_address"], network["netmask"]),
                   routes, servers)
    return adapters


def with_length(address: str, netmask: str) -> str:
    """network_utils.ip_netmask_to_cidr, by netaddr, which takes an IPv6 mask in full."""
    return f"{address}/{int(ipaddress.ip_address(netmask)).bit_count()}"


FIRST, SECOND, THIRD = (f"02:00:00:00:00:0{n}" for n in (1, 2, 3))
# What each scenario of tests/cloudinit means, on Windows.
MEANT = {
    "static-ipv4": {FIRST: {4: ("192.168.0.62/26", None, [])}},
    "static-ipv6": {FIRST: {6: ("fd00::62/64", None, [])}},
    "dhcp": {FIRST: {}},
    "none": {FIRST: {}},
    "routes": {FIRST: {4: ("192.168.0.62/26", "192.168.0.2", [])}},
    "dual-stack": {FIRST: {4: ("192.168.0.62/26", "192.168.0.2", []),
                           6: ("fd00::62/64", "fd00::1", [])}},
    "name-service": {FIRST: {4: ("192.168.0.62/26", None, ["10.0.0.53"])}},
    "guest-name": {FIRST: {4: ("192.168.0.62/26", None, [])}, SECOND: {}},
    "learnt-ipv6": {FIRST: {}, SECOND: {}, THIRD: {}},
    "misleading-names": {f"02:00:00:00:00:0{n}": {} for n in range(1, 6)},
    "demo": {FIRST: {4: ("192.168.0.62/26", None, [])}, SECOND: {4: ("192.168.0.61/26", None, [])},
             THIRD: {}},
    "other-nics": {FIRST: {4: ("192.168.0.62/26", None, [])}},
}


class Windows(unittest.TestCase):
    def check(self, folder: str, suffix: str, read) -> None:
        found = {path.stem: read(path.read_text(encoding="utf-8"))
                 for path in (GOLDEN / folder).glob(f"*{suffix}")}
        self.assertEqual({name: {mac: adapter.addresses for mac, adapter in adapters.items()}
                          for name, adapters in found.items()}, MEANT)
        for adapters in found.values():
            names = [adapter.name for adapter in adapters.values()]
            self.assertEqual(len(set(names)), len(names), "adapters are renamed to these")
        self.assertEqual(found["dual-stack"][FIRST].mtu, 1450)
        self.assertEqual([found["guest-name"][mac].name for mac in (FIRST, SECOND)], ["ens192", "dmz0"])

    def test_a_nocloud_volume(self):
        self.check("windows", ".yaml", nocloud_v1)

    def test_a_config_drive(self):
        self.check("windows-network-data", ".json", openstack)


if __name__ == "__main__":
    unittest.main()
