"""`patchbay inspect` of real pods: the panel says what iproute2 says, drifts are those of CHECK, and whoever
may see less is shown less."""

import json
import shlex
import subprocess
import unittest
import xml.etree.ElementTree

from check_test import BRIDGE, FILTERS, IPS, NIC, RECORD, TAP
from inspect_case import DRIFTED, InspectCase, inspected
from lab.multus import CniError
from lab.netns import Namespace
from lab.paths import PROGRAMS
from lab.process import wait_until
from lab.tap_guest import TapGuest
from pod_case import MAC, UPLINK, bridge, everything, static

HOST = "192.168.0.1"
OPEN_TAP = """
import fcntl, os, struct, sys, time
tun = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH22x", sys.argv[1].encode(), 0x5002))  # TUNSETIFF: tap, no_pi, vnet_hdr
time.sleep(1000)
"""


class Panel(InspectCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        self.hosts.run("ip", "address", "add", f"{HOST}/26", "dev", UPLINK)

    def test_says_what_the_kernel_says(self) -> None:
        blue = self.multus.attach(self.pod, "blue", bridge(static(*IPS, gateway=HOST)), mac=MAC)
        with TapGuest(self.pod, blue.tap, MAC) as guest:
            guest.configure(*IPS)
            self.assertTrue(guest.ping(HOST))
            self.assertIs(self.look()[0]["tap"]["open"], True)
        nic, = self.look()
        index = self.pod.link(blue.pod_interface)["link_index"]
        port = next(link for link in self.node.ip("link", "show") if link["ifindex"] == index)
        self.assertEqual(nic["far"]["link"]["name"], port["ifname"])
        self.assertEqual(nic["far"]["bridge"]["name"], port["master"])
        self.assertEqual(nic["mac"], MAC)
        self.assertEqual(nic["parked"]["ips"], IPS)
        self.assertEqual((nic["join"]["by"], nic["join"]["whole"], nic["drift"]), ("redirect", True, []))
        self.assertIs(nic["tap"]["open"], False)
        for way, link in {"out": blue.tap, "in": blue.pod_interface}.items():
            filters = json.loads(self.pod.run("tc", "-s", "-j", "filter", "show", "dev", link, "ingress"))
            options = next(each["options"] for each in filters if "actions" in each.get("options", {}))
            counted = options["actions"][0]["stats"]
            self.assertGreater(counted["packets"], 0)
            self.assertGreaterEqual(counted["packets"], nic["join"][way]["frames"])
            self.assertGreater(nic["join"][way]["frames"], 0)
            self.assertEqual(nic["join"][way]["handle"], options["fh"])
        for name, link in {"tap": blue.tap, "nic": blue.pod_interface}.items():
            stats = self.pod.run("ip", "-s", "-j", "link", "show", "dev", link)
            self.assertGreaterEqual(json.loads(stats)[0]["stats64"]["tx"]["packets"], nic[name]["sent"]["frames"])

    def test_text_has_a_line_from_the_guest_to_the_nodes_bridge(self) -> None:
        blue = self.multus.attach(self.pod, "blue", bridge(static(*IPS)), mac=MAC)
        vmi = self.room / "vmi.json"
        vmi.write_text(json.dumps({"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachineInstance",
                                   "metadata": {"name": "vm"}, "spec": {
            "domain": {"devices": {"interfaces": [{"name": "blue", "binding": {"name": "patchbay"}}]}},
            "networks": [{"name": "blue", "multus": {"networkName": "blue"}}]}}), encoding="utf-8")
        port = self.look()[0]["far"]["link"]["name"]
        self.assertIn(f"● blue    {blue.tap} ══ redirect ══ {blue.pod_interface} ── {port} ── br1\n",
                      self.table("-f", str(vmi)))
        self.assertIn(", ".join(IPS), self.table())

    def test_picture_is_xml_with_every_name_and_address(self) -> None:
        pictures = self.room / "panel.svg"
        attachments = [self.multus.attach(self.pod, f"net-{n}", bridge(static(f"10.0.{n}.2/24"))) for n in range(3)]
        self.table("--svg", str(pictures))
        texts = {element.text for element in xml.etree.ElementTree.parse(pictures).iter()}
        for n, attachment in enumerate(attachments):
            self.assertLessEqual({attachment.tap, attachment.pod_interface, f"10.0.{n}.2/24", "br1"}, texts)

    def test_the_node_is_hidden_from_the_pods_user_and_nothing_else(self) -> None:
        self.multus.attach(self.pod, "blue", bridge(static(*IPS)), mac=MAC)
        command = self.pod.command(*self.as_user_107("patchbay"))
        nic, = json.loads(inspected(command, "-o", "json"))["panel"]["nics"]
        whole, = self.look()
        self.assertEqual(set(nic["far"]), {"hidden"})
        for key in ("mac", "join", "parked", "drift"):
            self.assertEqual({**nic[key], "in": 0} if key == "join" else nic[key],
                             {**whole[key], "in": 0} if key == "join" else whole[key])
        self.assertIn("not visible from here", inspected(command, "-o", "table"))

    def test_who_has_the_tap_open_and_by_which_name(self) -> None:
        blue = self.multus.attach(self.pod, "blue", bridge(), mac=MAC)
        process = self.pod.start("/usr/bin/python3", "-c", OPEN_TAP, blue.tap, "-device", '{"id":"ua-blue"}')
        nic = wait_until("the tap to be opened", lambda: next(
            (each for each in self.look() if each["tap"].get("holders")), None))
        self.assertEqual(nic["network"], "blue")
        self.assertEqual([holder["pid"] for holder in nic["tap"]["holders"]], [process.pid])

    def test_a_namespace_without_a_vm_has_an_empty_panel(self) -> None:
        self.assertEqual(self.look(), [])
        self.assertIn("no NIC of a VM", self.table())

    def test_what_is_not_there_is_said(self) -> None:
        for options in (["--netns", "no-such-namespace"], ["--node-netns", "no-such-namespace"],
                        ["--svg", "/no/such/folder/x.svg"]):
            done = subprocess.run([PROGRAMS / "patchbay", "inspect", *options], text=True, capture_output=True,
                                  timeout=120, check=False)
            self.assertGreater(done.returncode, DRIFTED, options)
            self.assertIn(options[1], done.stderr)


class Backends(InspectCase):
    def joined(self) -> tuple[str, bool, list]:
        nic, = self.look()
        return nic["join"]["by"], nic["join"]["whole"], nic["drift"]

    def test_bridge(self) -> None:
        self.make_bridge()
        blue = self.multus.attach(self.pod, "blue", bridge(static(*IPS), patchbay={"mode": "bridge"}), mac=MAC)
        self.assertEqual(self.joined(), ("bridge", True, []))
        self.assertEqual(self.look()[0]["join"]["bridge"]["name"], "k6t-" + blue.tap.removeprefix("tap"))

    def test_several_queues(self) -> None:
        self.make_bridge()
        self.multus.attach(self.pod, "blue", bridge(patchbay={"multiQueue": True}), mac=MAC)
        self.assertEqual(self.joined(), ("redirect", True, []))
        self.assertIs(self.look()[0]["tap"]["multiQueue"], True)
        self.assertIn("several queues", self.table())

    def test_macvlan_lies_on_the_nodes_uplink(self) -> None:
        self.multus.attach(self.pod, "blue", {
            "cniVersion": "1.0.0", "name": "macvlan-net", "type": "macvlan", "master": UPLINK,
            "mode": "bridge", "ipam": static(*IPS)})
        self.assertEqual(self.joined(), ("redirect", True, []))
        nic, = self.look()
        self.assertEqual(nic["far"]["link"]["name"], UPLINK)
        self.assertEqual(nic["nic"]["mode"], "bridge")

    def test_macvtap(self) -> None:
        self.multus.add_binding(self.adopt_macvtap("blue"))
        self.assertEqual(self.joined(), ("macvtap", True, []))
        self.assertEqual(self.look()[0]["far"]["link"]["name"], UPLINK)

    def test_tap(self) -> None:
        nad = {"cniVersion": "1.0.0", "name": "tap-net", "type": "tap", "owner": 107, "group": 107,
               "ipam": static(*IPS)}
        self.multus.attach(self.pod, "blue", nad)
        self.assertEqual(self.joined(), ("tap", True, []))
        self.assertIn("guest ══ tap", self.table())


class Drift(InspectCase):
    """Each drift that CHECK finds, in the same words; and the cures that are a command."""

    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()

    def expect_each(self, drifts: list[tuple[str, str]], **options: object) -> None:
        for commands, _ in drifts:
            with self.subTest(commands), Namespace("drift") as pod:
                pod.run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")
                blue = self.multus.attach(
                    pod, "blue", bridge(static(*IPS), **({"patchbay": options} if options else {})), mac=MAC)
                names = {"nic": blue.pod_interface, "tap": blue.tap, "pb": blue.record,
                         "h": blue.tap.removeprefix("tap")}
                for command in commands.format(**names).split("; "):
                    pod.run(*shlex.split(command))
                self.compare(blue)
                self.multus.attachments.remove(blue)

    def compare(self, blue) -> None:
        before = everything(blue.pod)
        drifts = self.look(blue.pod, status=DRIFTED)[0]["drift"]
        self.assertEqual(everything(blue.pod), before)
        with self.assertRaises(CniError) as caught:
            self.multus.call_binding("CHECK", blue)
        self.assertIn("; ".join(drift["message"] for drift in drifts), caught.exception.text)
        cures = [drift["hint"] for drift in drifts]
        if all(cure.startswith("ip ") for cure in cures):
            for command in "; ".join(cures).split("; "):
                blue.pod.run(*shlex.split(command))
            self.assertEqual(self.look(blue.pod)[0]["drift"], [])

    def test_of_the_tap(self) -> None:
        self.expect_each(TAP)

    def test_of_the_nic(self) -> None:
        self.expect_each(NIC)

    def test_of_the_filters(self) -> None:
        self.expect_each(FILTERS)

    def test_of_the_record(self) -> None:
        self.expect_each(RECORD)

    def test_of_the_bridge(self) -> None:
        self.expect_each(BRIDGE, mode="bridge")


if __name__ == "__main__":
    unittest.main()
