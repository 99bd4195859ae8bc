"""What our own texts say, network-config v2 and v1 and network_data.json, in the form of lab.rendered: what
the renderers were asked for."""

import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path

import yaml

from lab.rendered import Nic, Nics


def written(path: Path) -> Nics:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return dict(_network_data(json.loads(text)))
    network = yaml.safe_load(text)["network"]
    return dict(_v1(network) if network["version"] == 1 else _v2(network))


def _v2(network: dict) -> Iterator[tuple[str, Nic]]:
    for name, entry in network["ethernets"].items():
        dns = entry.get("nameservers", {})
        nic = Nic(name=entry.get("set-name", name), dhcp4=entry.get("dhcp4", False),
                  dhcp6=entry.get("dhcp6", False), accept_ra=entry.get("accept-ra"),
                  dhcp_metric=entry.get("dhcp4-overrides", {}).get("route-metric"),
                  mtu=entry.get("mtu"), addresses=entry.get("addresses", []),
                  optional=entry.get("optional", False), dns=dns.get("addresses", []), search=dns.get("search", []))
        for key in ("gateway4", "gateway6"):
            if key in entry:
                nic.add_route(None, entry[key])
        for route in entry.get("routes", []):
            if "table" not in route and "via" in route:
                nic.add_route(route["to"], route["via"], route.get("metric"))
        yield entry["match"]["macaddress"], nic


def _v1(network: dict) -> Iterator[tuple[str, Nic]]:
    for entry in network["config"]:
        nic = Nic(name=entry["name"], accept_ra=entry.get("accept-ra"), mtu=entry.get("mtu"))
        for subnet in entry["subnets"]:
            _method(nic, subnet["type"], subnet)
            if subnet["type"] == "static":
                nic.addresses.append(subnet["address"])
            for route in subnet.get("routes", []):
                nic.add_route(route["network"], route["gateway"], route.get("metric"))
            nic.dns += subnet.get("dns_nameservers", [])
            nic.search += subnet.get("dns_search", [])
        yield entry["mac_address"], nic


def _network_data(data: dict) -> Iterator[tuple[str, Nic]]:
    for index, link in enumerate(data["links"]):
        nic = Nic(name=link.get("name", f"nic{index}"), mtu=link.get("mtu"))
        for network in data["networks"]:
            if network["link"] != link["id"]:
                continue
            _method(nic, network["type"], network)
            if "ip_address" in network:
                nic.addresses.append(f"{network['ip_address']}/{_length(network['netmask'])}")
            for route in network.get("routes", []):
                nic.add_route(f"{route['network']}/{_length(route['netmask'])}", route["gateway"],
                              route.get("metric"))
            nic.dns += network.get("dns_nameservers", [])
            nic.search += network.get("dns_search", [])
        yield link["ethernet_mac_address"], nic


def _method(nic: Nic, kind: str, subnet: dict) -> None:
    nic.dhcp4 |= kind in ("dhcp", "ipv4_dhcp")
    nic.dhcp6 |= kind in ("dhcp6", "ipv6_dhcp")
    nic.slaac |= kind == "ipv6_slaac"
    if kind in ("dhcp", "ipv4_dhcp"):
        nic.dhcp_metric = subnet.get("metric")
    if "gateway" in subnet:
        nic.add_route(None, subnet["gateway"])


def _length(netmask: str) -> int:
    mask = ipaddress.ip_address(netmask)
    return f"{int(mask):b}".count("1")
