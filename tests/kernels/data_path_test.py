"""The data path over a VLAN and an ipvlan below the pod, as tests/netns proves it on other networks."""

from mac_filter_test import AnotherMacOnAFilteringLink
from mtu_test import Jumbo
from multicast_test import Groups
from offloads_test import Offloads
from segments import HOST4, HOST6, STATIC, Segment
from pod_case import UPLINK

TAG = 100


class Vlan(Segment):
    """CNI's vlan on the uplink; the hosts' end of it has the same tag."""

    def prepare(self) -> None:
        self.hosts.run("ip", "link", "add", "tagged", "link", UPLINK, "type", "vlan", "id", TAG)
        self.hosts.run("ip", "link", "set", "tagged", "up")
        for address in (f"{HOST4}/26", f"{HOST6}/64"):
            self.hosts.run("ip", "address", "add", address, "dev", "tagged", "nodad")

    def nad(self) -> dict:
        return {"cniVersion": "1.0.0", "name": "vlan-net", "type": "vlan", "master": UPLINK,
                "vlanId": TAG, "mtu": self.mtu, "ipam": STATIC}

    def ends(self):
        return (self.hosts, "tagged"), (self.hosts, "tagged")


class JumboOnVlan(Jumbo, Vlan):
    pass


class GroupsOnVlan(Groups, Vlan):
    pass


class OffloadsOnVlan(Offloads, Vlan):
    # The hosts' own kernel refuses to send such a frame out of a VLAN interface (6.1: ENOMEM).
    test_a_large_segment_with_a_vlan_tag_passes_both_ways = None


class Ipvlan(Segment):
    """Mode l2 on the uplink; the guest's MAC is the uplink's."""

    def nad(self) -> dict:
        return {"cniVersion": "1.0.0", "name": "ipvlan-net", "type": "ipvlan", "master": UPLINK,
                "mode": "l2", "mtu": self.mtu, "ipam": STATIC}

    def ends(self):
        return (self.hosts, UPLINK), (self.hosts, UPLINK)


class JumboOnIpvlan(Jumbo, Ipvlan):
    pass


class GroupsOnIpvlan(Groups, Ipvlan):
    pass


class OffloadsOnIpvlan(Offloads, Ipvlan):
    pass


class AnotherMacOnIpvlan(AnotherMacOnAFilteringLink, Ipvlan):
    pass
