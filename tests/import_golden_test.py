"""What `patchbay import` makes of every fixture, to the letter, and that it is what a cluster takes: each object
of its kind, accepted by the admission policies, and the patches by kubectl. `UPDATE_GOLDEN=1` rewrites
tests/fixtures/vsphere/import/*/expected."""

import copy
import functools
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import jsonpatch
import yaml

from lab import kubectl, schemas
from lab.admission import Policy, Request
from lab.manifests import documents, of_kind, vmi_of
from lab.paths import PROGRAMS, SOURCE
from lab.process import run

FIXTURES = SOURCE / "tests/fixtures/vsphere"
VSPHERE = ["vm.info/*", "device.info/*", "network/collect-*", "network/*H0.json", "network/dvs*"]
# The sources of each scene in import/, and what else is said.
SCENES = {
    "vsphere": VSPHERE,
    "forklift": [*VSPHERE, "forklift/*", "--patch"],
    "ovirt": ["ovirt/*.ovf", "ovirt/[!e]*.json"],
    "vmx": ["vmx/*.vmx", "--bridge-plugin", "bridge"],
    "ovf": ["ovf/*.ovf"],
}


def words_of(scene: str) -> list[str]:
    """The command line after "import"; the map is the scene's."""
    words = ["--map", f"import/{scene}/map.yaml"]
    for each in SCENES[scene]:
        words += sorted(str(file.relative_to(FIXTURES)) for file in FIXTURES.glob(each)) if "*" in each else [each]
    return words


@functools.cache
def imported(scene: str, *more: str) -> str:
    return subprocess.run([PROGRAMS / "patchbay", "import", *words_of(scene), *more], cwd=FIXTURES, text=True,
                          capture_output=True, timeout=60, check=True).stdout


@functools.cache
def policies() -> list[Policy]:
    return [Policy(document) for file in ("profile", "advice")
            for document in of_kind("ValidatingAdmissionPolicy",
                                    documents(SOURCE / f"manifests/base/{file}-policy.yaml"))]


def merge(into: dict, patch: dict):
    """RFC 7386."""
    for key, value in patch.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        elif value is None:
            into.pop(key, None)
        else:
            into[key] = value


