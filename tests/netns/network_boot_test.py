"""A machine that boots from its network, with the iPXE of QEMU's ROM, has the pod's address before there is any
system in it. That it then finds nothing to boot is as it should be: a responder names no boot server."""

import unittest

from lab.network_boot import NetworkBoot
from lab.pod import Pod
from pod_case import MAC, UPLINK
from responder_test import ASKING, GUEST4, GUEST6, HOST4, OURS, ResponderCase

NOBODY = "192.168.0.61"


class NetworkBoots(ResponderCase):
    def test_ipxe(self) -> None:
        blue = self.attach()
        with (self.capture(self.hosts, UPLINK) as wire,
              Pod(self.pod.name) as pod, NetworkBoot(pod, blue.tap, MAC) as machine):
            screen = machine.outcome()
            self.assertIn(f"net0: {GUEST4}/255.255.255.192 gw {HOST4}\n", screen.replace("\r", ""))
            self.assertIn(f"net0: {GUEST6}/", screen)
            self.hosts.succeeds("ping", "-n", "-c", 1, "-W", 1, NOBODY)
            self.hosts.wait_for("what leaves after all of it", lambda: wire.frames(f"arp host {NOBODY}"))
            self.assertEqual(wire.frames(f"({ASKING}) or ({OURS})"), [])
            self.assertNotEqual(wire.frames(f"ether src {MAC}"), [])


if __name__ == "__main__":
    unittest.main()
