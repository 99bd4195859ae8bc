"""The VMs of manifests/examples get the addresses that their comments promise: each is rendered by the
built `patchbay render`, in a pod that has what its networks' IPAM gives."""

import ipaddress
import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from lab.manifests import cloud_init_volume, documents, of_kind, pod_link, tap_link, vmi_of
from lab.multus import hashed
from lab.paths import PROGRAMS, SOURCE

EXAMPLES = SOURCE / "manifests/examples"
PROMISE = re.compile(r"^#   (\S+) +(DHCP|[0-9a-f.:]+/\d+)$", re.MULTILINE)
KINDS = {"cnv-bridge": "veth", "sriov": ""}  # what the plugin leaves in the pod; a device has no kind
VFIO = "sriov-vfio"  # leaves nothing there


def given(ipam: dict) -> list[str]:
    """The addresses that the IPAM gives, host-local those of its first pod."""
    match ipam.get("type"):
        case None:
            return []
        case "static":
            return [each["address"] for each in ipam["addresses"]]
        case "host-local":
            subnet = ipaddress.ip_network(ipam["subnet"])
            return [f"{subnet[2]}/{subnet.prefixlen}"]  # [1] is the gateway's
    raise ValueError(f"no example has such an IPAM: {ipam}")


def links_of(network: dict, mac: str, nad: dict) -> list[dict]:
    """A network in the pod: the plugin's interface, the VM's tap and the record (design: "parked")."""
    config = json.loads(nad["spec"]["config"])
    plugin = config.get("plugins", [config])[0]
    vfio = nad["metadata"]["name"] == VFIO
    record = {"v": 1, "mac": mac, "mtu": 1500, "ips": given(plugin["ipam"]),
              **({"ipam": plugin["ipam"]["type"]} if plugin["ipam"] else {}),
              "backend": "core" if vfio else "redirect", "why": "device 0000:3b:02.1" if vfio else "veth"}
    parked = {"name": "pb" + hashed(network["name"]), "kind": "dummy", "mac": "02:00:00:00:04:00", "mtu": 1500,
              "up": False, "alias": json.dumps(record)}
    if vfio:
        return [parked]
    return [{"name": pod_link(network), "kind": KINDS[plugin["type"]], "mac": mac, "mtu": 1500, "up": True},
            {"name": tap_link(network), "kind": "tun", "mac": "02:00:00:00:03:00", "mtu": 1500, "up": True},
            parked]


def pod_of(vmi: dict, nads: dict[str, dict]) -> dict:
    links = [{"name": "lo", "mtu": 65536, "up": True},
             {"name": "eth0", "kind": "veth", "mac": "02:00:00:0a:0b:0c", "mtu": 1450, "up": True,
              "addresses": ["10.244.0.12/24"]}]
    macs = {each["name"]: each.get("macAddress") for each in vmi["spec"]["domain"]["devices"]["interfaces"]}
    for network in vmi["spec"]["networks"]:
        if "multus" in network:
            links += links_of(network, macs[network["name"]], nads[network["multus"]["networkName"]])
    return {"links": links}


def render(vmi: dict, pod: dict) -> dict:
    with tempfile.TemporaryDirectory() as scratch:
        files = {name: Path(scratch) / f"{name}.json" for name in ("vmi", "pod")}
        files["vmi"].write_text(json.dumps(vmi), encoding="utf-8")
        files["pod"].write_text(json.dumps(pod), encoding="utf-8")
        done = subprocess.run([PROGRAMS / "patchbay", "render", "-f", files["vmi"], "--pod", files["pod"]],
                              capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


class Examples(unittest.TestCase):
    def setUp(self):
        objects = documents(*EXAMPLES.glob("*.yaml"))
        self.nads = {nad["metadata"]["name"]: nad for nad in of_kind("NetworkAttachmentDefinition", objects)}

    def rendered(self, name: str) -> tuple[dict, dict]:
        """The VMI of examples/NAME.yaml and what is rendered for it."""
        vm, = documents(EXAMPLES / f"{name}.yaml")
        vmi = vmi_of(vm)
        return vmi, render(vmi, pod_of(vmi, self.nads))

    def test_have_what_their_comments_promise(self):
        files = sorted(EXAMPLES.glob("vm-*.yaml"))
        self.assertGreaterEqual(len(files), 8)
        for file in files:
            with self.subTest(file.name):
                vmi, made = self.rendered(file.stem)
                promised = dict(PROMISE.findall(file.read_text(encoding="utf-8")))
                self.assertEqual(set(promised), {each["name"] for each in vmi["spec"]["networks"]})
                plan = made["plan"]
                self.assertEqual(plan["diagnostics"], [])
                has = {each["network"]: "DHCP" for each in plan["others"]}
                for each in plan["attachments"]:
                    has[each["network"]] = ("DHCP" if each["ipv4"] == "dhcp" else
                                            " ".join(one["address"] for one in each["addresses"]))
                self.assertEqual(has, promised)
                for words in promised.values():
                    if words != "DHCP":
                        self.assertIn(words.split("/")[0], made["networkData"])

    def test_say_more_than_addresses(self):
        _, made = self.rendered("vm-from-vsphere")
        self.assertIn('set-name: "ens192"', made["networkData"])
        self.assertIn('gateway4: "192.168.0.2"', made["networkData"])
        _, made = self.rendered("vm-multicast")
        self.assertIn('to: "224.0.0.0/4"', made["networkData"])
        vmi, made = self.rendered("vm-windows")
        self.assertEqual(made["plan"]["guest"], "windows")
        self.assertIn("cloudInitConfigDrive", cloud_init_volume(vmi))
        self.assertIn("192.168.0.52", json.dumps(json.loads(made["networkData"])["networks"]))


if __name__ == "__main__":
    unittest.main()
