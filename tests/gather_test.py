"""`patchbay gather` with a kubectl of ours that answers like a cluster with one VM: which calls it makes, what
it keeps, what it leaves out. No cluster was asked."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from lab.hostile_text import ALL, LONG, shown_unsafely
from lab.paths import PROGRAMS

SECRET = "password: hunter2"
USER_DATA = f"#cloud-config\n{SECRET}\n"
NADS = "network-attachment-definitions.k8s.cni.cncf.io"
SPEC = {
    "networks": [{"name": "default", "pod": {}}, {"name": "blue", "multus": {"networkName": "blue-net"}},
                 {"name": "red", "multus": {"networkName": "infra/red-net"}},
                 {"name": "odd", "multus": {"networkName": "--kubeconfig=/etc"}}],
    "volumes": [{"name": "ci", "cloudInitNoCloud": {"userData": USER_DATA, "networkData": "version: 2\n"}}],
}
METADATA = {"name": "vm1", "uid": "11111111-2222", "managedFields": [{"f": SECRET}],
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(SPEC),
                            "patchbay.io/networks": "{}"}}
POD = {"metadata": {**METADATA, "name": "virt-launcher-vm1-abcde"},
       "spec": {"nodeName": "node1", "containers": [{"name": "compute"}, {"name": "hook-sidecar-1"},
                                                    {"name": "guest-console-log"}],
                "initContainers": [{"name": "patchbay-plugin"}]},
       "status": {"initContainerStatuses": [{"name": "patchbay-plugin", "restartCount": 1}],
                  "containerStatuses": [{"name": "hook-sidecar-1", "restartCount": 0}]}}
INSTALLER = {"metadata": {"name": "patchbay-cni-x"}, "spec": {"nodeName": "node1", "containers": [{"name": "install"}]},
             "status": {"containerStatuses": [{"name": "install", "restartCount": 7, "lastState": {
                 "terminated": {"message": "could not create: Permission denied"}}}]}}
ANSWERS = {
    "get virtualmachines.kubevirt.io/vm1 -n demo -o json":
        json.dumps({"metadata": METADATA, "spec": {"template": {"spec": SPEC}}}),
    "get virtualmachineinstances.kubevirt.io/vm1 -n demo -o json":
        json.dumps({"metadata": METADATA, "spec": SPEC}),
    "get pods -l kubevirt.io/created-by=11111111-2222 -n demo -o json": json.dumps({"items": [POD]}),
    f"get {NADS}/red-net -n infra -o json": json.dumps({"metadata": {"name": "red-net"}}),
    "logs virt-launcher-vm1-abcde -c hook-sidecar-1 --timestamps -n demo": "the sidecar's log",
    "logs virt-launcher-vm1-abcde -c compute --timestamps -n demo": "the launcher's log",
    "logs virt-launcher-vm1-abcde -c patchbay-plugin --timestamps -n demo --previous": "the plugin's first log",
    "get pods -n patchbay -o json": json.dumps({"items": [INSTALLER]}),
    "logs patchbay-cni-x -c install --timestamps -n patchbay --previous": "why it ended",
    "exec virt-launcher-vm1-abcde -c hook-sidecar-1 -n demo -- /patchbay-sidecar --check": "its check",
}
KUBECTL = """#!/usr/bin/python3
import json, pathlib, sys
room = pathlib.Path(__file__).parent
call = " ".join(sys.argv[1:])
with open(room / "calls", "a") as calls:
    print(call, file=calls)
answer = json.loads((room / "answers.json").read_text()).get(call)
if answer is None:
    sys.exit("Error from server (NotFound): " + call)
