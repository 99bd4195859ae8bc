"""Every YAML in manifests/ is what a cluster takes: each overlay is built by an old and a new kubectl, each
object checked against its kind, and names that one file refers to are those that another defines."""

import copy
import functools
import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import jsonschema
import yaml

from lab import kubectl, schemas
from lab.manifests import documents, of_kind
from lab.paths import SOURCE
from lab.process import start, stop

MANIFESTS = SOURCE / "manifests"
NOT_FOUND = 100  # patchbay-cni's own code (plan/error.h)
CNI = Path(os.environ["PATCHBAY_BIN"]) / "patchbay-cni"
CLUSTERS = ("overlays/kubevirt", "overlays/openshift")
FOLDERS = {file.parent: file for file in sorted(MANIFESTS.rglob("kustomization.yaml"))}
# As the DaemonSet's container has it; who is not root has no capability anyway.
AS_ROOT = os.geteuid() == 0
CONFINED = ["setpriv", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all,+dac_override"][
    :None if AS_ROOT else 2]
SOMEBODY = 1000
CAP_DAC_OVERRIDE = 1  # linux/capability.h
PROFILES = {"patchbay", "patchbay-seed", "patchbay-dhcp"}


@functools.cache
def text_of(folder: str | Path, release: str) -> str:
    return kubectl.kustomize(release, MANIFESTS / folder)


def built(folder: str | Path, release: str = "bookworm") -> list[dict]:
    return [each for each in yaml.safe_load_all(text_of(folder, release)) if each]


def by_name(objects: list[dict]) -> list[dict]:
    return sorted(objects, key=lambda each: (each["kind"], each["metadata"]["name"]))


def bindings() -> dict:
    patch, = documents(MANIFESTS / "overlays/kubevirt/registration.yaml")
    return patch["spec"]["configuration"]["network"]["binding"]


class EveryFile(unittest.TestCase):
    def test_is_built_the_same_by_old_and_new_kubectl(self):
        self.assertGreaterEqual(len(FOLDERS), 6)
        for folder in FOLDERS:
            with self.subTest(folder.name):
                old, new = (by_name(built(folder, release)) for release in kubectl.RELEASES)
                self.assertTrue(old)
                self.assertEqual(old, new)

    def test_is_in_a_kustomization_or_an_example_or_a_patch_and_is_of_its_kind(self):
        seen = 0
        for file in sorted(MANIFESTS.rglob("*.yaml")):
            name = str(file.relative_to(MANIFESTS))
            if file.name == "kustomization.yaml":
                continue
            with self.subTest(name):
                if name in schemas.PATCHES:
                    schemas.check_patch(name, *documents(file))
                    continue
                kustomization, = documents(FOLDERS[file.parent]) if file.parent in FOLDERS else [{}]
                if file.name in kustomization.get("patchesStrategicMerge", []):
                    continue  # checked as part of what is built
                if file.parent.name != "examples":
                    self.assertIn(file.name, kustomization["resources"])
                for each in documents(file):
                    schemas.check(each)
                    seen += 1
        self.assertGreaterEqual(seen, 40)

    def test_is_of_its_kind_when_built(self):
        for folder in FOLDERS:
            for each in built(folder):
                with self.subTest(folder.name, kind=each["kind"]):
                    schemas.check(each)

    def test_the_description_is_strict(self):
        daemon_set, = of_kind("DaemonSet", built("base"))
        for path, value in ((("spec", "updateStratgy"), {}), (("spec", "minReadySeconds"), "5"),
                            (("spec", "template", "spec", "hostNetwork"), True)):
            wrong = copy.deepcopy(daemon_set)
            place = wrong
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
            with self.assertRaises(jsonschema.ValidationError, msg=path):
                schemas.check(wrong)

    def test_says_what_it_is_for_first(self):
        for file in sorted(MANIFESTS.rglob("*.yaml")):
            self.assertTrue(file.read_text(encoding="utf-8").startswith("# "), file)


class Documents(unittest.TestCase):
    def test_quote_what_the_policies_say(self):
        text = (MANIFESTS / "README.md").read_text(encoding="utf-8")
        for policy in ("profile", "advice"):
            document, = of_kind("ValidatingAdmissionPolicy", documents(MANIFESTS / f"base/{policy}-policy.yaml"))
            table = text[text.index(f"`patchbay-{policy}`"):]
            rows = table[table.index("|---|---|\n"):table.index("\n\n", table.index("|---|---|\n"))]
            self.assertEqual(rows.count("\n| "), len(document["spec"]["validations"]))


