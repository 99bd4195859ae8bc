"""Whether a guest has exactly the network meant for it: compares `ip -j address`, `ip -j route` and
`resolvectl` of the guest, NIC by NIC, found by MAC. Whatever is missing or not expected is a problem."""

import ipaddress
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Nic:
    """One NIC of the guest. `addresses` with prefix, in order; `dhcp`: those of them that came by a lease;
    `routes`: "DESTINATION via GATEWAY", a default route being "default via GATEWAY"; what the
    kernel derives from an address itself is not listed. None: not looked at."""

    mac: str
    addresses: tuple[str, ...] = ()
    dhcp: frozenset[str] = frozenset()
    routes: frozenset[str] = frozenset()
    mtu: int | None = None
    dns: tuple[str, ...] | None = None
    search: tuple[str, ...] | None = None


@dataclass
class Seen:
    name: str
    mtu: int
    addresses: list[str] = field(default_factory=list)
    dynamic: set[str] = field(default_factory=set)
    routes: set[str] = field(default_factory=set)


def planned(plan: dict) -> list[Nic]:
    """What the plan (its canonical JSON, parsed) gives the NICs that are ours, statically."""
    return [Nic(attachment["mac"],
                tuple(entry["address"] for entry in attachment["addresses"]),
                routes=frozenset(shown({"dst": route["to"], "gateway": route["via"]})
                                 for route in attachment["routes"]),
                mtu=attachment["mtu"],
                dns=tuple(attachment.get("dns", {}).get("servers", ())),
                search=tuple(attachment.get("dns", {}).get("search", ())))
            for attachment in plan["attachments"]]


def problems(expected: list[Nic], addresses: list[dict], routes: list[dict],
             dns: str = "", search: str = "") -> list[str]:
    """`addresses`, `routes`: parsed output of `ip -j address` and of `ip -j route`, IPv6's appended;
    `dns`, `search`: what `resolvectl dns` and `resolvectl domain` print. Empty: the guest is as it
    should be."""
    nics = seen(addresses, routes)
    servers, domains = by_link(dns), by_link(search)
    found = []
    for nic in expected:
        have = nics.pop(nic.mac, None)
        if have is None:
            found.append(f"no NIC with MAC {nic.mac}")
            continue
        order = set(nic.addresses) == set(have.addresses)
        for what, want, got in (
                ("addresses", set(nic.addresses), set(have.addresses)),
                ("order of static IPv4 addresses", ranked(nic.addresses, nic.dhcp) if order else None,
                 ranked(have.addresses, have.dynamic)),
                ("leased addresses", nic.dhcp, have.dynamic),
                ("routes", nic.routes, have.routes),
                ("MTU", nic.mtu, have.mtu),
                ("name servers", nic.dns, servers.get(have.name, ())),
                ("search domains", nic.search, domains.get(have.name, ()))):
            if want is not None and want != got:
                found.append(f"{have.name} ({nic.mac}): {what}: {listed(got)}, expected {listed(want)}")
    found += [f"{have.name} ({mac}) was not expected" for mac, have in nics.items()]
    return found


def seen(addresses: list[dict], routes: list[dict]) -> dict[str, Seen]:
    nics = {}
    for link in addresses:
        if link["link_type"] != "ether":
            continue
        nic = nics[link["address"]] = Seen(link["ifname"], link["mtu"])
        for entry in link["addr_info"]:
            if entry["scope"] == "link":
                continue
            address = f"{entry['local']}/{entry['prefixlen']}"
            nic.addresses.append(address)
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
    to = "default" if route["dst"] in ("0.0.0.0/0", "::/0") else route["dst"]
    return f"{to} via {route['gateway']}" if "gateway" in route else to


def ranked(addresses: Iterable[str], leased: Container[str]) -> dict[str, list[str]]:
    """By IPv4 subnet: its first address is the one that the kernel uses towards it, and the order between
    subnets can't be seen. IPv6 has no such order."""
    subnets: dict[str, list[str]] = {}
    for address in addresses:
        if ":" not in address and address not in leased:
            subnets.setdefault(str(ipaddress.ip_interface(address).network), []).append(address)
    return subnets


def by_link(text: str) -> dict[str, tuple[str, ...]]:
    """"Link 2 (enp1s0): WORD WORD", a line each."""
    return {name: tuple(words.split())
            for name, words in re.findall(r"^Link \d+ \((\S+)\):(.*)$", text, re.MULTILINE)}


def listed(values: object) -> object:
    return sorted(values) if isinstance(values, set | frozenset) else values
