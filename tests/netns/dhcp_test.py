"""A lease that CNI's dhcp daemon took for the pod is the guest's: it is renewed though every frame is
redirected, given back in the end, and the pod itself stays out of it."""

import socket
import struct
import time
import unittest

from dhcp_case import LEASED, NETWORK_ROUTE, SERVER, DhcpCase
from lab.frames import BROADCAST, arrives, frame, mac_bytes, packet_socket, receive
from lab.netns import Capture, Namespace
from lab.tap_guest import NIC, TapGuest
from pod_case import MAC, UPLINK, bridge, frames_after, static

OTHER = "10.7.0.62"  # the pod's address on another network
STRANGER = "02:00:00:00:00:01"
ETH_P_IP = 0x0800  # linux/if_ether.h
NOT_DHCP = "not (udp src port 68 and udp dst port 67)"


def counters(pod: Namespace) -> dict[str, int]:
    """What the pod's IPv4 did (RFC 1213's names), ICMP included."""
    names, values, icmp_names, icmp_values = [
        line.split()[1:] for line in pod.run("cat", "/proc/net/snmp").splitlines()
        if line.startswith(("Ip:", "Icmp:"))]
    return {**{f"Ip{n}": int(v) for n, v in zip(names, values)},
            **{f"Icmp{n}": int(v) for n, v in zip(icmp_names, icmp_values)}}


def daemons_socket(pod: Namespace, interface: str) -> socket.socket:
    """As CNI's dhcp daemon opens it, but with the link's header: what is not IPv4 it never gets."""

    def open_inside() -> socket.socket:
        raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        raw.bind((interface, ETH_P_IP))
        return raw

    return pod.inside(open_inside)


def hears_stranger(receiver: socket.socket, timeout: float) -> bool:
    """Whether a frame of that source comes in, in whatever form."""
    receiver.settimeout(timeout)
    try:
        while receive(receiver).data[6:12] != mac_bytes(STRANGER):
            pass
    except TimeoutError:
        return False
    return True


class Renewal(DhcpCase):
    renewal, rebinding, lease = 3, 15, 30

    def test_goes_on_behind_the_redirect_and_only_there(self) -> None:
        """With a second network, and forwarding on as virt-handler turns it on."""
        self.pod.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        nad = self.bridge()
        other = self.multus.attach(self.pod, "red", bridge(static(f"{OTHER}/24"), name="red-net",
                                                           bridge="br2", isGateway=True),
                                   binding=False, interface="eth0")
        blue = self.blue(nad)
        record = self.record(blue)
        self.assertEqual(record["ips"], [f"{LEASED}/24"])
        self.assertEqual(record["routes"], [NETWORK_ROUTE])
        self.assertEqual(record["dns"], {"nameservers": ["10.9.0.53"]})
        self.assertEqual(record["ipam"], "dhcp")
        outside = other.result["interfaces"][1]["name"]
        with TapGuest(self.pod, blue.tap, MAC) as guest, \
                Capture(self.node, outside, self.room / "other") as leaked, \
                Capture(guest.namespace, NIC, self.room / "guest") as copied:
            guest.configure(f"{LEASED}/24")
            before = counters(self.pod)
            for _ in range(3):
                self.wait_for_renewals(1)
                self.assertTrue(guest.ping(SERVER))
            after = counters(self.pod)
            self.assertEqual(self.multus.call_binding("CHECK", blue), {})
        # The answers neither counted as received by the pod nor made it send anything.
        for name in ("IpInReceives", "IpForwDatagrams", "IpOutRequests", "IcmpOutMsgs"):
            self.assertEqual(after[name], before[name], name)
        self.assertEqual(leaked.frames("ip"), [])
        self.assertNotEqual(copied.frames(f"udp dst port 68 and ether dst {MAC}"), [])
        self.assertEqual([lease.address for lease in self.server.leases()], [LEASED])

    def test_works_before_the_guest_runs(self) -> None:
        """Nobody answers ARP for the address then: the daemon asks all servers once more, and is
        answered by MAC."""
        blue = self.blue(self.macvlan())
        self.node.wait_for("the lease", lambda: self.daemon.lines("lease rebound")
                           or self.daemon.lines("lease renewed"), 120)
        self.assertIn("UP", self.pod.link(blue.pod_interface)["flags"])


