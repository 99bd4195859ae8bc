"""The record on a kernel that has dummy links."""

from pod_case import MAC, PodCase, bridge, static

MANY = [f"192.168.{n}.62/24" for n in range(20)]


class Record(PodCase):
    def test_lies_on_dummy_links_that_stay_down(self) -> None:
        self.make_bridge()
        blue = self.multus.attach(self.pod, "blue", bridge(static(*MANY)), mac=MAC)
        for name in (blue.record, blue.record + "a"):
            link = self.pod.link(name)
            self.assertEqual(link["linkinfo"]["info_kind"], "dummy")
            self.assertNotIn("UP", link["flags"])
            self.assertEqual(self.pod.addresses(name), [])
        self.assertEqual(self.record(blue)["ips"], MANY)
        self.multus.detach(blue)
        self.assertEqual([link["ifname"] for link in self.pod.ip("link", "show")], ["lo"])
