"""One MTU from the network to the guest: pod interface, tap, record, domain and networkData agree, and a
packet of just that size passes whole."""

import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

import yaml

from segments import (GUEST4, GUEST6, HOST4, HOST6, NETWORK, Macvlan, VethInPodBridge,
                      VethOnBridge, VethPointToPoint, on_each)

HEADERS4, HEADERS6 = 20 + 8, 40 + 8  # IP and ICMP


@on_each(VethOnBridge, VethInPodBridge, VethPointToPoint, Macvlan)
class Jumbo:
    mtu = 9000

    def test_everybody_says_the_same(self) -> None:
        rendered = self.render()
        domain = ElementTree.fromstring(rendered["interfaces"][NETWORK])
        network_data = yaml.safe_load(rendered["networkData"])["network"]["ethernets"]
        self.assertEqual(
            {"pod interface": self.pod.link(self.attachment.pod_interface)["mtu"],
             "tap": self.pod.link(self.attachment.tap)["mtu"],
             "record": self.record(self.attachment)["mtu"],
             "domain": int(domain.find("mtu").get("size")),
             "networkData": network_data[NETWORK]["mtu"]},
            dict.fromkeys(("pod interface", "tap", "record", "domain", "networkData"), 9000))

    def test_a_packet_of_just_this_size_passes_unfragmented(self) -> None:
        guest = self.guest()
        host, _ = self.host
        for source, address, headers in ((guest.namespace, HOST4, HEADERS4),
                                         (guest.namespace, HOST6, HEADERS6),
                                         (host, GUEST4, HEADERS4), (host, GUEST6, HEADERS6)):
            with self.subTest(address):
                self.assertTrue(source.ping(address))
                self.assertIn(" 0% packet loss", self.ping(source, address, 9000 - headers, 10))
                self.assertIn("essage too long", self.ping(source, address, 9001 - headers, 0.2))

    @staticmethod
    def ping(source, address: str, payload: int, wait: float) -> str:
        """What ping says of one packet that must not be fragmented."""
        done = subprocess.run(source.command("ping", "-n", "-M", "do", "-c", 1, "-W", wait, "-s", payload,
                                             address),
                              text=True, capture_output=True, check=False)
        return done.stdout + done.stderr


if __name__ == "__main__":
    unittest.main()
