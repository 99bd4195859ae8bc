"""Hostile texts in everything that vSphere, oVirt, OVF and VMX say, on their way into Kubernetes objects,
files and their names, a shell script, reports and maps (`patchbay import`). A key of each source at a time has
them in all its strings."""

import json
import os
import re
import shutil
import subprocess
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

import yaml

from injection_case import MALFORMED, OK, REFUSED, InjectionCase
from lab.hostile_text import CONTROLS, DATA, HARMLESS, LONG, OBEYED, read_json, read_yaml, shown_unsafely
from lab.paths import PROGRAMS, SOURCE
from lab.vsphere import Nic, portgroups, vm_info

FIXTURES = SOURCE / "tests/fixtures/vsphere"
DNS = r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?"
KINDS = {"VirtualMachine", "NetworkAttachmentDefinition", "NodeNetworkConfigurationPolicy"}
# The sources of each map in import/.
SCENES = {
    "vsphere": ["vm.info/app02-ubuntu.json", "device.info/app02-ubuntu.json",
                "network/collect-dvswitches.json", "network/host.portgroup.info.DC0_C0_H1.json",
                "network/ls-network.json", "network/dvs.portgroup.info.DSwitch-Prod.json"],
    "ovirt": ["ovirt/vm.json", "ovirt/rhv01-erp.ovf", "ovirt/networks.json", "ovirt/reporteddevices.json",
              "ovirt/vnicprofiles.json"],
    "vmx": ["vmx/app02-ubuntu.vmx"],
    "ovf": ["ovf/web01-rhel9.ovf"],
    "forklift": ["forklift/networkmap.yaml", "forklift/v2v_staticips.json"],
}
NO_XML = "".join(each for each in OBEYED
                 if each < " " and each not in "\t\n\r" or ord(each) & 0xfffe == 0xfffe)
Mutations = Iterator[tuple[str, Callable[[str], str]]]


def of_json(text: str) -> Mutations:
    """Its keys that have strings, with what puts a text into all of those. Several documents may follow one
    another."""
    documents, decoder, rest = [], json.JSONDecoder(), text.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        documents.append(document)
        rest = rest[end:].lstrip()
    yield from _of_documents(documents, lambda each: "\n".join(map(json.dumps, each)))


def of_yaml(text: str) -> Mutations:
    yield from _of_documents(list(yaml.safe_load_all(text)), yaml.safe_dump_all)


def _of_documents(documents: list, written: Callable[[list], str]) -> Mutations:
    keys: set[str] = set()

    def changed(value, key: str, wanted: str, text: str):
        if isinstance(value, dict):
            return {name: changed(each, name, wanted, text) for name, each in value.items()}
        if isinstance(value, list):
            return [changed(each, key, wanted, text) for each in value]
        if isinstance(value, str):
            keys.add(key)
        return text if isinstance(value, str) and key == wanted else value

    changed(documents, "", "\0", "")
    for key in sorted(keys):
        yield key, lambda text, key=key: written(changed(documents, "", key, text))


def of_xml(text: str) -> Mutations:
    """Attributes and elements by name."""
    def quoted(value: str) -> str:
        return quoteattr("".join(each for each in value if each not in NO_XML))

    for name in sorted(set(re.findall(r'([\w:]+)="[^"]*"', text)) - {"version", "encoding"}):
        if not name.startswith("xmlns"):
            yield name, lambda value, name=name: re.sub(
                rf'\b{name}="[^"]*"', lambda _: f"{name}={quoted(value)}", text)
    for name in sorted(set(re.findall(r"<([\w:]+)[^<>]*>[^<>\s][^<>]*</", text))):
        yield name, lambda value, name=name: re.sub(
            rf"(<{name}[^<>]*>)[^<>]*(?=</)", lambda found: found[1] + quoted(value)[1:-1], text)


def of_vmx(text: str) -> Mutations:
    for name in re.findall(r'^([\w.:]+) = "', text, re.MULTILINE):
        yield name, lambda value, name=name: re.sub(
            rf'^{re.escape(name)} = ".*"$', lambda _: f'{name} = "{value}"', text, flags=re.MULTILINE)


READERS = {".json": of_json, ".yaml": of_yaml, ".ovf": of_xml, ".vmx": of_vmx}


class ImportCase(InjectionCase):
    def imported(self, *words: str | Path) -> tuple[str, str]:
        done = subprocess.run([PROGRAMS / "patchbay", "import", *words], capture_output=True, timeout=120,
                              cwd=self.room)
        out, errors = done.stdout.decode(), done.stderr.decode()
        self.assertIn(done.returncode, (OK, MALFORMED, REFUSED), errors[:2000])
        self.assertEqual((shown_unsafely(out), shown_unsafely(errors)), ([], []))
        return out, errors

    def assert_objects(self, folder: Path) -> int:
        """What was written is objects that Kubernetes would name so, wherever it is read; their number."""
        found = 0
        for file in folder.rglob("*"):
            self.assertRegex(str(file.relative_to(folder)), rf"^(patch\.sh|({DNS}/)*{DNS})$")
            if file.suffix == ".yaml":
                text = file.read_text(encoding="utf-8")
                self.assertEqual(shown_unsafely(text), [])
                [document] = read_yaml(text)
                if isinstance(document, dict) and "kind" in document:
                    self.assertIn(document["kind"], KINDS)
                    self.assertRegex(document["metadata"]["name"], f"^{DNS}$")
                    found += 1
        return found


