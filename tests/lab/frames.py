"""Single Ethernet frames, sent and looked for: what no network stack would send of its own accord."""

import socket
import struct
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

from lab.netns import Namespace
from lab.process import run

ETH_P_ALL = 3  # linux/if_ether.h
# linux/if_packet.h: a VLAN tag is taken out of the frame and told beside it; each frame comes and goes
# with a virtio_net_hdr before it; what the socket itself sent is marked.
SOL_PACKET, PACKET_AUXDATA, PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING = 263, 8, 15, 23
TP_STATUS_VLAN_VALID = 0x10
SO_RCVBUFFORCE = 33
ROOM = 16 << 20  # bytes that a receiver holds until they are read
MACS = 12
BROADCAST = "ff:ff:ff:ff:ff:ff"
LARGEST_FRAME = 65536 + 64
# pcap-savefile(5): magic, version, zone, accuracy, snapshot length, Ethernet
PCAP_HEADER = struct.pack("=IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, LARGEST_FRAME, 1)
# linux/virtio_net.h: flags, gso_type, hdr_len, gso_size, csum_start, csum_offset
VIRTIO_NET_HDR = struct.Struct("=BBHHHH")
NEEDS_CSUM = 1
GSO_NONE, GSO_TCPV4, GSO_TCPV6, GSO_ECN = 0, 1, 4, 0x80


@dataclass(frozen=True)
class Received:
    """A frame as it was on the wire, and how the kernel carried it."""

    data: bytes
    tag_beside: bool = False  # the outermost VLAN tag was kept apart from the frame (offloaded)
    gso_type: int = GSO_NONE
    gso_size: int = 0
    needs_checksum: bool = False


def packet_socket(namespace: Namespace, interface: str, virtio: bool = False) -> socket.socket:
    """A raw socket on `interface` that hears what the interface receives, not what is sent there.
    `virtio`: its frames have a virtio_net_hdr, for receive_virtio."""

    def open_inside() -> socket.socket:
        raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        raw.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        raw.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        raw.setsockopt(SOL_PACKET, PACKET_VNET_HDR, int(virtio))
        raw.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
        raw.bind((interface, ETH_P_ALL))
        return raw

    return namespace.inside(open_inside)


def frame(destination: str, source: str, rest: bytes) -> bytes:
    """`rest` begins with the EtherType."""
    return mac_bytes(destination) + mac_bytes(source) + rest


def mac_bytes(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))


def receive(receiver: socket.socket) -> Received:
    """The next frame."""
    data, tag_beside = receive_whole(receiver, 0)
    return Received(data, tag_beside)


def receive_virtio(receiver: socket.socket) -> Received:
    """The next frame of a socket opened with `virtio`."""
    data, tag_beside = receive_whole(receiver, VIRTIO_NET_HDR.size)
    flags, gso_type, _, gso_size, _, _ = VIRTIO_NET_HDR.unpack_from(data)
    return Received(data[VIRTIO_NET_HDR.size:], tag_beside, gso_type & ~GSO_ECN, gso_size,
                    bool(flags & NEEDS_CSUM))


def receive_whole(receiver: socket.socket, before: int) -> tuple[bytes, bool]:
    """What comes next, `before` bytes of it in front of the frame, with its tag back in its place; and
    whether that was beside the frame."""
    data, beside, _, _ = receiver.recvmsg(before + LARGEST_FRAME, 256)
    macs = before + MACS
    for _, kind, auxiliary in beside:
        status, _, _, _, _, tag, protocol = struct.unpack("IIIHHHH", auxiliary[:20])
        if kind == PACKET_AUXDATA and status & TP_STATUS_VLAN_VALID:
            return data[:macs] + struct.pack("!HH", protocol, tag) + data[macs:], True
    return data, False


def found(receiver: socket.socket, matches: Callable[[Received], bool],
          timeout: float = 10) -> Received | None:
    """The first frame that matches; None where none comes in time."""
    deadline = time.monotonic() + timeout
    try:
        while (left := deadline - time.monotonic()) > 0:
            receiver.settimeout(left)
            candidate = receive(receiver)
            if matches(candidate):
                return candidate
    except TimeoutError:
        pass
    return None


def awaited(receiver: socket.socket, wanted: bytes, timeout: float = 10) -> Received | None:
    """The frame whose bytes are exactly `wanted`; None where it does not come in time."""
    return found(receiver, lambda candidate: candidate.data == wanted, timeout)


def arrives(receiver: socket.socket, wanted: bytes, timeout: float = 10) -> bool:
    """Whether exactly the frame `wanted` comes in."""
    return awaited(receiver, wanted, timeout) is not None


def drain(receiver: socket.socket) -> list[Received]:
    """What has come in already."""
    receiver.setblocking(False)
    found = []
    try:
        while True:
            found.append(receive(receiver))
    except BlockingIOError:
        return found


def dissected(data: bytes) -> str:
    """A frame as tcpdump reads it, checksums judged, on one line."""
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(PCAP_HEADER + struct.pack("=IIII", 0, 0, len(data), len(data)) + data)  # time, lengths
        file.flush()
        return " ".join(run(["tcpdump", "-e", "-n", "-t", "-vvv", "-r", file.name]).split())
