"""Hostile texts where only real namespaces take them: in what a runtime gives patchbay-cni, in links' names
and aliases that `patchbay inspect` shows, and in what the sidecar writes on a seed disc."""

import json
import os
import re
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from inspect_case import DRIFTED, FINE
from lab.hooks import HookError, HookManager
from lab.hostile_text import ALL, DATA, LONG, OBEYED, read_json, read_yaml, shown_unsafely
from lab.multus import hashed
from lab.netns import veth
from lab.paths import PROGRAMS
from lab.process import run
from pod_case import MAC, PodCase, everything
from seed_folder_test import SEED, SeedCase

NIC = "podd37a8f2e5a1"
# Of bytes that the kernel takes for a link's name (dev_valid_name).
LINKS = [b"a\"b'<&>c", b"$(id)`id`", b"-rf", b"--help", b"...", b"a\\x1b[2J", b"a\x1b]0;e\x07",
         b"\xff\xfe\x80", "\u202eexe".encode(), "\u200b".encode(), "\x9b2J".encode(), b"a\x7fb"]


class Cni(PodCase):
    def setUp(self) -> None:
        super().setUp()
        veth(self.pod, NIC, self.node, "host")
        own = {"name": NIC, "mac": MAC, "sandbox": str(self.pod.path)}
        self.result = {"cniVersion": "1.0.0", "interfaces": [own],
                       "ips": [{"address": "192.168.0.62/26", "interface": 0}], "dns": {}}
        self.config = {"cniVersion": "1.0.0", "name": "blue", "type": "patchbay", "prevResult": self.result}
        self.environment = {"CNI_CONTAINERID": "c0ffee", "CNI_IFNAME": NIC, "CNI_NETNS": str(self.pod.path),
                            "CNI_PATH": "/usr/lib/cni"}

    def call(self, command: str, config: dict | None = None, **environment: str | bytes) -> tuple[int, dict]:
        """Exit status and answer, which is JSON as the specification has it; so are all lines of the log."""
        done = subprocess.run([PROGRAMS / "patchbay-cni"], input=json.dumps(config or self.config).encode(),
                              env={**self.environment, **environment, "CNI_COMMAND": command},
                              capture_output=True, timeout=60)
        for line in done.stderr.decode().splitlines():
            read_json(line)
        self.assertEqual(shown_unsafely(done.stderr.decode()), [])
        answer = read_json(done.stdout.decode()) if done.stdout else {}
        if done.returncode:
            self.assertEqual(answer.keys() - {"details"}, {"cniVersion", "code", "msg"})
            answer["told"] = f"{answer.get('details')}: {answer['msg']}"
            self.assertEqual(shown_unsafely(answer["told"]), [])
        return done.returncode, answer

    def test_what_environment_says_is_checked_first(self) -> None:
        self.pod.settle()
        before = everything(self.pod)
        texts = [text.replace("\0", "").encode() for text in ALL.values()
                 if not re.fullmatch(r"\w[-\w.]*", text)]  # which is a container's id
        for name in ("CNI_CONTAINERID", "CNI_IFNAME", "CNI_NETNS", "CNI_ARGS"):
            for text in (*texts, b"\xff\xfe", b"../../../etc"):
                with self.subTest(name, text=text):
                    value = b"MAC=" + text if name == "CNI_ARGS" else text
                    status, answer = self.call("ADD", **{name: value})
                    if status == 0:  # a link's name may be nearly anything; what is of no VM is left alone
                        self.assertEqual((name, answer), ("CNI_IFNAME", self.result))
                    else:
                        self.assertIn("network namespace" if name == "CNI_NETNS" else name, answer["told"])
        self.assertEqual(everything(self.pod), before)

    def test_names_of_a_network_are_data(self) -> None:
        for text in ALL.values():
            with self.subTest(text):
                self.assertEqual(self.call("ADD", {**self.config, "name": text}), (0, self.result))
                self.assertEqual(self.call("DEL", {**self.config, "name": text}), (0, {}))
                status, answer = self.call("ADD", {**self.config, "prevResult": None, "args": {"cni": {
                    "logicNetworkName": text}}})
                self.assertNotEqual(status, 0)
                self.assertIn("pod" + hashed(text), answer["told"])

    def test_previous_result_is_data_or_refused(self) -> None:
        for text in (DATA, OBEYED, LONG, "../../x", "yes"):
            other = {"name": text, "mac": MAC, "sandbox": text}
            for part in ({"dns": {"search": [text]}}, {"dns": {"domain": text}}, {"dns": {"options": [text]}},
                         {"dns": {"nameservers": [text]}}, {"interfaces": [other]},
                         {"ips": [{"address": text}]}, {"routes": [{"dst": text}]}):
                with self.subTest(text=text[:20], part=list(part)[0]):
                    result = {**self.result, **part}
                    status, answer = self.call("ADD", {**self.config, "prevResult": result})
                    if status == 0:
                        self.assertEqual(answer, result)
                    else:
                        self.assertRegex(answer["told"], "prevResult|the record needs 6.... bytes")
                    self.call("DEL")


