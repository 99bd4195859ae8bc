"""`patchbay render` shows what the guest gets: of the scenarios what hooks hand over (their golden texts), and the
same answer as the sidecar's where the VM's volumes or what a user wrote decide. What is handed over is
tests/cloudinit's; here it is whether render says so."""

import base64
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from lab.paths import PROGRAMS, SOURCE

FIXTURES = SOURCE / "tests/fixtures"
REFUSED = 78  # sysexits.h, EX_CONFIG
HEAD = """# by hand
version: 2
ethernets:
"""
OTHER_NIC = """  lan:
    match:
      macaddress: "02:00:00:00:99:99"  # not one of the VM's
    dhcp4: true
"""


def render(fixture: Path, vmi: dict | None = None) -> tuple[int, dict, str]:
    """Its exit status, what it prints on stdout, and both outputs as they are."""
    info = fixture / "network-info"
    with tempfile.TemporaryDirectory() as scratch:
        file = fixture / "vmi.json"
        if vmi is not None:
            file = Path(scratch) / "vmi.json"
            file.write_text(json.dumps(vmi), encoding="utf-8")
        done = subprocess.run(
            [PROGRAMS / "patchbay", "render", "-f", file, "--pod", fixture / "pod.json",
             *(("--network-info", info) if info.exists() else ())],
            capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, json.loads(done.stdout), done.stdout + done.stderr


class Scenarios(unittest.TestCase):
    def test_show_what_hooks_hand_over(self) -> None:
        shown = 0
        for fixture in sorted(each.parent for each in FIXTURES.glob("*/cloudinitdata.json")):
            with self.subTest(fixture.name):
                status, made, _ = render(fixture)
                golden = [file.read_text(encoding="utf-8") for file in fixture.glob("expected/network-data.*ml")]
                golden += [file.read_text(encoding="utf-8") for file in fixture.glob("expected/network-data.json")]
                self.assertEqual(made["networkData"], "".join(golden))
                self.assertEqual(status, 0 if golden else REFUSED)
                said = fixture / "expected/network-data.txt"
                self.assertEqual(made["diagnostics"][len(made["plan"]["diagnostics"]):],
                                 said.read_text(encoding="utf-8").splitlines() if said.exists() else [])
                shown += bool(golden)
        self.assertGreaterEqual(shown, 15)


class Delivery(unittest.TestCase):
    """One NIC on a network besides the pod network's, its binding and the VM's volume changed."""

    def setUp(self) -> None:
        self.fixture = FIXTURES / "12-nocloud-userdata"
        self.vmi = json.loads((self.fixture / "vmi.json").read_text(encoding="utf-8"))

    def bind(self, binding: str) -> None:
        self.vmi["spec"]["domain"]["devices"]["interfaces"][1]["binding"] = {"name": binding}

    def volume(self, **source) -> None:
        """The cloud-init volume, or none."""
        volumes = [each for each in self.vmi["spec"]["volumes"] if each["name"] != "cloudinitdisk"]
        self.vmi["spec"]["volumes"] = volumes + (
            [{"name": "cloudinitdisk", "cloudInitNoCloud": source}] if source else [])

    def rendered(self) -> dict:
        status, made, outputs = render(self.fixture, self.vmi)
        self.assertEqual(status, 0, outputs)
        return made

    def refused(self, *words: str) -> None:
        status, made, outputs = render(self.fixture, self.vmi)
        self.assertEqual((status, made["networkData"]), (REFUSED, ""), outputs)
        error, = (line for line in made["diagnostics"] if line.startswith("error: "))
        for word in words:
            self.assertIn(word, error)

    def test_a_profile_that_does_not_fit_the_volumes_is_refused(self) -> None:
        self.bind("patchbay-seed")
        self.refused("spec.volumes", '"data"', "use binding patchbay,")
        self.bind("patchbay")
        self.volume()
        self.refused("spec.volumes", '"data"', "patchbay-seed")

    def test_a_seed_disc_is_shown_in_the_form_that_its_guest_reads(self) -> None:
        self.bind("patchbay-seed")
        self.volume()
        self.assertIn('    data:\n      match:\n        macaddress: "0a:58:0a:00:00:01"',
                      self.rendered()["networkData"])
        self.vmi["metadata"].setdefault("annotations", {})["patchbay.io/guest"] = "windows"
        self.assertIn("links", json.loads(self.rendered()["networkData"]))

    def test_where_nobody_writes_the_users_text_is_what_the_guest_gets(self) -> None:
        self.bind("patchbay-dhcp")
        self.volume(networkData=HEAD + OTHER_NIC)
        self.assertEqual(self.rendered()["networkData"], HEAD + OTHER_NIC)
        self.volume()
        self.assertEqual(self.rendered()["networkData"], "")

    def test_ours_stands_beside_the_users_whether_in_base64_or_not(self) -> None:
        self.volume(networkData=HEAD + OTHER_NIC)
        made = self.rendered()
        self.assertTrue(made["networkData"].startswith(HEAD), made["networkData"])
        self.assertTrue(made["networkData"].endswith(OTHER_NIC), made["networkData"])
        self.assertIn('macaddress: "0a:58:0a:00:00:01"', made["networkData"])
        self.assertIn("is added beside the user's", " ".join(made["diagnostics"]))
        self.volume(networkDataBase64=base64.b64encode((HEAD + OTHER_NIC).encode()).decode())
        self.assertEqual(self.rendered(), made)

    def test_what_can_not_be_added_is_said_with_the_users_text(self) -> None:
        text = HEAD + "  eth1: {dhcp4: true}\n"
        self.volume(networkData=text)
        made = self.rendered()
        self.assertEqual(made["networkData"], text)
        self.assertIn("networkData is passed on as it is", " ".join(made["diagnostics"]))

    def test_user_data_is_not_shown_but_whether_changes_are_applied_at_each_boot(self) -> None:
        self.volume(userDataBase64=base64.b64encode(b"#!/bin/sh\necho moonshine\n").decode())
        status, made, outputs = render(self.fixture, self.vmi)
        self.assertEqual(status, 0)
        self.assertIn("applies its networkData at its first boot only", " ".join(made["diagnostics"]))
        self.assertNotIn("moonshine", outputs)
        self.volume(userData="#cloud-config\npassword: moonshine\n")
        _, made, outputs = render(self.fixture, self.vmi)
        self.assertNotIn("first boot only", " ".join(made["diagnostics"]))
        self.assertNotIn("moonshine", outputs)

    def test_secrets_are_named_and_not_guessed(self) -> None:
        self.volume(secretRef={"name": "web-user"}, networkDataSecretRef={"name": "web-net"})
        made = self.rendered()
        notes = [line for line in made["diagnostics"] if "Secret" in line]
        self.assertEqual([word for word, line in zip(("web-user", "web-net"), notes, strict=True)
                          if word in line], ["web-user", "web-net"])
        self.assertIn("0a:58:0a:00:00:01", made["networkData"])


if __name__ == "__main__":
    unittest.main()
