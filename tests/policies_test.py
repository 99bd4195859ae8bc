"""The admission policies of manifests/, evaluated by the library that the API server uses: what they refuse,
warn of and let pass, with which words, and what they make of a pod."""

import copy
import unittest
from pathlib import Path

from lab.admission import Policy, Request
from lab.manifests import documents, of_kind, vmi_of
from lab.paths import SOURCE

MANIFESTS = SOURCE / "manifests"
PER_CALL_LIMIT = 1_000_000  # of the API server, for one expression
POD = SOURCE / "tests/manifests/virt-launcher.yaml"


def policy(kind: str, file: str) -> Policy:
    objects = documents(MANIFESTS / file)
    document, = of_kind(kind, objects)
    binding, = of_kind(kind + "Binding", objects)
    assert binding["spec"]["policyName"] == document["metadata"]["name"]
    return Policy(document)


def nic(name: str, binding: str | None = "patchbay", mac: bool = True) -> dict:
    return {"name": name, **({"binding": {"name": binding}} if binding else {"masquerade": {}}),
            **({"macAddress": "02:00:00:00:00:01"} if mac else {})}


def vm(*nics: dict, pod: str = "default", volumes: tuple = ({"cloudInitNoCloud": {"userData": "#"}},),
       annotation: str | None = None, **spec) -> dict:
    """A VM with these NICs, those called `pod` on the pod network."""
    metadata = {} if annotation is None else {"annotations": {"patchbay.io/networks": annotation}}
    return {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine", "metadata": {"name": "vm"},
            "spec": {"runStrategy": "Always", "template": {
                "metadata": {"creationTimestamp": None, **metadata},
                "spec": {"domain": {"devices": {"interfaces": list(nics)}},
                         "networks": [{"name": each["name"], **({"pod": {}} if each["name"] == pod else
                                                                {"multus": {"networkName": "net"}})}
                                      for each in nics],
                         "volumes": [{"name": f"volume{n}", **volume} for n, volume in enumerate(volumes)],
                         **spec}}}}


DISK = {"containerDisk": {"image": "x"}}
WITHOUT_CLOUD_INIT = (DISK,)


class Validating(unittest.TestCase):
    FILE: str

    @classmethod
    def setUpClass(cls):
        cls.policy = policy("ValidatingAdmissionPolicy", cls.FILE)

    def said(self, new: dict, old: dict | None = None) -> list[str]:
        return self.policy.messages(Request(new, old))

    def assert_says(self, new: dict, *expected: str):
        """One message, on the VM and on the VMI that is made of it, holding all of `expected`."""
        for each in (new, vmi_of(new)):
            with self.subTest(each["kind"]):
                said, = self.said(each)
                for words in expected:
                    self.assertIn(words, said)

    def assert_silent(self, *objects: dict):
        for each in objects:
            for kind in (each, vmi_of(each)):
                self.assertEqual(self.said(kind), [], kind)

    def assert_affordable(self, big: dict):
        self.said(big)
        self.assertGreater(self.policy.dearest, 0)
        self.assertLess(self.policy.dearest, PER_CALL_LIMIT / 10)


