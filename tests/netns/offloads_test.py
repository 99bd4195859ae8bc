"""What a NIC's hardware would do for the guest is done once, at the end of the way, or never: large TCP
segments and unfinished checksums pass the tap in both directions, and a guest whose driver wants neither
gets neither."""

import random
import socket
import struct
import threading
import unittest

from lab.frames import (GSO_TCPV4, GSO_TCPV6, NEEDS_CSUM, VIRTIO_NET_HDR, Received, frame,
                        packet_socket, receive_virtio)
from lab.netns import Namespace
from lab.packets import IPV4, ethernet, ipv4
from lab.tap_guest import NIC, NO_OFFLOADS
from segments import (GUEST4, GUEST6, HOST4, HOST6, Macvlan, VethInPodBridge, VethOnBridge,
                      VethPointToPoint, on_each)

SIZE = 4_000_000
CONTENT = random.Random(4).randbytes(SIZE)
ETHERNET = 14
TAG = bytes.fromhex("8100 0064")
SEGMENT = 1400
PORT = 5001
WAIT = 120  # seconds


def checksum_errors(namespace: Namespace) -> int:
    """Packets that its stack has dropped for a wrong checksum."""
    four = namespace.run("cat", "/proc/net/snmp").splitlines()
    found = sum(int(number)
                for names, numbers in zip(four[::2], four[1::2])
                for name, number in zip(names.split(), numbers.split()) if name == "InCsumErrors")
    six = namespace.run("cat", "/proc/net/snmp6").splitlines()
    return found + sum(int(line.split()[1]) for line in six if "InCsumErrors" in line)


