"""The kernel refuses one netlink message of a call: an ADD leaves the namespace as it was, a DEL can be
done again, in each form and for each backend that changes something. lifecycle_test.py has every message
of one ADD; here are every seventh of each, beginning elsewhere each time."""

import json
import subprocess
import unittest

from lab.paths import PROGRAMS
from pod_case import MAC, UPLINK, PodCase, bridge, everything, static

IPS = ["192.168.0.62/26", "fd00::62/64"]
STRIDE = 7
# Network plugin, backend and form.
CASES = [("bridge", "redirect", "chained"), ("bridge", "bridge", "binding"),
         ("bridge", "bridge", "chained"), ("macvlan", "redirect", "binding")]


class FailingKernel(PodCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        # Duplicate address detection would only make each round slower.
        self.pod.run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")

    def network(self, plugin: str):
        ipam = static(*IPS, gateway="192.168.0.2", routes=[{"dst": "0.0.0.0/0"}])
        nads = {"bridge": bridge(ipam),
                "macvlan": {"cniVersion": "1.0.0", "name": "macvlan-net", "type": "macvlan",
                            "master": UPLINK, "capabilities": {"mac": True}, "ipam": ipam}}
        if plugin == "macvlan":
            self.node.run("ip", "link", "set", UPLINK, "nomaster")
        return self.multus.add_network(self.pod, "blue", nads[plugin], mac=MAC)

    def call(self, command: str, attachment, backend: str, form: str, failing: int) -> bool:
        """Whether the call went through although its `failing`-th message would be refused."""
        config = {"cniVersion": "1.0.0", "name": "patchbay", "type": "patchbay",
                  "patchbay": {"mode": backend}}
        if form == "chained":
            config["prevResult"] = attachment.result
            interface = attachment.pod_interface
        else:
            config["args"] = {"cni": {"logicNetworkName": attachment.network}}
            config["patchbay"]["cacheDirs"] = [str(self.multus.cache)]
            interface = "net1"
        done = subprocess.run(
            ["strace", "-qq", "-o", "/dev/null", "-e", "trace=sendmsg", "-e",
             f"inject=sendmsg:error=ENOBUFS:when={failing}", PROGRAMS / "patchbay-cni"],
            input=json.dumps(config), text=True, capture_output=True, check=False,
            env={"CNI_COMMAND": command, "CNI_CONTAINERID": self.pod.name, "CNI_IFNAME": interface,
                 "CNI_NETNS": str(self.pod.path), "PATH": "/usr/bin:/bin"}, timeout=120)
        self.assertEqual(done.returncode != 0, '"code"' in done.stdout, done)
        self.assertNotIn("could not be put back", done.stderr)
        return done.returncode == 0

    def test_add_leaves_the_namespace_as_it_was(self) -> None:
        for number, case in enumerate(CASES):
            with self.subTest(case):
                plugin, *how = case
                attachment = self.network(plugin)
                self.pod.settle()
                before = everything(self.pod)
                failing = 1 + number
                while not self.call("ADD", attachment, *how, failing):
                    self.assertEqual(everything(self.pod), before, f"message {failing}")
                    failing += STRIDE
                self.assertGreater(failing, 20)
                self.assertEqual(self.record(attachment)["backend"], how[0])
                self.assertEqual(self.pod.addresses(attachment.pod_interface), [])
                self.assertTrue(self.call("DEL", attachment, *how, 1000))
                self.multus.detach(attachment)

    def test_del_is_whole_the_second_time(self) -> None:
        for number, case in enumerate(CASES):
            with self.subTest(case):
                plugin, *how = case
                attachment = self.network(plugin)
                self.assertTrue(self.call("ADD", attachment, *how, 1000))
                self.assertTrue(self.call("DEL", attachment, *how, 1000))
                whole = everything(self.pod)
                failing = 1 + number
                while True:
                    self.assertTrue(self.call("ADD", attachment, *how, 1000))
                    if self.call("DEL", attachment, *how, failing):
                        break
                    self.assertTrue(self.call("DEL", attachment, *how, 1000))
                    self.assertEqual(everything(self.pod), whole, f"message {failing}")
                    failing += STRIDE
                self.assertGreater(failing, 7)
                self.multus.detach(attachment)


if __name__ == "__main__":
    unittest.main()
