"""Networks with a VLAN tag outside: the guest sends and receives untagged."""

from lab.netns import Capture
from lab.tap_guest import NIC, TapGuest
from networks_test import Network
from pod_case import MAC, UPLINK, PodCase, bridge, static

TAG = 100
GUEST4, GUEST6 = "192.168.0.62/26", "fd00::62/64"
HOST4, HOST6 = "192.168.0.50/26", "fd00::50/64"


class Tagged(Network):
    """Behind the cable to the hosts every frame has the tag."""

    ips = [GUEST4, GUEST6]
    ipam = "static"

    def prepare(self) -> None:
        self.hosts.run("ip", "link", "add", "tagged", "link", UPLINK, "type", "vlan", "id", TAG)
        self.hosts.run("ip", "link", "set", "tagged", "up")
        for address in (HOST4, HOST6):
            self.hosts.run("ip", "address", "add", address, "dev", "tagged", "nodad")

    def test_guest_is_untagged_and_pings_both_ways(self) -> None:
        self.prepare()
        blue = self.multus.attach(self.pod, "blue", self.nad(), mac=self.mac)
        with TapGuest(self.pod, blue.tap, self.guest_mac(blue)) as guest, \
                Capture(guest.namespace, NIC, self.room / "guest") as inner, \
                Capture(self.hosts, UPLINK, self.room / "cable") as cable:
            guest.configure(GUEST4, GUEST6)
            for address in (HOST4, HOST6):
                self.assertTrue(guest.ping(address.split("/")[0]), address)
            for address in (GUEST4, GUEST6):
                self.assertTrue(self.hosts.ping(address.split("/")[0]), address)
        self.assertEqual(inner.frames("vlan"), [])
        self.assertNotEqual(inner.frames("icmp"), [])
        self.assertNotEqual(inner.frames("icmp6"), [])
        self.assertNotEqual(cable.frames(f"vlan {TAG} and icmp"), [])
        # Without a tag, and by address: a VLAN has its parent's MAC, which says things of its own.
        untagged = " or ".join(f"host {address.split('/')[0]}" for address in (GUEST4, GUEST6))
        self.assertEqual(cable.frames(untagged), [])


class VlanPlugin(Tagged, PodCase):
    mac = None  # the plugin knows no other than its parent's
    kind = "vlan"

    def nad(self) -> dict:
        return {"cniVersion": "1.0.0", "name": "vlan-net", "type": "vlan", "master": UPLINK,
                "vlanId": TAG, "ipam": static(*self.ips)}


class BridgeWithVlanAndMacSpoofCheck(Tagged, PodCase):
    wiring = {"macspoofchk": True}

    def prepare(self) -> None:
        super().prepare()
        self.make_bridge()
        self.node.run("ip", "link", "set", "br1", "type", "bridge", "vlan_filtering", 1)
        self.node.run("bridge", "vlan", "add", "vid", TAG, "dev", UPLINK)

    def nad(self) -> dict:
        return bridge(static(*self.ips), vlan=TAG, macspoofchk=True)

    def test_another_mac_is_not_let_out(self) -> None:
        self.prepare()
        blue = self.multus.attach(self.pod, "blue", self.nad(), mac=MAC)
        with TapGuest(self.pod, blue.tap, "02:00:00:00:00:99") as guest:
            guest.configure(GUEST4)
            self.assertFalse(guest.ping(HOST4.split("/")[0], wait=3))
