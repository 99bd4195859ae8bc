"""Taps with one queue and with several, opened by a real QEMU: as many queues as `patchbay render` says for
the VM make it start, and the wrong number does not."""

import re
import subprocess
import unittest

from segments import NETWORK, VethInPodBridge, VethOnBridge, on_each

START = 60  # seconds, at most
# The node's /dev/net/tun may be root's alone; in a pod it is the launcher's, too. The tap is for its
# owner, 107, all the same: that needs CAP_NET_ADMIN.
MAY_OPEN_TUN = ("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override")


class MultiQueue(VethOnBridge):
    nad_options = {"patchbay": {"multiQueue": True}}


class MultiQueueInPodBridge(VethOnBridge):
    nad_options = {"patchbay": {"multiQueue": True, "mode": "bridge"}}


class Qemu:
    """What both kinds of tap are asked."""

    def qemu(self, queues: int) -> str:
        """Starts as far as its monitor, as user 107, and quits; what it said."""
        done = subprocess.run(
            self.pod.command(
                "setpriv", "--reuid=107", "--regid=107", "--clear-groups", *MAY_OPEN_TUN,
                "--no-new-privs", "qemu-system-x86_64", "-M", "q35", "-accel", "tcg",
                "-nodefaults", "-display", "none", "-S", "-monitor", "stdio", "-netdev",
                f"tap,id=n,ifname={self.attachment.tap},script=no,downscript=no,vhost=off,queues={queues}",
                "-device", "virtio-net-pci,netdev=n,mq=on,romfile="),
            input="info network\nquit\n", capture_output=True, text=True, timeout=START, check=False)
        self.assertEqual(done.returncode == 0, "index=0,type=tap" in done.stdout, done)
        return done.stdout if done.returncode == 0 else done.stderr

    def rendered(self, cpus: int) -> tuple[int, str]:
        """The queues that the VM's <interface> asks for, and what was said of it."""
        rendering = self.render(cpus=cpus)
        driver = re.search(r'queues="([0-9]+)"', rendering["interfaces"][NETWORK])
        return int(driver[1]) if driver else 1, " ".join(rendering["diagnostics"])

    def assert_starts(self, queues: int) -> None:
        said = self.qemu(queues)
        self.assertEqual(said.count("type=tap"), queues, said)


@on_each(MultiQueue, MultiQueueInPodBridge)
class SeveralQueues(Qemu):
    def test_the_tap_is_opened_with_as_many_as_the_vm_has_cpus(self) -> None:
        queues, said = self.rendered(cpus=4)
        self.assertEqual(queues, 4)
        self.assertNotIn("queues", said)
        self.assert_starts(queues)

    def test_a_vm_that_asks_for_one_gets_two_since_one_would_not_start(self) -> None:
        queues, said = self.rendered(cpus=1)
        self.assertEqual(queues, 2)
        self.assertIn("never opened with one: the NIC gets 2 queues", said)
        self.assert_starts(queues)
        self.assertIn("could not configure", self.qemu(1))


@on_each(VethOnBridge, VethInPodBridge)
class OneQueue(Qemu):
    def test_a_vm_that_asks_for_four_gets_one_since_four_would_not_start(self) -> None:
        queues, said = self.rendered(cpus=4)
        self.assertEqual(queues, 1)
        self.assertIn("was made with one", said)
        self.assert_starts(queues)
        self.assertIn("could not configure", self.qemu(4))


if __name__ == "__main__":
    unittest.main()
