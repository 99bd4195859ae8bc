"""A guest without cloud-init whose address is in the VM's annotation alone, as the importer writes it: the sidecar,
user 107 without any capability, tells the responder at the guest's port, and the guest gets it by DHCP."""

import json
import subprocess
import unittest

from lab.dhcp import DhcpServer
from lab.dhcp_clients import Clients
from lab.hooks import HookError
from lab.process import LabError
from lab.tap_guest import NIC, TapGuest
from pod_case import MAC, UPLINK, bridge, static
from sidecar_case import NETWORK, SidecarCase

HOST4 = "192.168.0.50"
OURS = "ether src 02:70:62:00:00:01"  # binding/answers_dhcp4.h
CONTROL = 3704  # bytes, struct pb_control (binding/responder/control.h)
# A datagram such as the sidecar's: magic, "tell", and what would be new.
FORGED = """
import socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, sys.argv[1].encode())
s.settimeout(1)
s.sendto(struct.pack("=II", 0x70620001, int(sys.argv[3])) + bytes(int(sys.argv[2]) - 8), ("255.255.255.255", 0x7062))
print(len(s.recv(65536)))
"""


class ToldResponder(SidecarCase):
    profile = "patchbay-dhcp"

    def setUp(self) -> None:
        super().setUp()
        self.hosts.run("ip", "address", "add", f"{HOST4}/26", "dev", UPLINK)
        for interface in self.vmi["spec"]["domain"]["devices"]["interfaces"]:
            if interface["name"] == NETWORK:
                interface["binding"] = {"name": "patchbay-dhcp"}

    def attach_responder(self, ipam: dict | None = None, **options: object) -> None:
        nad = bridge(ipam, patchbay={"responder": True, **options})
        self.blue = self.multus.add_network(self.pod, NETWORK, nad, mac=MAC)
        self.multus.add_binding(self.blue)
        self.control = "ctl" + self.blue.record[2:]

    def annotate(self, **wishes: object) -> None:
        self.vmi["metadata"]["annotations"] = {"patchbay.io/networks": json.dumps({NETWORK: wishes})}

    def guest(self) -> TapGuest:
        guest = self.stack.enter_context(TapGuest(self.pod, self.blue.tap, MAC))
        self.clients = Clients(guest.namespace, NIC, self.room)
        return guest

    def test_a_migrated_vm_has_its_address(self) -> None:
        self.attach_responder()
        self.annotate(addresses=["192.168.0.40/26", "fd00::40/64"], gateway4=HOST4,
                      dns={"servers": ["10.0.0.53"], "search": ["corp.example"]})
        with self.capture(self.hosts, UPLINK) as wire:
            self.start_sidecar().on_define_domain(self.vmi, self.domain)
            guest = self.guest()
            told = self.clients.udhcpc("-O", "search", "-O", "hostname")
            self.assertEqual(
                {name: told.get(name) for name in ("ip", "mask", "router", "dns", "search", "hostname")},
                {"ip": "192.168.0.40", "mask": "26", "router": HOST4, "dns": "10.0.0.53",
                 "search": "corp.example", "hostname": self.vmi["metadata"]["name"]})
            self.assertEqual(self.clients.dhclient(6).get("new_ip6_address"), "fd00::40")
            guest.namespace.run("ip", "address", "add", "192.168.0.40/26", "dev", NIC)
            self.assertTrue(guest.ping(HOST4, wait=30))
            self.assertEqual(wire.frames(f"(udp port 67 or udp port 547) or ({OURS})"), [])
        self.assertIn("answered at its port with 192.168.0.40/26 (annotation), fd00::40/64 (annotation)",
                      self.log_file.read_text())

    def test_the_annotation_is_stronger_than_ipam_and_the_last_word_counts(self) -> None:
        self.attach_responder(static("192.168.0.62/26"))
        manager = self.start_sidecar()
        for address in ("192.168.0.40", "192.168.0.41"):
            self.annotate(addresses=[f"{address}/26"])
            manager.on_define_domain(self.vmi, self.domain)
            self.assertEqual(self.inspect_port()["answers"], [address])
        self.guest()
        self.assertEqual(self.clients.udhcpc()["ip"], "192.168.0.41")

    def test_without_an_address_the_networks_own_server_answers(self) -> None:
        self.attach_responder(static("192.168.0.62/26"))
        self.annotate(ipv4="dhcp")
        self.start_sidecar().on_define_domain(self.vmi, self.domain)
        with DhcpServer(self.hosts, UPLINK, HOST4, "192.168.0.60", "192.168.0.60", self.room):
            self.guest()
            self.assertEqual(self.clients.udhcpc()["ip"], "192.168.0.60")

    def test_none_means_no_answer(self) -> None:
        self.attach_responder(static("192.168.0.62/26", "fd00::62/64"))
        self.annotate(ipv4="none")
        self.start_sidecar().on_define_domain(self.vmi, self.domain)
        self.guest()
        with self.assertRaises(LabError):
            self.clients.udhcpc("-t", 2, "-T", 1)
        self.assertEqual(self.clients.dhclient(6).get("new_ip6_address"), "fd00::62")

    def test_on_every_backend_with_a_tap(self) -> None:
        self.attach_responder(mode="bridge")
        self.annotate(addresses=["192.168.0.40/26"])
        self.start_sidecar().on_define_domain(self.vmi, self.domain)
        self.guest()
        self.assertEqual(self.clients.udhcpc()["ip"], "192.168.0.40")

    def test_a_port_that_takes_nothing_fails_the_start(self) -> None:
        self.attach_responder()
        self.annotate(addresses=["192.168.0.40/26"])
        self.pod.run("tc", "qdisc", "delete", "dev", self.control, "clsact")
        with self.assertRaises(HookError) as caught:
            self.start_sidecar().on_define_domain(self.vmi, self.domain)
        self.assertIn(f'network "{NETWORK}": expected the responder', caught.exception.details)

    def test_nobody_else_is_heard(self) -> None:
        self.attach_responder(static("192.168.0.62/26"))
        tell, ask = 1, 0
        for uid, operation in ((1000, tell), (1000, ask)):
            self.assertIsNone(self.forged(uid, CONTROL, operation))
        self.assertIsNone(self.forged(107, CONTROL - 1, tell))
        self.assertEqual(self.inspect_port()["answers"], ["192.168.0.62"])
        self.assertEqual(self.forged(107, CONTROL, ask), CONTROL)
        self.assertEqual(self.forged(107, CONTROL, tell), CONTROL)
        self.assertEqual(self.inspect_port()["answers"], [])

    def forged(self, uid: int, size: int, operation: int) -> int | None:
        """The length of the answer to it."""
        process = self.pod.start("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--inh-caps=-all",
                                 "--bounding-set=-all", "/usr/bin/python3", "-c", FORGED, self.control, size, operation,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        output, errors = process.communicate(timeout=30)
        self.assertTrue(output or "timed out" in errors, errors)
        return int(output) if output else None

    def inspect_port(self) -> dict:
        return self.inspect()["panel"]["nics"][0]["port"]


if __name__ == "__main__":
    unittest.main()
