"""The kernel refuses one netlink message of a call: an ADD leaves the namespace as it was, a DEL and a GC
can be done again, a CHECK changes nothing; in each form and for each backend. lifecycle_test.py has every
message of one ADD; here are every seventh of each, beginning elsewhere each time. STATUS, which has a
namespace of its own, is status_test.py's."""

import json
import subprocess
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from lab.multus import Attachment
from lab.netns import Namespace
from lab.paths import PROGRAMS
from lab.process import LabError, wait_until
from pod_case import MAC, UPLINK, PodCase, bridge, everything, static

IPS = ["192.168.0.62/26", "fd00::62/64"]
IPAM = static(*IPS, gateway="192.168.0.2", routes=[{"dst": "0.0.0.0/0"}])
STRIDE = 7
NEVER = 1000  # no call sends so many messages


@dataclass(frozen=True)
class Case:
    plugin: str
    backend: str
    form: str
    options: dict = field(default_factory=dict)


CASES = [Case("bridge", "redirect", "chained"), Case("bridge", "bridge", "binding"),
         Case("bridge", "bridge", "chained"), Case("macvlan", "redirect", "binding"),
         Case("host-device", "redirect", "binding"), Case("tap", "tap", "binding"),
         Case("tap", "tap", "chained"), Case("macvtap", "macvtap", "binding"),
         Case("bridge", "redirect", "chained", {"ipam": "dhcp"})]
NADS = {"bridge": bridge(IPAM),
        "macvlan": {"cniVersion": "1.0.0", "name": "macvlan-net", "type": "macvlan", "master": UPLINK,
                    "capabilities": {"mac": True}, "ipam": IPAM},
        "host-device": {"cniVersion": "1.0.0", "name": "device-net", "type": "host-device",
                        "device": UPLINK, "ipam": IPAM},
        "tap": {"cniVersion": "1.0.0", "name": "tap-net", "type": "tap", "owner": 107, "group": 107,
                "ipam": IPAM}}


def alone_with(pod: Namespace) -> list[str]:
    """Begins a command that sees no other network namespace of this machine: GC looks into each."""
    script = ('exec 9<"$0" && mount -t tmpfs none "$(dirname "$0")" && touch "$0" && '
              'mount --no-canonicalize --bind /proc/self/fd/9 "$0" && exec 9<&- && exec "$@"')
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, str(pod.path)]


class FailingKernel(PodCase):
    def setUp(self) -> None:
        super().setUp()
        # Duplicate address detection would only make each round slower.
        self.pod.run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")

    def for_each_case(self, test: Callable[[Attachment, Case, int], None]) -> None:
        """`test` of the case with its network's interface in the pod, and of where to begin."""
        for number, case in enumerate(CASES):
            with self.subTest(case), self.network(case.plugin) as attachment:
                test(attachment, case, 1 + number % STRIDE)

    @contextmanager
    def network(self, plugin: str) -> Iterator[Attachment]:
        if plugin == "bridge":
            self.make_bridge()
        if plugin == "macvtap":
            attachment = self.adopt_macvtap("blue")
            for address in IPS:
                self.pod.run("ip", "address", "add", address, "dev", attachment.pod_interface)
        else:
            attachment = self.multus.add_network(self.pod, "blue", NADS[plugin], mac=MAC)
        self.pod.settle()
        yield attachment
        self.multus.detach(attachment)
        if plugin == "bridge":
            self.node.run("ip", "link", "del", "br1")
        if plugin == "macvtap":
            self.pod.run("ip", "link", "del", attachment.pod_interface)

    def call(self, command: str, attachment: Attachment, case: Case, failing: int = NEVER) -> bool:
        """Whether the call went through although its `failing`-th message would be refused."""
        config = {"cniVersion": "1.1.0", "name": "patchbay-test", "type": "patchbay",
                  "patchbay": {"mode": case.backend, **case.options}}
        if command == "GC":
            config["cni.dev/valid-attachments"] = []
        elif case.form == "chained":
            config["prevResult"] = attachment.result
        else:
            config["args"] = {"cni": {"logicNetworkName": attachment.network}}
            config["patchbay"]["cacheDirs"] = [str(self.multus.cache)]
        interface = attachment.pod_interface if case.form == "chained" else "net1"
        done = subprocess.run(
            [*(alone_with(self.pod) if command == "GC" else []),
             "strace", "-qq", "-o", "/dev/null", "-e", "trace=sendmsg", "-e",
             f"inject=sendmsg:error=ENOBUFS:when={failing}", PROGRAMS / "patchbay-cni"],
            input=json.dumps(config), text=True, capture_output=True, check=False,
            env={"CNI_COMMAND": command, "CNI_CONTAINERID": self.pod.name, "CNI_IFNAME": interface,
                 "CNI_NETNS": str(self.pod.path), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            timeout=120)
        self.assertEqual(done.returncode != 0, '"code"' in done.stdout, done)
        self.assertNotIn("could not be put back", done.stderr)
        return done.returncode == 0

    def assert_becomes(self, expected: dict, message: str = "") -> None:
        """The kernel makes a link-local address a moment after a link is up."""
        try:
            wait_until("the pod to be as it was", lambda: everything(self.pod) == expected, 20)
        except LabError:
            self.assertEqual(everything(self.pod), expected, message)

    def test_add_leaves_the_namespace_as_it_was(self) -> None:
        self.for_each_case(self.assert_add_leaves_nothing)

    def assert_add_leaves_nothing(self, attachment: Attachment, case: Case, failing: int) -> None:
        before = everything(self.pod)
        while not self.call("ADD", attachment, case, failing):
            self.assert_becomes(before, f"message {failing}")
            failing += STRIDE
        self.assertGreater(failing, 14)
        self.assertEqual(self.record(attachment)["backend"], case.backend)
        self.assertEqual(self.pod.addresses(attachment.pod_interface), [])
        self.assertTrue(self.call("DEL", attachment, case))

    def test_check_changes_nothing(self) -> None:
        self.for_each_case(self.assert_check_changes_nothing)

    def assert_check_changes_nothing(self, attachment: Attachment, case: Case, failing: int) -> None:
        self.assertTrue(self.call("ADD", attachment, case))
        before = everything(self.pod)
        while not self.call("CHECK", attachment, case, failing):
            self.assertEqual(everything(self.pod), before, f"message {failing}")
            failing += STRIDE
        self.assertGreater(failing, 7)
        self.assertEqual(everything(self.pod), before)
        self.assertTrue(self.call("DEL", attachment, case))

    def test_del_is_whole_the_second_time(self) -> None:
        self.for_each_case(partial(self.assert_whole_the_second_time, "DEL"))

    def test_gc_is_whole_the_second_time(self) -> None:
        self.for_each_case(partial(self.assert_whole_the_second_time, "GC"))

    def assert_whole_the_second_time(self, command: str, attachment: Attachment, case: Case,
                                     failing: int) -> None:
        self.assertTrue(self.call("ADD", attachment, case))
        self.assertTrue(self.call(command, attachment, case))
        whole = everything(self.pod)
        while True:
            self.assertTrue(self.call("ADD", attachment, case))
            if self.call(command, attachment, case, failing):
                break
            self.assertTrue(self.call(command, attachment, case))
            self.assert_becomes(whole, f"message {failing}")
            failing += STRIDE
        self.assertGreater(failing, 7)
        self.assert_becomes(whole)


if __name__ == "__main__":
    unittest.main()
