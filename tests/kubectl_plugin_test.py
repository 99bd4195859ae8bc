"""`patchbay` as a plugin of kubectl, found, run and completed by a real one, as its Debian package lays it out."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from lab import kubectl
from lab.paths import PROGRAMS, SOURCE
from lab.process import run

EXAMPLES = SOURCE / "manifests/examples"
REFUSED = 78


class Plugin(unittest.TestCase):
    def setUp(self) -> None:
        room = Path(self.enterContext(tempfile.TemporaryDirectory()))
        programs, completions = room / "bin", room / "share/bash-completion/completions"
        programs.mkdir()
        completions.mkdir(parents=True)
        (programs / "patchbay").symlink_to(PROGRAMS / "patchbay")
        (programs / "kubectl-patchbay").symlink_to("patchbay")
        (programs / "kubectl_complete-patchbay").symlink_to(SOURCE / "cli/kubectl_complete-patchbay")
        (completions / "patchbay").symlink_to(SOURCE / "cli/patchbay.bash")
        self.environment = {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(room)}
        self.plugin = programs / "kubectl-patchbay"

    def kubectl(self, release: str, *arguments: str | Path) -> subprocess.CompletedProcess:
        return subprocess.run([kubectl.program(release), *arguments], env=self.environment, text=True,
                              capture_output=True, timeout=120, check=False)

    def test_is_found_and_run(self) -> None:
        files = ("-f", EXAMPLES / "vm-static.yaml", "-f", EXAMPLES / "networks.yaml")
        for release in kubectl.RELEASES:
            with self.subTest(release):
                self.assertIn(str(self.plugin), self.kubectl(release, "plugin", "list").stdout.splitlines())
                done = self.kubectl(release, "patchbay", "render", *files)
                self.assertEqual((done.returncode, done.stdout),
                                 (0, run([PROGRAMS / "patchbay", "render", *files])), done.stderr)
                self.assertEqual(self.kubectl(release, "patchbay", "render", "-f", EXAMPLES).returncode, REFUSED)

    def test_help_says_how_it_was_called(self) -> None:
        self.assertIn("Usage: kubectl patchbay [OPTIONS]", self.kubectl("trixie", "patchbay", "--help").stdout)
        self.assertIn("Usage: kubectl patchbay render ", self.kubectl("trixie", "patchbay", "render", "--help").stdout)
        self.assertIn("Usage: patchbay [OPTIONS]", run([PROGRAMS / "patchbay", "--help"]))

    def test_is_completed(self) -> None:
        def completed(*words: str) -> list[str]:
            return self.kubectl("trixie", "__complete", "patchbay", *words).stdout.splitlines()
        self.assertEqual(completed("ren"), ["render", ":4"])
        self.assertEqual(completed("render", "--network-i"), ["--network-info", ":4"])
        self.assertEqual(completed("render", "-o", "y"), ["yaml", ":4"])
        self.assertEqual(completed("render", "-f", ""), [":0"])  # files


if __name__ == "__main__":
    unittest.main()
