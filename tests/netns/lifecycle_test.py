"""ADD and DEL when they come twice, too late, half-done or against what somebody else has made."""

import csv
import json
import subprocess
import unittest

from lab.multus import CniError
from lab.netns import Namespace
from lab.paths import PROGRAMS, SOURCE
from lab.tap_guest import TapGuest
from pod_case import MAC, PodCase, bridge, everything, static
from wiring_case import meddling

IPS = ["192.168.0.62/26", "fd00::62/64"]
ROUTES = [{"dst": "0.0.0.0/0"}, {"dst": "2001:db8::/32", "gw": "fd00::1"}]


class Lifecycle(PodCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()

    def network(self, name: str = "blue", ips: list[str] | None = None, mac: str = MAC):
        routes = ROUTES if ips is None else ROUTES[:1]
        nad = bridge(static(*(ips or IPS), gateway="192.168.0.2", routes=routes))
        return self.multus.add_network(self.pod, name, nad, mac=mac)

    def blue(self):
        return self.multus.add_binding(self.network())


class Add(Lifecycle):
    def test_twice_is_once(self) -> None:
        attachment = self.blue()
        once = everything(self.pod)
        self.multus.call_binding("ADD", attachment)
        self.assertEqual(everything(self.pod), once)

    def test_twice_without_a_cache_keeps_what_is_parked(self) -> None:
        attachment = self.blue()
        once = self.record(attachment)
        self.multus.cache_file(attachment).unlink()
        self.multus.call_binding("ADD", attachment)
        self.assertEqual(self.record(attachment), once)
        self.assertIn("no cached CNI result", attachment.log)

    def test_after_a_half_done_one_ends_right(self) -> None:
        attachment = self.blue()
        whole = everything(self.pod)
        damages = [
            ["ip", "link", "set", attachment.pod_interface, "down"],
            ["ip", "link", "set", attachment.tap, "down"],
            ["sysctl", "-qw", f"net.ipv6.conf.{attachment.pod_interface}.disable_ipv6=0"],
            ["ip", "link", "set", attachment.pod_interface, "allmulticast", "off"],
            ["ip", "link", "set", attachment.tap, "mtu", "1300"],
            ["tc", "qdisc", "del", "dev", attachment.pod_interface, "ingress"],
            ["tc", "filter", "del", "dev", attachment.tap, "ingress"],
            ["ip", "address", "add", "192.168.0.62/26", "dev", attachment.pod_interface],
        ]
        for damage in damages:
            with self.subTest(" ".join(damage[1:])):
                self.pod.run(*damage)
                self.multus.call_binding("ADD", attachment)
                self.assertEqual(self.comparable(everything(self.pod)), self.comparable(whole))
        for link in (attachment.tap, attachment.record):
            with self.subTest(f"without {link}"):
                self.pod.run("ip", "link", "del", link)
                if link == attachment.record:
                    self.pod.run("ip", "address", "add", IPS[0], "dev", attachment.pod_interface)
                self.multus.call_binding("ADD", attachment)
                self.assertIsNotNone(self.pod.link(attachment.tap))
                self.assertEqual(self.record(attachment)["ips"][0], IPS[0])

    @staticmethod
    def comparable(shown: dict) -> dict:
        """Action numbers count up whenever a filter is made anew."""
        text = json.dumps(shown)
        return {word for word in text.split() if not word.isdigit()}

    def test_without_a_cache_takes_the_kernels_word(self) -> None:
        attachment = self.network()
        self.multus.cache_file(attachment).unlink()
        self.multus.add_binding(attachment)
        record = self.record(attachment)
        self.assertEqual(record["ips"], IPS)
        self.assertEqual(record["routes"], [{"dst": "0.0.0.0/0", "gw": "192.168.0.2"},
                                            {"dst": "2001:db8::/32", "gw": "fd00::1"}])
        self.assertNotIn("ipam", record)
        line = json.loads(attachment.log.splitlines()[0])
        self.assertEqual((line["level"], line["network"]), ("warning", "blue"))
        self.assertIn("cacheDirs", line["hint"])

    def test_where_result_and_kernel_differ(self) -> None:
        attachment = self.network(ips=["192.168.0.62/26", "192.168.0.61/26", "fd00::62/64"])
        nic = attachment.pod_interface
        self.pod.run("ip", "address", "del", "192.168.0.61/26", "dev", nic)
        self.pod.run("ip", "address", "add", "172.16.0.1/24", "dev", nic)
        self.pod.run("ip", "link", "set", nic, "mtu", "1300")
        self.multus.add_binding(attachment)
        record = self.record(attachment)
        self.assertEqual(record["ips"], ["192.168.0.62/26", "fd00::62/64", "172.16.0.1/24"])
        self.assertEqual(record["mtu"], 1300)
        self.assertEqual(self.pod.link(attachment.tap)["mtu"], 1300)
        self.assertIn("192.168.0.61", json.loads(attachment.log.splitlines()[0])["msg"])

    def test_small_mtu_has_no_ipv6_and_still_works(self) -> None:
        nad = bridge(static(IPS[0]), mtu=1000)
        attachment = self.multus.attach(self.pod, "blue", nad, mac=MAC)
        self.assertEqual(self.record(attachment)["mtu"], 1000)
        self.assertEqual(self.pod.link(attachment.tap)["mtu"], 1000)

    def test_a_long_record_goes_on_in_more_links(self) -> None:
        ips = ["192.168.0.62/26"] + [f"fd00:aaaa:bbbb:cccc:dddd:eeee:ffff:{n:x}/64" for n in range(1, 30)]
        attachment = self.multus.add_binding(self.network(ips=ips))
        self.assertEqual(self.record(attachment)["ips"], ips)
        self.assertIsNotNone(self.pod.link(attachment.record + "c"))
        self.multus.detach(attachment)
        self.assertEqual([link["ifname"] for link in self.pod.ip("link", "show")], ["lo"])

    def test_two_networks_side_by_side(self) -> None:
        blue = self.blue()
        red = self.multus.add_binding(self.network("red", ["192.168.0.61/26"], "02:00:00:00:00:61"))
        self.assertEqual(self.record(blue)["ips"], IPS)
        self.assertEqual(self.record(red)["ips"], ["192.168.0.61/26"])
        with TapGuest(self.pod, blue.tap, MAC) as one, \
                TapGuest(self.pod, red.tap, "02:00:00:00:00:61") as other:
            one.configure(IPS[0])
            other.configure("192.168.0.61/26")
            self.assertTrue(one.ping("192.168.0.61"))
        before = everything(self.pod)["filters"][blue.tap]
        self.multus.detach(red)
        self.assertEqual(everything(self.pod)["filters"][blue.tap], before)
        self.assertEqual(self.record(blue)["ips"], IPS)

    def test_names_that_are_odd(self) -> None:
        with open(SOURCE / "tests/fixtures/names.tsv", encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, delimiter="\t"))
        # The empty name is that of no network: args.cni.logicNetworkName would be missing.
        names = [row[:3] for row in rows if row[0] and not row[0].startswith("#")][1:]
        self.assertGreater(len(names), 15)
        for name, pod_interface, tap in names:
            with self.subTest(name), Namespace("odd") as pod:
                attachment = self.multus.attach(pod, name, bridge(static("10.7.0.1/24")))
                self.assertEqual((attachment.pod_interface, attachment.tap), (pod_interface, tap))
                self.assertIsNotNone(pod.link(tap))
                self.multus.detach(attachment)
                self.assertIsNone(pod.link(tap))


