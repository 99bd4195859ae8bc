"""A kernel guest in which tests did not run, or which did not live to tell, is a failure."""

import io
import json
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path

from lab.kernel_guest import judge

TEST = "import unittest\nclass T(unittest.TestCase):\n    def test(self): {}\n"


@contextmanager
def script(text: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="patchbay-script-") as folder:
        file = Path(folder) / "some_test.py"
        file.write_text(text)
        yield file


class KernelGuest(unittest.TestCase):
    def run_in_guest(self, statement: str) -> subprocess.CompletedProcess:
        with script(TEST.format(statement)) as file:
            return subprocess.run([sys.executable, "-B", "-m", "lab.kernel_guest", file], text=True,
                                  capture_output=True, timeout=500, check=False)

    def test_what_passes_passes_and_is_shown_and_leaves_this_machines_files(self) -> None:
        with tempfile.NamedTemporaryFile(mode="w+") as file:
            file.write("as it was")
            file.flush()
            done = self.run_in_guest(f"__import__('pathlib').Path('{file.name}').write_text('changed'); "
                                     "print('kernel', __import__('os').uname().release)")
            self.assertEqual(done.returncode, 0, done)
            self.assertRegex(done.stdout, r"kernel 6\.1\.0-\d+-amd64\n")
            self.assertEqual(Path(file.name).read_text(), "as it was")

    def test_a_kernel_that_dies_fails_with_its_last_words(self) -> None:
        done = self.run_in_guest("__import__('pathlib').Path('/proc/sysrq-trigger').write_text('c')")
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("without a verdict", done.stderr)
        self.assertIn("Kernel panic", done.stderr)


class Verdict(unittest.TestCase):
    """Of the guest's end, which needs no guest for it."""

    def verdict(self, text: str) -> dict | None:
        with script(text) as file:
            verdict = file.with_name("verdict")
            subprocess.run([sys.executable, "-B", "-m", "lab.kernel_guest_inside", verdict, file],
                           capture_output=True, timeout=100, check=False)
            return json.loads(verdict.read_text()) if verdict.exists() else None

    def judge(self, text: str) -> tuple[int, str]:
        with redirect_stderr(io.StringIO()) as said:
            status = judge(self.verdict(text))
        return status, said.getvalue()

    def test_what_passes_passes(self) -> None:
        self.assertEqual(self.judge(TEST.format("pass")), (0, ""))

    def test_what_fails_fails(self) -> None:
        self.assertEqual(self.judge(TEST.format("self.fail()")), (1, ""))

    def test_nothing_and_what_is_skipped_have_not_passed(self) -> None:
        for text in ("", TEST.format("self.skipTest('')")):
            status, said = self.judge(text)
            self.assertEqual(status, 1)
            self.assertIn("has not passed", said)

    def test_a_script_that_cannot_be_read_has_no_verdict(self) -> None:
        self.assertIsNone(self.verdict("import there_is_no_such_module\n"))


if __name__ == "__main__":
    unittest.main()
