"""ADD and DEL behind each of CNI's own plugins: what is parked, what is wired, what is given back."""

import json
import unittest

from pod_case import MAC, UPLINK, PodCase, bridge, static


class Network:
    """What every network must show; a subclass says which plugins it has and what they give."""

    network = "blue"
    mac = MAC
    mtu = 1500
    ips: list[str] = []
    routes: list[dict] = []
    ipam = ""
    kind = "veth"
    wiring: dict = {}

    def prepare(self) -> None:
        """What the network needs on its node."""

    def nad(self) -> dict:
        raise NotImplementedError

    def add(self):
        self.prepare()
        return self.multus.attach(self.pod, self.network, self.nad(), mac=self.mac)

    def guest_mac(self, attachment) -> str:
        return self.pod.link(attachment.pod_interface)["address"]

    def test_add_parks_and_wires_and_del_gives_back(self) -> None:
        attachment = self.add()
        mac = self.guest_mac(attachment)
        if self.mac:
            self.assertEqual(mac, self.mac)
        self.check_result(attachment)
        self.check_record(attachment, mac)
        self.check_nic(attachment)
        self.check_tap(attachment)
        self.check_reader(attachment, mac)
        self.assertEqual(self.multus.call_binding("CHECK", attachment), {})
        self.check_del(attachment)

    def check_result(self, attachment) -> None:
        self.assertEqual(attachment.binding_result.get("interfaces", []), [])
        self.assertNotIn("ips", attachment.binding_result)
        self.assertEqual(attachment.binding_result["cniVersion"], "1.0.0")
        line = json.loads(attachment.log)
        self.assertEqual((line["level"], line["network"], line["msg"]),
                         ("info", attachment.network, f"wired by redirect: {self.kind}"))

    def check_record(self, attachment, mac: str) -> None:
        expected = {"v": 1, "mac": mac, "mtu": self.mtu, "ips": self.ips, "routes": self.routes,
                    "ipam": self.ipam, "backend": "redirect", "why": self.kind, **self.wiring}
        self.assertEqual(self.record(attachment), {k: v for k, v in expected.items() if v})

    def check_nic(self, attachment) -> None:
        nic = self.pod.link(attachment.pod_interface)
        self.assertIn("UP", nic["flags"])
        self.assertEqual(nic["allmulti"], 1)
        self.assertEqual(self.ipv6_of(attachment.pod_interface), "off")
        self.assertEqual(self.pod.addresses(attachment.pod_interface), [])
        self.assertEqual(self.pod.ip("route", "show", "dev", attachment.pod_interface), [])

    def ipv6_of(self, link: str) -> str:
        switch = f"/proc/sys/net/ipv6/conf/{link}/disable_ipv6"
        return {"0": "on", "1": "off"}[self.pod.run("cat", switch).strip()]

    def check_tap(self, attachment) -> None:
        tap = self.pod.link(attachment.tap)
        data = tap["linkinfo"]["info_data"]
        self.assertEqual({"type": "tap", "pi": False, "vnet_hdr": True, "multi_queue": False,
                          "persist": True, "user": "107", "group": "107"},
                         {key: str(data[key]) if key in ("user", "group") else data[key]
                          for key in ("type", "pi", "vnet_hdr", "multi_queue", "persist", "user",
                                      "group")})
        self.assertEqual(tap["mtu"], self.mtu)
        self.assertIn("UP", tap["flags"])
        self.assertEqual(self.ipv6_of(attachment.tap), "off")

    def check_reader(self, attachment, mac: str) -> None:
        links = {link["name"]: link for link in self.inspect()["links"]}
        self.assertEqual(links[attachment.pod_interface]["mac"], mac)
        self.assertEqual(links[attachment.record]["up"], False)
        self.assertIn(f'"mac":"{mac}"', links[attachment.record]["alias"])
        self.assertEqual(links[attachment.tap]["kind"], "tun")
        self.assertNotIn("addresses", links[attachment.pod_interface])

    def check_del(self, attachment) -> None:
        self.multus.call_binding("DEL", attachment)
        self.assertIsNone(self.pod.link(attachment.record))
        self.assertIsNone(self.pod.link(attachment.tap))
        nic = self.pod.link(attachment.pod_interface)
        self.assertNotIn("UP", nic["flags"])
        self.assertIn("MULTICAST", nic["flags"])
        self.assertNotIn("ALLMULTI", nic["flags"])
        self.assertEqual(sorted(self.pod.addresses(attachment.pod_interface)), sorted(self.ips))
        self.assertEqual(self.pod.run("tc", "filter", "show", "dev", attachment.pod_interface,
                                      "ingress"), "")
        self.multus.detach(attachment)  # the binding's DEL a second time, then the network's own
        self.assertIsNone(self.pod.link(attachment.pod_interface))


