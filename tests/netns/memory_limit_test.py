"""patchbay-sidecar in a container with the memory that KubeVirt gives hook sidecars of guaranteed VMs: 31 NICs and a
domain of 1 MiB take a quarter of it. At a limit that is too low it ends, and the one that the kubelet starts then
takes its place; no answer and no disc is a wrong one."""

import json
import re
import time
import unittest
from pathlib import Path

from image_test import image_for_module
from lab.container import Container
from lab.hooks import HookError, HookManager
from lab.multus import hashed
from lab.paths import SOURCE
from lab.process import wait_until
from pod_case import PodCase, bridge, static

FIXTURE = SOURCE / "tests/fixtures/12-nocloud-userdata"
CONTAINER = "hook-sidecar-0"
LIMIT = 64_000_000  # KubeVirt v1.9.0: of a hook sidecar, where the VM's pod needs limits (docs: 200m, 64M)
TOO_LITTLE = 12 << 20
MOST = 31  # what KubeVirt's PCIe root ports leave room for
KILLED = 128 + 9
STALE_AFTER = 2  # sidecar/hook_socket.cc: a socket that is younger may be somebody else's


def setUpModule() -> None:
    global image
    image = image_for_module()


def of_size(domain: str, size: int) -> str:
    return domain.replace("</domain>", "<!--" + "x" * (size - len(domain) - 7) + "--></domain>")


class MemoryLimit(PodCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        self.vmi = json.loads((FIXTURE / "vmi.json").read_text(encoding="utf-8"))
        self.domain = (FIXTURE / "domain.xml").read_text(encoding="utf-8")
        self.cloud_init = json.loads((FIXTURE / "cloudinitdata.json").read_text(encoding="utf-8"))
        self.hooks = self.room / "hooks"
        self.folder = self.hooks / CONTAINER
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o777)

    def attach(self, count: int) -> None:
        """So many networks, and a VMI with nothing but them."""
        names = self.networks = [f"net-{number}" for number in range(1, count + 1)]
        for number, name in enumerate(names, 1):
            self.multus.attach(self.pod, name, {**bridge(static(f"10.{number}.0.2/24")), "name": f"nad-{number}"})
        self.vmi["spec"]["networks"] = [{"name": name, "multus": {"networkName": name}} for name in names]
        self.vmi["spec"]["domain"]["devices"]["interfaces"] = [
            {"name": name, "binding": {"name": "patchbay"}} for name in names]

    def sidecar(self, memory: int) -> Container:
        return self.stack.enter_context(Container(
            image.bundle, self.pod.path, {"/var/run/kubevirt-hooks": self.folder}, memory=memory,
            environment={"CONTAINER_NAME": CONTAINER}))

    def test_31_nics_and_a_domain_of_a_mebibyte_take_a_quarter_of_it(self) -> None:
        self.attach(MOST)
        container = self.sidecar(LIMIT)
        manager = HookManager(self.hooks)
        self.assertIn("10.31.0.2/24", manager.pre_cloud_init_iso(self.vmi, self.cloud_init)["NetworkData"])
        domain = of_size(self.domain, 1 << 20)
        for _ in range(3):
            domain = manager.on_define_domain(self.vmi, domain)
        for network in self.networks:
            self.assertIn("tap" + hashed(network), domain)
        status = Path(f"/proc/{container.pid()}/status").read_text()
        most = int(re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[1])
        print(f"at most {most} kB resident, the program's file included")
        self.assertLess(most, 16 << 10)

    def test_killed_at_its_limit_it_is_replaced(self) -> None:
        self.attach(1)
        container = self.sidecar(TOO_LITTLE)
        manager = HookManager(self.hooks)
        [socket] = self.folder.iterdir()
        with self.assertRaises(HookError) as caught:
            for _ in range(10):
                manager.on_define_domain(self.vmi, of_size(self.domain, 15 << 20))
        self.assertIn("UNAVAILABLE", str(caught.exception))
        self.assertEqual(container.wait(), KILLED, container.log_file.read_text())
        time.sleep(STALE_AFTER)
        following = self.sidecar(LIMIT)
        wait_until("the next one", lambda: "in place of" in following.log_file.read_text())
        self.assertEqual(list(self.folder.iterdir()), [socket])
        data = manager.pre_cloud_init_iso(self.vmi, self.cloud_init)
        self.assertIn("10.1.0.2/24", data["NetworkData"])
        self.assertIn("tap", manager.on_define_domain(self.vmi, self.domain))


if __name__ == "__main__":
    unittest.main()
