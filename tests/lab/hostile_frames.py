"""Ethernet frames that a hostile guest might send, made of honest ones: cut at each length, wrong in each
field, tagged over and over, behind chains of headers, in fragments, with options that have no end. The same
ones in every run."""

import random
import struct
from collections.abc import Iterator

from lab import packets

LARGEST = 1514
TAGS = (b"\x81\x00", b"\x88\xa8", b"\x91\x00")
EXTENSIONS = (0, 43, 44, 51, 60)  # IPv6's
SEED = 20261128


def hostile(honest: list[bytes]) -> list[bytes]:
    """Each once, as Ethernet knows them: from 14 to 1514 bytes."""
    made = (made for frame in honest for kind in (cut, wrong, tagged, chained, fragmented, endless)
            for made in kind(frame))
    return [frame for frame in dict.fromkeys(made) if 14 <= len(frame) <= LARGEST]


def cut(frame: bytes) -> Iterator[bytes]:
    yield from (frame[:length] for length in range(14, len(frame)))
    yield frame.ljust(LARGEST, b"\xff")


def wrong(frame: bytes) -> Iterator[bytes]:
    """Lengths, versions, types and all else of the first headers, one byte or two at a time."""
    for at in range(12, min(len(frame), 100)):
        for byte in (0, 1, 0x45, 0x46, 0x60, 0x7f, 0xff):
            yield frame[:at] + bytes([byte]) + frame[at + 1:]
        yield frame[:at] + b"\xff\xff" + frame[at + 2:]
    chance = random.Random(SEED)
    for _ in range(100):
        mutant = bytearray(frame)
        for _ in range(chance.randint(1, 8)):
            mutant[chance.randrange(6, len(mutant))] = chance.randrange(256)
        yield bytes(mutant[:chance.randint(14, len(mutant))])


def tagged(frame: bytes) -> Iterator[bytes]:
    for outer in TAGS:
        for inner in TAGS:
            for vlan in (0, 1, 42, 0xfff, 0xe000):
                tag = struct.pack("!H", vlan)
                for more in (0, 1, 2, 7):
                    yield frame[:12] + outer + tag + (inner + tag) * more + frame[12:]


def chained(frame: bytes) -> Iterator[bytes]:
    """IPv6's payload behind extensions, with their lengths right and wrong; IPv4's behind options."""
    if frame[12:14] == b"\x86\xdd":
        for kind in EXTENSIONS:
            for count in (1, 2, 7, 8, 9, 30):
                for length in (0, 1, 255):
                    room = 14 if length == 1 else 6  # what 255 promises is not there
                    extension = bytes([kind, 0 if kind == 44 else length]) + bytes(room)
                    last = bytes([frame[20]]) + extension[1:]
                    chain = extension * (count - 1) + last
                    size = struct.pack("!H", len(frame) - 54 + len(chain))
                    yield frame[:18] + size + bytes([kind]) + frame[21:54] + chain + frame[54:]
    if frame[12:14] == b"\x08\x00":
        for words in range(16):
            options = b"\x01" * (4 * max(0, words - 5))
            yield frame[:14] + bytes([0x40 | words]) + frame[15:34] + options + frame[34:]


def fragmented(frame: bytes) -> Iterator[bytes]:
    for offset in (0x2000, 0x2001, 1, 2, 0x1fff, 0x3fff, 0x8000):
        yield frame[:20] + struct.pack("!H", offset) + frame[22:]
        if frame[12:14] == b"\x86\xdd":
            head = bytes([frame[20], 0]) + struct.pack("!HI", offset << 3 & 0xfff8 | offset >> 13, 7)
            for kept in (0, 4, 8, len(frame)):
                payload = head + frame[54:54 + kept]
                yield frame[:18] + struct.pack("!H", len(payload)) + bytes([44]) + frame[21:54] + payload


def endless(frame: bytes) -> Iterator[bytes]:
    """Options of neighbour discovery and of DHCP that lead nowhere."""
    for option in (b"\x01\x00", b"\x01\x01" + bytes(6), b"\x01\xff", b"\x00" * 8, b"\x35\xff\x01", b"\xff"):
        yield (frame + option * 40)[:LARGEST]


def honest(mac: str, address4: str, address6: str, gateway: str) -> list[bytes]:
    """What a guest may well send, one of each kind, and what only others send."""
    local = packets.link_local(mac)
    udp = struct.pack("!HHHH", 5000, 5000, 26, 0) + bytes(18)
    dhcp6 = struct.pack("!HHHH", 546, 547, 24, 0) + b"\x01\0\0\1" + b"\x00\x08\x00\x02\0\0" + bytes(6)
    return [
        packets.ethernet("ff:ff:ff:ff:ff:ff", mac, packets.IPV4, packets.ipv4(address4, gateway, 17, udp)),
        packets.dhcp_discover(mac, 1, 3, 6, 26, 121),
        packets.arp(1, mac, address4, "ff:ff:ff:ff:ff:ff", gateway),
        packets.reverse_arp(mac), packets.igmp_query(mac, address4), packets.mld_query(mac, local),
        packets.echo_request(mac, address4, "ff:ff:ff:ff:ff:ff", gateway),
        packets.echo_request(mac, address6, "33:33:00:00:00:01", "ff02::1"),
        packets.neighbour_solicitation(mac, local, address6),
        packets.unsolicited_advertisement(mac, address6),
        packets.router_solicitation(mac), packets.router_advertisement(mac, local, "fd00::"),
        udp6(mac, address6, dhcp6), udp6(mac, local, struct.pack("!HHHH", 547, 546, 24, 0) + bytes(16)),
        packets.ethernet("ff:ff:ff:ff:ff:ff", mac, packets.IPV4, packets.ipv4(
            address4, gateway, 17, struct.pack("!HHHH", 67, 68, 308, 0) + bytes(300))),
        packets.ethernet("ff:ff:ff:ff:ff:ff", "02:00:00:00:00:99", packets.IPV4, packets.ipv4(
            "192.168.0.63", gateway, 1, b"\x05\x01" + bytes(26))),
    ]


def udp6(mac: str, source: str, udp: bytes) -> bytes:
    head = struct.pack("!IHBB16s16s", 6 << 28, len(udp), 17, 1, packets.packed(source),
                       packets.packed("ff02::1:2"))
    return packets.ethernet("33:33:00:01:00:02", mac, packets.IPV6, head + udp)
