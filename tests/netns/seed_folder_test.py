"""Where the seed disc goes, on real file systems: one that is full or read-only is said, and the next try
succeeds once there is room; two sidecars in one pod make one disc of it, wherever KubeVirt puts their folders.
patchbay-sidecar runs as KubeVirt runs it, user 107 without any capability."""

import json
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from lab.hooks import HookError, HookManager
from lab.netns import veth
from lab.paths import SOURCE
from lab.process import run, stop
from lab.suspension import Suspension
from pod_case import MAC, PodCase, bridge, static

FIXTURE = SOURCE / "tests/fixtures/01-masq-plus-one"  # a VMI without a cloud-init volume
NETWORK = "data"
PROFILE = "patchbay-seed"
OTHER_MAC = "02:00:00:00:00:63"
IN_COMPUTE = "/var/run/kubevirt-hooks"  # the sidecars' folders, where QEMU runs
SEED = "patchbay-seed/seed.iso"
MORE_OF_ITS_OWN_KB = 1_000  # than before it made a disc


class SeedCase(PodCase):
    def setUp(self) -> None:
        super().setUp()
        self.make_bridge()
        veth(self.pod, "eth0", self.node, "pod-eth0")
        nad = bridge(static("192.168.0.62/26"))
        self.multus.add_binding(self.multus.add_network(self.pod, NETWORK, nad, mac=MAC))
        self.vmi = json.loads((FIXTURE / "vmi.json").read_text())
        interfaces = self.vmi["spec"]["domain"]["devices"]["interfaces"]
        interfaces[1]["binding"]["name"] = PROFILE
        self.domain = (FIXTURE / "domain.xml").read_text()
        self.hooks = self.room / "kubevirt-hooks"
        self.program = self.as_user_107("patchbay-sidecar")

    def run_sidecar(self, folder: Path, container: str, profile: str = PROFILE) -> subprocess.Popen:
        """`container`: what KubeVirt calls it from 1.6 on, when its folder in the pod has that name."""
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o777)
        environment = {"PATCHBAY_PROFILE": profile, "PATH": "/usr/sbin:/usr/bin"}
        if container:
            environment["CONTAINER_NAME"] = container
        with self.log_file(profile).open("w") as log:
            sidecar = self.pod.start(*self.program, "--socket-dir", folder, env=environment, stderr=log)
        self.addCleanup(stop, sidecar)
        return sidecar

    def log_file(self, profile: str) -> Path:
        return self.room / f"{profile}.log"


class SeedFolder(SeedCase):
    def start_sidecar(self, folder: Path, container: str) -> HookManager:
        self.sidecar = self.run_sidecar(folder, container)
        return HookManager(self.hooks)

    @contextmanager
    def tmpfs(self, size: str) -> Iterator[Path]:
        folder = self.hooks / "hook-sidecar-0"
        folder.mkdir(parents=True)
        run(["mount", "-t", "tmpfs", "-o", f"size={size}", "patchbay-seed-test", folder])
        try:
            yield folder
        finally:
            run(["umount", "--lazy", folder])

    def refusal(self, manager: HookManager) -> str:
        with self.assertRaises(HookError) as caught:
            manager.on_define_domain(self.vmi, self.domain)
        return caught.exception.details

    def test_a_full_disk_is_said_and_leaves_nothing_half(self) -> None:
        with self.tmpfs("32k") as folder:
            manager = self.start_sidecar(folder, "hook-sidecar-0")
            details = self.refusal(manager)
            self.assertIn("writing the seed disc failed: No space left on device", details)
            self.assertIn("ephemeral-storage", details)
            self.assertEqual(list((folder / "patchbay-seed").iterdir()), [])
            run(["mount", "-o", "remount,size=1m", folder])
            self.assertIn("patchbay-seed/seed.iso", manager.on_define_domain(self.vmi, self.domain))
            self.assertEqual([path.name for path in (folder / "patchbay-seed").iterdir()], ["seed.iso"])

    def test_a_read_only_disk_is_said(self) -> None:
        with self.tmpfs("1m") as folder:
            manager = self.start_sidecar(folder, "hook-sidecar-0")
            run(["mount", "-o", "remount,ro", folder])
            self.assertIn("Read-only file system", self.refusal(manager))

    def test_the_flat_folder_of_kubevirt_1_5_serves_as_well(self) -> None:
        """No CONTAINER_NAME: every container sees the same folder under the same name, and all sidecars have
        been found before the first hook is called."""
        folder = self.hooks / "all"
        manager = self.start_sidecar(folder, "")
        self.assertEqual([path.suffix for path in folder.iterdir()], [".sock"])
        answer = manager.on_define_domain(self.vmi, self.domain)
        self.assertIn('file="/var/run/kubevirt-hooks/patchbay-seed/seed.iso"', answer)
        self.assertTrue((folder / "patchbay-seed/seed.iso").is_file())

    def test_the_disc_is_not_kept_in_memory(self) -> None:
        folder = self.hooks / "hook-sidecar-0"
        manager = self.start_sidecar(folder, "hook-sidecar-0")
        interfaces = self.vmi["spec"]["domain"]["devices"]["interfaces"]
        ours = interfaces.pop()  # nothing to tell yet
        manager.on_define_domain(self.vmi, self.domain)
        before = self.own_kilobytes()
        interfaces.append(ours)
        for _ in range(3):
            manager.on_define_domain(self.vmi, self.domain)
        after = self.own_kilobytes()
        print(f"resident of its own: {before} kB before a disc was made, {after} kB after")
        self.assertLess(after - before, MORE_OF_ITS_OWN_KB)

    def own_kilobytes(self) -> int:
        status = Path(f"/proc/{self.sidecar.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon"))


