"""A node with a card that has virtual functions (VFs), as a kernel guest has it: the card's port and its
VFs are the node's, the NIC at the far end of its cable is the hosts'."""

from pathlib import Path

from lab.first_namespace import FirstNamespace
from lab.kernel_guest import CARD_MAC, FAR_MAC
from lab.process import run, wait_until
from pod_case import PodCase

VFS = 2
HOST4, HOST6 = "192.168.0.50/26", "fd00::50/64"
DRIVERS = ("igb", "igbvf", "virtio_net", "vmxnet3", "vfio-pci")


class CardCase(PodCase):
    node_kind = FirstNamespace

    def setUp(self) -> None:
        super().setUp()
        for driver in DRIVERS:
            run(["modprobe", driver])
        self.card = self.named(CARD_MAC)
        self.far = self.named(FAR_MAC)
        self.node.run("ip", "link", "set", self.card, "up")
        self.functions = Path(f"/sys/class/net/{self.card}/device")
        self.set_functions(0)  # whatever the test before has left of them
        self.set_functions(VFS)

    def named(self, mac: str) -> str:
        """The node's link with that MAC; one that a namespace has just lost takes a moment."""
        found = wait_until(f"a link with {mac}", lambda: [
            link for link in self.node.ip("link", "show")
            if link.get("permaddr", link["address"]) == mac and "linkinfo" not in link])
        return found[0]["ifname"]

    def set_functions(self, number: int) -> None:
        (self.functions / "sriov_numvfs").write_text(str(number))

    def function(self, number: int) -> str:
        """The PCI address of a VF."""
        return (self.functions / f"virtfn{number}").resolve().name

    def function_netdev(self, number: int) -> str:
        folder = self.functions / f"virtfn{number}" / "net"
        return wait_until(f"a netdev of VF {number}", lambda: [
            entry.name for entry in folder.glob("*")])[0]

    def give_far_end_to_hosts(self) -> None:
        self.node.run("ip", "link", "set", self.far, "netns", self.hosts.name)
        self.hosts.run("ip", "link", "set", self.far, "up")
        for address in (HOST4, HOST6):
            self.hosts.run("ip", "address", "add", address, "dev", self.far, "nodad")

    def bind_to_vfio(self, number: int) -> str:
        """As the SR-IOV device plugin's operator does for VMs; returns the VF's PCI address."""
        function = self.function(number)
        device = Path(f"/sys/bus/pci/devices/{function}")
        (device / "driver_override").write_text("vfio-pci")
        (device / "driver/unbind").write_text(function)
        Path("/sys/bus/pci/drivers_probe").write_text(function)
        self.assertEqual((device / "driver").resolve().name, "vfio-pci")
        return function