class Filter(DhcpCase):
    """Which frames the pod's packet sockets get, and that the guest gets all."""

    ADDRESSES = bytes([10, 9, 0, 1, 10, 9, 0, 50])

    def datagram(self, protocol: int = 17, fragment: int = 0, options: bytes = b"",
                 source: int = 67, destination: int = 68) -> bytes:
        """EtherType, IPv4 and UDP, in which the daemon finds no DHCP that is its own."""
        payload = struct.pack("!HHHH", source, destination, 8 + 4, 0) + b"none"
        words = 5 + len(options) // 4
        header = struct.pack("!BBHHHBBH", 0x40 | words, 0, 4 * words + len(payload), 0, fragment, 64,
                             protocol, 0) + self.ADDRESSES + options
        return bytes.fromhex("0800") + header + payload

    def test_answers_go_to_packet_sockets_too_and_nothing_else_does(self) -> None:
        answers = {
            "answer": self.datagram(),
            "with IP options": self.datagram(options=bytes([1, 1, 1, 0])),
            "from another port": self.datagram(source=1067),
        }
        others = {
            "to another port": self.datagram(destination=67),
            "TCP": self.datagram(protocol=6),
            "first fragment": self.datagram(fragment=0x2000),
            "later fragment": self.datagram(fragment=0x0001),
            "tagged": bytes.fromhex("81000064") + self.datagram(),
            "cut in the IP header": self.datagram()[:2 + 12],
            "cut in the UDP header": self.datagram()[:2 + 20 + 3],
            "ARP": bytes.fromhex("0806") + bytes(28),
        }
        self.node.run("ip", "link", "set", UPLINK, "address", MAC)
        blue = self.blue(self.host_device())
        with TapGuest(self.pod, blue.tap, MAC) as guest, \
                packet_socket(guest.namespace, NIC) as near, packet_socket(self.hosts, UPLINK) as far, \
                daemons_socket(self.pod, blue.pod_interface) as heard:
            for name, rest in {**answers, **others}.items():
                for destination in (MAC, BROADCAST):
                    with self.subTest(name, destination=destination):
                        sent = frame(destination, STRANGER, rest)
                        far.send(sent)
                        self.assertTrue(arrives(near, sent))
                        expected = name in answers
                        self.assertEqual(hears_stranger(heard, 5 if expected else 0.1), expected)


class Release(DhcpCase):
    """At DEL: ours comes first, and after it the daemon can still speak, the pod can't."""

    def add_and_delete(self, nad: dict) -> None:
        blue = self.blue(nad)
        with TapGuest(self.pod, blue.tap, MAC) as guest:
            guest.configure(f"{LEASED}/24")
            self.assertTrue(guest.ping(SERVER))
        with self.capture(self.hosts, UPLINK) as captured:
            deleted = time.time()
            for _ in range(2):
                self.multus.call_binding("DEL", blue)
                self.assertIsNone(self.pod.link(blue.tap))
                self.assertIsNone(self.pod.link(blue.record))
                self.assertIn("UP", self.pod.link(blue.pod_interface)["flags"])
                self.assertEqual(self.pod.addresses(blue.pod_interface), [f"{LEASED}/24"])
                self.assertFalse(self.hosts.ping(LEASED, wait=0))
            self.multus.detach(blue)
            self.node.wait_for("the lease to be given back", lambda: not self.server.leases(), 120)
        self.assertIsNone(self.pod.link(blue.pod_interface))
        self.assertEqual(self.daemon.lines("failed to release"), [])
        self.assertEqual(frames_after(captured, deleted, f"ether src {MAC} and {NOT_DHCP}"), [])

    def test_from_a_macvlan(self) -> None:
        self.add_and_delete(self.macvlan())

    def test_from_a_device_that_goes_back_to_the_host_as_it_was(self) -> None:
        self.node.run("ip", "link", "set", UPLINK, "address", MAC)
        self.add_and_delete(self.host_device())
        device = self.node.link(UPLINK)
        for flag in ("NOARP", "ALLMULTI", "PROMISC"):
            self.assertNotIn(flag, device["flags"])
        self.assertIn("MULTICAST", device["flags"])
        self.assertNotIn("ingress", self.node.run("tc", "qdisc", "show", "dev", UPLINK))
        self.assertEqual(self.node.run("sysctl", "-n", f"net.ipv6.conf.{UPLINK}.disable_ipv6").strip(),
                         "0")


if __name__ == "__main__":
    unittest.main()