def transfer(source: Namespace, destination: Namespace, address: str) -> bytes:
    """Sends CONTENT by TCP from one namespace to the other, and returns what came."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = destination.inside(lambda: socket.create_server((address, PORT), family=family))
    client = source.inside(lambda: socket.create_connection((address, PORT), timeout=WAIT))
    server.settimeout(WAIT)
    accepted, _ = server.accept()
    with server, client, accepted:
        sender = threading.Thread(target=lambda: (client.sendall(CONTENT),
                                                  client.shutdown(socket.SHUT_WR)))
        sender.start()
        accepted.settimeout(WAIT)
        came = bytearray()
        while piece := accepted.recv(1 << 20):
            came += piece
        sender.join()
    return bytes(came)


class Listener:
    """Every frame that `interface` receives, as it was carried, from entering to leaving."""

    def __init__(self, namespace: Namespace, interface: str):
        self._socket = packet_socket(namespace, interface, virtio=True)

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *_) -> None:
        self._socket.close()

    def heard(self) -> list[Received]:
        self._socket.setblocking(False)
        frames = []
        try:
            while True:
                frames.append(receive_virtio(self._socket))
        except BlockingIOError:
            return frames


@on_each(VethOnBridge, VethInPodBridge, VethPointToPoint, Macvlan)
class Offloads:
    def streams(self, guest):
        """Each family and direction: source, destination, address, who hears it arrive, GSO type."""
        host, interface = self.host
        inside = guest.namespace
        return ((inside, host, HOST4, (host, interface), GSO_TCPV4),
                (inside, host, HOST6, (host, interface), GSO_TCPV6),
                (host, inside, GUEST4, (inside, NIC), GSO_TCPV4),
                (host, inside, GUEST6, (inside, NIC), GSO_TCPV6))

    def test_large_segments_and_unfinished_checksums_pass_both_ways(self) -> None:
        guest = self.guest()
        for source, destination, address, end, gso_type in self.streams(guest):
            with self.subTest(address), Listener(*end) as listener:
                self.assertEqual(transfer(source, destination, address), CONTENT)
                large = [f for f in listener.heard() if len(f.data) > self.mtu + ETHERNET]
                self.assertGreater(len(large), 0)
                self.assertEqual({f.gso_type for f in large}, {gso_type})
                self.assertTrue(all(f.needs_checksum for f in large))
                self.assertTrue(all(1000 < f.gso_size < self.mtu for f in large))
        for namespace in (guest.namespace, self.host[0]):
            self.assertEqual(checksum_errors(namespace), 0)

    def test_a_guest_without_offloads_gets_finished_frames_of_wire_size(self) -> None:
        guest = self.guest(NO_OFFLOADS)
        for source, destination, address, end, _ in self.streams(guest):
            with self.subTest(address), Listener(*end) as listener:
                self.assertEqual(transfer(source, destination, address), CONTENT)
                if destination is guest.namespace:
                    frames = listener.heard()
                    self.assertLessEqual(max(len(f.data) for f in frames), self.mtu + ETHERNET)
                    self.assertFalse(any(f.needs_checksum for f in frames))
        for namespace in (guest.namespace, self.host[0]):
            self.assertEqual(checksum_errors(namespace), 0)

    def test_a_large_segment_with_a_vlan_tag_passes_both_ways(self) -> None:
        """As a guest's VLAN interface sends it: the tag does not end the offload."""
        guest = self.guest()
        port, interface = self.port
        port_mac = port.link(interface)["address"]
        with packet_socket(guest.namespace, NIC, virtio=True) as near, \
                packet_socket(port, interface, virtio=True) as far:
            for sender, receiver, source, destination in ((near, far, self.mac, port_mac),
                                                          (far, near, port_mac, self.mac)):
                with self.subTest(source=source):
                    header, large = tagged_segment(source, destination)
                    sender.send(header + large)
                    receiver.settimeout(WAIT)
                    while (came := receive_virtio(receiver)).data != large:
                        pass
                    self.assertEqual(came, Received(large, True, GSO_TCPV4, SEGMENT, True))

    def test_datagrams_arrive_with_right_checksums_and_wrong_ones_are_told(self) -> None:
        guest = self.guest()
        host, interface = self.host
        for source, destination, address in ((guest.namespace, host, HOST4),
                                             (guest.namespace, host, HOST6),
                                             (host, guest.namespace, GUEST4),
                                             (host, guest.namespace, GUEST6)):
            with self.subTest(address):
                family = socket.AF_INET6 if ":" in address else socket.AF_INET
                with destination.inside(lambda: socket.socket(family, socket.SOCK_DGRAM)) as server, \
                        source.inside(lambda: socket.socket(family, socket.SOCK_DGRAM)) as client:
                    server.bind((address, PORT))
                    server.settimeout(WAIT)
                    client.sendto(b"whole", (address, PORT))
                    self.assertEqual(server.recv(100), b"whole")
                    self.assertEqual(checksum_errors(destination), 0)
        # The counter is one that counts.
        with packet_socket(host, interface) as wire, guest.namespace.inside(
                lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as server:
            server.bind((GUEST4, PORT))
            torn = struct.pack("!HHHH", 7, PORT, 12, 0xbad) + b"torn"
            wire.send(ethernet(self.mac, host.link(interface)["address"], IPV4,
                               ipv4(HOST4, GUEST4, socket.IPPROTO_UDP, torn)))
            guest.namespace.wait_for("a checksum error",
                                     lambda: checksum_errors(guest.namespace) == 1)


def tagged_segment(source: str, destination: str) -> tuple[bytes, bytes]:
    """Its virtio_net_hdr, and 20 kB of TCP in VLAN 100 to be cut and summed further on."""
    tcp = struct.pack("!HHIIBBHHH", 7, PORT, 1, 1, 0x50, 0x10, 1000, 0, 0)
    packet = ipv4(HOST4, GUEST4, socket.IPPROTO_TCP, tcp + bytes(20_000))
    before = ETHERNET + len(TAG) + 20
    header = VIRTIO_NET_HDR.pack(NEEDS_CSUM, GSO_TCPV4, before + len(tcp), SEGMENT, before, 16)
    return header, frame(destination, source, TAG + struct.pack("!H", IPV4) + packet)


if __name__ == "__main__":
    unittest.main()