class Links(PodCase):
    def look(self, *words: str | Path) -> str:
        done = subprocess.run([PROGRAMS / "patchbay", "inspect", "--netns", self.pod.name, "--node-netns",
                               str(self.node.path), *words], capture_output=True, timeout=60,
                              env={**os.environ, "LC_ALL": "C.UTF-8"})
        self.assertIn(done.returncode, (FINE, DRIFTED), done.stderr.decode())
        self.assertEqual(shown_unsafely(done.stderr.decode()), [])
        return done.stdout.decode()

    def test_names_and_aliases_are_shown(self) -> None:
        for number, name in enumerate(LINKS):
            self.pod.run("ip", "link", "add", "name", os.fsdecode(name), "type", "veth",
                         "peer", "name", f"p{number}", "netns", self.node.name)
        record = {"v": 1, "backend": OBEYED[:9], "why": "\x9b\u202e<b>]]>", "ipam": "\x1b]0;evil\x07"}
        for link, alias in (("pb0123456789a", json.dumps(record, ensure_ascii=False)),
                            ("pb0123456789b", OBEYED.replace("\0", "")[:80]), ("pb0123456789c", DATA[:200])):
            self.pod.run("ip", "link", "add", link, "type", "bridge")
            self.pod.run("ip", "link", "set", link, "alias", alias)
        panel = self.look("-o", "json", "--svg", self.room / "panel.svg")
        made = read_json(panel)
        self.assertEqual(read_yaml(self.look("-o", "yaml")), [made])
        for shown in (panel, self.look("-o", "table"), (self.room / "panel.svg").read_text(encoding="utf-8")):
            self.assertEqual(shown_unsafely(shown), [])
        names = [each["name"] for each in made["links"]]
        for name in LINKS:
            self.assertIn(name.decode(errors="replace"), names)
        run(["xmllint", "--noout", "--nonet", self.room / "panel.svg"])
        svg = ElementTree.parse(self.room / "panel.svg").getroot()
        self.assertLessEqual({element.tag.partition("}")[2] for element in svg.iter()},
                             {"svg", "title", "style", "rect", "path", "circle", "text"})


class Seed(SeedCase):
    def test_metadata_is_data(self) -> None:
        folder = self.hooks / "hook-sidecar-0"
        self.run_sidecar(folder, "hook-sidecar-0")
        manager = HookManager(self.hooks)
        out = self.room / "meta-data"
        written = 0
        for text in ("yes", "null", "1e3", "0o7", "2001-01-01", "---", "a: b", "a\x7fb", DATA, OBEYED):
            with self.subTest(text):
                self.vmi["spec"]["hostname"] = self.vmi["metadata"]["name"] = text
                try:
                    manager.on_define_domain(self.vmi, self.domain)
                except HookError as refused:
                    self.assertIn("spec.hostname: expected a host name", refused.details)
                    self.assertEqual(shown_unsafely(refused.details), [])
                    continue
                written += 1
                run(["xorriso", "-osirrox", "on", "-indev", folder / SEED, "-extract", "/meta-data", out])
                [metadata] = read_yaml(out.read_text(encoding="utf-8"))
                self.assertEqual(metadata["local-hostname"], text)
                out.unlink()
        self.assertGreater(written, 5)


if __name__ == "__main__":
    unittest.main()
