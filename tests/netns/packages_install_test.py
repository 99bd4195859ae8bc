"""The Debian packages as dpkg installs and purges them, dependencies checked, in a copy-on-write view of this machine's
root; what is installed runs there."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from lab.paths import PROGRAMS
from lab.process import run, start, stop
from packages_test import pack

# A mount namespace of its own, which ends with its process.
VIEW = """
set -e
mount -t tmpfs tmpfs . && cd "$PWD"
mkdir changes work root
mount -t overlay overlay -o lowerdir=/,upperdir=changes,workdir=work root
mount --bind /proc root/proc
echo ready
exec sleep infinity
"""


class Installed(unittest.TestCase):
    def setUp(self) -> None:
        room = tempfile.TemporaryDirectory(prefix="patchbay-install-")
        self.addCleanup(room.cleanup)
        self.room = Path(room.name)
        packages = self.room / "packages"
        packages.mkdir()
        self.packages = list(pack(packages).values())
        view = self.room / "view"
        view.mkdir()
        self.root = view / "root"
        self.view = start(["unshare", "--mount", "--propagation", "private", "sh", "-c", VIEW], cwd=view,
                          stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.view.stdout.close)
        self.addCleanup(stop, self.view)
        self.assertEqual(self.view.stdout.readline(), "ready\n")

    def in_view(self, *command: str | Path) -> str:
        return run(["nsenter", "--target", str(self.view.pid), "--mount", *command])

    def inside(self, *command: str | Path) -> str:
        return self.in_view("chroot", self.root, *command)

    def ours(self) -> set[str]:
        """What has our name and was not there before."""
        changes = self.root.parent / "changes"
        return {path.removeprefix(str(changes)) for path in
                self.in_view("find", changes, "-name", "*patchbay*").split()}

    def test_run_and_leave_nothing_behind(self) -> None:
        for package in self.packages:
            self.in_view("cp", package, self.root / "var/tmp")
        self.inside("dpkg", "--install", *[f"/var/tmp/{package.name}" for package in self.packages])
        self.assertEqual(self.inside("dpkg", "--verify", "patchbay", "patchbay-cni"), "")
        version = run([PROGRAMS / "patchbay", "--version"])
        for program in ("patchbay", "kubectl-patchbay"):
            self.assertEqual(self.inside(program, "--version"), version)
        for section, page in ((1, "patchbay"), (1, "kubectl-patchbay"), (8, "patchbay-cni")):
            self.assertIn(f"/man{section}/", self.inside("man", "--where", str(section), page))
        answer = self.inside("env", "CNI_COMMAND=VERSION", "sh", "-c", "echo '{\"cniVersion\":\"1.0.0\"}' | "
                                                                        "/usr/lib/cni/patchbay")
        self.assertIn("1.0.0", json.loads(answer)["supportedVersions"])
        self.inside("mkdir", "/var/tmp/plugins")
        self.inside("/usr/lib/cni/patchbay", "install", "/var/tmp/plugins")
        self.assertEqual(self.inside("bash", "-c", ". /usr/share/bash-completion/completions/patchbay && "
                                                   "complete -p patchbay"), "complete -F _patchbay patchbay\n")
        self.assertIn("/usr/bin/patchbay", self.ours())

        self.inside("dpkg", "--purge", "patchbay", "patchbay-cni")
        self.assertEqual(self.ours(), {"/var/tmp/plugins/patchbay"} |
                         {f"/var/tmp/{package.name}" for package in self.packages})


if __name__ == "__main__":
    unittest.main()
