"""How long a guest waits for its address: from DISCOVER to ACK, answered at its port, and by dnsmasq at the
far end of the node's cable, its lease file in memory. The client is the same, at the tap, as QEMU is."""

import os
import select
import struct
import time

from bench.figures import Table, in_turn
from bench.scene import Scene
from lab import packets
from lab.dhcp import DhcpServer
from lab.frames import BROADCAST, mac_bytes
from lab.multus import Attachment
from lab.netns import Namespace, veth
from lab.process import LabError, wait_until
from lab.tap_guest import LARGEST_FRAME, NO_OFFLOADS, VIRTIO_NET_HDR, attach

EXCHANGES = 100  # of each way in a round
GUEST, SERVER, UPLINK = "192.168.0.62", "192.168.0.50", "eth2"
DISCOVER, OFFER, REQUEST, ACK = 1, 2, 3, 5
SERVERS = {"responder": "169.254.112.98", "dnsmasq": SERVER}  # without a gateway: answers_dhcp4.cc
COOKIE = bytes.fromhex("63825363")
BOOTP = VIRTIO_NET_HDR + 42  # Ethernet, IPv4, UDP
OPTIONS = BOOTP + 240
PATIENCE = 5  # seconds


class Client:
    """At an attachment's tap, for the guest's MAC."""

    def __init__(self, blue: Attachment):
        self._mac = blue.mac
        self._transaction = 0
        self._tap = blue.pod.inside(lambda: os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK))
        attach(self._tap, blue.tap, NO_OFFLOADS)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_) -> None:
        os.close(self._tap)

    def exchange(self) -> tuple[float, str, str]:
        """Seconds from DISCOVER to ACK, the address, and who gave it."""
        self._transaction += 1
        began = time.perf_counter()
        offer = self._asked(DISCOVER, b"", OFFER)
        address, server = offer[BOOTP + 16:BOOTP + 20], option(offer, 54)
        ack = self._asked(REQUEST, b"\x32\x04" + address + b"\x36\x04" + server, ACK)
        took = time.perf_counter() - began
        return took, dotted(ack[BOOTP + 16:BOOTP + 20]), dotted(option(ack, 54))

    def greet(self) -> None:
        """One exchange once the way is open: what is sent a moment after the tap was opened may be lost."""
        wait_until(f"an offer to {self._mac}", lambda: self._answer(DISCOVER, b"", OFFER, 0.2), 30)
        self.exchange()

    def _asked(self, kind: int, options: bytes, awaited: int) -> bytes:
        answer = self._answer(kind, options, awaited, PATIENCE)
        if not answer:
            raise LabError(f"no DHCP server answered {self._mac} within {PATIENCE} s")
        return answer

    def _answer(self, kind: int, options: bytes, awaited: int, patience: float) -> bytes:
        """Nothing where none comes in time."""
        os.write(self._tap, self._message(kind, options))
        deadline = time.monotonic() + patience
        while select.select([self._tap], [], [], max(0, deadline - time.monotonic()))[0]:
            frame = os.read(self._tap, LARGEST_FRAME)
            if self._is_answer(frame) and option(frame, 53) == bytes([awaited]):
                return frame
        return b""

    def _message(self, kind: int, options: bytes) -> bytes:
        bootp = struct.pack("!BBBBIHH16x208s", 1, 1, 6, 0, self._transaction, 0, 0, mac_bytes(self._mac))
        options = bytes([53, 1, kind]) + options + b"\x37\x04\x01\x03\x06\x0f\xff"
        payload = (bootp + COOKIE + options).ljust(300, b"\0")
        udp = struct.pack("!HHHH", 68, 67, 8 + len(payload), 0) + payload
        return bytes(VIRTIO_NET_HDR) + packets.ethernet(
            BROADCAST, self._mac, packets.IPV4, packets.ipv4("0.0.0.0", "255.255.255.255", 17, udp))

    def _is_answer(self, frame: bytes) -> bool:
        return (len(frame) > OPTIONS and frame[BOOTP] == 2 and frame[OPTIONS - 4:OPTIONS] == COOKIE and
                frame[BOOTP + 4:BOOTP + 8] == struct.pack("!I", self._transaction))


def dotted(address: bytes) -> str:
    return ".".join(map(str, address))


def option(frame: bytes, code: int) -> bytes:
    """Nothing where the answer has not got it."""
    at = OPTIONS
    while at < len(frame) and frame[at] != 255:
        length = frame[at + 1] if frame[at] else -1  # 0 pads
        if frame[at] == code:
            return frame[at + 2:at + 2 + length]
        at += 2 + length
    return b""


def measure(rounds: int) -> list[Table]:
    table = Table("From DISCOVER to ACK", """µs that a client at the tap, in QEMU's place, waits for its
address: answered at its port, and by dnsmasq at the far end of the cable, its lease file in memory.""",
                  "dnsmasq", tail=True)
    with Scene() as scene:
        clients = {name: scene.enter(Client(blue)) for name, blue in attachments(scene).items()}
        for client in clients.values():
            client.greet()
        for turn in range(rounds * EXCHANGES):
            for name in in_turn(list(clients), turn):
                took, *given = clients[name].exchange()
                if given != [GUEST, SERVERS[name]]:
                    raise LabError(f"expected {GUEST} by {SERVERS[name]}, the {name}, found "
                                   f"{' by '.join(given)}")
                table.add("", name, {"µs": took * 1e6})
    return [table]


def attachments(scene: Scene) -> dict[str, Attachment]:
    hosts = scene.enter(Namespace("hosts"))
    veth(scene.node, UPLINK, hosts, UPLINK)
    scene.bridge("br1", UPLINK)
    hosts.run("ip", "address", "add", f"{SERVER}/24", "dev", UPLINK)
    scene.enter(DhcpServer(hosts, UPLINK, SERVER, GUEST, GUEST, scene.room))
    answered = {"responder": True}
    return {"responder": scene.attach("asks", "br1", "02:00:00:00:00:61", answered, [f"{GUEST}/24"]),
            "dnsmasq": scene.attach("served", "br1", "02:00:00:00:00:62", {}, [])}