class Refusal(Lifecycle):
    """Each leaves the pod as it was, and says what to do."""

    def assert_refused(self, attachment, code: int, *words: str, options: dict | None = None):
        before = everything(self.pod)
        attachment.binding_nad = {"cniVersion": "1.0.0", "name": "patchbay", "type": "patchbay",
                                  "patchbay": {"cacheDirs": [str(self.multus.cache)]},
                                  **(options or {})}
        attachment.binding_interface = "net9"
        with self.assertRaises(CniError) as caught:
            self.multus.call_binding("ADD", attachment)
        error = caught.exception
        self.assertEqual(error.code, code, error)
        self.assertNotEqual(error.status, 0)
        for word in words:
            self.assertIn(word, f"{error.text} {error.answer.get('details', '')}")
        self.assertEqual(everything(self.pod), before)

    def test_somebody_elses_link_with_the_taps_name(self) -> None:
        attachment = self.network()
        self.pod.run("ip", "link", "add", attachment.tap, "type", "bridge")
        self.assert_refused(attachment, 101, attachment.tap, "bridge", "delete it")

    def test_a_tap_that_the_launcher_could_not_open(self) -> None:
        attachment = self.network()
        self.pod.run("ip", "tuntap", "add", attachment.tap, "mode", "tap", "user", "1000")
        self.assert_refused(attachment, 101, attachment.tap, "owner 107", "1000")

    def test_somebody_elses_filters(self) -> None:
        attachment = self.network()
        nic = attachment.pod_interface
        self.pod.run("tc", "qdisc", "add", "dev", nic, "clsact")
        self.assert_refused(attachment, 101, nic, "ingress filters of somebody else")

    def test_no_pod_interface(self) -> None:
        attachment = self.network()
        self.pod.run("ip", "link", "del", attachment.pod_interface)
        self.assert_refused(attachment, 100, "blue", attachment.pod_interface)

    def test_ordinal_names(self) -> None:
        attachment = self.network()
        self.pod.run("ip", "link", "set", attachment.pod_interface, "down")
        self.pod.run("ip", "link", "set", attachment.pod_interface, "name", "net1")
        self.assert_refused(attachment, 100, "net1", "ordinal", "restart the VM")

    def test_kinds_that_are_no_ethernet_port(self) -> None:
        attachment = self.network()
        nic = attachment.pod_interface
        self.pod.run("ip", "link", "del", nic)
        self.pod.run("ip", "tuntap", "add", nic, "mode", "tun")
        self.assert_refused(attachment, 2, "blue", nic, "Ethernet")
        self.pod.run("ip", "link", "del", nic)
        self.pod.run("ip", "link", "add", nic, "type", "bridge")
        self.assert_refused(attachment, 2, nic, "bridge", "expected veth, macvlan, ipvlan, vlan")

    def test_modes_that_do_not_fit_and_misspelt_ones(self) -> None:
        attachment = self.network()
        self.assert_refused(attachment, 2, "blue", "macvtap", options={
            "patchbay": {"mode": "macvtap"}})
        self.assert_refused(attachment, 7, "did you mean", "redirect", options={
            "patchbay": {"mode": "redirekt"}})
        self.assert_refused(attachment, 7, "mod", "did you mean \"mode\"", options={
            "patchbay": {"mod": "redirect"}})

    def test_both_forms_at_once(self) -> None:
        attachment = self.network()
        self.assert_refused(attachment, 7, "prevResult", "the binding's NAD lists patchbay alone",
                            options={"prevResult": attachment.result})

    def test_no_namespace(self) -> None:
        attachment = self.network()
        attachment.binding_nad = {"cniVersion": "1.0.0", "name": "patchbay", "type": "patchbay"}
        attachment.binding_interface = "net9"
        for path in ("/run/netns/pb-there-is-none", "/etc/hostname"):
            with self.assertRaises(CniError) as caught:
                self.multus.call_binding("ADD", attachment, CNI_NETNS=path)
            self.assertEqual(caught.exception.code, 100)
            self.assertIn(path, caught.exception.text)


