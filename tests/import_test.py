"""`patchbay import` as a script or a person calls it: what is on which stream, what is written, and how it
ends. What it makes of each fixture: import_golden_test.py."""

import json
import os
import pty
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

from lab.paths import PROGRAMS, SOURCE
from lab.vsphere import Nic, portgroups, vm_info

FIXTURES = SOURCE / "tests/fixtures/vsphere"
PATCHBAY = PROGRAMS / "patchbay"
PORTGROUPS = portgroups({"dvportgroup-1": 100, "dvportgroup-2": 200})
MAP = """
namespace: vms
guestConfig: cloud-init
networks:
- from: {key: dvportgroup-1}
  to: {nad: web, bridge: br1, vlan: 100, port: ens6}
"""

MALFORMED = 65  # plan/error.cc
CONFLICT = 65
IO_FAILED = 74
INVALID = 78


def run(*arguments: str | Path, stdin: str = "", cwd: Path = FIXTURES) -> subprocess.CompletedProcess:
    return subprocess.run([PATCHBAY, "import", *arguments], input=stdin, capture_output=True,
                          text=True, timeout=120, cwd=cwd)


def web(number: int, portgroup: str = "dvportgroup-1") -> Nic:
    high, low = divmod(number, 250)
    return Nic(f"00:50:56:00:{high:02x}:{low:02x}", portgroup, (f"10.{high}.0.{low + 2}/16",), (f"10.{high}.0.1",))


class List(unittest.TestCase):
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

    def test_the_table_says_each_kind_of_vlan(self):
        files = [*FIXTURES.glob("vm.info/*.json"), *FIXTURES.glob("network/collect-*.json"),
                 *FIXTURES.glob("network/dvs*.json")]
        rows = [re.split("  +", line) for line in run("--list", "-o", "table", *sorted(files)).stdout.splitlines()]
        vlans = {row[4]: row[5] for row in rows if len(row) > 5}
        self.assertLessEqual({"DPG-Mgmt": "untagged", "DPG-DB-300": "300", "DPG-Trunk": "trunk 310-319, 400",
                              "DPG-PVLAN": "pvlan 205/2051"}.items(), vlans.items())

    def test_a_file_of_no_known_kind_ends_it_with_nothing_on_stdout(self):
        done = run("--list", "vm.info/dhcp04-debian.json", "-", stdin="\x1b[2Jhello")
        self.assertEqual((done.returncode, done.stdout), (MALFORMED, ""))
        self.assertIn("stdin: is text", done.stderr)
        self.assertNotIn("\x1b", done.stderr)

    def test_a_file_that_is_not_there(self):
        done = run("--list", "nowhere.json")
        self.assertEqual((done.returncode, done.stdout), (IO_FAILED, ""))
        self.assertIn("nowhere.json: can't be read: No such file or directory", done.stderr)

    def test_a_folder_is_no_empty_file(self):
        done = run("--list", "vmx")
        self.assertEqual((done.returncode, done.stdout), (IO_FAILED, ""))
        self.assertIn("vmx: expected a file, found a folder", done.stderr)

    def test_what_to_do_has_to_be_said(self):
        for arguments in (["vmx/app02-ubuntu.vmx"], ["--list"], ["--list", "-o", "xml", "-"],
                          ["--list", "--map", "x", "-"], ["--list", "--patch", "-"],
                          ["--map", "x", "--guest-config", "static", "-"], ["--map", "x", "--force", "-"]):
            done = run(*arguments)
            self.assertGreaterEqual(done.returncode, 100, "CLI11's own")
            self.assertEqual(done.stdout, "")

    def test_yaml_says_the_same_as_json(self):
        as_json, as_yaml = (run("--list", "-o", form, "vm.info/win05-sql.json").stdout for form in ("json", "yaml"))
        self.assertEqual(yaml.safe_load(as_yaml), json.loads(as_json))


