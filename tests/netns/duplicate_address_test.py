"""NAD option "dad": an address that somebody else on the network has, or is about to take, fails the
ADD before anything is wired. Squatters are real kernels wherever a kernel does it of its own accord."""

import json
import signal
import struct
import subprocess
import threading
import unittest
from collections.abc import Iterator
from contextlib import contextmanager

from lab.frames import Received, found, packet_socket
from lab.multus import Attachment, CniError
from lab.netns import Namespace
from lab.packets import announcement, who_has
from lab.paths import PROGRAMS
from pod_case import MAC, UPLINK, PodCase, bridge, everything, static
from wiring_case import meddling

FOUR, OTHER_FOUR, SIX = "192.168.0.62/26", "192.168.0.61/26", "fd00::62/64"
SQUATTER = "02:00:00:00:00:99"
DAD = {"dad": True}
# Who asks for the two addresses: an ARP request, a neighbour solicitation.
PROBES = ("(arp[6:2] == 1 and arp[24:4] == 0xc0a8003e) or "
          "(icmp6 and ip6[40] == 135 and ip6[48:4] == 0xfd000000 and ip6[60:4] == 0x62)")


def bare(address: str) -> str:
    return address.split("/")[0]


def macvlan(ipam: dict, **more) -> dict:
    return {"cniVersion": "1.0.0", "name": "macvlan-net", "type": "macvlan", "master": UPLINK,
            "capabilities": {"mac": True}, "ipam": ipam, "patchbay": DAD, **more}


def probe(mac: str, target: str) -> bytes:
    """RFC 5227, section 2.1.1."""
    return who_has(mac, "0.0.0.0", target)


def tagged(frame: bytes, vlan: int) -> bytes:
    return frame[:12] + struct.pack("!HH", 0x8100, vlan) + frame[12:]


class DuplicateAddressCase(PodCase):
    def setUp(self) -> None:
        super().setUp()
        # Each test says who squats and when: the plugin's own detection has no say in it.
        self.hosts.run("ip", "link", "set", UPLINK, "address", SQUATTER)

    def squat(self, *addresses: str, on: Namespace | None = None, link: str = UPLINK) -> None:
        for address in addresses:
            (on or self.hosts).run("ip", "address", "add", address, "dev", link,
                                   *(["nodad"] if ":" in address else []))

    def network(self, nad: dict) -> Attachment:
        attachment = self.multus.add_network(self.pod, "blue", nad, mac=MAC)
        self.pod.settle()
        return attachment

    def namespace(self) -> dict:
        return {**everything(self.pod), "neighbours": self.pod.ip("neighbour", "show")}

    def assert_refused(self, attachment: Attachment, *words: str, code: int = 101) -> str:
        """ADD fails with `words`, and the pod is as it was."""
        before = self.namespace()
        attachment.binding_interface = "net1"
        attachment.binding_nad = {"cniVersion": "1.0.0", "name": "patchbay", "type": "patchbay",
                                  "patchbay": {"cacheDirs": [str(self.multus.cache)]}}
        with self.assertRaises(CniError) as caught:
            self.multus.call_binding("ADD", attachment)
        error = caught.exception
        self.assertEqual(error.code, code, error)
        text = f"{error.text} {error.answer.get('details', '')}"
        for word in words:
            self.assertIn(word, text)
        self.assert_as_before(before)
        return text

    def assert_as_before(self, before: dict) -> None:
        self.assertEqual(self.namespace(), before)

    @contextmanager
    def repeating(self, sent: bytes) -> Iterator[None]:
        """Sends a frame from the hosts' side over and over."""
        ended = threading.Event()

        def repeat() -> None:
            while not ended.wait(0.02):
                sender.send(sent)

        with packet_socket(self.hosts, UPLINK) as sender:
            thread = threading.Thread(target=repeat)
            thread.start()
            try:
                yield
            finally:
                ended.set()
                thread.join()