class Profile(Validating):
    FILE = "base/profile-policy.yaml"

    def test_lets_pass_what_fits(self):
        secret = {"cloudInitNoCloud": {"secretRef": {"name": "users"}}}
        drive = {"cloudInitConfigDrive": {"userDataSecretRef": {"name": "users"}}}
        self.assert_silent(
            vm(nic("default", None), nic("blue")),
            vm(nic("blue"), nic("red"), volumes=(DISK, drive)),
            vm(nic("blue"), volumes=(secret,)),
            vm(nic("blue", "patchbay-seed"), volumes=WITHOUT_CLOUD_INIT),
            vm(nic("blue", "patchbay-dhcp"), volumes=WITHOUT_CLOUD_INIT),
            vm(nic("blue", "patchbay-dhcp"), nic("red")),
            vm(nic("blue", "patchbay-seed"), nic("red")),
            vm(nic("blue"), annotation=""),
            vm(nic("blue"), annotation=' {"blue": {"addresses": ["10.0.0.2/24"]}}\n'))

    def test_leaves_others_alone(self):
        self.assert_silent(vm(nic("default", None), volumes=WITHOUT_CLOUD_INIT),
                           vm(nic("default", "passt"), volumes=WITHOUT_CLOUD_INIT))
        bare = vm(nic("default", None))
        bare["spec"]["template"]["spec"] = {"domain": {}}
        self.assertEqual(self.said(bare), [])

    def test_refuses_patchbay_without_a_cloud_init_volume(self):
        self.assert_says(vm(nic("blue"), nic("red"), nic("grey", "patchbay-dhcp"),
                            volumes=WITHOUT_CLOUD_INIT),
                         "interfaces blue, red: ", "cloudInitNoCloud", "binding: {name: patchbay-seed}")
        self.assert_says(vm(nic("blue"), volumes=()), "interfaces blue: ")
        self.assert_says(vm(nic("blue"), nic("red", "patchbay-seed"), volumes=WITHOUT_CLOUD_INIT),
                         "interfaces blue: ")

    def test_refuses_a_second_disc(self):
        self.assert_says(vm(nic("blue", "patchbay-seed")),
                         "interfaces blue: ", "Write binding: {name: patchbay}")
        self.assert_says(vm(nic("blue", "patchbay-seed"), nic("red", "patchbay-dhcp")), "interfaces blue: ")

    def test_refuses_the_pod_network(self):
        self.assert_says(vm(nic("default"), nic("blue")), "interfaces default: ", "masquerade: {}")

    def test_refuses_an_annotation_that_is_no_object(self):
        for text in ("[]", "}{", "blue: 10.0.0.2/24", '{"blue": {'):
            self.assert_says(vm(nic("blue"), annotation=text), "is not a JSON object: write {")

    def test_says_everything_at_once(self):
        said = self.said(vm(nic("default", "patchbay-dhcp"), nic("blue", "patchbay-seed"), annotation="[]"))
        self.assertEqual(len(said), 3, said)

    def test_an_old_mistake_stays_editable(self):
        old = vm(nic("blue"), volumes=WITHOUT_CLOUD_INIT)
        stopped = copy.deepcopy(old)
        stopped["spec"]["runStrategy"] = "Halted"
        self.assertEqual(self.said(stopped, old), [])
        worse = copy.deepcopy(old)
        worse["spec"]["template"]["spec"]["domain"]["devices"]["interfaces"].append(nic("red"))
        self.assertEqual(len(self.said(worse, old)), 1)
        running = vmi_of(old)
        self.assertFalse(self.policy.matches(Request(running, running)))

    def test_the_demo_and_the_examples_pass(self):
        vms = of_kind("VirtualMachine", documents(*(MANIFESTS / "overlays/demo").glob("*.yaml"),
                                                  *(MANIFESTS / "examples").glob("*.yaml")))
        self.assertGreaterEqual(len(vms), 9)
        self.assert_silent(*vms)

    def test_is_affordable(self):
        names = [f"network-with-a-long-name-{n}" for n in range(32)]
        self.assert_affordable(vm(*(nic(name) for name in names), volumes=(DISK,) * 32,
                                  annotation="x" * 9999))