class Scene(unittest.TestCase):
    def objects(self, scene: str) -> list[dict]:
        return [each for each in yaml.safe_load_all(imported(scene, "-o", "yaml")) if each]

    def check_text(self, file: Path, text: str):
        if os.environ.get("UPDATE_GOLDEN"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        self.assertEqual(text, file.read_text(encoding="utf-8"), file)

    def test_is_what_it_was(self):
        for scene in SCENES:
            expected = FIXTURES / "import" / scene / "expected"
            with self.subTest(scene), tempfile.TemporaryDirectory() as folder:
                self.check_text(expected / "report.txt", imported(scene, "--output-dir", folder))
                made = {str(file.relative_to(folder)): file.read_text(encoding="utf-8")
                        for file in Path(folder).rglob("*") if file.is_file()}
                for name, text in made.items():
                    self.check_text(expected / name, text)
                there = {str(file.relative_to(expected)) for file in expected.rglob("*") if file.is_file()}
                self.assertEqual({*made, "report.txt"}, there)

    def test_is_one_stream_of_what_stands_in_the_files(self):
        for scene in SCENES:
            with self.subTest(scene):
                expected = FIXTURES / "import" / scene / "expected"
                apart = [file for folder in ("bridges", "networks", "vms")
                         for file in (expected / folder).rglob("*.yaml")]
                self.assertCountEqual(documents(*apart), self.objects(scene))

    def test_is_of_its_kind(self):
        """But for the memory that some sources don't have, as is said."""
        seen = 0
        for scene in SCENES:
            for each in self.objects(scene):
                with self.subTest(scene, name=each["metadata"]["name"]):
                    domain = each["spec"].get("template", {}).get("spec", {}).get("domain")
                    if domain and "memory" not in domain:
                        self.assertIn("how much memory it has", imported(scene))
                        domain["memory"] = {"guest": "1Gi"}
                    schemas.check(each)
                    seen += 1
        self.assertGreaterEqual(seen, 20)

    def test_is_the_same_as_json(self):
        for scene in SCENES:
            with self.subTest(scene):
                report = json.loads(imported(scene, "-o", "json"))
                self.assertEqual(list(report), ["vms", "nads", "nncps", "diagnostics"])
                vms = [] if "--patch" in SCENES[scene] else report["vms"]
                self.assertEqual([each["object"] for each in [*report["nncps"], *report["nads"], *vms]],
                                 self.objects(scene))

    def test_refers_to_networks_and_bridges_that_are_there(self):
        for scene in SCENES:
            report = json.loads(imported(scene, "-o", "json"))
            written = {f'{nad["object"]["metadata"]["namespace"]}/{nad["object"]["metadata"]["name"]}'
                       for nad in report["nads"]}
            mapped = (FIXTURES / "import" / scene / "map.yaml").read_text(encoding="utf-8")
            for vm in report["vms"]:
                spec = vm["object"]["spec"]["template"]["spec"]
                names = [each["name"] for each in spec["networks"]]
                self.assertEqual([each["name"] for each in spec["domain"]["devices"]["interfaces"]], names)
                for network in spec["networks"]:
                    nad = network.get("multus", {}).get("networkName", "pod")
                    whole = nad if "/" in nad or nad == "pod" else f'{vm["namespace"]}/{nad}'
                    if whole not in written and nad != "pod":
                        self.assertTrue("exists: true" in mapped or scene == "forklift", whole)

    def test_render_gives_each_nic_the_addresses_of_the_import(self):
        given = 0
        for scene in SCENES:
            stream = imported(scene, "-o", "yaml")
            for vm in json.loads(imported(scene, "-o", "json"))["vms"]:
                if "--patch" in SCENES[scene]:
                    stream = json.dumps(vm["object"])
                made = json.loads(run([PROGRAMS / "patchbay", "render", "-f", "-", "--check", "-o", "json",
                                       "--vm", f'{vm["namespace"]}/{vm["name"]}'], stdin=stream))
                has = {each["network"]: [one["address"] for one in each["addresses"]]
                       for each in made["plan"]["attachments"]}
                for nic in vm["nics"]:
                    told = (nic["after"]["addressing"] or {}).get("addresses", [])
                    self.assertEqual(has.get(nic["after"]["network"], []), told, (scene, vm["name"]))
                    if vm["guestConfig"] in ("cloud-init", "seed"):
                        for address in told:
                            self.assertIn(address.split("/")[0], made["networkData"])
                            given += 1
        self.assertGreaterEqual(given, 15)

    def test_the_policies_let_it_pass(self):
        advice = []
        for scene in SCENES:
            for vm in json.loads(imported(scene, "-o", "json"))["vms"]:
                for policy in policies():
                    said = [line for each in (vm["object"], vmi_of(vm["object"]))
                            for line in policy.messages(Request(each))]
                    if policy.name == "patchbay-profile":
                        self.assertEqual(said, [], (scene, vm["name"]))
                    advice += said
        self.assertTrue(all("no macAddress" in said or "no DHCP" in said for said in advice), advice)


class Patched(unittest.TestCase):
    """The patches on a VM as Forklift leaves it, by kubectl, old and new."""

    THEIRS = {
        "apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine",
        "metadata": {"name": "x", "labels": {"migration": "1"}},
        "spec": {"runStrategy": "Halted", "template": {
            "metadata": {"annotations": {"their": "own", "patchbay.io/networks": '{"net-0": {"ipv4": "dhcp"}}'}},
            "spec": {
                "domain": {"memory": {"guest": "2Gi"}, "devices": {
                    "disks": [{"name": "vol-0", "disk": {"bus": "virtio"}}],
                    "interfaces": [{"name": "net-0", "masquerade": {}, "model": "virtio"}]}},
                "networks": [{"name": "net-0", "pod": {}}],
                "volumes": [{"name": "vol-0", "persistentVolumeClaim": {"claimName": "web01"}}]}}}}

    # kubectl on VMs that are files: `get` of what the script asks, `patch` by the real one.
    KUBECTL = """#!/usr/bin/python3 -B
import json, os, subprocess, sys
verb, _, name, _, namespace, *rest = sys.argv[1:]
file = os.environ["VMS"] + f"/{namespace}-{name}.json"
if verb == "get":
    assert rest == ["-o", "jsonpath={.spec.template.spec.volumes[*].cloudInitNoCloud}"
                          "{.spec.template.spec.volumes[*].cloudInitConfigDrive}"], rest
    volumes = json.load(open(file))["spec"]["template"]["spec"]["volumes"]
    print(*[json.dumps(each[key]) for each in volumes for key in each if key.startswith("cloudInit")])
else:
    made = subprocess.run([os.environ["REAL"], verb, "--local", "-f", file, "-o", "json", *rest],
                          check=True, stdout=subprocess.PIPE).stdout
    open(file, "wb").write(made)
"""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        imported("forklift", "--output-dir", cls.folder)
        cls.vms = json.loads(imported("forklift", "-o", "json"))["vms"]

    def patched(self, release: str, times: int) -> dict[str, dict]:
        """What patch.sh makes of theirs, by the VM's name."""
        with tempfile.TemporaryDirectory() as room:
            program = Path(room, "kubectl")
            program.write_text(self.KUBECTL, encoding="utf-8")
            program.chmod(0o755)
            files = {vm["name"]: Path(room, f'{vm["namespace"]}-{vm["name"]}.json') for vm in self.vms}
            for file in files.values():
                file.write_text(json.dumps(self.THEIRS), encoding="utf-8")
            for _ in range(times):
                run(["sh", Path(self.folder, "patch.sh")],
                    env={"PATH": f'{room}:{os.environ["PATH"]}', "VMS": room, "REAL": str(kubectl.program(release))})
            return {name: json.loads(file.read_text(encoding="utf-8")) for name, file in files.items()}

    def test_have_the_networks_of_the_import_and_all_else_of_their_own(self):
        for release in kubectl.RELEASES:
            made = self.patched(release, times=1)
            for vm in self.vms:
                with self.subTest(release, vm=vm["name"]):
                    self.check(vm, made[vm["name"]])
            if release == "trixie":
                self.assertEqual(self.patched(release, times=2), made)

    def test_leave_a_vm_that_starts_at_each_step(self):
        profile, = (policy for policy in policies() if policy.name == "patchbay-profile")
        self.assertEqual({len(vm["patches"]) for vm in self.vms}, {1, 2})
        for vm in self.vms:
            made = copy.deepcopy(self.THEIRS)
            for patch in vm["patches"]:
                if patch["type"] == "json":
                    made = jsonpatch.apply_patch(made, patch["patch"])
                else:
                    merge(made, patch["patch"])
                self.assertEqual(profile.messages(Request(made, self.THEIRS)), [], vm["name"])

    def test_stand_in_json_too(self):
        for vm in self.vms:
            merged, = (patch["patch"] for patch in vm["patches"] if patch["type"] == "merge")
            file = Path(self.folder, "patches", vm["namespace"], vm["name"] + ".yaml")
            self.assertEqual(documents(file), [merged])

    def check(self, vm: dict, made: dict):
        ours, theirs = vm["object"]["spec"]["template"], self.THEIRS["spec"]["template"]
        spec = made["spec"]["template"]["spec"]
        self.assertEqual(spec["networks"], ours["spec"]["networks"])
        self.assertEqual(spec["domain"]["devices"]["interfaces"], ours["spec"]["domain"]["devices"]["interfaces"])
        self.assertEqual(spec["domain"]["memory"], theirs["spec"]["domain"]["memory"])
        self.assertEqual(spec["volumes"], theirs["spec"]["volumes"] + ours["spec"].get("volumes", []))
        self.assertEqual(spec["domain"]["devices"]["disks"], theirs["spec"]["domain"]["devices"]["disks"]
                         + ours["spec"]["domain"]["devices"].get("disks", []))
        annotations = {"their": "own", **ours.get("metadata", {}).get("annotations", {})}
        self.assertEqual(made["spec"]["template"]["metadata"]["annotations"], annotations)
        self.assertEqual(made["metadata"]["labels"], self.THEIRS["metadata"]["labels"])


if __name__ == "__main__":
    unittest.main()
