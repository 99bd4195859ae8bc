"""Whole Ethernet frames of the protocols by which neighbours, routers and switches talk to a NIC: what
makes a host answer, and what a host or a hypervisor announces. Addresses are text, as people write
them."""

import ipaddress
import socket
import struct

from lab.frames import BROADCAST, frame, mac_bytes

# EtherTypes
IPV4, ARP, RARP, IPV6 = 0x0800, 0x0806, 0x8035, 0x86dd
IGMP, ICMP6, HOP_BY_HOP = 2, 58, 0  # IP protocols
ARP_REQUEST, ARP_REPLY, RARP_REQUEST = 1, 2, 3
# ICMPv6 types
MLD_QUERY, ROUTER_SOLICITATION, ROUTER_ADVERTISEMENT = 130, 133, 134
SOLICITATION, ADVERTISEMENT, MLD2_REPORT = 135, 136, 143
DISCOVER = 1  # DHCP message type (RFC 2132, 9.6)
DHCP_CLIENT, DHCP_SERVER = 68, 67  # UDP ports
IGMP_QUERY, IGMP3_REPORT = 0x11, 0x22
ANSWER, LEFT, JOINED = 2, 3, 4  # of a group that is heard from anybody
OVERRIDE = 0x20000000  # RFC 4861: the advertisement replaces what the neighbour knows
ALL_NODES4, ALL_NODES6, REPORTS4, REPORTS6 = "224.0.0.1", "ff02::1", "224.0.0.22", "ff02::16"
ALL_ROUTERS6 = "ff02::2"
SHORTEST = 60  # bytes, what a NIC pads to
# RFC 2113, RFC 2711 with padding: routers shall look at the packet.
ROUTER_ALERT4 = bytes.fromhex("94040000")
ROUTER_ALERT6 = bytes.fromhex("0502 0000 0100")


def packed(address: str) -> bytes:
    return ipaddress.ip_address(address).packed


def group_mac(group: str) -> str:
    """Where Ethernet sends a multicast group (RFC 1112, RFC 2464)."""
    address = packed(group)
    mac = (b"\x33\x33" + address[-4:] if len(address) == 16
           else b"\x01\x00\x5e" + bytes([address[1] & 0x7f]) + address[2:])
    return mac.hex(":")


def solicited_node(address: str) -> str:
    return str(ipaddress.ip_address(packed("ff02::1:ff00:0")[:13] + packed(address)[13:]))


def checksum(data: bytes) -> bytes:
    """RFC 1071."""
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack("!H", ~total & 0xffff)


def ipv4(source: str, destination: str, protocol: int, payload: bytes, ttl: int = 64,
         options: bytes = b"") -> bytes:
    """The packet without Ethernet's header."""
    length = 20 + len(options)
    header = struct.pack("!BBHHHBBH4s4s", 0x40 | length // 4, 0, length + len(payload), 1, 0, ttl,
                         protocol, 0, packed(source), packed(destination)) + options
    return header[:10] + checksum(header) + header[12:] + payload


def ipv6(source: str, destination: str, icmp: bytes, hop_limit: int = 255,
         options: bytes = b"") -> bytes:
    """An ICMPv6 message, its checksum filled in; `options` go into a hop-by-hop header."""
    pseudo = packed(source) + packed(destination) + struct.pack("!II", len(icmp), ICMP6)
    icmp = icmp[:2] + checksum(pseudo + icmp) + icmp[4:]
    extension = bytes([ICMP6, 0]) + options if options else b""
    return struct.pack("!IHBB16s16s", 6 << 28, len(extension + icmp),
                       HOP_BY_HOP if options else ICMP6, hop_limit, packed(source),
                       packed(destination)) + extension + icmp


def ethernet(destination: str, source: str, ethertype: int, payload: bytes) -> bytes:
    return frame(destination, source, struct.pack("!H", ethertype) + payload).ljust(SHORTEST, b"\0")


def arp(operation: int, mac: str, address: str, target_mac: str, target: str,
        destination: str = BROADCAST, ethertype: int = ARP) -> bytes:
    body = (struct.pack("!HHBBH", 1, IPV4, 6, 4, operation) + mac_bytes(mac) + packed(address) +
            mac_bytes(target_mac) + packed(target))
    return ethernet(destination, mac, ethertype, body)


def who_has(mac: str, address: str, target: str) -> bytes:
    return arp(ARP_REQUEST, mac, address, "00:00:00:00:00:00", target)


def announcement(mac: str, address: str, operation: int = ARP_REQUEST) -> bytes:
    """Gratuitous ARP (RFC 5227), as a request or as a reply."""
    return arp(operation, mac, address, mac if operation == ARP_REPLY else "00:00:00:00:00:00",
               address)


def reverse_arp(mac: str) -> bytes:
    """QEMU's own announcement after a migration (net/announce.c)."""
    return arp(RARP_REQUEST, mac, "0.0.0.0", mac, "0.0.0.0", ethertype=RARP)


