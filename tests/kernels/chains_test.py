"""CNI's own chained plugins around bridge: what they made stays as they made it, before and after, and
the guest has what they gave."""

import json

from lab.tap_guest import TapGuest
from pod_case import MAC, UPLINK, PodCase, bridge, static

GUEST4, GUEST6 = "192.168.0.62/26", "fd00::62/64"
HOST4, HOST6 = "192.168.0.50/26", "fd00::50/64"
PINGS = 4  # in assert_guest_is_served: each sends a frame through the pod's link in both directions
ROUTES = [{"dst": "0.0.0.0/0", "gw": "192.168.0.50"}, {"dst": "10.0.0.0/8", "gw": "192.168.0.51"}]


class Chain(PodCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        for address in (HOST4, HOST6):
            self.hosts.run("ip", "address", "add", address, "dev", UPLINK, "nodad")

    def add_chain(self, *plugins: dict):
        """The network's own part; patchbay's element comes with self.multus.add_binding."""
        first = bridge(static(GUEST4, GUEST6, routes=ROUTES))
        chain = {"cniVersion": "1.0.0", "name": "chain", "plugins": [first, *plugins]}
        return self.multus.add_network(self.pod, "blue", chain, mac=MAC)

    def assert_guest_is_served(self, attachment) -> None:
        with TapGuest(self.pod, attachment.tap, MAC) as guest:
            guest.configure(GUEST4, GUEST6)
            for address in (HOST4, HOST6):
                self.assertTrue(guest.ping(address.split("/")[0]), address)
            for address in (GUEST4, GUEST6):
                self.assertTrue(self.hosts.ping(address.split("/")[0]), address)

    def assert_parked(self, attachment) -> dict:
        record = self.record(attachment)
        self.assertEqual(record["ips"], [GUEST4, GUEST6])
        self.assertEqual(self.pod.addresses(attachment.pod_interface), [])
        return record


class Tuning(Chain):
    def test_mtu_and_sysctls_stay(self) -> None:
        nic = "/net/ipv4/conf/IFNAME/arp_filter"
        blue = self.add_chain({"type": "tuning", "mtu": 1400,
                               "sysctl": {"net.core.somaxconn": "1234", nic[1:]: "1"}})
        tuned = [f"/proc/sys{nic.replace('IFNAME', blue.pod_interface)}",
                 "/proc/sys/net/core/somaxconn"]
        self.multus.add_binding(blue)
        self.assertEqual(self.assert_parked(blue)["mtu"], 1400)
        self.assertEqual(self.pod.link(blue.tap)["mtu"], 1400)
        self.assert_guest_is_served(blue)
        self.assertEqual(self.pod.run("cat", *tuned).split(), ["1", "1234"])
        self.multus.call_binding("DEL", blue)
        self.assertEqual(self.pod.run("cat", *tuned).split(), ["1", "1234"])
        self.assertEqual(self.pod.link(blue.pod_interface)["mtu"], 1400)

    def test_all_multicast_and_promiscuous_mode_stay(self) -> None:
        blue = self.add_chain({"type": "tuning", "allmulti": True, "promisc": True})
        self.multus.add_binding(blue)
        self.assert_guest_is_served(blue)
        flags = self.pod.link(blue.pod_interface)["flags"]
        self.assertLessEqual({"ALLMULTI", "PROMISC"}, set(flags))
        self.multus.call_binding("DEL", blue)
        self.assertIn("PROMISC", self.pod.link(blue.pod_interface)["flags"])


class SourceBasedRouting(Chain):
    def rules(self) -> list[dict]:
        return [rule for family in ("-4", "-6")
                for rule in json.loads(self.pod.run("ip", "-j", family, "rule", "show"))]

    def test_rules_stay_and_the_routes_it_moved_are_in_the_record(self) -> None:
        blue = self.add_chain({"type": "sbr"})
        rules = self.rules()
        tables = {rule["table"] for rule in rules if rule["src"] != "all"}
        self.assertNotEqual(tables, set())
        before = self.pod.ip("route", "show", "table", min(tables))
        self.assertIn("default", [route["dst"] for route in before])
        self.multus.add_binding(blue)
        routes = self.assert_parked(blue)["routes"]
        self.assertLessEqual({"0.0.0.0/0", "10.0.0.0/8"}, {route["dst"] for route in routes})
        self.assertEqual(self.rules(), rules)
        self.assert_guest_is_served(blue)
        self.multus.call_binding("DEL", blue)
        self.assertEqual(self.rules(), rules)
        self.multus.detach(blue)  # sbr finds its rules by the addresses that are back
        self.assertEqual([rule for rule in self.rules() if rule["src"] != "all"], [])


class Bandwidth(Chain):
    def shaping(self) -> tuple[list, list]:
        """The node's qdiscs and links without what counts."""
        links = sorted(link["ifname"] for link in self.node.ip("link", "show"))
        return json.loads(self.node.run("tc", "-j", "qdisc", "show")), links

    def test_shapers_stay_and_shape(self) -> None:
        blue = self.add_chain({"type": "bandwidth", "ingressRate": 8_000_000, "ingressBurst": 800_000,
                               "egressRate": 8_000_000, "egressBurst": 800_000})
        before = self.shaping()
        self.assertEqual([q["kind"] for q in before[0]].count("tbf"), 2)
        self.multus.add_binding(blue)
        self.assert_parked(blue)
        self.assertEqual(self.shaping(), before)
        earlier = self.passed_shapers()
        self.assert_guest_is_served(blue)
        for shaper, passed in self.passed_shapers().items():
            self.assertGreaterEqual(passed - earlier[shaper], PINGS, shaper)
        self.multus.call_binding("DEL", blue)
        self.assertEqual(self.shaping(), before)
        self.multus.detach(blue)
        self.assertEqual([q["kind"] for q in self.shaping()[0]].count("tbf"), 0)

    def passed_shapers(self) -> dict[str, int]:
        """The frames that passed each shaper, one for each direction, by its device."""
        shown = json.loads(self.node.run("tc", "-s", "-j", "qdisc", "show"))
        return {qdisc["dev"]: qdisc["packets"] for qdisc in shown if qdisc["kind"] == "tbf"}


class Vrf(Chain):
    def test_membership_stays_and_the_routes_it_moved_are_in_the_record(self) -> None:
        blue = self.add_chain({"type": "vrf", "vrfname": "red"})
        self.assertEqual(self.pod.link(blue.pod_interface)["master"], "red")
        self.multus.add_binding(blue)
        routes = self.assert_parked(blue)["routes"]
        self.assertLessEqual({"0.0.0.0/0", "10.0.0.0/8"}, {route["dst"] for route in routes})
        self.assertEqual(self.pod.link(blue.pod_interface)["master"], "red")
        self.assert_guest_is_served(blue)
        self.multus.call_binding("DEL", blue)
        self.assertEqual(self.pod.link(blue.pod_interface)["master"], "red")
        self.multus.detach(blue)
        self.assertIsNone(self.pod.link("red"))


class AllAround(Chain):
    def test_one_chain_of_all(self) -> None:
        blue = self.add_chain({"type": "tuning", "mtu": 1400}, {"type": "sbr"},
                              {"type": "bandwidth", "ingressRate": 8_000_000,
                               "ingressBurst": 800_000})
        self.multus.add_binding(blue)
        self.assertEqual(self.assert_parked(blue)["mtu"], 1400)
        self.assert_guest_is_served(blue)
        self.multus.detach(blue)
        self.assertEqual([link["ifname"] for link in self.pod.ip("link", "show")], ["lo"])


class ChainedForm(Chain):
    def test_patchbay_as_the_last_of_the_list(self) -> None:
        """It hands the result on as it got it, and its DEL comes first: sbr's finds its rules."""
        blue = self.add_chain({"type": "tuning", "mtu": 1400}, {"type": "sbr"}, {"type": "patchbay"})
        self.assertEqual([ip["address"] for ip in blue.result["ips"]], [GUEST4, GUEST6])
        record = self.assert_parked(blue)
        self.assertEqual(record["mtu"], 1400)
        self.assertLessEqual({"0.0.0.0/0", "10.0.0.0/8"}, {route["dst"] for route in record["routes"]})
        self.assert_guest_is_served(blue)
        self.multus.detach(blue)
        self.assertEqual([link["ifname"] for link in self.pod.ip("link", "show")], ["lo"])
        self.assertNotIn("192.168.0.62", self.pod.run("ip", "rule", "show"))
