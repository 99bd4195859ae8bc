"""What the files of each renderer mean, read back into one form, so that a test can say what a guest
will have without caring who configures it."""

import configparser
import ipaddress
import re
import shlex
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Nic:
    """One NIC of the guest. Routes are (destination, gateway), a default route's destination is
    0.0.0.0/0 or ::/0; metrics hold those routes that have one."""
    name: str = ""
    dhcp4: bool = False
    dhcp6: bool = False
    slaac: bool = False  # asked for; renderers have no such word
    accept_ra: bool | None = None
    dhcp_metric: int | None = None
    optional: bool = False  # the boot does not wait for it
    mtu: int | None = None
    addresses: list = field(default_factory=list)
    routes: set = field(default_factory=set)
    metrics: dict = field(default_factory=dict)
    dns: list = field(default_factory=list)
    search: list = field(default_factory=list)

    def add_route(self, to: str | None, via: str, metric: str | int | None = None) -> None:
        anywhere = "::/0" if ":" in via else "0.0.0.0/0"
        route = (anywhere if to in (None, "default") else to, via)
        self.routes.add(route)
        if metric is not None:
            self.metrics[route] = int(metric)


Nics = dict[str, Nic]  # by MAC address, lower case


def networkd(folder: Path) -> Nics:
    """`folder` holds *.network files, cloud-init's or netplan's."""
    nics = {}
    for path in folder.glob("*.network"):
        sections = _sections(path)
        one = {key: value for name, values in sections for key, value in values
               if name in ("Match", "Link", "Network")}
        dhcp = one.get("DHCP", "no")
        ra = one.get("IPv6AcceptRA")
        nic = Nic(name=one.get("Name", ""), dhcp4=dhcp in ("yes", "ipv4"), dhcp6=dhcp in ("yes", "ipv6"),
                  accept_ra=None if ra is None else ra.lower() in ("yes", "true"),
                  optional=one.get("RequiredForOnline") == "no",
                  mtu=int(one["MTUBytes"]) if "MTUBytes" in one else None)
        for name, values in sections:
            if name == "Route":
                route = dict(values)
                if "Gateway" in route:
                    nic.add_route(route.get("Destination"), route["Gateway"], route.get("Metric"))
            for key, value in values:
                if key == "RouteMetric":
                    nic.dhcp_metric = int(value)
                elif key == "Gateway" and name == "Network":
                    nic.add_route(None, value)
                elif key in ("Address", "DNS", "Domains"):
                    {"Address": nic.addresses, "DNS": nic.dns, "Domains": nic.search}[key].extend(
                        value.split())
        nics[one.get("MACAddress") or one["PermanentMACAddress"]] = nic
    return nics


def eni(root: Path) -> Nics:
    """/etc/network/interfaces.d and the udev rules that say which NIC has which name."""
    by_name = defaultdict(Nic)
    family = method = nic = None
    for line in (root / "etc/network/interfaces.d/50-cloud-init").read_text().splitlines():
        words = line.split()
        if not words or words[0].startswith("#") or words[0] == "auto":
            continue
        if words[0] == "iface":
            nic, family, method = by_name[words[1]], words[2], words[3]
            nic.name = words[1]
            nic.dhcp4 |= (family, method) == ("inet", "dhcp")
            nic.dhcp6 |= (family, method) == ("inet6", "dhcp")
        else:
            _eni_option(nic, words)
    return {mac: by_name[name] for mac, name in _udev_names(root).items()}


def _eni_option(nic: Nic, words: list[str]) -> None:
    key, values = words[0], words[1:]
    if key == "address":
        nic.addresses += values
    elif key == "gateway":
        nic.add_route(None, values[0])
    elif key == "mtu":
        nic.mtu = int(values[0])
    elif key == "metric":
        nic.dhcp_metric = int(values[0])
    elif key == "accept_ra":
        nic.accept_ra = values[0] != "0"
    elif key == "dns-nameservers":
        nic.dns += values
    elif key == "dns-search":
        nic.search += values
    elif key == "post-up":
        route = re.fullmatch(r"route add (?:-A inet6 )?(?:-net |-host )?(\S+) gw (\S+)(?: metric (\d+))? \|\| true",
                             " ".join(values))
        nic.add_route(route[1], route[2], route[3])


