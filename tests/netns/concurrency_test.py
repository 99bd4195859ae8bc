"""Several calls at once: in one namespace, in a hundred, against a namespace or an interface that goes
away meanwhile."""

import fcntl
import json
import random
import sys
import threading
import time
import unittest
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from lab.multus import Attachment, CniError
from lab.netns import RUN_NETNS, Namespace
from lab.process import run, wait_until
from lab.suspension import Suspension
from pod_case import MAC, PodCase, bridge, everything, static

IPS = ["192.168.0.62/26", "fd00::62/64"]
ROUTES = [{"dst": "0.0.0.0/0"}]
# Of an ADD, counted in the messages that it sends to the kernel; about the first ten only read.
MOMENTS = range(1, 80, 5)


class Concurrency(PodCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        self.threads = self.stack.enter_context(ThreadPoolExecutor(128))
        # Duplicate address detection would only make each round slower.
        self.pod.run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")

    def network(self, pod: Namespace | None = None, name: str = "blue",
                ips: list[str] | None = None) -> Attachment:
        nad = bridge(static(*(ips or IPS), gateway="192.168.0.2", routes=ROUTES))
        attachment = self.multus.add_network(pod or self.pod, name, nad)
        self.prepare_binding(attachment)
        return attachment

    def prepare_binding(self, attachment: Attachment) -> None:
        """As add_binding, but the calls are the test's own."""
        attachment.binding_nad = {"cniVersion": "1.0.0", "name": "patchbay", "type": "patchbay",
                                  "patchbay": {"cacheDirs": [str(self.multus.cache)]}}
        attachment.binding_interface = f"net{len(self.multus.attachments)}"

    def call(self, command: str, attachment: Attachment, **options) -> Future:
        return self.threads.submit(self.multus.call_binding, command, attachment, **options)

    def at_once(self, *calls: tuple[str, Attachment]) -> list[Future]:
        """All of them from one moment on, ended."""
        start = threading.Barrier(len(calls))

        def one(command: str, attachment: Attachment) -> dict:
            start.wait(120)
            return self.multus.call_binding(command, attachment)

        futures = [self.threads.submit(one, *call) for call in calls]
        for future in futures:
            future.exception(timeout=120)
        return futures

    def assert_whole(self, attachment: Attachment, ips: list[str] | None = None) -> None:
        pod, nic = attachment.pod, attachment.pod_interface
        self.assertEqual(self.record(attachment)["ips"], ips or IPS)
        self.assertEqual(pod.addresses(nic), [])
        self.assertIn("UP", pod.link(nic)["flags"])
        self.assertIn("UP", pod.link(attachment.tap)["flags"])
        for one, other in ((nic, attachment.tap), (attachment.tap, nic)):
            filters = pod.run("tc", "filter", "show", "dev", one, "ingress")
            self.assertEqual(filters.count(f"Redirect to device {other}"), 1, filters)

    def assert_clean(self, attachment: Attachment) -> None:
        """Nothing of ours is in the pod, and what the network's plugin made is all there."""
        links = [link["ifname"] for link in attachment.pod.ip("link", "show")]
        self.assertEqual(links, ["lo", attachment.pod_interface])
        self.assertEqual(attachment.pod.run("tc", "qdisc", "show", "dev", attachment.pod_interface,
                                            "ingress"), "")
        self.assertEqual(sorted(attachment.pod.addresses(attachment.pod_interface, "global")),
                         sorted(IPS))

    def node_ports(self) -> list[str]:
        return [link["ifname"] for link in self.node.ip("link", "show", "master", "br1")]


class OneNamespace(Concurrency):
    def test_two_adds_of_one_attachment_are_one(self) -> None:
        for _ in range(5):
            attachment = self.network()
            for call in self.at_once(*[("ADD", attachment)] * 2):
                self.assertEqual(call.result()["cniVersion"], "1.0.0")
            self.assert_whole(attachment)
            self.multus.detach(attachment)

    def test_many_dels_of_one_attachment_are_one(self) -> None:
        attachment = self.network()
        self.multus.call_binding("ADD", attachment)
        for call in self.at_once(*[("DEL", attachment)] * 8):
            call.result()
        self.assert_clean(attachment)

    def test_networks_of_one_pod_at_once(self) -> None:
        ips = {f"net-{n}": [f"192.168.0.{n}/26"] for n in range(1, 9)}
        attachments = [self.network(name=name, ips=own) for name, own in ips.items()]
        for command in ("ADD", "ADD"):
            for call in self.at_once(*[(command, each) for each in attachments]):
                call.result()
            for each in attachments:
                self.assert_whole(each, ips[each.network])
        for call in self.at_once(*[("DEL", each) for each in attachments]):
            call.result()
        self.assertEqual({link["linkinfo"]["info_kind"] for link in self.pod.ip("link", "show")
                          if link["ifname"] != "lo"}, {"veth"})

    def test_add_and_del_at_once_end_whole_or_clean(self) -> None:
        attachment = self.network()
        for _ in range(10):
            for call in self.at_once(("ADD", attachment), ("DEL", attachment)):
                call.result()
            if self.pod.link(attachment.record):
                self.assert_whole(attachment)
            else:
                self.assert_clean(attachment)
            self.multus.call_binding("ADD", attachment)
            self.assert_whole(attachment)

    def test_del_waits_for_an_add_that_stands_still(self) -> None:
        attachment = self.network()
        with Suspension("sendmsg", 25, self.room) as stopped:
            adding = self.call("ADD", attachment, under=stopped.command)
            self.assertTrue(stopped.wait())
            deleting = self.call("DEL", attachment)
            self.wait_for_a_waiting_call()
            half = everything(self.pod)
            self.assertFalse(deleting.done())
            self.assertEqual(everything(self.pod), half)
            stopped.resume()
            adding.result()
            deleting.result()
        self.assert_clean(attachment)

    def test_add_waits_for_whoever_holds_the_namespace_by_another_path(self) -> None:
        attachment = self.network()
        before = everything(self.pod)
        inside = self.pod.start("sleep", "infinity")
        other_path = Path(f"/proc/{inside.pid}/ns/net")
        wait_until("sleep to be inside", lambda: other_path.samefile(self.pod.path))
        with other_path.open(encoding="ascii") as namespace:
            fcntl.flock(namespace, fcntl.LOCK_EX)
            adding = self.call("ADD", attachment)
            self.wait_for_a_waiting_call()
            self.assertEqual(everything(self.pod), before)
            self.assertFalse(adding.done())
        adding.result()
        self.assert_whole(attachment)

    def wait_for_a_waiting_call(self) -> None:
        """Until some patchbay-cni has the namespace open and sleeps between two tries."""
        inode = self.pod.path.stat().st_ino

        def waits(process: Path) -> bool:
            try:
                return ((process / "comm").read_text() == "patchbay-cni\n"
                        and (process / "wchan").read_text() == "hrtimer_nanosleep"
                        and inode in {fd.stat().st_ino for fd in (process / "fd").iterdir()})
            except OSError:
                return False  # it has ended meanwhile

        wait_until("a call that waits for the namespace",
                   lambda: any(waits(each) for each in Path("/proc").glob("[0-9]*")))


class Vanishing(Concurrency):
    def test_a_namespace_that_goes_at_any_moment_of_add(self) -> None:
        ports = self.node_ports()
        for moment in MOMENTS:
            with self.subTest(moment=moment), Namespace("gone") as pod, \
                    Suspension("sendmsg", moment, self.room) as stopped:
                attachment = self.network(pod)
                adding = self.call("ADD", attachment, under=stopped.command)
                if not stopped.wait():
                    adding.result()
                    self.assertGreater(moment, 20)
                    break
                run(["ip", "netns", "delete", pod.name])
                stopped.resume()
                self.assert_gone(adding.exception(timeout=120), pod)
                self.multus.detach(attachment)
                self.wait_for_ports(ports)

    def test_a_namespace_that_goes_whenever_it_wants(self) -> None:
        ports = self.node_ports()
        seed = random.randrange(1 << 32)
        chance = random.Random(seed)
        for turn in range(10):
            with self.subTest(seed=seed, turn=turn), Namespace("gone") as pod:
                attachment = self.network(pod)
                adding = self.call("ADD", attachment)
                time.sleep(chance.uniform(0, 0.03))
                run(["ip", "netns", "delete", pod.name])
                error = adding.exception(timeout=120)
                if error is not None:
                    self.assert_gone(error, pod)
                self.multus.detach(attachment)
                self.wait_for_ports(ports)

    def test_an_interface_that_goes_at_any_moment_of_add(self) -> None:
        """Its other end was deleted on the node, so it goes out of a namespace that stays."""
        for moment in MOMENTS:
            with self.subTest(moment=moment), Suspension("sendmsg", moment, self.room) as stopped:
                attachment = self.network()
                adding = self.call("ADD", attachment, under=stopped.command)
                if not stopped.wait():
                    adding.result()
                    self.assertGreater(moment, 20)
                    break
                self.pod.run("ip", "link", "delete", attachment.pod_interface)
                stopped.resume()
                error = adding.exception(timeout=120)
                if error is None:  # what was left to do concerned the tap alone
                    self.assertGreater(moment, stopped.calls() - 5)
                    self.multus.detach(attachment)
                else:
                    self.assertIsInstance(error, CniError)
                    self.assertIn(error.code, (100, 102))
                    self.assertIn(attachment.pod_interface, str(error))
                links = [link["ifname"] for link in self.pod.ip("link", "show")]
                self.assertEqual(links, ["lo"])
                if error is not None:
                    self.multus.detach(attachment)

    def assert_gone(self, error: BaseException | None, pod: Namespace) -> None:
        self.assertIsInstance(error, CniError)
        self.assertEqual(error.code, 100, error)
        self.assertIn(str(pod.path), f"{error.text} {error.answer.get('details', '')}")

    def wait_for_ports(self, expected: list[str]) -> None:
        """The kernel ends a namespace in its own time; then the cables' other ends go, too."""
        wait_until("the node to be as it was", lambda: self.node_ports() == expected)
        self.assertEqual([link["ifname"] for link in self.node.ip("link", "show")
                          if link["ifname"] not in expected], ["lo", "br1"])


class Hundred(Concurrency):
    COUNT = 100

    def test_as_many_pods_at_once(self) -> None:
        pods = [self.stack.enter_context(Namespace(f"n{n}")) for n in range(self.COUNT)]
        ips = [[f"192.168.1.{n}/24", f"fd01::{n:x}/64"] for n in range(1, self.COUNT + 1)]
        start = threading.Barrier(self.COUNT)

        def attach(pod: Namespace, own: list[str]) -> Attachment:
            start.wait(120)
            return self.multus.attach(pod, "blue", bridge(static(*own)))

        begun = time.monotonic()
        attachments = list(self.threads.map(attach, pods, ips))
        added = time.monotonic()
        list(self.threads.map(lambda *each: self.assert_whole(*each), attachments, ips))
        self.assertEqual(len(self.node_ports()), self.COUNT + 1)
        before_del = time.monotonic()
        list(self.threads.map(self.multus.detach, attachments))
        print(f"{self.COUNT} pods: all added in {added - begun:.1f} s, "
              f"all gone in {time.monotonic() - before_del:.1f} s", file=sys.stderr)
        for pod in pods:
            self.assertEqual([link["ifname"] for link in pod.ip("link", "show")], ["lo"])
        self.assertEqual(len(self.node_ports()), 1)


if __name__ == "__main__":
    # What a call left that should have ended makes every later moment fail, each after its minute.
    unittest.main(failfast=True)