class Written(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.room = Path(folder.name)
        self.give({"web01": [web(1)], "web02": [web(2)]})
        Path(self.room, "networks.json").write_text(PORTGROUPS, encoding="utf-8")
        Path(self.room, "map.yaml").write_text(MAP, encoding="utf-8")

    def give(self, vms: dict[str, list[Nic]]):
        Path(self.room, "vms.json").write_text(vm_info(vms, dns=("10.0.0.53",)), encoding="utf-8")

    def imported(self, *more: str) -> subprocess.CompletedProcess:
        return run("--map", "map.yaml", "vms.json", "networks.json", *more, cwd=self.room)

    def files(self) -> dict[str, int]:
        """All that is in the folder, with the time it was last written."""
        out = self.room / "out"
        return {str(file.relative_to(out)): file.stat().st_mtime_ns for file in out.rglob("*") if file.is_file()}

    def test_without_a_folder_nothing_is_written(self):
        before = set(self.room.iterdir())
        done = self.imported()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("2 VMs: 2 ready, 0 with warnings, 0 with errors", done.stdout)
        self.assertEqual(set(self.room.iterdir()), before)

    def test_a_second_time_nothing_changes(self):
        done = self.imported("--output-dir", "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("out: files written: 4, ", done.stderr)
        files = self.files()
        self.assertEqual(set(files), {"bridges/br1-ens6.yaml", "networks/vms/web.yaml", "vms/vms/web01.yaml",
                                      "vms/vms/web02.yaml"})
        done = self.imported("--output-dir", "out")
        self.assertIn("same text: 4\n", done.stderr)
        self.assertEqual(self.files(), files)

    def test_files_of_others_are_replaced_only_by_force(self):
        self.imported("--output-dir", "out")
        mine = self.room / "out/vms/vms/web01.yaml"
        mine.write_text("# mine\n", encoding="utf-8")
        self.give({"web01": [web(1)], "web02": [web(2)], "web03": [web(3)]})
        done = self.imported("--output-dir", "out")
        self.assertEqual(done.returncode, CONFLICT)
        self.assertIn("vms/vms/web01.yaml", done.stderr)
        self.assertNotIn("vms/vms/web03.yaml", self.files())
        self.assertEqual(mine.read_text(encoding="utf-8"), "# mine\n")
        done = self.imported("--output-dir", "out", "--force")
        self.assertIn("out: files written: 1, replaced: 1, there already with the same text: 3", done.stderr)
        self.assertIn("VirtualMachine", mine.read_text(encoding="utf-8"))

    def test_with_errors_nothing_is_written_and_all_are_said(self):
        self.give({"web01": [web(1), web(7, "dvportgroup-2")], "web02": [web(1)]})
        for form in ("table", "json", "yaml"):
            with self.subTest(form):
                done = self.imported("--output-dir", "out", "-o", form)
                self.assertEqual(done.returncode, INVALID)
                self.assertFalse((self.room / "out").exists())
                self.assertIn("nothing was written", done.stderr)
                said = done.stderr if form == "yaml" else done.stdout
                for words in ("dvportgroup-2", "the address 10.0.0.3", "the MAC 00:50:56:00:00:01"):
                    self.assertIn(words, said)
                if form == "yaml":
                    self.assertEqual(done.stdout, "")
        self.assertEqual([each["severity"] for each in json.loads(self.imported("-o", "json").stdout)["diagnostics"]]
                         .count("error"), 3)

    def test_what_is_said_of_a_stream_stands_beside_it(self):
        self.give({"web01": [Nic("", "dvportgroup-1", ("10.0.0.3/16",))]})
        done = self.imported("-o", "yaml")
        self.assertEqual(done.returncode, 0)
        self.assertIn('warning: VM "web01": its NIC 0 has no MAC', done.stderr)
        self.assertEqual([each["kind"] for each in yaml.safe_load_all(done.stdout) if each][-1], "VirtualMachine")

    def test_a_map_with_mistakes(self):
        Path(self.room, "map.yaml").write_text("namespce: vms\nnetworks: []\nguestConfig: never\n", encoding="utf-8")
        done = self.imported("--output-dir", "out")
        self.assertEqual((done.returncode, done.stdout), (INVALID, ""))
        self.assertIn('"namespace"', done.stderr)
        self.assertIn("guestConfig", done.stderr)
        self.assertFalse((self.room / "out").exists())

    def test_a_map_that_is_no_yaml_is_named(self):
        Path(self.room, "map.yaml").write_text("networks: [\n", encoding="utf-8")
        done = self.imported()
        self.assertEqual((done.returncode, done.stdout), (MALFORMED, ""))
        self.assertIn("map.yaml: is not YAML (line 2)", done.stderr)

    def test_the_suggested_map_is_one_once_it_is_filled_in(self):
        suggested = run("--suggest-map", "vms.json", "networks.json", cwd=self.room)
        self.assertEqual((suggested.returncode, suggested.stderr), (0, ""))
        Path(self.room, "map.yaml").write_text(suggested.stdout, encoding="utf-8")
        self.assertEqual(self.imported().returncode, INVALID)
        Path(self.room, "map.yaml").write_text(suggested.stdout.replace("FILL_IN", "br1"), encoding="utf-8")
        done = self.imported()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_guest_config_is_the_maps_unless_said(self):
        for words, binding in (([], "patchbay"), (["--guest-config", "seed"], "patchbay-seed"),
                               (["--guest-config", "keep"], "patchbay-dhcp")):
            objects = [each for each in yaml.safe_load_all(self.imported("-o", "yaml", *words).stdout) if each]
            devices = objects[-1]["spec"]["template"]["spec"]["domain"]["devices"]
            self.assertEqual(devices["interfaces"][0]["binding"]["name"], binding)

    def test_a_thousand_vms(self):
        self.give({f"web{number:04}": [web(number)] for number in range(1000)})
        done = self.imported("--output-dir", "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("\n1000 VMs: 1000 ready, 0 with warnings, 0 with errors\n", done.stdout)
        self.assertEqual(len(self.files()), 1002)
        vm = yaml.safe_load(Path(self.room, "out/vms/vms/web0777.yaml").read_text(encoding="utf-8"))
        wishes = json.loads(vm["spec"]["template"]["metadata"]["annotations"]["patchbay.io/networks"])
        self.assertEqual(wishes, {"web": {"addresses": ["10.3.0.29/16"], "gateway4": "10.3.0.1",
                                          "dns": {"servers": ["10.0.0.53"]}}})


class OnATerminal(unittest.TestCase):
    def report(self, **environment: str) -> bytes:
        ours, theirs = pty.openpty()
        with os.fdopen(ours, "rb", buffering=0) as terminal:
            done = subprocess.run([PATCHBAY, "import", "--map", "import/ovirt/map.yaml", "ovirt/vm.json",
                                   "ovirt/networks.json", "ovirt/vnicprofiles.json"], cwd=FIXTURES, check=True,
                                  stdout=theirs, stderr=subprocess.PIPE, timeout=60,
                                  env={"PATH": os.environ["PATH"], "TERM": "xterm", **environment})
            os.close(theirs)
            self.assertEqual(done.stderr, b"")
            text = b""
            try:
                while more := terminal.read(4096):
                    text += more
            except OSError:  # EIO: nobody holds the other end any more
                pass
        return text

    def test_there_are_colours_unless_they_are_not_wanted(self):
        self.assertIn(b"\x1b[33mrhv01-erp", self.report())  # its memory is not known
        for unwanted in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertNotIn(b"\x1b", self.report(**unwanted))


if __name__ == "__main__":
    unittest.main()
