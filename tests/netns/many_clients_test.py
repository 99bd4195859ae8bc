"""A hundred guests that ask for their address at the same moment, each at its own port, and one guest with 31
NICs: each client is told its own address, and not one frame of it is on the wire they all share."""

import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from lab.dhcp_clients import Clients
from lab.gate import Gate
from lab.multus import Attachment
from lab.netns import Namespace
from lab.tap_guest import NIC, TapGuest
from pod_case import UPLINK, PodCase, bridge, static

PODS = 100
NICS = 31  # what KubeVirt's PCIe root ports leave room for
HOST4 = "10.0.0.50"
NOT_FOR_THE_WIRE = "udp port 67 or ether src 02:70:62:00:00:01"  # binding/answers_dhcp4.h


def mac(number: int) -> str:
    return f"02:00:00:00:01:{number:02x}"


def address(number: int) -> str:
    return f"10.0.{number}.2"


class ManyClients(PodCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        self.hosts.run("ip", "address", "add", f"{HOST4}/16", "dev", UPLINK)
        self.wire = self.stack.enter_context(self.capture(self.hosts, UPLINK))
        self.threads = self.stack.enter_context(ThreadPoolExecutor(max(PODS, NICS)))

    def attach(self, pod: Namespace, network: str, number: int) -> Attachment:
        nad = bridge(static(f"{address(number)}/16"), patchbay={"responder": True})
        return self.multus.attach(pod, network, nad, mac=mac(number))

    def clients(self, guest: TapGuest, nic: str, number: int) -> Clients:
        room = self.room / str(number)
        room.mkdir()
        return Clients(guest.namespace, nic, room)

    def assert_each_is_told_its_own(self, all_clients: list[Clients]) -> None:
        with Gate(self.room / "gate") as gate:
            asking = [self.threads.submit(each.udhcpc, gate=gate.path) for each in all_clients]
            gate.open_for(len(all_clients))
            opened = time.monotonic()
            told = [each.result() for each in asking]
        print(f"{len(told)} clients told in {time.monotonic() - opened:.1f} s", file=sys.stderr)
        numbers = range(1, len(all_clients) + 1)
        self.assertEqual([each["ip"] for each in told], [address(number) for number in numbers])

    def assert_nothing_on_the_wire(self, guest: TapGuest) -> None:
        """What passes later has come by when it has."""
        guest.configure(f"{address(1)}/16")
        self.assertTrue(guest.ping(HOST4, wait=30))
        self.hosts.wait_for("the echo in the capture", lambda: self.wire.frames("icmp"))
        self.assertEqual(self.wire.frames(NOT_FOR_THE_WIRE), [])


class Hundred(ManyClients):
    def test_each_of_as_many_pods_is_told_its_own_address(self) -> None:
        numbers = range(1, PODS + 1)
        pods = [self.stack.enter_context(Namespace(f"n{number}")) for number in numbers]
        attached = list(self.threads.map(lambda pod, number: self.attach(pod, "blue", number), pods, numbers))
        guests = list(self.threads.map(
            lambda blue, number: self.stack.enter_context(TapGuest(blue.pod, blue.tap, mac(number))),
            attached, numbers))
        self.assert_each_is_told_its_own(
            [self.clients(guest, NIC, number) for guest, number in zip(guests, numbers)])
        self.assert_nothing_on_the_wire(guests[0])


class ManyNics(ManyClients):
    def test_each_nic_of_one_pod_is_told_its_own_address(self) -> None:
        numbers = range(1, NICS + 1)
        attached = [self.attach(self.pod, f"net-{number}", number) for number in numbers]
        guest = self.stack.enter_context(TapGuest(self.pod, attached[0].tap, mac(1)))
        nics = [NIC, *[guest.plug(each.tap, mac(number)) for number, each in enumerate(attached[1:], 2)]]
        self.assert_each_is_told_its_own(
            [self.clients(guest, nic, number) for nic, number in zip(nics, numbers)])
        self.assert_nothing_on_the_wire(guest)


if __name__ == "__main__":
    unittest.main()
