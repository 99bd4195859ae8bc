"""`patchbay render` shows what the guest gets: of the scenarios what hooks hand over (their golden texts), and the
same answer as the sidecar's where the VM's volumes or what a user wrote decide. What is handed over is
tests/cloudinit's; here it is whether render says so."""

import base64
import json
import os
import pty
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

from lab.paths import PROGRAMS, SOURCE

FIXTURES = SOURCE / "tests/fixtures"
MANIFESTS = SOURCE / "tests/cli/manifests"
EXAMPLES = SOURCE / "manifests/examples"
MALFORMED, MISSING, IO, REFUSED = 65, 66, 74, 78  # sysexits.h
MISUSED = 100  # and above: CLI11's own
HEAD = """# by hand
version: 2
ethernets:
"""
OTHER_NIC = """  lan:
    match:
      macaddress: "02:00:00:00:99:99"  # not one of the VM's
    dhcp4: true
"""


def render(fixture: Path, vmi: dict | None = None) -> tuple[int, dict, str]:
    """Its exit status, what it prints on stdout, and both outputs as they are."""
    info = fixture / "network-info"
    with tempfile.TemporaryDirectory() as scratch:
        file = fixture / "vmi.json"
        if vmi is not None:
            file = Path(scratch) / "vmi.json"
            file.write_text(json.dumps(vmi), encoding="utf-8")
        done = subprocess.run(
            [PROGRAMS / "patchbay", "render", "-f", file, "--pod", fixture / "pod.json",
             *(("--network-info", info) if info.exists() else ())],
            capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, json.loads(done.stdout), done.stdout + done.stderr


class Scenarios(unittest.TestCase):
    def test_show_what_hooks_hand_over(self) -> None:
        shown = 0
        for fixture in sorted(each.parent for each in FIXTURES.glob("*/cloudinitdata.json")):
            with self.subTest(fixture.name):
                status, made, _ = render(fixture)
                golden = [file.read_text(encoding="utf-8") for file in fixture.glob("expected/network-data.*ml")]
                golden += [file.read_text(encoding="utf-8") for file in fixture.glob("expected/network-data.json")]
                self.assertEqual(made["networkData"], "".join(golden))
                self.assertEqual(status, 0 if golden else REFUSED)
                said = fixture / "expected/network-data.txt"
                self.assertEqual(made["diagnostics"][len(made["plan"]["diagnostics"]):],
                                 said.read_text(encoding="utf-8").splitlines() if said.exists() else [])
                shown += bool(golden)
        self.assertGreaterEqual(shown, 15)


class Delivery(unittest.TestCase):
    """One NIC on a network besides the pod network's, its binding and the VM's volume changed."""

    def setUp(self) -> None:
        self.fixture = FIXTURES / "12-nocloud-userdata"
        self.vmi = json.loads((self.fixture / "vmi.json").read_text(encoding="utf-8"))

    def bind(self, binding: str) -> None:
        self.vmi["spec"]["domain"]["devices"]["interfaces"][1]["binding"] = {"name": binding}

    def volume(self, **source) -> None:
        """The cloud-init volume, or none."""
        volumes = [each for each in self.vmi["spec"]["volumes"] if each["name"] != "cloudinitdisk"]
        self.vmi["spec"]["volumes"] = volumes + (
            [{"name": "cloudinitdisk", "cloudInitNoCloud": source}] if source else [])

    def rendered(self) -> dict:
        status, made, outputs = render(self.fixture, self.vmi)
        self.assertEqual(status, 0, outputs)
        return made

    def refused(self, *words: str) -> None:
        status, made, outputs = render(self.fixture, self.vmi)
        self.assertEqual((status, made["networkData"]), (REFUSED, ""), outputs)
        error, = (line for line in made["diagnostics"] if line.startswith("error: "))
        for word in words:
            self.assertIn(word, error)

    def test_a_profile_that_does_not_fit_the_volumes_is_refused(self) -> None:
        self.bind("patchbay-seed")
        self.refused("spec.volumes", '"data"', "use binding patchbay,")
        self.bind("patchbay")
        self.volume()
        self.refused("spec.volumes", '"data"', "patchbay-seed")

    def test_a_seed_disc_is_shown_in_the_form_that_its_guest_reads(self) -> None:
        self.bind("patchbay-seed")
        self.volume()
        self.assertIn('    data:\n      match:\n        macaddress: "0a:58:0a:00:00:01"',
                      self.rendered()["networkData"])
        self.vmi["metadata"].setdefault("annotations", {})["patchbay.io/guest"] = "windows"
        self.assertIn("links", json.loads(self.rendered()["networkData"]))

    def test_where_nobody_writes_the_users_text_is_what_the_guest_gets(self) -> None:
        self.bind("patchbay-dhcp")
        self.volume(networkData=HEAD + OTHER_NIC)
        self.assertEqual(self.rendered()["networkData"], HEAD + OTHER_NIC)
        self.volume()
        self.assertEqual(self.rendered()["networkData"], "")

    def test_ours_stands_beside_the_users_whether_in_base64_or_not(self) -> None:
        self.volume(networkData=HEAD + OTHER_NIC)
        made = self.rendered()
        self.assertTrue(made["networkData"].startswith(HEAD), made["networkData"])
        self.assertTrue(made["networkData"].endswith(OTHER_NIC), made["networkData"])
        self.assertIn('macaddress: "0a:58:0a:00:00:01"', made["networkData"])
        self.assertIn("is added beside the user's", " ".join(made["diagnostics"]))
        self.volume(networkDataBase64=base64.b64encode((HEAD + OTHER_NIC).encode()).decode())
        self.assertEqual(self.rendered(), made)

    def test_what_can_not_be_added_is_said_with_the_users_text(self) -> None:
        text = HEAD + "  eth1: {dhcp4: true}\n"
        self.volume(networkData=text)
        made = self.rendered()
        self.assertEqual(made["networkData"], text)
        self.assertIn("networkData is passed on as it is", " ".join(made["diagnostics"]))

    def test_user_data_is_not_shown_but_whether_changes_are_applied_at_each_boot(self) -> None:
        self.volume(userDataBase64=base64.b64encode(b"#!/bin/sh\necho moonshine\n").decode())
        status, made, outputs = render(self.fixture, self.vmi)
        self.assertEqual(status, 0)
        self.assertIn("applies its networkData at its first boot only", " ".join(made["diagnostics"]))
        self.assertNotIn("moonshine", outputs)
        self.volume(userData="#cloud-config\npassword: moonshine\n")
        _, made, outputs = render(self.fixture, self.vmi)
        self.assertNotIn("first boot only", " ".join(made["diagnostics"]))
        self.assertNotIn("moonshine", outputs)

    def test_secrets_are_named_and_not_guessed(self) -> None:
        self.volume(secretRef={"name": "web-user"}, networkDataSecretRef={"name": "web-net"})
        made = self.rendered()
        notes = [line for line in made["diagnostics"] if "Secret" in line]
        self.assertEqual([word for word, line in zip(("web-user", "web-net"), notes, strict=True)
                          if word in line], ["web-user", "web-net"])
        self.assertIn("0a:58:0a:00:00:01", made["networkData"])


def patchbay(*arguments: str | Path, given: str | bytes = "", **environment: str) -> subprocess.CompletedProcess:
    done = subprocess.run([PROGRAMS / "patchbay", "render", *arguments], capture_output=True, timeout=120, check=False,
                          input=given if isinstance(given, bytes) else given.encode(), env=os.environ | environment)
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    return done


class Manifests(unittest.TestCase):
    """A VM and its networks from files, before there is a pod."""

    def setUp(self) -> None:
        self.room = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def file(self, text: str, name: str = "file.yaml") -> Path:
        path = self.room / name
        path.write_text(text, encoding="utf-8")
        return path

    def made(self, *arguments: str | Path, given: str = "") -> dict:
        done = patchbay(*arguments, "-o", "json", given=given)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def refused(self, status: int, *words: str, text: str | bytes) -> None:
        done = patchbay("-f", "-", given=text)
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_are_rendered_as_expected(self) -> None:
        for folder in sorted(MANIFESTS.iterdir()):
            for form, name in (("table", "expected.txt"), ("json", "expected.out")):
                with self.subTest(folder.name, form=form):
                    done = subprocess.run([PROGRAMS / "patchbay", "render", "-f", ".", "-o", form], cwd=folder,
                                          capture_output=True, text=True, timeout=120, check=False)
                    self.assertEqual(done.returncode, REFUSED if folder.name == "slips" else 0)
                    if "UPDATE_GOLDEN" in os.environ:
                        (folder / name).write_text(done.stdout, encoding="utf-8")
                    self.assertEqual(done.stdout, (folder / name).read_text(encoding="utf-8"))

    def test_yaml_says_what_json_says(self) -> None:
        files = ("-f", EXAMPLES / "vm-fixed-address.yaml", "-f", EXAMPLES / "networks.yaml")
        self.assertEqual(yaml.safe_load(patchbay(*files, "-o", "yaml").stdout), self.made(*files))

    def test_the_table_is_for_terminals_and_json_for_pipes(self) -> None:
        files = ("-f", EXAMPLES / "vm-static.yaml", "-f", EXAMPLES / "networks.yaml")
        self.assertEqual(json.loads(patchbay(*files).stdout), self.made(*files))
        for colour, environment in ((True, {"NO_COLOR": ""}), (False, {"NO_COLOR": "1"})):
            main, side = pty.openpty()
            subprocess.run([PROGRAMS / "patchbay", "render", *files], stdout=side, check=True, timeout=120,
                           env=os.environ | {"TERM": "xterm"} | environment)
            os.close(side)
            shown = os.read(main, 65536).decode()
            os.close(main)
            self.assertIn("192.168.0.61/26 (record)", shown)
            self.assertEqual("\x1b[1mbr1\x1b[0m" in shown, colour)
            self.assertEqual("\x1b" in shown, colour)

    def test_a_list_as_kubectl_prints_it_is_read_from_stdin(self) -> None:
        objects = [each for name in ("vm-static", "networks")
                   for each in yaml.safe_load_all((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))]
        listed = {"apiVersion": "v1", "kind": "List", "items": objects}
        expected = self.made("-f", EXAMPLES / "vm-static.yaml", "-f", EXAMPLES / "networks.yaml")
        for text in (json.dumps(listed), yaml.safe_dump(listed), yaml.safe_dump_all([None, *objects, None])):
            self.assertEqual(self.made("-f", "-", given=text), expected)

    def test_one_of_several_vms_is_chosen_by_name(self) -> None:
        done = patchbay("-f", EXAMPLES)
        self.assertEqual(done.returncode, REFUSED)
        self.assertIn("default/vm-static", done.stderr)
        self.assertIn("--vm", done.stderr)
        for name in ("vm-static", "default/vm-static"):
            self.assertEqual(self.made("-f", EXAMPLES, "--vm", name)["plan"]["vmi"], "default/vm-static")
        done = patchbay("-f", EXAMPLES / "vm-static.yaml", "--vm", "other/vm-static")
        self.assertEqual(done.returncode, MISSING)
        self.assertIn("found default/vm-static", done.stderr)

    def test_the_bindings_own_nad_speaks_for_all_networks(self) -> None:
        nad = {"apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition",
               "metadata": {"name": "patchbay", "namespace": "patchbay"},
               "spec": {"config": json.dumps({"cniVersion": "1.0.0", "type": "patchbay",
                                              "patchbay": {"mode": "bridge"}})}}
        files = ("-f", EXAMPLES / "vm-static.yaml", "-f", EXAMPLES / "networks.yaml")
        backend = {given: self.made(*files, "-f", "-", given=given)["plan"]["attachments"][0]["backend"]
                   for given in ("", json.dumps(nad))}
        self.assertEqual(list(backend.values()), ["redirect", "bridge"])

    def test_network_status_says_an_address_of_the_nads_range(self) -> None:
        made = self.made("-f", MANIFESTS / "every-kind")
        link = next(each["podInterface"] for each in made["plan"]["attachments"] if each["network"] == "range")
        self.assertEqual(len(made["onCluster"]["range"]), 2)
        status = self.file(json.dumps([{"name": "demo/range", "interface": link, "ips": ["192.168.2.227"]}]))
        made = self.made("-f", MANIFESTS / "every-kind", "--network-status", status)
        self.assertEqual(made["onCluster"]["range"], ["an address of fd00:2::/64 by whereabouts, gateway fd00:2::1"])
        self.assertIn("192.168.2.227/28", made["networkData"])

    def test_a_record_is_taken_by_its_network_or_by_its_link(self) -> None:
        record = json.dumps({"v": 1, "mac": "02:00:00:00:01:61", "ips": ["10.9.9.9/24"], "backend": "redirect", "why": "veth"})
        link = (f"1: lo: <LOOPBACK,UP> mtu 65536\n    link/loopback 00:00:00:00:00:00\n"
                f"7: pb26578a32802: <BROADCAST> mtu 1500\n    link/ether 02:00:00:00:04:00\n    alias {record[:60]}\n"
                f"8: pb26578a32802a: <BROADCAST> mtu 1500\n    alias {record[60:]}\n")
        vm = ("-f", EXAMPLES / "vm-static.yaml")
        for argument in (self.file(record, "a"), f"br1={self.file(record, 'b')}", self.file(link, "c")):
            made = self.made(*vm, "-f", EXAMPLES / "networks.yaml", "--record", str(argument))
            self.assertIn("10.9.9.9/24", made["networkData"])
            self.assertNotIn("192.168.0.61", made["networkData"])
        self.assertEqual(patchbay(*vm, "--record", self.file("nothing", "d")).returncode, REFUSED)
        self.assertEqual(patchbay(*vm, "--record", self.file(link.replace("pb26", "pb27"), "e")).returncode, REFUSED)

    def test_a_broken_record_is_said(self) -> None:
        done = patchbay("-f", EXAMPLES / "vm-static.yaml", "--record", self.file('{"v": 9}'))
        self.assertEqual(done.returncode, REFUSED)
        self.assertIn("pb26578a32802", done.stderr)

    def test_hostile_files_are_refused_in_words(self) -> None:
        self.refused(MALFORMED, "stdin", "more than 200000 values", text="a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"a{i}: &a{i} [{','.join([f'*a{i - 1}' if i else '*a'] * 10)}]\n" for i in range(8)))
        self.refused(MALFORMED, text="[" * 100000)
        self.refused(MALFORMED, text="{" * 100000)
        self.refused(MALFORMED, "twice", "(line 2)", text="kind: a\nkind: b\n")
        self.refused(MALFORMED, "(line 2)", text="a:\n\t- b\n")
        self.refused(MALFORMED, "UTF-8", text=b"a: \xff\n")
        unread = patchbay("-f", "/proc/self/mem", given="")  # its first page is nobody's
        self.assertEqual((unread.returncode, unread.stdout), (IO, ""))
        self.assertIn("/proc/self/mem: can't be read: Input/output error", unread.stderr)
        self.refused(MISSING, "VirtualMachine", text="")
        self.refused(MISSING, "VirtualMachine", text="---\n---\n# nothing\n")
        self.refused(REFUSED, "stdin", "Kubernetes object", text="- a\n")
        self.refused(REFUSED, "stdin", "found an object without kind", text="metadata: {name: a}\n")
        self.refused(REFUSED, "stdin, document 2", text="kind: ConfigMap\n---\nhello\n")
        self.refused(REFUSED, "stdin.metadata", text="apiVersion: kubevirt.io/v1\nkind: VirtualMachine\n")

    def test_a_static_ipam_of_the_wrong_types_is_refused_by_its_place(self) -> None:
        text = "\n---\n".join((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
                             for name in ("vm-static", "networks"))
        plain = '"macspoofchk": true,\n      "ipam": {"type": "static", "addresses": [{"address": "192.168.0.61/26"'
        self.assertIn(plain, text)
        gateway = text.replace(plain, plain.replace("true", 'true, "isDefaultGateway": true'))
        for wrong, place in ((gateway.replace('"192.168.0.61/26"}', '"192.168.0.61/26", "gateway": 7}'),
                              "addresses.gateway: expected a string, found 7"),
                             (gateway.replace('"type": "static",', '"type": "static", "routes": {"dst": "0.0.0.0/0"},'),
                              "routes: expected an array, found an object")):
            done = patchbay("-f", "-", given=wrong)
            self.assertEqual(done.returncode, REFUSED, done.stderr)
            self.assertIn(f"NAD default/br1-eth2-static: spec.config.ipam.{place}; correct the NAD", done.stderr)

    def test_what_editors_write_is_taken(self) -> None:
        files = [(EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8") for name in ("vm-static", "networks")]
        expected = self.made("-f", EXAMPLES / "vm-static.yaml", "-f", EXAMPLES / "networks.yaml")
        text = "\ufeff" + "\n---\n---\n".join(files).replace("\n", "\r\n")
        made = self.made("-f", "-", given=text)
        self.assertEqual(made["plan"], expected["plan"])

    def test_secrets_are_in_no_message(self) -> None:
        vm = (EXAMPLES / "vm-static.yaml").read_text(encoding="utf-8").replace("#cloud-config", "moonshine")
        self.assertNotIn("moonshine", patchbay("-f", "-", given=vm).stdout)
        done = patchbay("-f", "-", given=vm + "\n  - {")
        self.assertEqual(done.returncode, MALFORMED)
        self.assertNotIn("moonshine", done.stdout + done.stderr)

    def test_wrong_usage_has_statuses_of_its_own(self) -> None:
        self.assertGreaterEqual(patchbay().returncode, MISUSED)
        self.assertGreaterEqual(patchbay("-f", "-", "--pod", "-").returncode, MISUSED)
        self.assertGreaterEqual(patchbay("-f", "-", "-o", "toml").returncode, MISUSED)
        self.assertEqual(patchbay("-f", self.room / "none.yaml").returncode, IO)
        self.assertEqual(patchbay("-f", self.room).returncode, MISSING)

    def test_a_seed_disc_of_a_vmi_alone_has_no_lasting_instance(self) -> None:
        vm = (EXAMPLES / "vm-seed.yaml").read_text(encoding="utf-8")
        told = " ".join(self.made("-f", EXAMPLES / "vm-seed.yaml", "-f", EXAMPLES / "networks.yaml")["diagnostics"])
        self.assertNotIn("instance-id", told)
        vmi = yaml.safe_load(vm)
        vmi = {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachineInstance", "metadata": vmi["metadata"],
               "spec": vmi["spec"]["template"]["spec"]}
        told = " ".join(self.made("-f", "-", "-f", EXAMPLES / "networks.yaml", given=json.dumps(vmi))["diagnostics"])
        self.assertIn("the seed disc's instance-id is the firmware's UUID, and the VMI has none", told)

    def test_libvirt_judges_each_interface(self) -> None:
        for arguments in (("-f", MANIFESTS / "every-kind"), ("-f", FIXTURES / "42-three-ways/vmi.json",
                                                            "--pod", FIXTURES / "42-three-ways/pod.json")):
            told = self.made(*arguments, "--check")["diagnostics"]
            self.assertIn(" takes each <interface>", " ".join(told))
            self.assertFalse([line for line in told if line.startswith("error: ")])


if __name__ == "__main__":
    unittest.main()
