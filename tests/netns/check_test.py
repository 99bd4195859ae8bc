"""CHECK against the real kernel: each way in which a pod can stray from what ADD left, made by hand with
ip and tc, is noticed and named; and CHECK itself changes nothing."""

import shlex
import unittest
from contextlib import contextmanager

from lab.multus import CniError
from lab.netns import Namespace
from lab.tap_guest import TapGuest
from pod_case import MAC, UPLINK, bridge, everything, static
from verbs_case import VerbsCase

IPS = ["192.168.0.62/26", "fd00::62/64"]
HOST = "192.168.0.1"
OTHER_MAC = "02:00:00:00:00:99"
TO_LOOPBACK = "u32 match u32 0 0 action mirred egress redirect dev lo"
NOT_FOUND, CONFLICT = 100, 101

# What is done in the pod, and what CHECK says of it. {nic}, {tap}, {pb}: the links.
TAP = [
    ("ip link del {tap}", "link {tap} is not there"),
    ("ip link set {tap} down", "link {tap}: expected state up, found down"),
    ("ip link set {tap} mtu 1400", "link {tap}: expected MTU 1500, found 1400"),
    ("ip address add 10.0.0.1/24 dev {tap}", "link {tap} has the address 10.0.0.1/24"),
    ("sysctl -qw net.ipv6.conf.{tap}.disable_ipv6=0", "link {tap}: expected IPv6 off, found on"),
    ("ip link del {tap}; ip tuntap add dev {tap} mode tap user 0 group 107 vnet_hdr",
     "link {tap}: expected owner 107, found 0"),
    ("ip link del {tap}; ip tuntap add dev {tap} mode tap user 107 group 107 vnet_hdr multi_queue",
     "link {tap}: expected queues one, found multi_queue"),
    ("ip link del {tap}; ip link add {tap} type bridge", "link {tap}: expected kind tap, found bridge"),
    ("ip link add br9 type bridge; ip link set {tap} master br9",
     "link {tap}: expected bridge none, found br9"),
]
NIC = [
    ("ip link del {nic}", "link {nic} is not there"),
    ("ip link set {nic} down", "link {nic}: expected state up, found down"),
    ("ip link set {nic} mtu 1400", "link {nic}: expected MTU 1500, found 1400"),
    ("ip link set {nic} address " + OTHER_MAC,
     "link {nic}: expected MAC " + MAC + ", found " + OTHER_MAC),
    ("ip link set {nic} allmulticast off", "link {nic}: expected all-multicast on, found off"),
    ("ip address add 192.168.0.62/26 dev {nic}", "link {nic} has the address 192.168.0.62/26"),
    ("sysctl -qw net.ipv6.conf.{nic}.disable_ipv6=0", "link {nic}: expected IPv6 off, found on"),
    ("ip link add br9 type bridge; ip link set {nic} master br9",
     "link {nic}: expected bridge none, found br9"),
]
FILTERS = [
    ("tc qdisc del dev {nic} ingress",
     "link {nic}: expected at its ingress a redirect to {tap}, found nothing"),
    ("tc qdisc del dev {tap} ingress",
     "link {tap}: expected at its ingress a redirect to {nic}, found nothing"),
    ("tc filter del dev {nic} ingress; tc filter add dev {nic} ingress protocol all " + TO_LOOPBACK,
     "expected at its ingress a redirect to {tap}, found somebody else's filter"),
    ("ip link del {tap}; ip tuntap add dev {tap} mode tap user 107 group 107 vnet_hdr",
     "expected at its ingress a redirect to {tap}, found a redirect to a link that is gone"),
    ("tc filter add dev {nic} ingress protocol all pref 99 " + TO_LOOPBACK,
     "found a redirect to {tap}, then somebody else's filter"),
]
RECORD = [
    ("ip link set {pb} alias ''", "found one that can't be read"),
    ("ip link set {pb} alias '{{\"v\":2}}'", "expected record version 1, found 2"),
    ("ip link set {pb} alias '{{\"v\":1,\"backend\":\"redirect\",\"x\":1}}'", 'the key "x" is unknown'),
    ("ip link set {pb} up", "link {pb}: expected state down, found up"),
    ("ip link add {pb}a type bridge", "link {pb}a continues the record"),
]
BRIDGE = [
    ("ip link set {tap} nomaster", "link {tap}: expected bridge k6t-{h}, found none"),
    ("ip link set {nic} nomaster", "link {nic}: expected bridge k6t-{h}, found none"),
    ("ip link set {nic} address " + MAC,
     "link {nic}: expected MAC 42:00:00:00:00:62, found " + MAC),
    ("ip link set k6t-{h} down", "link k6t-{h}: expected state up, found down"),
    ("ip address add 10.0.0.1/24 dev k6t-{h}", "link k6t-{h} has the address 10.0.0.1/24"),
    ("ip link del k6t-{h}", "link k6t-{h} is not there"),
]