def neighbour_solicitation(mac: str, address: str, target: str) -> bytes:
    group = solicited_node(target)
    icmp = (struct.pack("!BBHI", SOLICITATION, 0, 0, 0) + packed(target) + b"\x01\x01" +
            mac_bytes(mac))
    return ethernet(group_mac(group), mac, IPV6, ipv6(address, group, icmp))


def unsolicited_advertisement(mac: str, address: str) -> bytes:
    icmp = (struct.pack("!BBHI", ADVERTISEMENT, 0, 0, OVERRIDE) + packed(address) + b"\x02\x01" +
            mac_bytes(mac))
    return ethernet(group_mac(ALL_NODES6), mac, IPV6, ipv6(address, ALL_NODES6, icmp))


def router_advertisement(mac: str, link_local: str, prefix: str) -> bytes:
    """A router for half an hour, and a /64 in which everybody may make itself an address."""
    icmp = (struct.pack("!BBHBBHII", ROUTER_ADVERTISEMENT, 0, 0, 64, 0, 1800, 0, 0) +
            struct.pack("!BBBBIII", 3, 4, 64, 0xc0, 3600, 1800, 0) + packed(prefix) + b"\x01\x01" +
            mac_bytes(mac))
    return ethernet(group_mac(ALL_NODES6), mac, IPV6, ipv6(link_local, ALL_NODES6, icmp))


def router_solicitation(mac: str) -> bytes:
    icmp = struct.pack("!BBHI", ROUTER_SOLICITATION, 0, 0, 0) + b"\x01\x01" + mac_bytes(mac)
    return ethernet(group_mac(ALL_ROUTERS6), mac, IPV6, ipv6(link_local(mac), ALL_ROUTERS6, icmp))


def dhcp_discover(mac: str, *wanted: int) -> bytes:
    """A client without an address that asks for the options `wanted` (RFC 2131, RFC 2132), its UDP without
    checksum."""
    bootp = struct.pack("!BBBBIHH16s16s192s", 1, 1, 6, 0, 0x70620001, 0, 0, b"", mac_bytes(mac), b"")
    message = bootp + bytes.fromhex("63825363") + bytes([53, 1, DISCOVER, 55, len(wanted), *wanted, 255])
    udp = struct.pack("!HHHH", DHCP_CLIENT, DHCP_SERVER, 8 + len(message), 0) + message
    return ethernet(BROADCAST, mac, IPV4, ipv4("0.0.0.0", "255.255.255.255", socket.IPPROTO_UDP, udp))


def igmp_query(mac: str, address: str) -> bytes:
    """IGMPv3's general query (RFC 3376), to be answered within a tenth of a second."""
    body = struct.pack("!BBH4sBBH", IGMP_QUERY, 1, 0, bytes(4), 0, 0, 0)
    body = body[:2] + checksum(body) + body[4:]
    return ethernet(group_mac(ALL_NODES4), mac, IPV4,
                    ipv4(address, ALL_NODES4, IGMP, body, ttl=1, options=ROUTER_ALERT4))


def mld_query(mac: str, link_local: str) -> bytes:
    """MLDv2's general query (RFC 3810), to be answered within 100 ms."""
    icmp = struct.pack("!BBHHH16sBBH", MLD_QUERY, 0, 0, 100, 0, bytes(16), 0, 0, 0)
    return ethernet(group_mac(ALL_NODES6), mac, IPV6,
                    ipv6(link_local, ALL_NODES6, icmp, hop_limit=1, options=ROUTER_ALERT6))


def echo_request(mac: str, address: str, destination_mac: str, destination: str) -> bytes:
    """ICMP's or ICMPv6's, by the addresses' family."""
    if ":" in destination:
        packet = ipv6(address, destination, struct.pack("!BBHHH", 128, 0, 0, 7, 7))
        return ethernet(destination_mac, mac, IPV6, packet)
    icmp = struct.pack("!BBHHH", 8, 0, 0, 7, 7)
    packet = ipv4(address, destination, socket.IPPROTO_ICMP, icmp[:2] + checksum(icmp) + icmp[4:])
    return ethernet(destination_mac, mac, IPV4, packet)


def link_local(mac: str) -> str:
    """The address that IPv6 derives from a MAC (RFC 4291, appendix A)."""
    octets = mac_bytes(mac)
    identifier = bytes([octets[0] ^ 2]) + octets[1:3] + b"\xff\xfe" + octets[3:]
    return str(ipaddress.ip_address(b"\xfe\x80" + bytes(6) + identifier))


def group_report(data: bytes, mac: str, group: str) -> int | None:
    """What an IGMPv3 or MLDv2 report from `mac` says of `group`: ANSWER, LEFT, JOINED (RFC 3810, 5.2.12);
    None where the frame is no such report."""
    where = data.find(packed(group), 14 + 20)
    if where < 0 or data[6:12] != mac_bytes(mac):
        return None
    ethertype, = struct.unpack_from("!H", data, 12)
    if ethertype == IPV4:
        options = 14 + (data[14] & 0xf) * 4
        report = data[14 + 9] == IGMP and data[options] == IGMP3_REPORT
    else:
        report = ethertype == IPV6 and data[14 + 6] == HOP_BY_HOP and data[14 + 48] == MLD2_REPORT
    return data[where - 4] if report else None
