"""KubeVirt's own part for a NIC with `masquerade: {}`, as virt-handler and virt-launcher set it up
in the pod: bridge k6t-eth0 with the gateway 10.0.2.1, tap0, NAT to eth0, DHCP that leases
10.0.2.2."""

from pathlib import Path

from lab.netns import Namespace
from lab.process import wait_until
from lab.verify import Has

GATEWAY, GUEST, PREFIX = "10.0.2.1", "10.0.2.2", 24
# What the guest has on that NIC.
GUEST_HAS = Has(addresses=frozenset({f"{GUEST}/{PREFIX}"}), leased=frozenset({f"{GUEST}/{PREFIX}"}),
                routes=frozenset({f"default via {GATEWAY}"}))
BRIDGE, TAP = "k6t-eth0", "tap0"
NAT = f"""
table ip nat {{
  chain postrouting {{ type nat hook postrouting priority 100; ip saddr {GUEST} masquerade; }}
  chain prerouting {{ type nat hook prerouting priority -100; iifname "eth0" dnat to {GUEST}; }}
}}
"""


def masquerade(pod: Namespace, room: Path) -> None:
    """Needs eth0 in `pod`. Files go to `room`; the DHCP server ends with the namespace."""
    mtu = pod.link("eth0")["mtu"]
    pod.run("ip", "link", "add", BRIDGE, "type", "bridge")
    pod.run("ip", "address", "add", f"{GATEWAY}/{PREFIX}", "dev", BRIDGE)
    pod.run("ip", "tuntap", "add", TAP, "mode", "tap", "user", 107, "group", 107, "vnet_hdr")
    pod.run("ip", "link", "set", TAP, "mtu", mtu, "master", BRIDGE, "up")
    pod.run("ip", "link", "set", BRIDGE, "mtu", mtu, "up")
    pod.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1")
    pod.run("nft", "-f", "-", stdin=NAT)
    dhcp_server(pod, BRIDGE, GATEWAY, GUEST, GUEST, room)


def dhcp_server(namespace: Namespace, interface: str, own: str, first: str, last: str, room: Path,
                *options: str) -> Path:
    """dnsmasq as a DHCP server only; returns its log. `options`: further --dhcp-option values."""
    log = room / f"dhcp-{namespace.name}-{interface}.log"
    with log.open("w") as file:
        namespace.start(
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
            "--port=0", "--user=root", "--pid-file", "--leasefile-ro", "--bind-interfaces",
            "--except-interface=lo", f"--interface={interface}", f"--listen-address={own}",
            "--no-ping", f"--dhcp-range={first},{last},1h", "--log-dhcp", "--log-facility=-",
            *[f"--dhcp-option={option}" for option in options], stdout=file, stderr=file)
    wait_until("dnsmasq", lambda: "DHCP, sockets bound" in log.read_text(), timeout=30)
    return log
