"""`patchbay import --list` as a script calls it: what is on which stream, and how it ends."""

import json
import subprocess
import unittest

from lab.paths import PROGRAMS, SOURCE

FIXTURES = SOURCE / "tests/fixtures/vsphere"

MALFORMED = 65  # plan/error.cc
IO_FAILED = 74


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess:
    return subprocess.run([PROGRAMS / "patchbay", "import", *arguments], input=stdin, capture_output=True,
                          text=True, timeout=120, cwd=FIXTURES)


class Import(unittest.TestCase):
    def test_json_is_all_that_is_on_stdout_and_warnings_do_not_fail_it(self):
        done = run("--list", "-o", "json", "forklift/v2v_staticips.json", "vm.info/dhcp04-debian.json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        inventory = json.loads(done.stdout)
        self.assertEqual(list(inventory), ["vms", "networks", "diagnostics"])
        self.assertEqual(inventory["vms"]["dhcp04-debian"]["nics"][0]["method"], "dhcp")
        self.assertEqual(inventory["vms"]["dhcp04-debian"]["sources"],
                         ["forklift/v2v_staticips.json", "vm.info/dhcp04-debian.json"])
        self.assertTrue(any("172.20.4.57" in said["message"] for said in inventory["diagnostics"]))

    def test_stdin_is_a_source_and_the_table_the_default(self):
        done = run("--list", "-", stdin=(FIXTURES / "vmx" / "app02-ubuntu.vmx").read_text())
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("app02-ubuntu  0    00:50:56:11:00:02  vmxnet3  dvportgroup-49", done.stdout)

    def test_a_file_of_no_known_kind_ends_it_with_nothing_on_stdout(self):
        done = run("--list", "vm.info/dhcp04-debian.json", "-", stdin="\x1b[2Jhello")
        self.assertEqual((done.returncode, done.stdout), (MALFORMED, ""))
        self.assertIn("stdin: is text", done.stderr)
        self.assertNotIn("\x1b", done.stderr)

    def test_a_file_that_is_not_there(self):
        done = run("--list", "nowhere.json")
        self.assertEqual((done.returncode, done.stdout), (IO_FAILED, ""))
        self.assertIn("nowhere.json: can't be read: No such file or directory", done.stderr)

    def test_what_to_do_has_to_be_said(self):
        for arguments in (["vmx/app02-ubuntu.vmx"], ["--list"], ["--list", "-o", "xml", "-"]):
            done = run(*arguments)
            self.assertGreaterEqual(done.returncode, 100, "CLI11's own")
            self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main()
