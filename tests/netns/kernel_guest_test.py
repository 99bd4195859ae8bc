"""A kernel guest in which tests did not run, or which did not live to tell, is a failure."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PASSES = "import unittest\nclass T(unittest.TestCase):\n    def test(self): {}\n"


class KernelGuest(unittest.TestCase):
    def judge(self, script: str) -> subprocess.CompletedProcess:
        with tempfile.TemporaryDirectory(prefix="patchbay-script-") as folder:
            file = Path(folder) / "some_test.py"
            file.write_text(script)
            return subprocess.run([sys.executable, "-B", "-m", "lab.kernel_guest", file], text=True,
                                  capture_output=True, timeout=500, check=False)

    def test_what_passes_passes_and_is_shown(self) -> None:
        done = self.judge(PASSES.format("print('kernel', __import__('os').uname().release)"))
        self.assertEqual(done.returncode, 0, done)
        self.assertRegex(done.stdout, r"kernel 6\.1\.0-\d+-amd64\n")

    def test_what_fails_fails(self) -> None:
        self.assertEqual(self.judge(PASSES.format("self.fail()")).returncode, 1)

    def test_nothing_fails(self) -> None:
        done = self.judge("")
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("has not passed", done.stderr)

    def test_what_is_skipped_fails(self) -> None:
        self.assertEqual(self.judge(PASSES.format("self.skipTest('')")).returncode, 1)

    def test_a_kernel_that_dies_fails_with_its_last_words(self) -> None:
        panic = "__import__('pathlib').Path('/proc/sysrq-trigger').write_text('c')"
        done = self.judge(PASSES.format(panic))
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("without a verdict", done.stderr)
        self.assertIn("Kernel panic", done.stderr)

    def test_a_script_that_cannot_be_read_fails(self) -> None:
        self.assertEqual(self.judge("import there_is_no_such_module\n").returncode, 1)

    def test_this_machines_files_stay_as_they_are(self) -> None:
        with tempfile.NamedTemporaryFile(mode="w+") as file:
            file.write("as it was")
            file.flush()
            write = f"__import__('pathlib').Path('{file.name}').write_text('changed')"
            self.assertEqual(self.judge(PASSES.format(write)).returncode, 0)
            self.assertEqual(Path(file.name).read_text(), "as it was")


if __name__ == "__main__":
    unittest.main()
