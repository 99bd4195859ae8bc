"""The VMs of manifests/examples get the addresses that their comments promise: each is rendered by the
built `patchbay render`, from its file and the networks beside it alone."""

import json
import re
import subprocess
import unittest

from lab.manifests import cloud_init_volume, documents
from lab.paths import PROGRAMS, SOURCE

EXAMPLES = SOURCE / "manifests/examples"
PROMISE = re.compile(r"^#   (\S+) +(DHCP|[0-9a-f.:]+/\d+)$", re.MULTILINE)
OPEN = re.compile(r"an address of (\S+) by host-local")


def render(name: str, *arguments: str) -> dict:
    done = subprocess.run([PROGRAMS / "patchbay", "render", "-f", EXAMPLES / f"{name}.yaml", "-f", EXAMPLES / "networks.yaml",
                           "-o", "json", *arguments], capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def has(made: dict) -> dict[str, str]:
    """What each NIC gets; an address that host-local will choose as its first: the router has .1."""
    plan = made["plan"]
    found = {each["network"]: "DHCP" for each in plan["others"]}
    for each in plan["attachments"]:
        told = each.get("lease", each)["addresses"]
        found[each["network"]] = " ".join(one["address"] for one in told) or "DHCP"
    for network, (text,) in made.get("onCluster", {}).items():
        found[network] = re.sub(r"0/", "2/", OPEN.fullmatch(text)[1])
    return found


def leased(made: dict) -> dict[str, dict]:
    """What a responder tells, and no networkData."""
    return {each["network"]: each["lease"] for each in made["plan"]["attachments"] if "lease" in each}


class Examples(unittest.TestCase):
    def test_have_what_their_comments_promise(self):
        files = sorted(EXAMPLES.glob("vm-*.yaml"))
        self.assertGreaterEqual(len(files), 8)
        for file in files:
            with self.subTest(file.name):
                made = render(file.stem, "--check")
                promised = dict(PROMISE.findall(file.read_text(encoding="utf-8")))
                vm, = documents(file)
                self.assertEqual(set(promised), {each["name"] for each in vm["spec"]["template"]["spec"]["networks"]})
                self.assertEqual([each for each in made["plan"]["diagnostics"] if each["severity"] != "note"], [])
                self.assertEqual(has(made), promised)
                self.assertIn(" takes each <interface>", " ".join(made["diagnostics"]))
                for network, words in promised.items():
                    if words != "DHCP" and network not in made.get("onCluster", {}) | leased(made):
                        self.assertIn(words.split("/")[0], made["networkData"])

    def test_say_more_than_addresses(self):
        made = render("vm-from-vsphere")
        self.assertIn('set-name: "ens192"', made["networkData"])
        self.assertIn('gateway4: "192.168.0.2"', made["networkData"])
        made = render("vm-multicast")
        self.assertIn('to: "224.0.0.0/4"', made["networkData"])
        made = render("vm-windows")
        vm, = documents(EXAMPLES / "vm-windows.yaml")
        self.assertEqual(made["plan"]["guest"], "windows")
        self.assertIn("cloudInitConfigDrive", cloud_init_volume(vm["spec"]["template"]))
        self.assertIn("192.168.0.52", json.dumps(json.loads(made["networkData"])["networks"]))


if __name__ == "__main__":
    unittest.main()