class OnABridge(DuplicateAddressCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()

    def nad(self, *addresses: str, **more) -> dict:
        return bridge(static(*(addresses or (FOUR, SIX))), patchbay=DAD, **more)

    def test_nobody_answers(self) -> None:
        attachment = self.network(self.nad())
        with self.capture(self.hosts, UPLINK) as captured:
            self.multus.add_binding(attachment)
            self.assertIsNotNone(self.pod.link(attachment.tap))
            # What came before this one has been captured once it has.
            mark = who_has(SQUATTER, "192.168.0.1", "192.168.0.2")
            with packet_socket(self.hosts, UPLINK) as sender:
                sender.send(mark)
            self.hosts.wait_for("the mark", lambda: captured.frames(f"ether src {SQUATTER} and arp"))
        self.assertNotIn("warning", attachment.log)
        sources = {line.split()[1] for line in captured.frames(PROBES)}
        self.assertEqual(len(sources), 1, sources)
        first = int(sources.pop()[:2], 16)
        self.assertEqual(first & 3, 2, "local and unicast")
        self.assertEqual(captured.frames(f"ether src {MAC} and ({PROBES})"), [])
        self.assertEqual(len(captured.frames(PROBES)), 6, "three for each address")

    def test_an_ipv4_squatter(self) -> None:
        attachment = self.network(self.nad())
        self.squat(FOUR)
        text = self.assert_refused(attachment, 'network "blue"', f"{bare(FOUR)} by {SQUATTER}",
                                   "take the address away")
        self.assertNotIn(bare(SIX), text)

    def test_an_ipv6_squatter(self) -> None:
        attachment = self.network(self.nad())
        self.squat(SIX)
        text = self.assert_refused(attachment, 'network "blue"', f"{bare(SIX)} by {SQUATTER}")
        self.assertNotIn(bare(FOUR), text)

    def test_several_addresses_and_squatters(self) -> None:
        attachment = self.network(self.nad(FOUR, OTHER_FOUR, SIX))
        self.squat(FOUR, SIX)
        mine = self.node.link("br1")["address"]
        self.squat(FOUR, on=self.node, link="br1")
        text = self.assert_refused(attachment, f"{bare(FOUR)} by {SQUATTER}",
                                   f"{bare(FOUR)} by {mine}", f"{bare(SIX)} by {SQUATTER}")
        self.assertNotIn(bare(OTHER_FOUR), text)

    def test_the_vm_itself_that_still_runs_elsewhere(self) -> None:
        attachment = self.network(self.nad())
        self.hosts.run("ip", "link", "set", UPLINK, "address", MAC)
        self.squat(FOUR, SIX)
        self.multus.add_binding(attachment)
        self.assertEqual(self.record(attachment)["ips"], [FOUR, SIX])

    def test_somebody_who_probes_at_the_same_time(self) -> None:
        attachment = self.network(self.nad())
        with self.repeating(probe(SQUATTER, bare(FOUR))):
            self.assert_refused(attachment, f"{bare(FOUR)} by {SQUATTER}")

    def test_another_pod_that_probes_at_the_same_time(self) -> None:
        other = self.stack.enter_context(Namespace("other"))
        pods = [self.network(self.nad()),
                self.multus.add_network(other, "red", self.nad(), mac="02:00:00:00:00:63")]
        # Only the guests, never the pods themselves, are to claim the addresses.
        for pod, attachment in zip((self.pod, other), pods):
            pod.run("sysctl", "-qw", f"net.ipv4.conf.{attachment.pod_interface}.arp_ignore=8")
        failures: list[CniError] = []
        start = threading.Barrier(len(pods))

        def add(attachment: Attachment) -> None:
            start.wait()
            try:
                self.multus.add_binding(attachment)
            except CniError as error:
                failures.append(error)

        threads = [threading.Thread(target=add, args=(each,)) for each in pods]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertGreater(len(failures), 0)
        for failure in failures:
            self.assertIn("found in use", failure.text)

    def test_an_address_of_another_vlan_is_no_conflict(self) -> None:
        attachment = self.network(self.nad(FOUR))
        with self.repeating(tagged(announcement(SQUATTER, bare(FOUR)), 100)):
            self.multus.add_binding(attachment)
        self.assertIsNotNone(self.pod.link(attachment.tap))

    def test_somebody_who_only_looks_for_the_address_is_no_conflict(self) -> None:
        attachment = self.network(self.nad(FOUR))
        with self.repeating(who_has(SQUATTER, "192.168.0.1", bare(FOUR))):
            self.multus.add_binding(attachment)
        self.assertIsNotNone(self.pod.link(attachment.tap))

    def test_once_wired_it_asks_no_more(self) -> None:
        attachment = self.network(self.nad())
        self.multus.add_binding(attachment)
        once = everything(self.pod)
        self.squat(FOUR, SIX)
        self.multus.call_binding("ADD", attachment)
        self.assertEqual(everything(self.pod), once)

    def test_the_bindings_nad_asks_for_all_networks(self) -> None:
        attachment = self.network(bridge(static(FOUR)))
        self.squat(FOUR)
        with self.assertRaises(CniError) as caught:
            self.multus.add_binding(attachment, {"patchbay": {
                "cacheDirs": [str(self.multus.cache)], **DAD}})
        self.assertIn(SQUATTER, caught.exception.text)

    def test_nobody_asks_by_default(self) -> None:
        attachment = self.network(bridge(static(FOUR)))
        self.squat(FOUR)
        self.multus.add_binding(attachment)
        self.assertIsNotNone(self.pod.link(attachment.tap))

    def test_macspoofchk_lets_the_guests_mac_ask(self) -> None:
        attachment = self.network(self.nad(macspoofchk=True))
        self.multus.add_binding(attachment)
        notes = [line for line in map(json.loads, attachment.log.splitlines())
                 if "macspoofchk" in line["msg"]]
        self.assertEqual([(note["level"], note["network"]) for note in notes], [("info", "blue")])

    def test_a_squatter_behind_macspoofchk(self) -> None:
        attachment = self.network(self.nad(macspoofchk=True))
        self.squat(FOUR, SIX)
        self.assert_refused(attachment, f"{bare(FOUR)} by {SQUATTER}", f"{bare(SIX)} by {SQUATTER}")

    def test_no_carrier_proves_nothing(self) -> None:
        attachment = self.network(self.nad(FOUR))
        host_end = attachment.result["interfaces"][1]["name"]
        self.node.run("ip", "link", "set", host_end, "down")
        self.pod.wait_for("the carrier to go", lambda: "LOWER_UP" not in self.pod.link(
            attachment.pod_interface)["flags"])
        self.assert_refused(attachment, attachment.pod_interface, "carrier", code=11)


class OnAMacvlan(DuplicateAddressCase):
    """Its MAC filter drops an answer to any MAC but its own."""

    def namespace(self) -> dict:
        """With the lower device, whose filter and flags every macvlan on it adds to."""
        return {**super().namespace(), "lower device": self.node.ip("link", "show", "dev", UPLINK)}

    def assert_as_before(self, before: dict) -> None:
        # The kernel takes the probe's own link away a moment after its namespace.
        self.node.wait_for("the lower device to be as before",
                           lambda: self.namespace()["lower device"] == before["lower device"], 120)
        super().assert_as_before(before)

    def test_a_squatter_outside(self) -> None:
        attachment = self.network(macvlan(static(FOUR, SIX)))
        self.squat(FOUR, SIX)
        self.assert_refused(attachment, f"{bare(FOUR)} by {SQUATTER}", f"{bare(SIX)} by {SQUATTER}")

    def test_a_squatter_on_the_same_node(self) -> None:
        attachment = self.network(macvlan(static(FOUR, SIX)))
        other = self.stack.enter_context(Namespace("other"))
        self.node.run("ip", "link", "add", "link", UPLINK, "name", "eth0", "netns", other.name,
                      "address", "02:00:00:00:00:98", "up", "type", "macvlan", "mode", "bridge")
        self.squat(FOUR, SIX, on=other, link="eth0")
        self.assert_refused(attachment, f"{bare(FOUR)} by 02:00:00:00:00:98",
                            f"{bare(SIX)} by 02:00:00:00:00:98")

    def test_nobody_answers(self) -> None:
        """Right after the plugin, while the kernel still looks for duplicates itself."""
        attachment = self.multus.attach(self.pod, "blue", macvlan(static(FOUR, SIX)), mac=MAC)
        self.assertEqual(self.record(attachment)["ips"], [FOUR, SIX])
        self.assertIsNone(self.pod.link("probe"))

    def test_a_squatter_before_the_plugin_came(self) -> None:
        self.squat(SIX)
        with self.assertRaises(CniError) as caught:
            self.multus.attach(self.pod, "blue", macvlan(static(FOUR, SIX)), mac=MAC)
        self.assertIn(f"{bare(SIX)} by {SQUATTER}", caught.exception.text)

    def test_the_vm_itself_that_still_runs_elsewhere(self) -> None:
        attachment = self.network(macvlan(static(FOUR, SIX)))
        self.hosts.run("ip", "link", "set", UPLINK, "address", MAC)
        self.squat(FOUR, SIX)
        self.multus.add_binding(attachment)
        self.assertIsNotNone(self.pod.link(attachment.tap))

    def test_killed_half_way_it_leaves_nothing(self) -> None:
        attachment = self.network(macvlan(static(FOUR, SIX)))
        before = self.namespace()
        config = {"cniVersion": "1.0.0", "name": "patchbay", "type": "patchbay",
                  "args": {"cni": {"logicNetworkName": "blue"}},
                  "patchbay": {"cacheDirs": [str(self.multus.cache)]}}
        with packet_socket(self.hosts, UPLINK) as listener:
            done = subprocess.run(
                [*meddling("sendto", "signal=SIGKILL", 3), PROGRAMS / "patchbay-cni"],
                input=json.dumps(config), text=True, capture_output=True, check=False,
                env={"CNI_COMMAND": "ADD", "CNI_CONTAINERID": self.pod.name, "CNI_IFNAME": "net1",
                     "CNI_NETNS": str(self.pod.path), "PATH": "/usr/bin:/bin"})
            self.assertEqual(done.returncode, -signal.SIGKILL, done)
            self.assertIsNotNone(found(listener, self.is_probe, timeout=120))
        self.assert_as_before(before)

    @staticmethod
    def is_probe(received: Received) -> bool:
        asked = probe(received.data[6:12].hex(":"), bare(FOUR))
        return received.data.ljust(len(asked), b"\0") == asked  # no cable here pads it


class OnAMacvlanOfItsOwn(DuplicateAddressCase):
    def test_a_squatter_behind_passthru(self) -> None:
        attachment = self.network(macvlan(static(FOUR, SIX), mode="passthru"))
        self.squat(FOUR, SIX)
        self.assert_refused(attachment, f"{bare(FOUR)} by {SQUATTER}", f"{bare(SIX)} by {SQUATTER}")


class OnADevice(DuplicateAddressCase):
    def test_a_squatter_on_the_cable(self) -> None:
        attachment = self.network({"cniVersion": "1.0.0", "name": "device-net", "patchbay": DAD,
                                   "type": "host-device", "device": UPLINK,
                                   "ipam": static(FOUR, SIX)})
        self.squat(FOUR, SIX)
        self.assert_refused(attachment, f"{bare(FOUR)} by {SQUATTER}", f"{bare(SIX)} by {SQUATTER}")


if __name__ == "__main__":
    unittest.main()
