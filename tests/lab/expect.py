"""Whether a guest has exactly the addresses and routes meant for it: compares `ip -j address` and
`ip -j route` of the guest, NIC by NIC, found by MAC. Whatever is missing or not expected is a
problem."""

import ipaddress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Nic:
    """One NIC of the guest. `addresses` with prefix; `dhcp`: those of them that came by a lease;
    `routes`: "DESTINATION via GATEWAY", a default route being "default via GATEWAY"; what the
    kernel derives from an address itself is not listed."""

    mac: str
    addresses: frozenset[str] = frozenset()
    dhcp: frozenset[str] = frozenset()
    routes: frozenset[str] = frozenset()
    mtu: int | None = None


@dataclass
class Seen:
    name: str
    mtu: int
    addresses: set[str] = field(default_factory=set)
    dynamic: set[str] = field(default_factory=set)
    routes: set[str] = field(default_factory=set)


def problems(expected: list[Nic], addresses: list[dict], routes: list[dict]) -> list[str]:
    """`addresses`, `routes`: parsed output of `ip -j address` and of `ip -j route`, IPv6's
    appended. Empty: the guest is as it should be."""
    nics = seen(addresses, routes)
    found = []
    for nic in expected:
        have = nics.pop(nic.mac, None)
        if have is None:
            found.append(f"no NIC with MAC {nic.mac}")
            continue
        for what, want, got in (("addresses", nic.addresses, have.addresses),
                                ("leased addresses", nic.dhcp, have.dynamic),
                                ("routes", nic.routes, have.routes)):
            if set(want) != got:
                found.append(f"{have.name} ({nic.mac}): {what} are {sorted(got)}, "
                             f"expected {sorted(want)}")
        if nic.mtu is not None and nic.mtu != have.mtu:
            found.append(f"{have.name} ({nic.mac}): MTU is {have.mtu}, expected {nic.mtu}")
    found += [f"{have.name} ({mac}) was not expected" for mac, have in nics.items()]
    return found


def seen(addresses: list[dict], routes: list[dict]) -> dict[str, Seen]:
    """What each Ethernet NIC has, by MAC."""
    nics = {}
    for link in addresses:
        if link["link_type"] != "ether":
            continue
        nic = nics[link["address"]] = Seen(link["ifname"], link["mtu"])
        for entry in link["addr_info"]:
            if entry["scope"] == "link":
                continue
            address = f"{entry['local']}/{entry['prefixlen']}"
            nic.addresses.add(address)
            if entry.get("dynamic"):
                nic.dynamic.add(address)
        nic.routes = {shown(route) for route in routes
                      if route.get("dev") == link["ifname"] and not derived(route)}
    return nics


def derived(route: dict) -> bool:
    """Routes that an address or a lease implies: its subnet, link-local ones, a lease's gateway."""
    if route.get("protocol") in ("kernel", "ra") and "gateway" not in route:
        return True
    if "gateway" in route or route["dst"] == "default":
        return False
    destination = ipaddress.ip_network(route["dst"])
    return destination.is_link_local or (route.get("protocol") == "dhcp"
                                         and destination.prefixlen == destination.max_prefixlen)


def shown(route: dict) -> str:
    return f"{route['dst']} via {route['gateway']}" if "gateway" in route else route["dst"]