def sysconfig(root: Path) -> Nics:
    """/etc/sysconfig/network-scripts of Red Hat's."""
    scripts = root / "etc/sysconfig/network-scripts"
    nics = {}
    for path in scripts.glob("ifcfg-*"):
        one = dict(word.split("=", 1) for word in shlex.split(path.read_text(), comments=True))
        nic = Nic(name=one["DEVICE"], dhcp4=one["BOOTPROTO"] == "dhcp", dhcp6=one.get("DHCPV6C") == "yes",
                  mtu=int(one["MTU"]) if "MTU" in one else None, search=one.get("DOMAIN", "").split(),
                  dns=[one[f"DNS{i}"] for i in (1, 2, 3) if f"DNS{i}" in one])
        if "IPV6_FORCE_ACCEPT_RA" in one:
            nic.accept_ra = one["IPV6_FORCE_ACCEPT_RA"] == "yes"
        metric = one.get("METRIC") or one.get("IPV4_ROUTE_METRIC")
        nic.dhcp_metric = int(metric) if metric and nic.dhcp4 else None
        for index in ("", *map(str, range(1, 10))):
            if f"IPADDR{index}" in one:
                nic.addresses.append(_with_length(one[f"IPADDR{index}"], one[f"NETMASK{index}"]))
        nic.addresses += one.get("IPV6ADDR", "").split() + one.get("IPV6ADDR_SECONDARIES", "").split()
        for key in ("GATEWAY", "IPV6_DEFAULTGW"):
            if key in one:
                nic.add_route(None, one[key])
        _sysconfig_routes(scripts, nic)
        nics[one["HWADDR"]] = nic
    return nics


def _sysconfig_routes(scripts: Path, nic: Nic) -> None:
    four, six = scripts / f"route-{nic.name}", scripts / f"route6-{nic.name}"
    if four.exists():
        one = dict(word.split("=", 1) for word in shlex.split(four.read_text(), comments=True))
        for key in one:
            if index := re.fullmatch(r"ADDRESS(\d+)", key):
                n = index[1]
                nic.add_route(_with_length(one[key], one[f"NETMASK{n}"]), one[f"GATEWAY{n}"],
                              one.get(f"METRIC{n}"))
    if six.exists():
        for line in six.read_text().splitlines():
            if line and not line.startswith("#"):
                route = re.fullmatch(r"(\S+) via (\S+) +(?:metric (\d+) )?dev \S+", line.strip())
                nic.add_route(route[1], route[2], route[3])


def network_manager(root: Path) -> Nics:
    """Keyfiles. Only what NetworkManager would use counts: a section takes routes of its own family."""
    nics = {}
    for path in (root / "etc/NetworkManager/system-connections").glob("*.nmconnection"):
        file = configparser.ConfigParser(interpolation=None)
        file.read(path)
        nic = Nic(name=path.stem.removeprefix("cloud-init-"))
        ethernet = file["ethernet"]
        nic.mtu = int(ethernet["mtu"]) if "mtu" in ethernet else None
        for family in ("ipv4", "ipv6"):
            if family in file:
                _keyfile_family(nic, family, file[family])
        nics[ethernet["mac-address"].lower()] = nic
    return nics


def _keyfile_family(nic: Nic, family: str, section) -> None:
    automatic = section.get("method") == "auto"
    if family == "ipv4":
        nic.dhcp4 = automatic
    else:
        nic.dhcp6 = automatic
    if "gateway" in section:
        nic.add_route(None, section["gateway"])
    for key, value in section.items():
        if re.fullmatch(r"address\d+", key):
            nic.addresses.append(value)
        elif re.fullmatch(r"route\d+", key):
            to, via, *metric = value.split(",")
            if (":" in to) == (family == "ipv6"):
                nic.add_route(to, via, *metric)
        elif key == "dns":
            nic.dns += [server for server in value.split(";") if server]
        elif key == "dns-search":
            nic.search += [domain for domain in value.split(";") if domain and domain not in nic.search]


def _sections(path: Path) -> list[tuple[str, list[tuple[str, str]]]]:
    """systemd's files repeat sections and keys: an ordered list of both."""
    sections = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            sections.append((line.strip("[]"), []))
        elif "=" in line:
            sections[-1][1].append(tuple(line.split("=", 1)))
    return sections


def _udev_names(root: Path) -> dict[str, str]:
    rules = (root / "etc/udev/rules.d/70-persistent-net.rules").read_text(encoding="utf-8")
    return dict(re.findall(r'ATTR{address}=="([^"]+)", NAME="([^"]+)"', rules))


def _with_length(address: str, netmask: str) -> str:
    return f"{address}/{ipaddress.ip_network(f'0.0.0.0/{netmask}').prefixlen}"