class Registration(unittest.TestCase):
    def test_names_what_is_there(self):
        self.assertEqual(set(bindings()), PROFILES)
        nads = {f'{nad["metadata"]["namespace"]}/{nad["metadata"]["name"]}'
                for nad in of_kind("NetworkAttachmentDefinition", built("base"))}
        for name, binding in bindings().items():
            self.assertIn(binding["networkAttachmentDefinition"], nads)
            self.assertRegex(binding["sidecarImage"], f"/{name}:")

    def test_is_the_same_on_openshift(self):
        patch, = documents(MANIFESTS / "overlays/openshift/registration.yaml")
        self.assertEqual(patch["spec"]["networkBinding"], bindings())
        patch, = documents(MANIFESTS / "overlays/openshift/registration-annotation.yaml")
        operation, = json.loads(patch["metadata"]["annotations"]["kubevirt.kubevirt.io/jsonpatch"])
        self.assertEqual(operation, {"op": "add", "path": "/spec/configuration/network/binding",
                                     "value": bindings()})


class OnTheNodes(unittest.TestCase):
    def test_one_image_installs_the_nads_type_and_stays(self):
        for cluster in CLUSTERS:
            objects = built(cluster)
            daemon_set, = of_kind("DaemonSet", objects)
            spec = daemon_set["spec"]["template"]["spec"]
            install, = spec["containers"]
            self.assertEqual(install["image"], bindings()["patchbay"]["sidecarImage"])
            self.assertEqual(install["command"][:-1], ["/patchbay-cni", "install", "--stay"])
            mount, = install["volumeMounts"]
            self.assertEqual(install["command"][-1], mount["mountPath"])
            volume, = spec["volumes"]
            self.assertEqual(volume["hostPath"]["path"], {"overlays/kubevirt": "/opt/cni/bin",
                                                          "overlays/openshift": "/var/lib/cni/bin"}[cluster])

    def test_the_installer_may_do_nothing_else(self):
        for cluster in CLUSTERS:
            daemon_set, = of_kind("DaemonSet", built(cluster))
            pod = daemon_set["spec"]["template"]["spec"]
            self.assertEqual(pod["tolerations"], [{"operator": "Exists"}])
            self.assertEqual(pod["priorityClassName"], "system-node-critical")
            self.assertFalse(pod["automountServiceAccountToken"])
            container, = pod["containers"]
            self.assertEqual(container["securityContext"], {
                "runAsUser": 0, "runAsGroup": 0, "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"], "add": ["DAC_OVERRIDE"]},
                "seccompProfile": {"type": "RuntimeDefault"}, "seLinuxOptions": {"type": "spc_t"}})
            self.assertIn("memory", container["resources"]["limits"])

    def test_the_installer_stays_until_it_is_told_to_end(self):
        """In a folder of another user's, as some distributions' are."""
        daemon_set, = of_kind("DaemonSet", built("base"))
        _, *words, _ = daemon_set["spec"]["template"]["spec"]["containers"][0]["command"]
        with tempfile.TemporaryDirectory() as folder:
            os.chown(folder, SOMEBODY if AS_ROOT else -1, -1)
            installer = start([*CONFINED, CNI, *words, folder], stderr=subprocess.PIPE, text=True)
            self.assertEqual(json.loads(installer.stderr.readline())["msg"], "installed")
            status = Path(f"/proc/{installer.pid}/status").read_text(encoding="utf-8")
            self.assertIn(f"CapEff:\t{int(AS_ROOT) << CAP_DAC_OVERRIDE:016x}", status)
            self.assertEqual((Path(folder) / "patchbay").read_bytes(), CNI.read_bytes())
            self.assertIsNone(installer.poll())
            self.assertEqual(stop(installer), 0)
            self.assertEqual(installer.stderr.read(), "")
            installer.stderr.close()
            self.assertEqual([file.name for file in Path(folder).iterdir()], ["patchbay"])

    def test_openshift_admits_what_the_daemon_set_asks_and_no_more(self):
        objects = built("overlays/openshift")
        daemon_set, = of_kind("DaemonSet", objects)
        template = daemon_set["spec"]["template"]
        constraints, = of_kind("SecurityContextConstraints", objects)
        name = constraints["metadata"]["name"]
        self.assertEqual(template["metadata"]["annotations"]["openshift.io/required-scc"], name)
        role, = of_kind("Role", objects)
        self.assertEqual(role["rules"][0]["resourceNames"], [name])
        bound, = of_kind("RoleBinding", objects)
        self.assertEqual(bound["roleRef"]["name"], role["metadata"]["name"])
        account, = of_kind("ServiceAccount", objects)
        self.assertEqual(bound["subjects"], [{"kind": "ServiceAccount", **{
            key: account["metadata"][key] for key in ("name", "namespace")}}])
        self.assertEqual(template["spec"]["serviceAccountName"], account["metadata"]["name"])
        allowed = {key for key, value in constraints.items() if key.startswith("allow") and value}
        self.assertEqual(allowed, {"allowHostDirVolumePlugin", "allowedCapabilities"})
        container, = template["spec"]["containers"]
        self.assertEqual(constraints["allowedCapabilities"], container["securityContext"]["capabilities"]["add"])

    def test_the_images_are_renamed_by_an_overlay_of_the_users(self):
        """As README.md says."""
        with tempfile.TemporaryDirectory() as scratch:
            shutil.copytree(MANIFESTS / "base", f"{scratch}/base")
            made = Path(scratch) / "mine"
            made.mkdir()
            (made / "kustomization.yaml").write_text(
                "bases: [../base]\nimages:\n  - name: registry.example/patchbay\n"
                "    newName: mine.example/net/patchbay\n    newTag: 9.9.9\n", encoding="utf-8")
            for release in kubectl.RELEASES:
                daemon_set, = of_kind("DaemonSet", built(made, release))
                self.assertEqual(daemon_set["spec"]["template"]["spec"]["containers"][0]["image"],
                                 "mine.example/net/patchbay:9.9.9")