class Killed(SeedCase):
    """kill -9 at each step of the writing: QEMU finds no disc, the old one or the new one, whole; and the sidecar
    that the kubelet starts next ends right."""

    STEPS = (("mkdirat", 1), ("unlinkat", 1), ("fsync", 1), ("renameat", 1), ("fsync", 2))

    def setUp(self) -> None:
        super().setUp()
        self.folder = self.hooks / "hook-sidecar-0"
        self.disc = self.folder / SEED
        self.old = json.loads(json.dumps(self.vmi))
        self.old["metadata"]["annotations"] = {"patchbay.io/networks": '{"data": {"addresses": ["192.168.0.61/26"]}}'}

    def domain_of(self, vmi: dict) -> str:
        return HookManager(self.hooks).on_define_domain(vmi, self.domain)

    def written_by(self, vmi: dict) -> bytes:
        """The disc that a sidecar makes which nobody kills."""
        sidecar = self.run_sidecar(self.folder, "hook-sidecar-0")
        self.assertIn(SEED, self.domain_of(vmi))
        stop(sidecar)
        return self.disc.read_bytes()

    def kill_after(self, call: str, number: int) -> None:
        plain = self.program
        with Suspension(call, number, self.room) as suspended:
            self.program = [*suspended.command, *plain]
            sidecar = self.run_sidecar(self.folder, "hook-sidecar-0")
            manager = HookManager(self.hooks)
            with ThreadPoolExecutor() as threads:
                asked = threads.submit(manager.on_define_domain, self.vmi, self.domain)
                self.assertTrue(suspended.wait(), f"no {call} {number}")
                suspended.kill()
                self.assertRaises(HookError, asked.result)
            sidecar.wait()
        self.program = plain

    def test_the_disc_is_always_a_whole_one(self) -> None:
        whole = [self.written_by(self.old), self.written_by(self.vmi)]
        self.assertNotEqual(*whole)
        for has_old in (False, True):
            for call, number in self.STEPS[has_old:]:
                with self.subTest(call=call, number=number, has_old=has_old):
                    shutil.rmtree(self.folder)
                    if has_old:
                        self.written_by(self.old)
                    self.kill_after(call, number)
                    found = self.disc.read_bytes() if self.disc.exists() else None
                    self.assertIn(found, whole[not has_old:] + [None][has_old:])
                    for socket in self.folder.glob("*.sock"):  # two seconds later the next would take its name
                        socket.unlink()
                    self.assertEqual(self.written_by(self.vmi), whole[1])
                    self.assertEqual([path.name for path in self.disc.parent.iterdir()], ["seed.iso"])


class TwoSidecars(SeedCase):
    """Two NICs of a VM with a profile each: on a migration's target, QEMU may read the disc in the folder of
    either sidecar, so both write it; the domain has it once."""

    OTHER = "patchbay-dhcp"

    def setUp(self) -> None:
        super().setUp()
        nad = bridge(static("192.168.0.63/26"))
        self.multus.add_binding(self.multus.add_network(self.pod, "more", nad, mac=OTHER_MAC))
        spec = self.vmi["spec"]
        spec["domain"]["devices"]["interfaces"].append({"name": "more", "binding": {"name": self.OTHER}})
        spec["networks"].append({"name": "more", "multus": {"networkName": "more-nad"}})

    def disc_added(self) -> str:
        """What a pass through both adds, as QEMU reads it; once more changes nothing."""
        manager = HookManager(self.hooks, sidecars=2)
        self.assertEqual(len({sidecar.socket.name for sidecar in manager.sidecars}), 2)
        answer = manager.on_define_domain(self.vmi, self.domain)
        for mac in (MAC, OTHER_MAC):
            self.assertIn(mac, answer)
        self.assertEqual(manager.on_define_domain(self.vmi, answer), answer)
        discs = [disc.get("file") for disc in ElementTree.fromstring(answer).iterfind("devices/disk/source")
                 if "patchbay-seed" in disc.get("file", "")]
        self.assertEqual(len(discs), 1)
        return discs[0]

    def written(self, profile: str) -> list[str]:
        lines = [json.loads(line) for line in self.log_file(profile).read_text().splitlines()]
        return [line["file"] for line in lines if line["msg"] == "seed disc written"]

    def test_in_folders_of_their_own(self) -> None:
        """KubeVirt 1.6 and later."""
        for number, profile in enumerate((PROFILE, self.OTHER)):
            self.run_sidecar(self.hooks / f"hook-sidecar-{number}", f"hook-sidecar-{number}", profile)
        self.assertEqual(self.disc_added(), f"{IN_COMPUTE}/hook-sidecar-0/{SEED}")
        own, other = (self.hooks / f"hook-sidecar-{number}" / SEED for number in (0, 1))
        self.assertEqual(own.read_bytes(), other.read_bytes())
        for told in ("192.168.0.62/26", OTHER_MAC):
            self.assertIn(told.encode(), own.read_bytes())
        self.assertEqual(self.written(PROFILE), [f"{IN_COMPUTE}/hook-sidecar-0/{SEED}"])
        self.assertEqual(self.written(self.OTHER), [f"{IN_COMPUTE}/hook-sidecar-1/{SEED}"])

    def test_in_the_one_folder_of_kubevirt_1_5(self) -> None:
        for profile in (self.OTHER, PROFILE):
            self.run_sidecar(self.hooks / "all", "", profile)
        self.assertEqual(self.disc_added(), f"{IN_COMPUTE}/{SEED}")
        self.assertTrue((self.hooks / "all" / SEED).is_file())
        self.assertEqual(self.written(self.OTHER) + self.written(PROFILE), [f"{IN_COMPUTE}/{SEED}"])


if __name__ == "__main__":
    unittest.main()
