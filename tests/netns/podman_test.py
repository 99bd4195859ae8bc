"""patchbay-cni under podman: libcni's own cache, order of calls and way with answers and errors.

podman attaches the networks of one `podman run` in the order of a Go map, which is none; so the
binding's network is connected to the running container, after the network's own. It is removed in
that map's order, too: DEL comes before or after the network's own."""

import json
import unittest

from lab.multus import hashed
from lab.parked import record_text
from lab.podman import Container, Podman
from lab.process import LabError
from lab.tap_guest import TapGuest
from pod_case import MAC, UPLINK, PodCase

NIC, TAP, RECORD = (prefix + hashed("blue") for prefix in ("pod", "tap", "pb"))
NETWORK = f"blue:interface_name={NIC},mac={MAC}"
GUEST = "192.168.0.2"  # host-local's first
HOST = "192.168.0.50"
BRIDGE = {"type": "bridge", "bridge": "br1",
          "ipam": {"type": "host-local", "ranges": [[{"subnet": "192.168.0.0/26"}]],
                   "routes": [{"dst": "0.0.0.0/0"}]}}


class PodmanCase(PodCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        self.hosts.run("ip", "address", "add", f"{HOST}/26", "dev", UPLINK)
        self.podman = self.stack.enter_context(Podman(self.node, self.room))

    def assert_attached(self, container: Container, ipam: str | None = "host-local") -> None:
        pod = container.namespace
        record = json.loads(record_text(pod, RECORD))
        self.assertEqual(record["ips"], [f"{GUEST}/26"])
        self.assertEqual(record["routes"], [{"dst": "0.0.0.0/0", "gw": "192.168.0.1"}])
        self.assertEqual((record["mac"], record.get("ipam")), (MAC, ipam))
        self.assertEqual(pod.addresses(NIC), [])
        for one, other in ((NIC, TAP), (TAP, NIC)):
            self.assertIn(f"Redirect to device {other}",
                          pod.run("tc", "filter", "show", "dev", one, "ingress"))
        with TapGuest(pod, TAP, MAC) as guest:
            guest.configure(f"{GUEST}/26")
            self.assertTrue(guest.ping(HOST))
            self.assertTrue(self.hosts.ping(GUEST))

    def assert_nothing_left(self, container: Container) -> None:
        self.assertFalse(container.namespace.path.exists())
        self.assertEqual(list((self.podman.room / "netns").iterdir()), [])
        self.assertEqual(list(self.podman.cache.iterdir()), [])
        leases = [file.name for file in (self.podman.room / "cni-state/networks/blue").iterdir()]
        self.assertNotIn(GUEST, leases)
        ports = [link["ifname"] for link in self.node.ip("link", "show", "master", "br1")]
        self.assertEqual(ports, [UPLINK])


class BindingForm(PodmanCase):
    def setUp(self) -> None:
        super().setUp()
        self.podman.network("blue", [BRIDGE])
        self.add_binding({})

    def add_binding(self, options: dict) -> None:
        self.podman.network("binding", [{"type": "patchbay", "patchbay": options,
                                         "args": {"cni": {"logicNetworkName": "blue"}}}])

    def attached(self) -> Container:
        container = self.podman.run(NETWORK)
        self.podman.connect("binding", container)
        return container

    def test_attaches_the_network_and_gives_it_back(self) -> None:
        container = self.attached()
        self.assert_attached(container)
        log = self.podman.remove(container)
        self.assertEqual(log, "")
        self.assert_nothing_left(container)

    def test_podman_keeps_the_result_that_lists_nothing(self) -> None:
        container = self.attached()
        interface = "eth0"  # podman's first name that is free
        self.assertEqual(self.podman.cached(container, "binding", interface)["result"],
                         {"cniVersion": "1.0.0", "dns": {}})
        networks = self.podman.networks_of(container)
        self.assertEqual(networks["binding"]["IPAddress"], "")
        self.assertEqual(networks["blue"]["IPAddress"], GUEST)

    def test_disconnected_alone_leaves_the_network_to_its_plugin(self) -> None:
        container = self.attached()
        self.podman.disconnect("binding", container)
        pod = container.namespace
        self.assertIsNone(pod.link(TAP))
        self.assertIsNone(pod.link(RECORD))
        self.assertEqual(pod.addresses(NIC, "global"), [f"{GUEST}/26"])
        self.assertEqual(self.podman.remove(container), "")
        self.assert_nothing_left(container)

    def test_after_the_networks_own_del_nothing_of_ours_stays(self) -> None:
        container = self.attached()
        self.podman.disconnect("blue", container)
        pod = container.namespace
        self.assertIsNone(pod.link(NIC))
        self.podman.disconnect("binding", container)
        self.assertEqual([link["ifname"] for link in pod.ip("link", "show")], ["lo"])
        self.assertEqual(self.podman.remove(container), "")
        self.assert_nothing_left(container)

    def test_a_cache_elsewhere_is_found_where_the_nad_says(self) -> None:
        self.add_binding({"cacheDirs": ["/nowhere", "/var/lib/cni"]})
        self.assert_attached(self.attached())

    def test_an_error_reaches_the_person_word_for_word(self) -> None:
        self.add_binding({"mod": "redirect"})
        container = self.podman.run(NETWORK)
        with self.assertRaises(LabError) as caught:
            self.podman.connect("binding", container)
        for words in ("type=\"patchbay\" failed (add)", "did you mean", "mode"):
            self.assertIn(words, str(caught.exception).replace('\\"', '"'))
        self.assertEqual(container.namespace.addresses(NIC, "global"), [f"{GUEST}/26"])
        self.podman.remove(container)
        self.assert_nothing_left(container)

    def test_without_the_networks_interface(self) -> None:
        with self.assertRaises(LabError) as caught:
            self.podman.run("binding")
        self.assertIn(NIC, str(caught.exception))


class ChainedForm(PodmanCase):
    """patchbay as the last plugin of the network's own list, which podman runs in one call."""

    def chain(self, **options) -> None:
        self.podman.network("blue", [BRIDGE, {"type": "patchbay", **options}])

    def test_attaches_the_network_and_gives_it_back(self) -> None:
        self.chain()
        container = self.podman.run(NETWORK)
        # The plugins before it told no IPAM kind, and libcni's cache is written after the last one.
        self.assert_attached(container, ipam=None)
        self.assertEqual(self.podman.remove(container), "")
        self.assert_nothing_left(container)

    def test_podman_sees_what_the_bridge_plugin_answered(self) -> None:
        self.podman.network("blue", [BRIDGE])
        plain = self.podman.run(NETWORK)
        alone = self.podman.cached(plain, "blue", NIC)["result"]
        self.podman.remove(plain)
        self.chain()
        container = self.podman.run(NETWORK)
        result = self.podman.cached(container, "blue", NIC)["result"]
        self.assertEqual([entry["name"] for entry in result["interfaces"]][::2], ["br1", NIC])
        address = {**alone["ips"][0], "address": "192.168.0.3/26"}  # host-local goes on counting
        self.assertEqual((result["ips"], result["routes"]), ([address], alone["routes"]))
        self.assertEqual(self.podman.networks_of(container)["blue"]["IPAddress"], "192.168.0.3")

    def test_a_plain_container_keeps_its_address(self) -> None:
        self.chain()
        container = self.podman.run("blue")
        pod = container.namespace
        self.assertEqual(pod.addresses("eth0", "global"), [f"{GUEST}/26"])
        self.assertEqual([link["ifname"] for link in pod.ip("link", "show")], ["lo", "eth0"])
        self.assertTrue(pod.ping(HOST))
        self.assertEqual(self.podman.remove(container), "")
        self.assert_nothing_left(container)

    def test_always_takes_it(self) -> None:
        self.chain(patchbay={"always": True})
        container = self.podman.run("blue")
        pod = container.namespace
        self.assertEqual(pod.addresses("eth0"), [])
        taps = [link["ifname"] for link in pod.ip("link", "show") if link["ifname"].startswith("tap")]
        self.assertEqual(len(taps), 1)
        self.assertIn(f"Redirect to device {taps[0]}",
                      pod.run("tc", "filter", "show", "dev", "eth0", "ingress"))
        self.assertEqual(self.podman.remove(container), "")
        self.assert_nothing_left(container)

    def test_an_error_takes_the_whole_network_back(self) -> None:
        self.chain(patchbay={"mod": "redirect"})
        with self.assertRaises(LabError) as caught:
            self.podman.run(NETWORK)
        self.assertIn("did you mean", str(caught.exception))
        self.assertEqual([link["ifname"] for link in self.node.ip("link", "show", "master", "br1")],
                         [UPLINK])
        leases = [file.name for file in (self.podman.room / "cni-state/networks/blue").iterdir()]
        self.assertNotIn(GUEST, leases)


if __name__ == "__main__":
    unittest.main()