class FailingKernel(Lifecycle):
    def test_whatever_request_fails_the_namespace_is_as_it_was(self) -> None:
        """The kernel refuses the n-th netlink message of an ADD, for every n until one goes through."""
        # Duplicate address detection would only make each round slower.
        self.pod.run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")
        attachment = self.network()
        nic = attachment.pod_interface
        self.pod.run("ip", "address", "add", "192.168.0.70/26", "dev", nic, "label", f"{nic[:13]}:x")
        self.pod.run("ip", "address", "add", "192.168.9.1", "peer", "192.168.9.2", "dev", nic)
        self.pod.run("ip", "address", "add", "fd00::70/64", "dev", nic, "noprefixroute")
        self.pod.run("ip", "route", "add", "10.1.0.0/16", "via", "192.168.0.3", "dev", nic,
                     "metric", "7", "mtu", "1300", "table", "77", "src", "192.168.0.70")
        self.pod.run("ip", "-6", "route", "add", "fd05::/64", "dev", nic, "metric", "9")
        self.pod.settle()
        before = everything(self.pod)
        failures = 0
        for number in range(1, 300):
            if self.add_succeeds(attachment, number):
                break
            failures += 1
            self.assertEqual(everything(self.pod), before, f"request {number}")
        self.assertGreater(failures, 20)
        self.assertEqual(self.pod.addresses(nic), [])

    def test_a_result_cache_that_can_not_be_listed_is_not_taken_for_an_empty_one(self) -> None:
        attachment = self.network()
        before = everything(self.pod)
        done = self.add(attachment, "getdents64", "error=EIO")
        self.assertIn("could not list the CNI result cache: Input/output error", json.loads(done.stdout)["msg"])
        self.assertEqual(everything(self.pod), before)

    def add_succeeds(self, attachment, number: int) -> bool:
        done = self.add(attachment, "sendmsg", "error=ENOBUFS", number)
        self.assertEqual(done.returncode != 0, "code" in json.loads(done.stdout), done)
        self.assertNotIn("could not be put back", done.stderr)
        return done.returncode == 0

    def add(self, attachment, system_call: str, fault: str, number: int = 1) -> subprocess.CompletedProcess:
        config = {"cniVersion": "1.0.0", "name": "patchbay", "type": "patchbay",
                  "args": {"cni": {"logicNetworkName": "blue"}},
                  "patchbay": {"cacheDirs": [str(self.multus.cache)]}}
        return subprocess.run(
            [*meddling(system_call, fault, number), PROGRAMS / "patchbay-cni"],
            input=json.dumps(config), text=True, capture_output=True, check=False,
            env={"CNI_COMMAND": "ADD", "CNI_CONTAINERID": self.pod.name, "CNI_IFNAME": "net1",
                 "CNI_NETNS": str(self.pod.path), "PATH": "/usr/bin:/bin"})