class Advice(Validating):
    FILE = "base/advice-policy.yaml"

    def test_is_silent_where_all_is_said(self):
        network_data = {"cloudInitNoCloud": {"userData": "#", "networkData": "version: 2"}}
        annotation = '{"blue": {"addresses": ["10.0.0.2/24"]}}'
        self.assert_silent(
            vm(nic("default", None, mac=False), nic("blue")),
            vm(nic("blue"), annotation=annotation, evictionStrategy="LiveMigrate"),
            vm(nic("blue"), volumes=(network_data,), evictionStrategy="LiveMigrate"),
            vm(nic("blue"), evictionStrategy="None"),
            vm(nic("blue", "passt", mac=False), evictionStrategy="LiveMigrate"))

    def test_a_missing_mac(self):
        self.assert_says(vm(nic("blue", mac=False), nic("red"), nic("grey", "patchbay-seed", mac=False)),
                         "interfaces blue, grey have no macAddress", "macvlan", "Harmless on a bridge")

    def test_an_address_that_a_migration_changes(self):
        for strategy in ("LiveMigrate", "LiveMigrateIfPossible"):
            self.assert_says(vm(nic("blue"), nic("red"), annotation='{"red": {}}', evictionStrategy=strategy),
                             "interfaces blue of this VM", "patchbay.io/networks")

    def test_an_annotation_for_nobody(self):
        self.assert_says(vm(nic("blue"), nic("red"), annotation='{"bleu": {}}'),
                         "names no network", "blue, red")

    def test_an_annotation_in_the_wrong_place(self):
        misplaced = vm(nic("blue"))
        misplaced["metadata"]["annotations"] = {"patchbay.io/networks": "{}"}
        said, = self.said(misplaced)
        self.assertIn("move it to spec.template.metadata.annotations", said)
        added, = self.said(misplaced, vm(nic("blue")))
        self.assertEqual(added, said)

    def test_is_given_once(self):
        owned = vmi_of(vm(nic("blue", mac=False)))
        self.assertEqual(len(self.said(owned)), 1)
        owned["metadata"]["ownerReferences"] = [{"kind": "VirtualMachine", "name": "vm"}]
        self.assertEqual(self.said(owned), [])
        same = vm(nic("blue", mac=False))
        self.assertEqual(self.said(same, same), [])

    def test_is_affordable(self):
        names = [f"network-with-a-long-name-{n}" for n in range(32)]
        self.assert_affordable(vm(*(nic(name, mac=False) for name in names), annotation="x" * 9999,
                                  evictionStrategy="LiveMigrate"))


class Mutating(unittest.TestCase):
    FILE: str

    @classmethod
    def setUpClass(cls):
        cls.policy = policy("MutatingAdmissionPolicy", cls.FILE)

    def setUp(self):
        self.pod, = documents(POD)
        self.expected = copy.deepcopy(self.pod)

    def assert_made(self):
        made = self.policy.mutated(Request(self.pod))
        self.assertEqual(made, self.expected)
        self.assertEqual(self.policy.mutated(Request(made)), made)  # asked again, it adds nothing
        self.assertLess(self.policy.dearest, PER_CALL_LIMIT / 10)


class OfSidecars(Mutating):
    def sidecar(self, image: str, plugin: str | None) -> dict:
        """One more hook sidecar in the pod; `plugin`: as KubeVirt names it from v1.9."""
        sidecar = copy.deepcopy(self.pod["spec"]["containers"][1])
        sidecar |= {"name": f'hook-sidecar-{len(self.pod["spec"]["containers"]) - 1}', "image": image}
        sidecar["env"] = [variable for variable in sidecar["env"]
                          if variable["name"] != "NETWORK_BINDING_PLUGIN_NAME"]
        if plugin:
            sidecar["env"].append({"name": "NETWORK_BINDING_PLUGIN_NAME", "value": plugin})
        for pod in (self.pod, self.expected):
            pod["spec"]["containers"].append(copy.deepcopy(sidecar))
        return self.expected["spec"]["containers"][-1]


class NetworkStatus(OfSidecars):
    FILE = "overlays/network-status/policy.yaml"
    VOLUME = {"name": "patchbay-network-status", "downwardAPI": {"items": [
        {"path": "network-status",
         "fieldRef": {"fieldPath": "metadata.annotations['k8s.v1.cni.cncf.io/network-status']"}}]}}
    MOUNT = {"name": "patchbay-network-status", "mountPath": "/etc/patchbay", "readOnly": True}

    def test_is_mounted_into_the_sidecar(self):
        self.expected["spec"]["volumes"].append(self.VOLUME)
        self.expected["spec"]["containers"][1]["volumeMounts"].append(self.MOUNT)
        self.assert_made()

    def test_only_into_ours(self):
        ours = [self.expected["spec"]["containers"][1],
                self.sidecar("mine.example/any@sha256:00", "patchbay-seed"),
                self.sidecar("mine.example:5000/net/patchbay-dhcp:1", None)]
        self.sidecar("mine.example/network-passt-binding:v1.9.0", "passt")
        self.sidecar("mine.example/patchbay-else:1", None)
        for container in ours:
            container["volumeMounts"].append(self.MOUNT)
        self.expected["spec"]["volumes"].append(self.VOLUME)
        self.assert_made()

    def test_nowhere_else(self):
        for pod in (self.pod, self.expected):
            pod["spec"]["containers"].pop()
        self.assert_made()
        self.pod, = documents(POD)
        self.pod["metadata"]["labels"]["kubevirt.io"] = "hotplug-disk"
        self.assertFalse(self.policy.matches(Request(self.pod)))