class Drift(VerbsCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        self.hosts.run("ip", "address", "add", f"{HOST}/26", "dev", UPLINK)

    @contextmanager
    def attached(self, **options: object):
        """A VM's interface in a pod of its own."""
        with Namespace("drift") as pod:
            pod.run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")
            blue = self.multus.attach(
                pod, "blue", bridge(static(*IPS), **({"patchbay": options} if options else {})), mac=MAC)
            try:
                yield blue
            finally:
                self.multus.attachments.remove(blue)

    def refused(self, attachment) -> CniError:
        before = everything(attachment.pod)
        with self.assertRaises(CniError) as caught:
            self.multus.call_binding("CHECK", attachment)
        self.assertEqual(everything(attachment.pod), before)
        self.assertIn("restart the VM", caught.exception.text)
        self.assertIn('network "blue": ', caught.exception.text)
        return caught.exception

    def expect_each(self, drifts: list[tuple[str, str]], **options: object) -> None:
        for commands, expected in drifts:
            with self.subTest(commands), self.attached(**options) as blue:
                names = {"nic": blue.pod_interface, "tap": blue.tap, "pb": blue.record,
                         "h": blue.tap.removeprefix("tap")}
                self.assertEqual(self.multus.call_binding("CHECK", blue), {})
                for command in commands.format(**names).split("; "):
                    blue.pod.run(*shlex.split(command))
                refusal = self.refused(blue)
                self.assertEqual(refusal.code, CONFLICT)
                self.assertIn(expected.format(**names), refusal.text)

    def test_the_tap(self) -> None:
        self.expect_each(TAP)

    def test_the_nic(self) -> None:
        self.expect_each(NIC)

    def test_the_filters(self) -> None:
        self.expect_each(FILTERS)

    def test_the_record(self) -> None:
        self.expect_each(RECORD)

    def test_the_bridge(self) -> None:
        self.expect_each(BRIDGE, mode="bridge")

    def test_no_record(self) -> None:
        with self.attached() as blue:
            blue.pod.run("ip", "link", "del", blue.record)
            refusal = self.refused(blue)
            self.assertEqual(refusal.code, NOT_FOUND)
            self.assertIn(f"link {blue.record}, which is not there", refusal.text)

    def test_another_trunk(self) -> None:
        with self.attached(trunk=[{"id": 42}]) as blue:
            parked = {link["ifname"]: link["ifalias"] for link in blue.pod.ip("link", "show")
                      if link["ifname"].startswith(blue.record)}
            self.multus.cache_file(blue).unlink()
            self.multus.add_binding(blue, {"patchbay": {"trunk": [{"id": 43}],
                                                        "cacheDirs": [str(self.multus.cache)]}})
            for name, alias in parked.items():
                blue.pod.run("ip", "link", "set", name, "alias", alias)
            self.assertIn("its filter passes other VLANs than the trunk of the record",
                          self.refused(blue).text)

    def test_nothing_is_wrong_while_a_guest_runs(self) -> None:
        with self.attached() as blue, TapGuest(blue.pod, blue.tap, MAC) as guest:
            guest.configure("192.168.0.62/26")
            self.assertTrue(guest.ping(HOST))
            self.assertEqual(self.multus.call_binding("CHECK", blue), {})

    def test_everything_at_once(self) -> None:
        with self.attached() as blue:
            blue.pod.run("ip", "link", "set", blue.tap, "down")
            blue.pod.run("ip", "link", "set", blue.pod_interface, "mtu", 1400)
            text = self.refused(blue).text
            self.assertIn("state up", text)
            self.assertIn("MTU 1500", text)

    def test_after_del(self) -> None:
        with self.attached() as blue:
            self.multus.call_binding("DEL", blue)
            self.assertEqual(self.refused(blue).code, NOT_FOUND)

    def test_not_before_its_version(self) -> None:
        with self.attached() as blue:
            for version in ("0.4.0", "1.0.0", "1.1.0"):
                blue.binding_nad["cniVersion"] = version
                self.multus.call_binding("ADD", blue)
                self.multus.call_binding("CHECK", blue)
            blue.binding_nad["cniVersion"] = "0.3.1"
            self.multus.call_binding("ADD", blue)
            with self.assertRaisesRegex(CniError, "CHECK came with CNI 0.4.0"):
                self.multus.call_binding("CHECK", blue)


class Chained(VerbsCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        plugin = {key: value for key, value in bridge(static(*IPS)).items()
                  if key not in ("cniVersion", "name")}
        self.nad = {"cniVersion": "1.0.0", "name": "blue-net",
                    "plugins": [plugin, {"type": "patchbay"}]}

    def check(self, attachment, result: dict) -> None:
        self.call("CHECK", {"cniVersion": "1.0.0", "name": "blue-net", "prevResult": result},
                  CNI_CONTAINERID=attachment.pod.name, CNI_NETNS=str(attachment.pod.path),
                  CNI_IFNAME=attachment.interface)

    def test_the_results_addresses_are_those_of_the_record(self) -> None:
        blue = self.multus.attach(self.pod, "blue", self.nad, mac=MAC, binding=False)
        self.check(blue, blue.result)
        more = {**blue.result, "ips": [*blue.result["ips"], {"address": "192.168.0.63/26"}]}
        more["ips"][-1]["interface"] = blue.result["ips"][0]["interface"]
        with self.assertRaisesRegex(CniError, "prevResult has the address 192.168.0.63/26 for it, "
                                              "the record has 192.168.0.62/26, fd00::62/64"):
            self.check(blue, more)
        self.pod.run("ip", "link", "set", blue.tap, "down")
        with self.assertRaisesRegex(CniError, 'network "blue-net".*expected state up, found down'):
            self.check(blue, blue.result)

    def test_a_plain_pod_has_nothing_of_ours(self) -> None:
        plain = self.multus.attach(self.pod, "blue", self.nad, interface="net1", binding=False)
        self.check(plain, plain.result)
        self.assertEqual(sorted(self.pod.addresses("net1", scope="global")), sorted(IPS))


if __name__ == "__main__":
    unittest.main()