class Del(Lifecycle):
    def test_twice_is_once(self) -> None:
        attachment = self.blue()
        self.multus.call_binding("DEL", attachment)
        once = everything(self.pod)
        self.multus.call_binding("DEL", attachment)
        self.assertEqual(everything(self.pod), once)

    def test_without_tap_interface_record_or_namespace(self) -> None:
        for name in ("tap", "pod_interface", "record"):
            with self.subTest(name):
                attachment = self.blue()
                self.pod.run("ip", "link", "del", getattr(attachment, name))
                self.multus.call_binding("DEL", attachment)
                self.assertIsNone(self.pod.link(attachment.tap))
                self.assertIsNone(self.pod.link(attachment.record))
                self.multus.detach(attachment)
        attachment = self.blue()
        for path in ("/run/netns/pb-there-is-none", "", "/etc/hostname"):
            self.multus.call_binding("DEL", attachment, CNI_NETNS=path)

    def test_without_an_add_leaves_the_interface_alone(self) -> None:
        attachment = self.network()
        attachment.binding_interface = "net1"
        self.pod.settle()
        before = everything(self.pod)
        self.multus.call_binding("DEL", attachment)
        self.assertEqual(everything(self.pod), before)

    def test_with_a_record_that_cannot_be_read(self) -> None:
        attachment = self.blue()
        self.pod.run("ip", "link", "set", attachment.record, "alias", "not ours")
        self.multus.call_binding("DEL", attachment)
        self.assertIn(attachment.record, attachment.log)
        self.assertIsNone(self.pod.link(attachment.record))

    def test_while_the_guest_still_holds_its_tap(self) -> None:
        attachment = self.blue()
        with TapGuest(self.pod, attachment.tap, MAC):
            self.multus.call_binding("DEL", attachment)
            self.assertIsNone(self.pod.link(attachment.tap))

    def test_add_after_del_is_a_new_one(self) -> None:
        attachment = self.blue()
        record = self.record(attachment)
        self.multus.call_binding("DEL", attachment)
        self.multus.call_binding("ADD", attachment)
        self.assertEqual(self.record(attachment), record)


class Versions(Lifecycle):
    def test_every_cni_version(self) -> None:
        for version in ("0.3.1", "0.4.0", "1.0.0", "1.1.0"):
            with self.subTest(version), Namespace("version") as pod:
                nad = bridge(static(*IPS))
                nad["cniVersion"] = min(version, "1.0.0")  # Debian's plugins know no newer one
                attachment = self.multus.attach(pod, "blue", nad, binding={"cniVersion": version})
                self.assertEqual(attachment.binding_result["cniVersion"], version)
                self.multus.detach(attachment)


if __name__ == "__main__":
    unittest.main()