print(answer, end="")
sys.exit((room / "breaks").exists())
"""


class Gather(unittest.TestCase):
    def setUp(self) -> None:
        room = tempfile.TemporaryDirectory()
        self.addCleanup(room.cleanup)
        self.room = Path(room.name)
        self.kubectl = self.room / "kubectl"
        self.kubectl.write_text(KUBECTL, encoding="utf-8")
        self.kubectl.chmod(0o755)
        self.answer(ANSWERS)

    def answer(self, answers: dict[str, str]) -> None:
        (self.room / "answers.json").write_text(json.dumps(answers), encoding="utf-8")

    def gather(self, kubectl: Path | None = None, folder: str = "report") -> subprocess.CompletedProcess:
        return subprocess.run([PROGRAMS / "patchbay", "gather", "vm1", "-n", "demo", "-o", folder,
                               "--kubectl", kubectl or self.kubectl], cwd=self.room, text=True,
                              capture_output=True, check=False, timeout=60)

    def kept(self) -> dict[str, str]:
        return {file.name: file.read_text(encoding="utf-8") for file in (self.room / "report").iterdir()}

    def test_takes_what_concerns_the_vm_and_says_what_it_could_not_have(self) -> None:
        done = self.gather()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        kept = self.kept()
        pod = "virt-launcher-vm1-abcde"
        self.assertEqual(kept[f"log-{pod}-hook-sidecar-1.txt"], "the sidecar's log")
        self.assertEqual(kept[f"log-{pod}-compute.txt"], "the launcher's log")
        self.assertEqual(kept[f"check-{pod}-hook-sidecar-1.txt"], "its check")
        self.assertEqual(kept[f"log-{pod}-patchbay-plugin-previous.txt"], "the plugin's first log")
        self.assertNotIn(f"log-{pod}-hook-sidecar-1-previous.txt", kept)
        self.assertEqual(kept["log-patchbay-cni-x-install-previous.txt"], "why it ended")
        self.assertIn("Permission denied", kept["patchbay-pods.json"])
        self.assertEqual(json.loads(kept["nad-infra-red-net.json"])["metadata"]["name"], "red-net")
        self.assertNotIn(f"log-{pod}-guest-console-log.txt", kept)
        self.assertIn("NotFound", kept["nad-demo-blue-net.json"])
        self.assertIn("ok      vm.json\n", done.stdout)
        self.assertIn("failed  nad-demo-blue-net.json\n", done.stdout)
        self.assertIn("node-network-node1.json", kept)
        shown = {line.split()[1] for line in done.stdout.splitlines() if line.startswith(("ok ", "failed "))}
        self.assertEqual(shown, set(kept))

    def test_leaves_secrets_out_and_keeps_what_decides(self) -> None:
        self.gather()
        for name, text in self.kept().items():
            self.assertNotIn(SECRET, text, name)
        volume = json.loads(self.kept()["vmi.json"])["spec"]["volumes"][0]["cloudInitNoCloud"]
        self.assertEqual(volume, {"userData": f"#cloud-config\n({len(USER_DATA)} bytes left out)",
                                  "networkData": "version: 2\n"})
        self.assertEqual(json.loads(self.kept()["vm.json"])["metadata"]["annotations"],
                         {"patchbay.io/networks": "{}"})

    def test_what_it_cannot_read_it_does_not_show(self) -> None:
        vm = "get virtualmachines.kubevirt.io/vm1 -n demo -o json"
        self.answer({**ANSWERS, vm: f'{{"userData": "{SECRET}'})
        self.assertEqual(self.gather().returncode, 0)
        self.assertNotIn(SECRET, self.kept()["vm.json"])
        self.assertIn("JSON", self.kept()["vm.json"])

    def test_of_an_object_that_came_in_part_nothing_is_kept(self) -> None:
        (self.room / "breaks").touch()
        self.assertEqual(self.gather().returncode, 66)
        self.assertEqual(self.kept()["vmi.json"], "(kubectl ended with 1)\n")

    def test_names_that_users_wrote_are_no_options_and_no_paths(self) -> None:
        self.gather()
        calls = (self.room / "calls").read_text(encoding="utf-8").splitlines()
        self.assertIn(f"get {NADS}/etc -n --kubeconfig= -o json", calls)
        self.assertFalse(any(call.startswith("get --") or " --kubeconfig" in call.replace("-n --", "")
                             for call in calls), calls)

    def test_hostile_names_are_shown_and_stay_in_the_folder(self) -> None:
        hostile = ["".join(ALL.values()).replace("\0", ""), LONG, "../../x", "a/../../x", "-rf"]
        spec = {**SPEC, "networks": [{"name": f"net{number}", "multus": {"networkName": text}}
                                     for number, text in enumerate(hostile)]}
        self.answer({**ANSWERS, "get virtualmachineinstances.kubevirt.io/vm1 -n demo -o json": json.dumps(
            {"metadata": METADATA, "spec": spec})})
        done = self.gather()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((shown_unsafely(done.stdout), shown_unsafely(done.stderr)), ([], []))
        self.assertEqual({path.name for path in self.room.iterdir()}, {"kubectl", "answers.json", "calls", "report"})
        for path in (self.room / "report").rglob("*"):
            self.assertRegex(path.name, "^[A-Za-z0-9_-][A-Za-z0-9._-]*$")

    def test_a_vm_that_is_not_there(self) -> None:
        self.answer({})
        done = self.gather()
        self.assertEqual(done.returncode, 66)
        self.assertIn("vm1: no VirtualMachine and no VirtualMachineInstance", done.stderr)
        self.assertIn('kubectl said "Error from server (NotFound): get virtualmachineinstances.', done.stderr)
        self.assertNotIn("holds it all", done.stdout)

    def test_refusals(self) -> None:
        done = self.gather(folder="there/is/none")
        self.assertEqual(done.returncode, 74)
        self.assertIn("there/is/none: can't be made: No such file or directory", done.stderr)
        done = self.gather(Path("/there/is/none"))
        self.assertEqual(done.returncode, 66)
        self.assertIn("/there/is/none: could not start", done.stderr)
        done = self.gather()
        self.assertEqual(done.returncode, 65)
        self.assertIn("report: is there already", done.stderr)


if __name__ == "__main__":
    unittest.main()