class Seccomp(OfSidecars):
    FILE = "overlays/seccomp/policy.yaml"
    PROFILE = {"type": "Localhost", "localhostProfile": "patchbay/patchbay-sidecar.json"}

    def test_is_named_for_ours(self):
        ours = [self.expected["spec"]["containers"][1], self.sidecar("mine.example/any@sha256:00", "patchbay-seed"),
                self.sidecar("mine.example:5000/net/patchbay-dhcp:1", None)]
        self.sidecar("mine.example/network-passt-binding:v1.9.0", "passt")
        for container in ours:
            container["securityContext"]["seccompProfile"] = self.PROFILE
        self.assert_made()

    def test_another_profile_stays(self):
        for pod in (self.pod, self.expected):
            pod["spec"]["containers"][1]["securityContext"]["seccompProfile"] = {"type": "RuntimeDefault"}
        self.assert_made()

    def test_the_profile_is_shipped(self):
        self.assertTrue((MANIFESTS / "seccomp" / Path(self.PROFILE["localhostProfile"]).name).is_file())


class PluginContainer(Mutating):
    FILE = "overlays/plugin/policy.yaml"

    def setUp(self):
        super().setUp()
        plugin, = documents(MANIFESTS / "overlays/plugin/plugin.yaml")
        self.name = plugin["metadata"]["name"]
        self.assertEqual([each["name"] for each in plugin["spec"]["mutatingAdmissionPolicies"]],
                         [self.policy.name])
        registration, = documents(MANIFESTS / "overlays/kubevirt/registration.yaml")
        folder = f"/var/run/kubevirt-plugin/{self.name}/"
        self.container = {
            "name": "patchbay-plugin", "restartPolicy": "Always",
            "image": registration["spec"]["configuration"]["network"]["binding"]["patchbay"]["sidecarImage"],
            "imagePullPolicy": "IfNotPresent", "terminationMessagePolicy": "FallbackToLogsOnError",
            "env": [{"name": "PATCHBAY_PLUGIN_SOCKET",
                     "value": plugin["spec"]["domainHooks"][0]["sidecar"]["socketPath"]}],
            "resources": {"requests": {"cpu": "1m", "memory": "16Mi"},
                          "limits": {"cpu": "200m", "memory": "64M"}},
            "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                "runAsNonRoot": True, "runAsUser": 107, "runAsGroup": 107,
                                "capabilities": {"drop": ["ALL"]}},
            "volumeMounts": [{"name": "kubevirt-plugin-sockets", "mountPath": folder, "subPath": self.name}]}
        self.assertTrue(self.container["env"][0]["value"].startswith(folder))

    def with_sockets(self):
        for pod in (self.pod, self.expected):
            pod["spec"]["volumes"].append({"name": "kubevirt-plugin-sockets", "emptyDir": {}})

    def test_is_added_last(self):
        self.with_sockets()
        self.expected["spec"]["initContainers"].append(self.container)
        self.assert_made()

    def test_is_added_where_there_is_no_init_container(self):
        self.with_sockets()
        del self.pod["spec"]["initContainers"]
        self.expected["spec"]["initContainers"] = [self.container]
        self.assert_made()

    def test_is_not_added_where_kubevirt_asks_no_plugin(self):
        self.assert_made()


if __name__ == "__main__":
    unittest.main()
