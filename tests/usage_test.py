"""What the program says of wrong usage, whatever the command: the word it has no place for, with a guess, and
where the help is; and that it ends with an error where its output does not arrive."""

import subprocess
import tempfile
import unittest
from pathlib import Path

from lab.paths import PROGRAMS, SOURCE

FIXTURE = SOURCE / "tests/fixtures/42-three-ways"
VM = SOURCE / "manifests/examples/vm-static.yaml"
MISUSED, IO_FAILED = 100, 74  # CLI11's own, and above; sysexits.h


class Usage(unittest.TestCase):
    def says(self, arguments: str, first: str, program: str | Path = PROGRAMS / "patchbay") -> None:
        done = subprocess.run([program, *arguments.split()], text=True, capture_output=True, timeout=60,
                              check=False)
        self.assertGreaterEqual(done.returncode, MISUSED)
        help_of = first.split(":")[0] + " --help"
        self.assertEqual((done.stdout, done.stderr), ("", f"{first}\nRun `{help_of}` for more.\n"))

    def test_a_command_is_guessed(self) -> None:
        self.says("rendr -f x", 'patchbay: unknown command "rendr" (did you mean "render"?)')
        self.says("\x1b[2J", r'patchbay: unknown command "\x1b[2J"')
        self.says("", "patchbay: expected a command, found none: one of render, verify, inspect, import, "
                      "gather")

    def test_an_option_is_guessed_whatever_else_is_missing(self) -> None:
        self.says("--versoin", 'patchbay: unknown option "--versoin" (did you mean "--version"?)')
        self.says("render --recrod x -f y",
                  'patchbay render: unknown option "--recrod" (did you mean "--record"?)')
        self.says("render --flename=x",
                  'patchbay render: unknown option "--flename" (did you mean "--filename"?)')
        self.says("inspect web", 'patchbay inspect: no place for the argument "web"')

    def test_what_is_missing_is_named(self) -> None:
        self.says("render", "patchbay render: --filename is required")
        self.says("import x", "patchbay import: one of --map, --suggest-map and --list is required")

    def test_kubectls_plugin_has_its_own_name(self) -> None:
        with tempfile.TemporaryDirectory() as room:
            plugin = Path(room) / "kubectl-patchbay"
            plugin.symlink_to(PROGRAMS / "patchbay")
            self.says("import", "kubectl patchbay import: FILE is required", plugin)

    def test_inspect_reads_a_vm_as_render_does(self) -> None:
        for file in (VM, FIXTURE / "vmi.json"):
            done = subprocess.run([PROGRAMS / "patchbay", "inspect", "-f", file, "-o", "json"], text=True,
                                  capture_output=True, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""))


class Output(unittest.TestCase):
    def test_that_does_not_arrive_is_an_error(self) -> None:
        for arguments in (("--help",), ("render", "-f", VM), ("verify", "--print-commands")):
            with self.subTest(arguments), open("/dev/full", "wb") as full:
                done = subprocess.run([PROGRAMS / "patchbay", *arguments], stdout=full,
                                      stderr=subprocess.PIPE, text=True, timeout=60, check=False)
                self.assertEqual(done.returncode, IO_FAILED)
                self.assertIn("stdout: can't be written whole: No space left on device", done.stderr)


if __name__ == "__main__":
    unittest.main()
