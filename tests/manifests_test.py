"""The manifests parse, are objects that a cluster takes, and fit together: names that one file refers
to are those that another defines."""

import json
import os
import pathlib
import subprocess
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
MANIFESTS = ROOT / "manifests"
NOT_FOUND = 100  # patchbay-cni's own code (plan/error.h)
CNI = pathlib.Path(os.environ["PATCHBAY_BIN"]) / "patchbay-cni"


def documents(*paths: pathlib.Path) -> list[dict]:
    return [document for path in paths
            for document in yaml.safe_load_all(path.read_text(encoding="utf-8")) if document]


def of_kind(kind: str, found: list[dict]) -> list[dict]:
    return [document for document in found if document.get("kind") == kind]


class Manifests(unittest.TestCase):
    def setUp(self):
        self.objects = documents(MANIFESTS / "patchbay.yaml", *sorted((MANIFESTS / "demo").glob("*.yaml")))
        patch, = documents(MANIFESTS / "registration.yaml")
        self.bindings = patch["spec"]["configuration"]["network"]["binding"]

    def test_every_object_says_what_it_is(self):
        self.assertGreaterEqual(len(self.objects), 10)
        for each in self.objects:
            self.assertRegex(each["apiVersion"], r"^[a-z0-9.]+(/v[0-9][a-z0-9]*)?$")
            self.assertRegex(each["metadata"]["name"], r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")

    def test_registration_names_what_is_there(self):
        nads = {f'{nad["metadata"].get("namespace", "default")}/{nad["metadata"]["name"]}': nad
                for nad in of_kind("NetworkAttachmentDefinition", self.objects)}
        for name, binding in self.bindings.items():
            self.assertIn(binding["networkAttachmentDefinition"], nads)
            self.assertRegex(binding["sidecarImage"], f"/{name}:")
            self.assertIn(f'-t {binding["sidecarImage"]} ', (MANIFESTS / "Containerfile").read_text())
        daemon_set, = of_kind("DaemonSet", self.objects)
        install, = daemon_set["spec"]["template"]["spec"]["initContainers"]
        self.assertEqual(install["image"], self.bindings["patchbay"]["sidecarImage"])

    def test_the_bindings_nad_is_one_that_patchbay_cni_takes(self):
        nad, = [nad for nad in of_kind("NetworkAttachmentDefinition", self.objects)
                if nad["metadata"]["name"] == "patchbay"]
        config = json.loads(nad["spec"]["config"])
        config["args"] = {"cni": {"logicNetworkName": "blue"}}
        answer = subprocess.run(
            [CNI], input=json.dumps(config), capture_output=True, text=True, check=False,
            env={"CNI_COMMAND": "DEL", "CNI_CONTAINERID": "manifests-test", "CNI_IFNAME": "net1",
                 "CNI_PATH": "/nowhere"})
        self.assertEqual((answer.returncode, answer.stdout), (0, ""), answer.stderr)

    def test_the_examples_options_are_ones_that_patchbay_cni_takes(self):
        nads = of_kind("NetworkAttachmentDefinition",
                       documents(*(MANIFESTS / "examples").glob("*.yaml")))
        self.assertGreaterEqual(len(nads), 7)
        asked = []
        for nad in nads:
            config = json.loads(nad["spec"]["config"])
            self.assertEqual(config["name"], nad["metadata"]["name"])
            for plugin in config.get("plugins", [config]):
                if "patchbay" in plugin:
                    asked.append(plugin["patchbay"])
        self.assertTrue(asked)
        for options in asked:
            self.assertEqual(self.add_with(options)["code"], NOT_FOUND)
        self.assertIn("misspelt", self.add_with({"misspelt": True})["msg"])

    def add_with(self, options: dict) -> dict:
        """The error of an ADD that has read the options and then finds no namespace."""
        answer = subprocess.run(
            [CNI], input=json.dumps({"cniVersion": "1.0.0", "name": "x", "type": "patchbay",
                                     "args": {"cni": {"logicNetworkName": "blue"}},
                                     "patchbay": options}),
            capture_output=True, text=True, check=False,
            env={"CNI_COMMAND": "ADD", "CNI_CONTAINERID": "manifests-test", "CNI_IFNAME": "net1",
                 "CNI_NETNS": "/nowhere", "CNI_PATH": "/nowhere"})
        return json.loads(answer.stdout)

    def test_the_daemon_set_installs_the_nads_type(self):
        daemon_set, = of_kind("DaemonSet", self.objects)
        spec = daemon_set["spec"]["template"]["spec"]
        install, = spec["initContainers"]
        program, verb, folder = install["command"]
        self.assertEqual((program, verb), ("/patchbay-cni", "install"))
        self.assertIn(folder, [mount["mountPath"] for mount in install["volumeMounts"]])
        self.assertIn(f"COPY patchbay-sidecar {program[1:]} /", (MANIFESTS / "Containerfile").read_text())

    def test_the_demos_names_are_defined(self):
        nads = {nad["metadata"]["name"] for nad in of_kind("NetworkAttachmentDefinition", self.objects)}
        vm, = of_kind("VirtualMachine", self.objects)
        spec = vm["spec"]["template"]["spec"]
        networks = {network["name"]: network for network in spec["networks"]}
        interfaces = {interface["name"] for interface in spec["domain"]["devices"]["interfaces"]}
        self.assertEqual(set(networks), interfaces)
        for network in networks.values():
            if "multus" in network:
                self.assertIn(network["multus"]["networkName"], nads)
        wishes = json.loads(vm["spec"]["template"]["metadata"]["annotations"]["patchbay.io/networks"])
        self.assertLessEqual(set(wishes), interfaces)
        pod, = of_kind("Pod", self.objects)
        for element in json.loads(pod["metadata"]["annotations"]["k8s.v1.cni.cncf.io/networks"]):
            self.assertIn(element["name"], nads)

    def test_the_demos_bridges_are_the_nodes(self):
        bridges = {interface["name"] for policy in of_kind("NodeNetworkConfigurationPolicy", self.objects)
                   for interface in policy["spec"]["desiredState"]["interfaces"]}
        for nad in of_kind("NetworkAttachmentDefinition", self.objects):
            config = json.loads(nad["spec"]["config"])
            if "bridge" not in config:
                continue
            self.assertIn(config["bridge"], bridges)
            self.assertEqual(nad["metadata"]["annotations"]["k8s.v1.cni.cncf.io/resourceName"],
                             "bridge.network.kubevirt.io/" + config["bridge"])
            self.assertEqual(config["name"], nad["metadata"]["name"])


if __name__ == "__main__":
    unittest.main()