class OfSources(ImportCase):
    def test_every_string_of_every_source(self) -> None:
        written = 0
        for scene, sources in SCENES.items():
            for number, source in enumerate(sources):
                given = (FIXTURES / source).read_text(encoding="utf-8")
                for key, mutation in READERS[Path(source).suffix](given):
                    with self.subTest(scene, source=source, key=key):
                        written += self.written_of(scene, number, mutation(DATA + OBEYED))
        self.assertGreater(written, 400)

    def written_of(self, scene: str, number: int, hostile: str) -> int:
        """Of a scene whose source of that number says what is hostile: how many objects were written."""
        sources = [FIXTURES / each for each in SCENES[scene]]
        sources[number] = self.write("hostile" + sources[number].suffix, hostile)
        folder = self.room / "out"
        self.imported("--map", FIXTURES / f"import/{scene}/map.yaml", *sources, "-o", "table",
                      "--output-dir", folder)
        found = self.assert_objects(folder)
        shutil.rmtree(folder, ignore_errors=True)
        return found


class OfNames(ImportCase):
    """One VM on one network, all names of which are hostile; the map knows them by these."""

    def import_vm(self, text: str, *options: str) -> tuple[str, str]:
        vm = vm_info({text: [Nic("00:50:56:00:00:01", "dvportgroup-1", ("10.0.0.2/16",), ("10.0.0.1",))]})
        named = portgroups({"dvportgroup-1": 100}).replace('"PG dvportgroup-1"', json.dumps(text))
        map_of = {"namespace": "vms", "guestConfig": "cloud-init", "vms": {text: {"name": "web"}},
                  "networks": [{"from": {"name": text}, "to": {"nad": "web", "bridge": "br1", "vlan": 100}}]}
        files = self.write("vm.json", vm), self.write("networks.json", named)
        return self.imported("--map", self.write("map.yaml", yaml.safe_dump(map_of)), *files,
                             "--output-dir", self.room / "out", "--force", *options)

    def test_are_matched_and_said_in_comments(self) -> None:
        for name, text in {**HARMLESS, **CONTROLS, "long": LONG}.items():
            with self.subTest(name):
                out, _ = self.import_vm(text, "-o", "json")
                self.assertEqual(read_json(out)["vms"][0]["source"], text)
                suggested, _ = self.imported("--suggest-map", "vm.json", "networks.json")
                self.assertEqual(len(read_yaml(suggested)), 1)
                self.assertEqual(self.assert_objects(self.room / "out"), 2)
                vm = (self.room / "out/vms/vms/web.yaml").read_text(encoding="utf-8")
                self.assertRegex(vm, "^# Was .*\n(kind|apiVersion): ")
                if name in HARMLESS:
                    self.assertIn(f"# Was {text}. ", vm)

    def test_reach_no_shell(self) -> None:
        """patch.sh, with a kubectl that writes down what it is called with."""
        kubectl = self.write("kubectl", '#!/bin/sh\nprintf "%s\\n" "$*" >> "$CALLS"\n')
        kubectl.chmod(0o755)
        calls = self.room / "calls"
        for name, text in {**HARMLESS, **CONTROLS}.items():
            with self.subTest(name):
                self.import_vm(text, "--patch")
                calls.unlink(missing_ok=True)
                subprocess.run(["sh", self.room / "out/patch.sh"], check=True, cwd=self.room, timeout=60,
                               env={"PATH": f"{self.room}:{os.environ['PATH']}", "CALLS": str(calls)})
                for call in calls.read_text(encoding="utf-8").splitlines():
                    self.assertRegex(call, r"^(get vm web -n vms -o jsonpath=\S+|patch vm web -n vms --type "
                                           r"(merge|json) --patch-file patches/(vms/web|cloud-init)\.yaml)$")
                self.assertEqual([file for file in self.room.rglob("*pwned*")], [])

    def test_of_a_map_that_no_object_may_have_are_refused(self) -> None:
        """By the field's name."""
        vm = self.write("vm.json", vm_info({"web": [Nic("00:50:56:00:00:01", "dvportgroup-1")]}))
        fields = {"namespace": lambda text: {"namespace": text},
                  "vms.web.name": lambda text: {"vms": {"web": {"name": text}}},
                  "vms.web.namespace": lambda text: {"vms": {"web": {"namespace": text}}},
                  "networks[0].to.nad": lambda text: {"networks": [
                      {"from": {"key": "a"}, "to": {"nad": text}}]},
                  "networks[0].to.bridge": lambda text: {"networks": [{"from": {"key": "a"}, "to": {
                      "nad": "a", "bridge": text + "/"}}]}}
        for field, map_of in fields.items():
            for text in (DATA, OBEYED, "../../x", "-rf", "a/../b", "A", "$(id)", LONG):
                with self.subTest(field, text=text[:20]):
                    file = self.write("map.yaml", yaml.safe_dump(map_of(text)))
                    out, errors = self.imported("--map", file, vm, "--output-dir", self.room / "out")
                    self.assertIn(field, errors)
                    self.assertFalse((self.room / "out").exists())


if __name__ == "__main__":
    unittest.main()