class Networks(unittest.TestCase):
    def test_the_bindings_nad_is_one_that_patchbay_cni_takes(self):
        nad, = of_kind("NetworkAttachmentDefinition", built("base"))
        config = json.loads(nad["spec"]["config"])
        config["args"] = {"cni": {"logicNetworkName": "blue"}}
        answer = subprocess.run(
            [CNI], input=json.dumps(config), capture_output=True, text=True, check=False,
            env={"CNI_COMMAND": "DEL", "CNI_CONTAINERID": "manifests-test", "CNI_IFNAME": "net1",
                 "CNI_PATH": "/nowhere"})
        self.assertEqual((answer.returncode, answer.stdout), (0, ""), answer.stderr)

    def test_the_examples_options_are_ones_that_patchbay_cni_takes(self):
        nads = of_kind("NetworkAttachmentDefinition", documents(*(MANIFESTS / "examples").glob("*.yaml")))
        self.assertGreaterEqual(len(nads), 11)
        asked = []
        for nad in nads:
            config = json.loads(nad["spec"]["config"])
            self.assertEqual(config["name"], nad["metadata"]["name"])
            asked += [plugin["patchbay"] for plugin in config.get("plugins", [config])
                      if "patchbay" in plugin]
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

    def test_names_in_demo_and_examples_are_defined_there(self):
        for folder in (MANIFESTS / "overlays/demo", MANIFESTS / "examples"):
            objects = documents(*folder.glob("*.yaml"))
            nads = {nad["metadata"]["name"] for nad in of_kind("NetworkAttachmentDefinition", objects)}
            for vm in of_kind("VirtualMachine", objects):
                with self.subTest(vm["metadata"]["name"]):
                    self.check_vm(vm["spec"]["template"], nads)
            pod, = of_kind("Pod", objects)
            for element in json.loads(pod["metadata"]["annotations"]["k8s.v1.cni.cncf.io/networks"]):
                self.assertIn(element["name"], nads)

    def check_vm(self, template: dict, nads: set[str]):
        spec = template["spec"]
        networks = {network["name"]: network for network in spec["networks"]}
        interfaces = spec["domain"]["devices"]["interfaces"]
        self.assertEqual(set(networks), {interface["name"] for interface in interfaces})
        self.assertEqual({volume["name"] for volume in spec["volumes"]},
                         {disk["name"] for disk in spec["domain"]["devices"]["disks"]})
        for network in networks.values():
            if "multus" in network:
                self.assertIn(network["multus"]["networkName"], nads)
        for interface in interfaces:
            self.assertIn(interface.get("binding", {}).get("name", "patchbay"), PROFILES)
        wishes = template.get("metadata", {}).get("annotations", {}).get("patchbay.io/networks", "{}")
        self.assertLessEqual(set(json.loads(wishes)), set(networks))

    def test_bridges_are_the_nodes(self):
        for folder in (MANIFESTS / "overlays/demo", MANIFESTS / "examples"):
            objects = documents(*folder.glob("*.yaml"))
            bridges = {interface["name"] for policy in of_kind("NodeNetworkConfigurationPolicy", objects)
                       for interface in policy["spec"]["desiredState"]["interfaces"]}
            for nad in of_kind("NetworkAttachmentDefinition", objects):
                config = json.loads(nad["spec"]["config"])
                if "bridge" in config:
                    self.assertIn(config["bridge"], bridges)
                    self.assertEqual(nad["metadata"]["annotations"]["k8s.v1.cni.cncf.io/resourceName"],
                                     "bridge.network.kubevirt.io/" + config["bridge"])


if __name__ == "__main__":
    unittest.main()
