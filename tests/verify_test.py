"""`patchbay verify` as a person calls it: what it prints, and how it ends. What counts as a difference is
tests/plan/compare_guest_test.cc's; here a guest's outputs are made of the plan, and then one thing is changed."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from lab.paths import PROGRAMS, SOURCE

FIXTURE = SOURCE / "tests/fixtures/40-static-dual-stack"
MAC, POD_MAC = "02:00:00:00:10:01", "02:00:00:0a:0b:0c"
EXAMPLES = SOURCE / "manifests/examples"
OK, DIFFERS, MALFORMED, INVALID = 0, 1, 65, 78  # cli/verify.h, sysexits.h
MISUSED = range(105, 112)  # CLI11's own


def nic(name: str, mac: str, mtu: int, *addresses: dict) -> dict:
    return {"ifname": name, "flags": ["UP", "LOWER_UP"], "mtu": mtu, "link_type": "ether", "address": mac,
            "addr_info": [{"scope": "global", **address} for address in addresses]}


ADDRESSES = [
    nic("enp1s0", POD_MAC, 1450, {"local": "10.0.2.2", "prefixlen": 24, "dynamic": True}),
    nic("enp2s0", MAC, 1450, {"local": "192.168.0.62", "prefixlen": 26},
        {"local": "192.168.0.63", "prefixlen": 26}, {"local": "fd00::62", "prefixlen": 64})]
ROUTES4 = [{"dst": "default", "gateway": "10.0.2.1", "dev": "enp1s0", "protocol": "dhcp"},
           {"dst": "10.0.0.0/8", "gateway": "192.168.0.3", "dev": "enp2s0", "metric": 100,
            "protocol": "static"}]
ROUTES6 = [{"dst": "default", "gateway": "fd00::1", "dev": "enp2s0", "protocol": "static", "metric": 1024,
            "pref": "medium"}]
DNS = "Global:\nLink 3 (enp2s0): 10.0.0.53 fd00::53\n"
SEARCH = "Global:\nLink 3 (enp2s0): corp.example\n"
AS_PLANNED = f"""default: enp1s0, {POD_MAC}
  not patchbay's: 10.0.2.2/24 (dynamic), default via 10.0.2.1
vlan100: enp2s0, {MAC}
  ok       addresses: 192.168.0.62/26, 192.168.0.63/26, fd00::62/64
  ok       order of addresses: 192.168.0.62 before 192.168.0.63
  ok       routes: 10.0.0.0/8 via 192.168.0.3, default via fd00::1
  ok       MTU: 1450
  ok       name servers: 10.0.0.53, fd00::53
  ok       search domains: corp.example
