"""What manifests/operations.md says of a node: the plugin is replaced while VMs start, the node is started
again, a network's NAD is edited while a VM runs on it."""

import subprocess
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab.netns import Namespace
from lab.paths import PROGRAMS
from pod_case import MAC, PodCase, bridge, everything, static

IP = "192.168.0.62/26"
STARTS = 12


def blue(**options) -> dict:
    return bridge(static(IP), **({"patchbay": options} if options else {}))


class RollOut(PodCase):
    """`patchbay-cni install`, as the DaemonSet runs it, again and again from two images."""

    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        self.plugins = self.room / "cni-bin"
        self.plugins.mkdir()
        old = PROGRAMS / "patchbay-cni"
        new = self.room / "new-image"
        new.write_bytes(old.read_bytes() + b"of another version")
        new.chmod(0o755)
        self.images = [old, new]
        self.install(old)
        self.as_installed = self.room / "as-multus-finds-it"
        self.as_installed.write_text(f"#!/bin/sh\nexec {self.plugins}/patchbay\n", encoding="utf-8")
        self.as_installed.chmod(0o755)

    def install(self, image: Path) -> None:
        subprocess.run([image, "install", self.plugins], check=True, capture_output=True, timeout=60)

    def test_vms_that_start_and_stop_meanwhile_never_notice(self) -> None:
        done = threading.Event()
        installed = []

        def roll_out() -> None:
            while not done.is_set():
                image = self.images[len(installed) % 2]
                self.install(image)
                installed.append(image)

        with ThreadPoolExecutor() as threads:
            rollout = threads.submit(roll_out)
            try:
                for _ in range(STARTS):
                    self.start_and_stop()
            finally:
                done.set()
        rollout.result()  # raises what went wrong with it
        self.assertGreaterEqual(len(installed), 2, "nothing was replaced meanwhile")
        self.assertEqual((self.plugins / "patchbay").read_bytes(), installed[-1].read_bytes())
        self.assertEqual([file.name for file in self.plugins.iterdir()], ["patchbay"])

    def start_and_stop(self) -> None:
        with Namespace("vm") as pod:
            attachment = self.multus.attach(pod, "blue", blue(), mac=MAC, binding=False)
            self.multus.call_binding("ADD", attachment, under=[self.as_installed],
                                     CNI_IFNAME="net1")
            self.assertEqual(self.record(attachment)["ips"], [IP])
            self.multus.call_binding("DEL", attachment, under=[self.as_installed],
                                     CNI_IFNAME="net1")
            self.assertIsNone(pod.link(attachment.tap))
            self.multus.detach(attachment)


class Reboot(PodCase):
    """Namespaces and links are gone, files stay: the kubelet still asks to delete the pods that were."""

    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        with Namespace("before") as pod:
            self.old = self.multus.attach(pod, "blue", blue(), mac=MAC)
            self.cache = self.multus.cache_file(self.old).read_text(encoding="utf-8")

    def test_pods_of_before_are_deleted_without_their_namespace(self) -> None:
        for path in (str(self.old.pod.path), ""):
            self.multus.call_binding("DEL", self.old, CNI_NETNS=path)
        self.multus.detach(self.old)

    def test_what_they_left_does_not_mislead_the_pods_of_after(self) -> None:
        new = self.multus.attach(self.pod, "blue", bridge(static("192.168.0.63/26")), mac=MAC)
        self.assertTrue(self.multus.cache_file(self.old).exists())
        self.assertEqual(self.record(new)["ips"], ["192.168.0.63/26"])


class EditedNad(PodCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()

    def test_a_running_vm_keeps_what_it_has_and_ends_clean(self) -> None:
        attachment = self.multus.attach(self.pod, "blue", blue(mode="bridge"), mac=MAC)
        running = everything(self.pod)
        attachment.nad = blue(mode="redirect")  # libcni's cache keeps what was
        self.assertEqual(everything(self.pod), running)
        self.multus.call_binding("CHECK", attachment)
        self.multus.detach(attachment)
        self.assertEqual([link["ifname"] for link in self.pod.ip("link", "show")], ["lo"])

    def test_the_bindings_options_edited(self) -> None:
        attachment = self.multus.attach(self.pod, "blue", blue(), mac=MAC,
                                        binding={"patchbay": {"mode": "bridge",
                                                              "cacheDirs": [str(self.multus.cache)]}})
        attachment.binding_nad["patchbay"]["mode"] = "redirect"
        self.multus.call_binding("CHECK", attachment)
        self.multus.detach(attachment)
        self.assertEqual([link["ifname"] for link in self.pod.ip("link", "show")], ["lo"])

    def test_the_next_start_takes_the_new_one(self) -> None:
        attachment = self.multus.attach(self.pod, "blue", blue(mode="bridge"), mac=MAC)
        self.multus.detach(attachment)
        with Namespace("next") as pod:
            restarted = self.multus.attach(pod, "blue", blue(mode="redirect"), mac=MAC)
            self.assertEqual(self.record(restarted)["backend"], "redirect")
            self.multus.detach(restarted)


if __name__ == "__main__":
    unittest.main()
