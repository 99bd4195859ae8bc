"""GC against the real kernel: what belongs to no valid attachment of the network goes, everything else in
every namespace stays."""

import unittest

from lab.multus import hashed
from lab.netns import Namespace
from pod_case import bridge, everything, static
from verbs_case import VerbsCase, own_network


class Gc(VerbsCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        self.network = own_network()
        self.address = 60

    def new_pod(self) -> Namespace:
        pod = self.stack.enter_context(Namespace("gc"))
        pod.run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")
        return pod

    def attach(self, pod: Namespace, network: str | None = None, name: str = "blue"):
        self.address += 1
        nad = {**bridge(static(f"192.168.0.{self.address}/26")), "name": own_network()}
        return self.multus.attach(pod, name, nad, binding={"name": network or self.network})

    def collect(self, *valid) -> None:
        answer = self.call("GC", {"name": self.network, "cni.dev/valid-attachments": [
            {"containerID": each.pod.name, "ifname": each.binding_interface} for each in valid]})
        self.assertEqual(answer, "")

    def assert_gone(self, attachment, nic: dict) -> None:
        self.assertIsNone(attachment.pod.link(attachment.tap))
        self.assertIsNone(attachment.pod.link(attachment.record))
        now = attachment.pod.link(attachment.pod_interface)
        self.assertEqual(now["address"], nic["address"])
        self.assertNotIn("UP", now["flags"])
        self.assertEqual(attachment.pod.addresses(attachment.pod_interface, scope="global"),
                         [attachment.result["ips"][0]["address"]])
        self.assertEqual(attachment.pod.run("tc", "filter", "show", "dev",
                                            attachment.pod_interface, "ingress"), "")

    def test_what_the_runtime_forgot_goes_and_nothing_else(self) -> None:
        stale, valid, mixed, others = (self.new_pod() for _ in range(4))
        forgotten = self.attach(stale)
        nic = forgotten.pod.link(forgotten.pod_interface)
        kept = self.attach(valid)
        kept_beside = self.attach(mixed, name="kept")
        forgotten_beside = self.attach(mixed, name="forgotten")
        nic_beside = mixed.link(forgotten_beside.pod_interface)
        self.attach(others, network=own_network())
        others.run("ip", "link", "add", "pb" + hashed("plain"), "type", "bridge")
        others.run("ip", "link", "add", "br7", "type", "bridge")
        before = [everything(valid), everything(others), mixed.link(kept_beside.tap)]
        self.collect(kept, kept_beside)
        self.assert_gone(forgotten, nic)
        self.assert_gone(forgotten_beside, nic_beside)
        self.assertEqual([everything(valid), everything(others), mixed.link(kept_beside.tap)], before)
        for attachment in (kept, kept_beside):
            self.multus.call_binding("CHECK", attachment)
        self.collect(kept, kept_beside)  # gone is done

    def test_the_same_container_with_another_interface_is_another_attachment(self) -> None:
        blue = self.attach(self.new_pod())
        nic = blue.pod.link(blue.pod_interface)
        blue.binding_interface, real = "net9", blue.binding_interface
        self.collect(blue)
        blue.binding_interface = real
        self.assert_gone(blue, nic)

    def test_a_record_that_names_no_owner_stays(self) -> None:
        blue = self.attach(self.new_pod())
        blue.pod.run("ip", "link", "set", blue.record, "alias",
                     '{"v":1,"mac":"02:00:00:00:00:62","mtu":1500,"backend":"redirect"}')
        before = everything(blue.pod)
        self.collect()
        self.assertEqual(everything(blue.pod), before)

    def test_chained_for_any_interface(self) -> None:
        pod = self.new_pod()
        plugin = {key: value for key, value in bridge(static("192.168.0.62/26")).items()
                  if key not in ("cniVersion", "name")}
        nad = {"cniVersion": "1.0.0", "name": self.network,
               "plugins": [plugin, {"type": "patchbay", "patchbay": {"always": True}}]}
        self.multus.attach(pod, "blue", nad, interface="net1", binding=False)
        links = {link["ifname"] for link in pod.ip("link", "show")}
        self.call("GC", {"name": self.network, "cni.dev/valid-attachments": [
            {"containerID": pod.name, "ifname": "net1"}]})
        self.assertEqual({link["ifname"] for link in pod.ip("link", "show")}, links)
        self.call("GC", {"name": self.network, "cni.dev/valid-attachments": None})
        self.assertEqual({link["ifname"] for link in pod.ip("link", "show")}, {"lo", "net1"})
        self.assertEqual(pod.addresses("net1"), ["192.168.0.62/26"])

    def test_says_what_it_needs(self) -> None:
        self.assertIn("cni.dev/valid-attachments", self.refusal("GC", {"name": self.network}).text)
        refusal = self.refusal("GC", {"cniVersion": "1.0.0", "name": self.network})
        self.assertEqual((refusal.code, refusal.text.split(",")[0]), (1, "GC came with CNI 1.1.0"))


if __name__ == "__main__":
    unittest.main()
