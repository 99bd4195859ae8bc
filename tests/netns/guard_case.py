"""A guest's port with the guard, a host at the far end of the node's cable, and frames such as the guest may
and may not send."""

import struct

from lab import packets
from lab.frames import BROADCAST, mac_bytes, packet_socket
from lab.multus import Attachment
from lab.tap_guest import NIC, TapGuest
from pod_case import MAC, UPLINK, PodCase, bridge, static

HOST4, HOST6 = "192.168.0.50", "fd00::50"
GUEST4, GUEST6, VIRTUAL = "192.168.0.62", "fd00::62", "192.168.0.9"
IPAM = static(f"{GUEST4}/26", f"{GUEST6}/64", gateway=HOST4)
STRANGER = "02:00:00:00:00:99"


def arp(sender: str, hardware: str = MAC, source: str = MAC) -> bytes:
    return mac_bytes(BROADCAST) + mac_bytes(source) + packets.arp(1, hardware, sender, BROADCAST, HOST4)[12:]


def ipv4(sender: str, source: str = MAC, ports: tuple[int, int] = (5000, 5000)) -> bytes:
    udp = struct.pack("!HHHH", *ports, 26, 0) + bytes(18)
    return packets.ethernet(BROADCAST, source, packets.IPV4, packets.ipv4(sender, HOST4, 17, udp))


def advertisement() -> bytes:
    return packets.ethernet("33:33:00:00:00:01", MAC, packets.IPV6, packets.ipv6(
        "fe80::1", packets.ALL_NODES6, bytes([packets.ROUTER_ADVERTISEMENT]) + bytes(15)))


def tagged(vlan: int, untagged: bytes) -> bytes:
    return untagged[:12] + bytes.fromhex("8100") + vlan.to_bytes(2, "big") + untagged[12:]


class GuardCase(PodCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        for address in (f"{HOST4}/26", f"{HOST6}/64"):
            self.hosts.run("ip", "address", "add", address, "dev", UPLINK, "nodad")
        self.wire = packet_socket(self.hosts, UPLINK)
        self.addCleanup(self.wire.close)

    def attach(self, guard: str, ipam: dict | None = IPAM, **more) -> Attachment:
        nad = bridge(ipam, patchbay={"guard": guard, **more})
        self.blue = self.multus.attach(self.pod, "blue", nad, mac=MAC)
        return self.blue

    def plug(self) -> TapGuest:
        guest = self.stack.enter_context(TapGuest(self.pod, self.blue.tap, MAC))
        self.out = packet_socket(guest.namespace, NIC)
        self.addCleanup(self.out.close)
        return guest

    def dropped(self) -> dict:
        return self.inspect()["panel"]["nics"][0]["port"]["dropped"]
