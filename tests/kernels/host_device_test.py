"""Devices of the host that the host-device plugin lends to a pod come back as they come back without
patchbay: by every DEL, where ours never ran, and where the namespace just died."""

from lab.kernel_guest import LRO_MAC
from lab.multus import CniError
from lab.process import wait_until
from card_case import CardCase
from pod_case import static

TRANSIENT = {"UP", "LOWER_UP", "NO-CARRIER", "RUNNING"}
COUNTED = {"ifindex", "operstate", "linkmode", "stats64", "flags", "qdisc", "link_index"}


def differences(found: dict, expected: dict) -> dict:
    return {key: (found.get(key), expected.get(key)) for key in found.keys() | expected.keys()
            if found.get(key) != expected.get(key)}


class Lent(CardCase):

    def setUp(self) -> None:
        super().setUp()
        self.node.run("ip", "link", "set", self.device(), "allmulticast", "off",
                      "multicast", "on")

    def device(self) -> str:
        raise NotImplementedError

    def lend(self, device: str, binding: bool):
        return self.multus.attach(self.pod, "blue", {
            "cniVersion": "1.0.0", "name": "lent", "type": "host-device", "device": device,
            "ipam": static("192.168.0.62/26", "fd00::62/64")}, binding=binding)

    def state(self, device: str) -> dict:
        """All that the host can see of it, without what passes."""
        link = self.node.link(device)
        self.assertIsNotNone(link, device)
        shown = {key: value for key, value in link.items() if key not in COUNTED}
        shown["flags"] = sorted(set(link["flags"]) - TRANSIENT)
        for family in ("ipv4", "ipv6"):
            lines = self.node.run("sysctl", "-a", "-r", f"^net[.]{family}[.]conf[.]{device}[.]")
            shown[family] = sorted(line for line in lines.splitlines() if "stable_secret" not in line)
        shown["qdiscs"] = self.node.run("tc", "qdisc", "show", "dev", device, "ingress")
        shown["filters"] = self.node.run("tc", "filter", "show", "dev", device, "ingress")
        return shown

    def comes_back(self, give_back) -> None:
        """`give_back` ends the loan that it is given. Without patchbay first: that is the measure."""
        states, device = [], self.device()
        for binding in (False, True):
            loan = self.lend(device, binding)
            self.assertIsNone(self.node.link(device))
            if binding:
                self.assert_hears_all(loan)
            give_back(loan)
            # Up, as the host uses it: only then a driver's filter of MACs is seen to be empty again.
            self.node.run("ip", "link", "set", device, "up")
            wait_until(f"IPv6 on {device}", lambda: self.node.addresses(device, "link"))
            states.append(self.state(device))
            self.node.run("ip", "link", "set", device, "down")
        self.assertEqual(differences(states[1], states[0]), {})

    def assert_hears_all(self, loan) -> None:
        """All multicast, by a link beside the device: that itself has no flag of ours."""
        device, listener = (self.pod.link(name) for name in (loan.pod_interface, loan.listener))
        self.assertEqual(device["allmulti"], 1)
        self.assertNotIn("ALLMULTI", device["flags"])
        self.assertEqual((listener["link"], listener["linkinfo"]["info_data"]["mode"]),
                         (loan.pod_interface, "private"))

    def by_every_del(self, loan) -> None:
        self.multus.detach(loan)

    def without_our_del(self, loan) -> None:
        """The kernel goes on counting the listener until the namespace goes, as a pod's does after DEL."""
        loan.binding_nad = None
        self.multus.detach(loan)
        self.pod.close()
        wait_until("the listener to go", lambda: not self.node.link(loan.nad["device"])["allmulti"])
        self.pod.__enter__()

    def by_the_end_of_the_namespace(self, loan) -> None:
        """The kernel gives it back under the name it had in the pod; its alias says the host's."""
        self.multus.attachments.remove(loan)
        mac, nic = self.pod.link(loan.pod_interface)["address"], loan.pod_interface
        self.pod.close()
        wait_until(f"{nic} to come back", lambda: self.node.link(nic))
        back = self.node.link(nic)
        self.assertEqual(back["address"], mac)
        self.assertEqual(back["ifalias"], loan.nad["device"])
        self.node.run("ip", "link", "set", nic, "down", "name", back["ifalias"])
        self.pod.__enter__()


class Physical(Lent):
    """A NIC with a driver (virtio)."""

    def device(self) -> str:
        return self.far

    def test_comes_back_by_every_del(self) -> None:
        self.comes_back(self.by_every_del)

    def test_comes_back_where_our_del_never_ran(self) -> None:
        self.comes_back(self.without_our_del)

    def test_comes_back_when_the_namespace_just_died(self) -> None:
        self.comes_back(self.by_the_end_of_the_namespace)


class VirtualFunction(Physical):
    def device(self) -> str:
        return self.function_netdev(0)


class LargeReceive(Physical):
    """Packets that the NIC has merged could not be sent on to the guest. (vmxnet3)"""

    def setUp(self) -> None:
        super().setUp()
        self.node.run("ethtool", "-K", self.device(), "lro", "on")  # off, where no DEL turned it on

    def device(self) -> str:
        return self.named(LRO_MAC)

    def lro(self, namespace, link: str) -> str:
        features = namespace.run("ethtool", "-k", link)
        return features.split("large-receive-offload:")[1].split()[0]

    def test_offload_is_off_while_the_guest_has_the_device(self) -> None:
        device = self.device()
        self.assertEqual(self.lro(self.node, device), "on")
        loan = self.lend(device, binding=True)
        self.assertEqual(self.lro(self.pod, loan.pod_interface), "off")
        self.assertIs(self.record(loan)["lro"], True)
        self.multus.call_binding("ADD", loan)
        self.assertIs(self.record(loan)["lro"], True)
        self.multus.detach(loan)
        self.assertEqual(self.lro(self.node, device), "on")


class Vlan(Lent):
    """Made by hand, and so it would die with a namespace."""

    def device(self) -> str:
        if self.node.link("lent0") is None:
            self.node.run("ip", "link", "add", "lent0", "link", self.card, "type", "vlan", "id", 7)
        return "lent0"

    def test_comes_back_by_every_del(self) -> None:
        self.comes_back(self.by_every_del)

    def test_comes_back_where_our_del_never_ran(self) -> None:
        self.comes_back(self.without_our_del)


class Dummy(Lent):
    def device(self) -> str:
        if self.node.link("lent0") is None:
            self.node.run("ip", "link", "add", "lent0", "type", "dummy")
        return "lent0"

    def test_is_refused_by_its_kind_and_comes_back(self) -> None:
        self.multus.detach(self.lend(self.device(), binding=False))
        before = self.state(self.device())
        with self.assertRaisesRegex(CniError, "dummy"):
            self.lend(self.device(), binding=True)
        self.assertEqual(differences(self.state(self.device()), before), {})