default/vm-40-static-dual-stack: the guest has what the plan says
"""


class Verify(unittest.TestCase):
    def setUp(self) -> None:
        room = tempfile.TemporaryDirectory()
        self.addCleanup(room.cleanup)
        self.room = Path(room.name)
        for name, content in {"addresses": ADDRESSES, "routes4": ROUTES4, "routes6": ROUTES6}.items():
            self.write(name, json.dumps(content))
        self.write("dns", DNS)
        self.write("search", SEARCH)

    def write(self, name: str, text: str) -> None:
        (self.room / name).write_text(text, encoding="utf-8")

    def verify(self, *plan: str | Path, addresses: str = "addresses", stdin: str = ""):
        return subprocess.run(
            [PROGRAMS / "patchbay", "verify", *plan, "--addresses", addresses, "--routes", "routes4",
             "--routes", "routes6", "--dns", "dns", "--search", "search"],
            cwd=self.room, input=stdin, text=True, capture_output=True, timeout=60, check=False)

    def verify_vmi(self, *more: str, **options):
        return self.verify("-f", FIXTURE / "vmi.json", "--pod", FIXTURE / "pod.json", *more, **options)

    def test_a_guest_that_has_what_the_plan_says(self):
        done = self.verify_vmi()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (OK, AS_PLANNED, ""))

    def test_the_plan_that_render_prints_serves_as_well_and_any_file_may_be_stdin(self):
        rendered = subprocess.run(
            [PROGRAMS / "patchbay", "render", "-f", FIXTURE / "vmi.json", "--pod", FIXTURE / "pod.json"],
            text=True, capture_output=True, timeout=60, check=True).stdout
        for plan in (rendered, json.dumps(json.loads(rendered)["plan"])):
            done = self.verify("--plan", "-", stdin=plan)
            self.assertEqual((done.returncode, done.stdout), (OK, AS_PLANNED))
        done = self.verify_vmi(addresses="-", stdin=json.dumps(ADDRESSES))
        self.assertEqual((done.returncode, done.stdout), (OK, AS_PLANNED))

    def test_a_plan_that_only_the_cluster_can_complete_says_what_is_missing(self):
        rendered = subprocess.run(
            [PROGRAMS / "patchbay", "render", "-f", EXAMPLES / "vm-static.yaml",
             "-f", EXAMPLES / "networks.yaml"],
            text=True, capture_output=True, timeout=60, check=True).stdout
        done = self.verify("--plan", "-", stdin=rendered)
        self.assertEqual((done.returncode, done.stdout), (INVALID, ""))
        self.assertIn('found "known only on the cluster"; render the VM with its pod (--pod)', done.stderr)

    def test_a_difference_is_shown_with_what_to_look_at(self):
        self.write("dns", "Global:\nLink 3 (enp2s0): 10.0.0.53\n")
        done = self.verify_vmi()
        self.assertEqual(done.returncode, DIFFERS)
        self.assertIn("  DIFFERS  name servers\n           expected 10.0.0.53, fd00::53\n"
                      "           found    10.0.0.53\n           look at  resolvectl status", done.stdout)
        self.assertTrue(done.stdout.endswith(": 1 difference\n"), done.stdout)

    def test_nics_that_are_not_there_and_nics_that_nobody_expects(self):
        self.write("addresses", json.dumps([ADDRESSES[0], {**ADDRESSES[1], "address": "02:00:00:00:10:02"}]))
        done = self.verify_vmi()
        self.assertEqual(done.returncode, DIFFERS)
        self.assertIn(f"vlan100: not found\n  DIFFERS  NIC\n           expected {MAC}\n", done.stdout)
        self.assertIn("no network: enp2s0, 02:00:00:00:10:02\n", done.stdout)
        self.assertTrue(done.stdout.endswith(": 2 differences\n"), done.stdout)

    def test_what_was_not_looked_at_is_said(self):
        self.write("search", "")
        done = subprocess.run(
            [PROGRAMS / "patchbay", "verify", "-f", FIXTURE / "vmi.json", "--pod", FIXTURE / "pod.json",
             "--addresses", "addresses", "--routes", "routes4", "--routes", "routes6"],
            cwd=self.room, text=True, capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, OK)
        self.assertIn("  not looked at: name servers, search domains\n", done.stdout)
        self.assertTrue(done.stdout.endswith(": the guest has what the plan says, as far as it was looked at\n"))

    def test_as_json(self):
        self.write("dns", "Global:\nLink 3 (enp2s0): fd00::53\n")
        done = self.verify_vmi("-o", "json")
        report = json.loads(done.stdout)
        self.assertEqual((done.returncode, report["holds"]), (DIFFERS, False))
        self.assertEqual([check["what"] for nic in report["nics"] for check in nic["checks"]
                          if "lookAt" in check], ["name servers"])

    def test_what_can_not_be_judged_is_an_error_and_no_difference(self):
        self.assertIn(self.verify().returncode, MISUSED)  # no plan
        self.assertIn(self.verify("--plan", "-", addresses="-").returncode, MISUSED)
        self.assertIn(self.verify_vmi("--plan", "-").returncode, MISUSED)
        self.assertIn(self.verify_vmi("--console", "true").returncode, MISUSED)  # or the files
        self.assertIn(self.verify_vmi("--ping", "192.0.2.1").returncode, MISUSED)  # by a console only
        done = self.verify_vmi(addresses="dns")
        self.assertEqual((done.returncode, done.stdout), (MALFORMED, ""))
        self.assertIn("ip address: expected JSON or lines such as", done.stderr)


if __name__ == "__main__":
    unittest.main()
