"""How many queues QEMU opens: libvirt starts it with the <interface> that `patchbay render` writes for the
VM, and does not with another number where the tap allows but one kind."""

import re
import unittest

from lab.paused_vm import PausedVm
from lab.process import LabError
from segments import (NETWORK, MacvtapAsMacvtapCniLeavesIt, TapPlugin, VethInPodBridge,
                      VethOnBridge, on_each)

REFUSED = "Unable to create tap device {}: Invalid argument"  # libvirt's words


class MultiQueue(VethOnBridge):
    nad_options = {"patchbay": {"multiQueue": True}}


class MultiQueueInPodBridge(VethOnBridge):
    nad_options = {"patchbay": {"multiQueue": True, "mode": "bridge"}}


class MultiQueueTapPlugin(TapPlugin):
    nad_options = {"multiQueue": True}


class Opened:
    """What each kind is asked."""

    def setUp(self) -> None:
        super().setUp()
        self.vm = self.stack.enter_context(PausedVm(self.pod.name))

    def rendered(self, cpus: int) -> tuple[str, int, str]:
        """The VM's <interface>, the queues that it asks for, and what was said of it."""
        rendering = self.render(cpus=cpus)
        interface = rendering["interfaces"][NETWORK]
        driver = re.search(r'queues="([0-9]+)"', interface)
        return interface, int(driver[1]) if driver else 1, " ".join(rendering["diagnostics"])

    def assert_starts(self, interface: str, queues: int) -> None:
        with self.vm.started(interface) as opened:
            self.assertEqual(opened, queues)
            self.assertIn("LOWER_UP", self.pod.link(self.opened())["flags"])

    def assert_does_not_start(self, interface: str) -> None:
        with self.assertRaises(LabError) as caught, self.vm.started(interface):
            pass
        self.assertIn(REFUSED.format(self.opened()), str(caught.exception))


@on_each(MultiQueue, MultiQueueInPodBridge, MultiQueueTapPlugin)
class SeveralQueues(Opened):
    def test_a_vm_of_four_cpus_opens_four(self) -> None:
        interface, queues, said = self.rendered(cpus=4)
        self.assertEqual(queues, 4)
        self.assertNotIn("queues", said)
        self.assert_starts(interface, queues)

    def test_a_vm_that_asks_for_one_gets_two_since_one_does_not_start(self) -> None:
        interface, queues, said = self.rendered(cpus=1)
        self.assertEqual(queues, 2)
        self.assertIn("never opened with one: the NIC gets 2 queues", said)
        self.assert_starts(interface, queues)
        self.assert_does_not_start(with_queues(interface, 1))


@on_each(VethOnBridge, VethInPodBridge, TapPlugin)
class OneQueue(Opened):
    def test_a_vm_that_asks_for_four_gets_one_since_four_do_not_start(self) -> None:
        interface, queues, said = self.rendered(cpus=4)
        self.assertEqual(queues, 1)
        self.assertIn("was made with one", said)
        self.assert_starts(interface, queues)
        self.assert_does_not_start(with_queues(interface, 4))


@on_each(MacvtapAsMacvtapCniLeavesIt)
class AsManyAsAsked(Opened):
    def setUp(self) -> None:
        super().setUp()
        nic = self.opened()
        self.vm.lend_macvtap(self.pod.link(nic)["ifindex"],
                             self.pod.run("sh", "-c", f"cat /sys/class/net/{nic}/tap*/dev").strip())

    def test_a_vm_opens_as_many_as_it_has_cpus(self) -> None:
        for cpus in (1, 4):
            interface, queues, said = self.rendered(cpus)
            self.assertEqual(queues, cpus)
            self.assertNotIn("queue", said)
            self.assert_starts(interface, queues)


def with_queues(interface: str, queues: int) -> str:
    without = re.sub(r"\s*<driver [^>]*></driver>", "", interface)
    return without.replace("</interface>", f'<driver queues="{queues}"/></interface>')


if __name__ == "__main__":
    unittest.main()
