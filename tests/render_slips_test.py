"""Slips in a VM's manifest, its NADs and what is given beside them, said by `patchbay render` where they
stand: those that no golden scene has (tests/cli/manifests)."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

from lab.paths import PROGRAMS, SOURCE

EXAMPLES = SOURCE / "manifests/examples"
REFUSED = 78  # sysexits.h


class Slips(unittest.TestCase):
    def setUp(self) -> None:
        self.room = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.vm = yaml.safe_load((EXAMPLES / "vm-static.yaml").read_text(encoding="utf-8"))
        self.spec = self.vm["spec"]["template"]["spec"]
        self.nad = {"apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition",
                    "metadata": {"name": "br1-eth2-static", "namespace": "default"}}
        self.config = {"cniVersion": "1.0.0", "name": "a", "type": "bridge", "bridge": "br1"}

    def render(self, *more: str | Path, status: int = 0) -> tuple[dict, str]:
        """What is printed as JSON, if that, and all that is said."""
        given = [self.vm, {**self.nad, "spec": {"config": json.dumps(self.config)}}]
        done = subprocess.run([PROGRAMS / "patchbay", "render", "-f", "-", "-o", "json", *more], text=True,
                              input=yaml.safe_dump_all(given), capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        made = json.loads(done.stdout) if done.stdout else {}
        return made, " ".join(made.get("diagnostics", [])) + done.stderr

    def test_an_annotation_at_the_virtual_machine(self) -> None:
        self.vm["metadata"]["annotations"] = {"patchbay.io/networks": "{}", "other": "x"}
        self.assertIn("warning: VirtualMachine.metadata.annotations: annotation patchbay.io/networks stands "
                      "at the VirtualMachine", self.render()[1])

    def test_a_vm_without_any_network_gets_the_pods(self) -> None:
        del self.spec["networks"], self.spec["domain"]["devices"]["interfaces"]
        made, _ = self.render()
        self.assertEqual((made["plan"]["order"], made["plan"]["attachments"]), (["default"], []))
        self.spec["domain"]["devices"]["autoattachPodInterface"] = False
        self.assertEqual(self.render()[0]["plan"]["order"], [])

    def test_static_ipam_without_addresses(self) -> None:
        self.config["ipam"] = {"type": "static"}
        made, _ = self.render()
        self.assertEqual(made["onCluster"]["br1"], ["an address that the pod asks for (static IPAM)"])

    def test_the_bindings_own_nad_with_a_mistake(self) -> None:
        self.config = {"cniVersion": "1.0.0", "type": "patchbay", "patchbay": {"mod": "bridge"}}
        self.nad["metadata"] = {"name": "patchbay", "namespace": "patchbay"}
        self.assertIn('error: NAD patchbay/patchbay: network configuration.patchbay: the key "mod" is '
                      'unknown (did you mean "mode"?)', self.render(status=REFUSED)[1])

    def test_a_record_for_one_of_several(self) -> None:
        self.spec["domain"]["devices"]["interfaces"].append({"name": "br2", "binding": {"name": "patchbay"}})
        self.spec["networks"].append({"name": "br2", "multus": {"networkName": "br1-eth2-static"}})
        record = self.room / "record"
        record.write_text('{"v": 1, "backend": "redirect"}', encoding="utf-8")
        self.assertIn("the record names no network, and the VM has 2 that may have one (br1, br2); write "
                      "--record NETWORK=FILE", self.render("--record", record, status=REFUSED)[1])


if __name__ == "__main__":
    unittest.main()
