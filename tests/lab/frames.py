"""Single Ethernet frames, sent and looked for: what no network stack would send of its own accord."""

import ctypes
import socket
import struct
import threading

from lab.netns import Namespace

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3  # linux/if_ether.h
# linux/if_packet.h: a VLAN tag is taken out of the frame and told beside it.
SOL_PACKET, PACKET_AUXDATA = 263, 8
TP_STATUS_VLAN_VALID = 0x10
MACS = 12
BROADCAST = "ff:ff:ff:ff:ff:ff"


def packet_socket(namespace: Namespace, interface: str) -> socket.socket:
    """A raw socket on `interface`: opened by a thread that has entered the namespace."""
    opened: list[socket.socket | OSError] = []

    def open_inside() -> None:
        try:
            with open(namespace.path, encoding="ascii") as entered:
                libc = ctypes.CDLL(None, use_errno=True)
                if libc.setns(entered.fileno(), CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), f"setns {namespace.path}")
            raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            raw.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
            raw.bind((interface, ETH_P_ALL))
            opened.append(raw)
        except OSError as error:
            opened.append(error)

    thread = threading.Thread(target=open_inside)
    thread.start()
    thread.join()
    if isinstance(opened[0], OSError):
        raise opened[0]
    return opened[0]


def frame(destination: str, source: str, rest: bytes) -> bytes:
    """`rest` begins with the EtherType."""
    return bytes.fromhex(destination.replace(":", "") + source.replace(":", "")) + rest


def receive(receiver: socket.socket) -> bytes:
    """The next frame as it was on the wire."""
    received, beside, _, _ = receiver.recvmsg(65536, 256)
    for _, kind, data in beside:
        status, _, _, _, _, tag, protocol = struct.unpack("IIIHHHH", data[:20])
        if kind == PACKET_AUXDATA and status & TP_STATUS_VLAN_VALID:
            return received[:MACS] + struct.pack("!HH", protocol, tag) + received[MACS:]
    return received


def arrives(receiver: socket.socket, wanted: bytes, timeout: float = 5) -> bool:
    """Whether exactly the frame `wanted` comes in."""
    receiver.settimeout(timeout)
    try:
        while receive(receiver) != wanted:
            pass
    except TimeoutError:
        return False
    return True
