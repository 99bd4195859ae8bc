"""Networks that take one MAC only: what the guest may send there, and what patchbay says of a VM whose
MAC is another than its pod interface's."""

import unittest

from lab.frames import arrives, frame, found, packet_socket
from lab.process import LabError
from lab.tap_guest import NIC
from segments import (NETWORK, OTHER_MAC, Macvlan, VethInPodBridge, VethOnBridge,
                      VethPointToPoint, on_each)

DATA = bytes.fromhex("88b5") + bytes(46)


class SpoofChecked(VethOnBridge):
    nad_options = {"macspoofchk": True}


class SpoofCheck(SpoofChecked):
    def test_the_guests_own_mac_passes_and_another_is_stopped(self) -> None:
        guest = self.guest()
        host, interface = self.host
        host_mac = host.link(interface)["address"]
        with packet_socket(guest.namespace, NIC) as inside, packet_socket(host, interface) as outside:
            forged = frame(host_mac, OTHER_MAC, DATA)
            own = frame(host_mac, self.mac, DATA)
            inside.send(forged)
            inside.send(own)  # comes after it, on the same way
            first = found(outside, lambda one: one.data in (forged, own))
            self.assertEqual(first.data, own)
            outside.send(frame(self.mac, host_mac, DATA))
            self.assertTrue(arrives(inside, frame(self.mac, host_mac, DATA)))


@on_each(VethOnBridge, VethPointToPoint)
class AnotherMacOnVeth:
    def test_is_said_with_both_addresses_and_where_it_fails(self) -> None:
        said = [line for line in self.render({NETWORK: OTHER_MAC})["diagnostics"]
                if "macAddress" in line]
        self.assertEqual(len(said), 1)
        for word in ("warning", NETWORK, OTHER_MAC, self.mac, "not behind a filter by MAC"):
            self.assertIn(word, said[0])


class OwnMacBehindAnInPodBridge(VethInPodBridge):
    def test_is_no_other_though_the_port_has_another(self) -> None:
        self.assertNotIn("macAddress", str(self.render({NETWORK: self.mac})["diagnostics"]))
        self.assertNotEqual(self.pod.link(self.attachment.pod_interface)["address"], self.mac)


class AnotherMacBehindASpoofCheck(SpoofChecked):
    def test_is_an_error_with_both_addresses(self) -> None:
        with self.assertRaises(LabError) as caught:
            self.render({NETWORK: OTHER_MAC})
        for word in (NETWORK, OTHER_MAC, self.mac, "macspoofchk drops"):
            self.assertIn(word, str(caught.exception))


@on_each(Macvlan)
class AnotherMacOnAFilteringLink:
    def test_is_an_error_with_both_addresses(self) -> None:
        with self.assertRaises(LabError) as caught:
            self.render({NETWORK: OTHER_MAC})
        for word in (NETWORK, OTHER_MAC, self.mac, "takes no frames for another MAC"):
            self.assertIn(word, str(caught.exception))


if __name__ == "__main__":
    unittest.main()