class BridgeWithStaticAddresses(Network, PodCase):
    ips = ["192.168.0.62/26", "192.168.7.62/24", "fd00::62/64", "fd01::62/64"]
    routes = [{"dst": "0.0.0.0/0", "gw": "192.168.0.2"},
              {"dst": "10.0.0.0/8", "gw": "192.168.0.3"}]
    ipam = "static"

    def nad(self) -> dict:
        return bridge(static(*self.ips, gateway="192.168.0.2",
                             routes=[{"dst": "0.0.0.0/0"},
                                     {"dst": "10.0.0.0/8", "gw": "192.168.0.3"}]))


class BridgeWithHostLocalAndMasquerade(Network, PodCase):
    """ipMasq: the plugin's DEL reads the addresses off the interface to find its rules."""

    mac = None
    mtu = 1400
    ips = ["10.9.0.2/24"]
    routes = [{"dst": "0.0.0.0/0", "gw": "10.9.0.1"}, {"dst": "10.10.0.0/16", "gw": "10.9.0.1"}]
    ipam = "host-local"

    def nad(self) -> dict:
        return bridge({"type": "host-local", "subnet": "10.9.0.0/24",
                       "routes": [{"dst": "0.0.0.0/0"}, {"dst": "10.10.0.0/16"}]},
                      isGateway=True, ipMasq=True, mtu=1400)

    def check_del(self, attachment) -> None:
        self.assertIn("10.9.0.2", self.node.run("iptables-save", "-t", "nat"))
        super().check_del(attachment)
        self.assertNotIn("10.9.0.2", self.node.run("iptables-save", "-t", "nat"))


class BridgeWithoutIpam(Network, PodCase):
    def nad(self) -> dict:
        return bridge()


class BridgeWithMacSpoofCheck(Network, PodCase):
    wiring = {"macspoofchk": True}
    ips = ["192.168.0.62/26"]
    ipam = "static"

    def nad(self) -> dict:
        return bridge(static(*self.ips), macspoofchk=True)


class Macvlan(Network, PodCase):
    ips = ["192.168.0.62/26", "fd00::62/64"]
    ipam = "static"
    kind = "macvlan"

    def nad(self) -> dict:
        return {"cniVersion": "1.0.0", "name": "macvlan-net", "type": "macvlan", "master": UPLINK,
                "capabilities": {"mac": True}, "ipam": static(*self.ips)}



class PointToPoint(Network, PodCase):
    mac = None
    ips = ["10.8.0.2/24"]
    routes = [{"dst": "0.0.0.0/0", "gw": "10.8.0.1"}]
    ipam = "host-local"

    def nad(self) -> dict:
        return {"cniVersion": "1.0.0", "name": "ptp-net", "type": "ptp",
                "ipam": {"type": "host-local", "subnet": "10.8.0.0/24",
                         "routes": [{"dst": "0.0.0.0/0"}]}}



class HostDevice(Network, PodCase):
    """A device of the host that comes back to it, with its own name, once the pod has gone."""

    mac = None
    ips = ["192.168.0.62/26", "fd00::62/64"]
    ipam = "static"
    wiring = {"lent": True}

    def nad(self) -> dict:
        return {"cniVersion": "1.0.0", "name": "device-net", "type": "host-device",
                "device": UPLINK, "ipam": static(*self.ips)}

    def check_nic(self, attachment) -> None:
        super().check_nic(attachment)
        self.assertNotIn("ALLMULTI", self.pod.link(attachment.pod_interface)["flags"])
        listener = self.pod.link(attachment.listener)
        self.assertEqual(listener["link"], attachment.pod_interface)
        self.assertLessEqual({"UP", "ALLMULTI", "NOARP"}, set(listener["flags"]))
        self.assertNotIn("MULTICAST", listener["flags"])
        self.assertEqual(self.pod.addresses(attachment.listener), [])

    def check_del(self, attachment) -> None:
        super().check_del(attachment)
        self.assertIsNone(self.pod.link(attachment.listener))
        self.assertIsNotNone(self.node.link(UPLINK))
        for counted in ("allmulti", "promiscuity"):
            self.assertEqual(self.node.link(UPLINK)[counted], 0, counted)


if __name__ == "__main__":
    unittest.main()
