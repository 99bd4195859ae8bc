"""Hostile texts in every name and value of a VM, its pod and its annotations, on their way into <interface>,
networkData, JSON, YAML and the table (`patchbay render`): they come out as the data that they are, or are
refused with the field's name."""

import json
import unittest
from collections.abc import Iterable

import jsonschema
import yaml

from injection_case import REFUSED, InjectionCase, Vm, digits
from lab import cloud_init_oracle as oracle
from lab import rendered
from lab.hostile_text import ALL, CONTROLS, HARMLESS, LONG, elements, read_json, read_yaml

NO_XML = ("NUL", "title", "clear", "no character")  # XML 1.0 has no way to say them
SAYABLE = {name: text for name, text in ALL.items() if name not in NO_XML}
NO_DOMAIN = {name: text for name, text in ALL.items() if name not in ("yes", "null", "float", "octal", "date",
                                                                      "infinity", "end of document")}


def ethernets(made: dict) -> dict:
    [network_data] = read_yaml(made["networkData"])
    return network_data["network"]["ethernets"]


class Names(InjectionCase):
    def test_of_networks_are_data_everywhere(self) -> None:
        vm = Vm()
        for text in SAYABLE.values():
            vm.add(text)
        made, table = self.outputs("render", *vm.files(self))
        self.assertEqual(list(made["interfaces"]), list(SAYABLE.values()))
        for network, mac in vm.macs.items():
            self.assertEqual(elements(made["interfaces"][network]), [
                ("interface", {"type": "ethernet"}), ("source", {}),
                ("target", {"dev": "tap" + digits(network), "managed": "no"}),
                ("model", {"type": "virtio-non-transitional"}), ("mac", {"address": mac}),
                ("mtu", {"size": "1450"}), ("alias", {"name": "ua-" + network}), ("rom", {"enabled": "no"})])
        nics = ethernets(made)
        self.assertEqual([nic["match"]["macaddress"] for nic in nics.values()], list(vm.macs.values()))
        for name, nic in nics.items():
            self.assertRegex(name, "^[a-z][a-z0-9-]*$")
            self.assertLessEqual(nic.keys(), {"match", "optional", "dhcp4", "dhcp6", "accept-ra", "addresses",
                                              "mtu"})
        jsonschema.Draft7Validator(oracle.schema("trixie", 2)).validate(read_yaml(made["networkData"])[0])
        self.assert_netplan_makes(vm.macs.values(), made["networkData"])
        for network in HARMLESS.values():
            self.assertIn(network.strip(), table)

    def assert_netplan_makes(self, macs: Iterable[str], network_data: str) -> None:
        """A NIC of each MAC address and of no other."""
        folder = self.room / "etc/netplan"
        folder.mkdir(parents=True)
        (folder / "50-cloud-init.yaml").write_text(network_data, encoding="utf-8")
        self.assertEqual(sorted(rendered.networkd(oracle.netplan_generate(self.room))), sorted(macs))

    def test_that_no_xml_can_hold_are_refused(self) -> None:
        for name in NO_XML:
            with self.subTest(name):
                vm = Vm()
                vm.add(ALL[name])
                done = self.patchbay("render", *vm.files(self), status=REFUSED)
                self.assertRegex(done.stderr, r'cannot write "ua-.*\\x.*" into the domain XML.*rename')

    def test_of_the_vm_are_data(self) -> None:
        vm = Vm()
        vm.add("blue")
        metadata = vm.vmi["metadata"]
        for name, text in {**ALL, "long": LONG}.items():
            with self.subTest(name):
                metadata.update(name=text, namespace=text,
                                labels={"a": text, text: "a", "kubevirt.io/os": text})
                vm.vmi["spec"]["hostname"] = vm.vmi["spec"]["evictionStrategy"] = text
                made = self.made("render", *vm.files(self))
                self.assertIn(text, made["plan"]["vmi"])
                self.assertEqual(list(ethernets(made)), ["blue"])
                if name in CONTROLS:
                    self.outputs("render", *vm.files(self))

    def test_no_text_of_json_or_utf_8_is_refused(self) -> None:
        vm = Vm()
        vm.add("blue")
        files = vm.files(self)
        for broken in (b"bl\xffue", b"bl\\ud800ue", b"\xed\xa0\x80", b"\xc0\xaf"):
            for file in files[1::2]:
                with self.subTest(broken, file=file.name):
                    whole = file.read_bytes()
                    file.write_bytes(whole.replace(b"02:00:00", broken).replace(b"blue", broken))
                    self.assertRegex(self.patchbay("render", *files, status=65).stderr,
                                     "(is not JSON: mistake at byte|VMI|vmi.json).*")
                    file.write_bytes(whole)


class Values(InjectionCase):
    def test_of_an_interface_are_data(self) -> None:
        vm = Vm()
        for number, text in enumerate(SAYABLE.values()):
            vm.add(f"net{number}", model=text, state=text)
        made, _ = self.outputs("render", *vm.files(self))
        for number, text in enumerate(SAYABLE.values()):
            self.assertIn(("model", {"type": text}), elements(made["interfaces"][f"net{number}"]))

    def test_of_a_record_are_data_or_refused_each(self) -> None:
        vm = Vm()
        for number, text in enumerate(ALL.values()):
            vm.add(f"net{number}", record={"why": text, "ipam": text})
        made, _ = self.outputs("render", *vm.files(self))
        self.assertEqual([each["backendReason"] for each in made["plan"]["attachments"]], list(ALL.values()))
        for key, texts in (("search", NO_DOMAIN), ("nameservers", ALL)):
            vm = Vm()
            for number, text in enumerate(texts.values()):
                vm.add(f"net{number}", record={"dns": {key: [text]}})
            made, _ = self.outputs("render", *vm.files(self), status=REFUSED)
            errors = [line for line in made["diagnostics"]
                      if line.startswith("error: ") and f"dns.{key}[0]" in line]
            self.assertEqual(len(errors), len(texts), errors)

    def test_of_the_annotation_are_data_or_refused_each(self) -> None:
        for key, texts in (("search", NO_DOMAIN), ("guestName", {**NO_DOMAIN, "long": LONG}),
                           ("gateway4", ALL), ("addresses", ALL), ("ipv6", ALL)):
            with self.subTest(key):
                vm = Vm()
                wishes = {}
                for number, text in enumerate(texts.values()):
                    vm.add(f"net{number}")
                    value = [text] if key in ("search", "addresses") else text
                    wishes[f"net{number}"] = {"dns": {key: value}} if key == "search" else {key: value}
                vm.annotate(networks=json.dumps(wishes))
                made, _ = self.outputs("render", *vm.files(self), status=REFUSED)
                for number in range(len(texts)):
                    said, = [line for line in made["diagnostics"] if f'network "net{number}": ' in line]
                    self.assertRegex(said, f"^error: .*annotation patchbay.io/networks.net{number}.*{key}")

    def test_that_are_words_of_yaml_are_texts_of_it(self) -> None:
        """A guest's name and a search domain may be any of them."""
        words = ["yes", "null", "on", "e1", "0o7", "1e3", "2001-01-01", "true", "0x1f", "1_0", "n"]
        vm = Vm()
        for word in words:
            vm.add(f"net-{word}")
        vm.annotate(networks=json.dumps({f"net-{word}": {"guestName": word, "dns": {"search": [word]}}
                                         for word in words}))
        made, _ = self.outputs("render", *vm.files(self))
        self.assertEqual({name: nic["nameservers"]["search"] for name, nic in ethernets(made).items()},
                         {word: [word] for word in words})
        vm.annotate(guest="windows")
        [network_data] = read_yaml(self.made("render", *vm.files(self))["networkData"])
        self.assertEqual([nic["name"] for nic in network_data["network"]["config"]], words)

    def test_of_a_key_of_the_annotation_name_no_network(self) -> None:
        vm = Vm()
        vm.add("blue")
        for value in ({"ipv4": "none"}, {"evil": 1}):
            vm.annotate(networks=json.dumps({text: value for text in ALL.values()}))
            made, _ = self.outputs("render", *vm.files(self), status=REFUSED)
            self.assertGreaterEqual(len(made["diagnostics"]), len(ALL))

    def test_of_other_annotations_are_said(self) -> None:
        vm = Vm()
        vm.add("blue")
        for name, text in ALL.items():
            with self.subTest(name):
                vm.annotate(guest=text, apply=text, networks=text)
                said = " ".join(self.made("render", *vm.files(self), status=REFUSED)["diagnostics"])
                for key in ("guest", "apply", "networks"):
                    self.assertIn(f"error: annotation patchbay.io/{key}", said)

    def test_of_network_status_and_network_info_are_data(self) -> None:
        vm = Vm()
        status, info = [], []
        for number, text in enumerate(ALL.values()):
            vm.add(f"net{number}", record={"ips": []})
            link = "pod" + digits(f"net{number}")
            status.append({"name": text, "interface": link, "dns": {"search": [text]}})
            info.append({"network": text, "deviceInfo": {"type": text}})
        self.outputs("render", *vm.files(self), "--network-status", self.write("status", json.dumps(status)),
                     "--network-info", self.write("info", json.dumps({"interfaces": info})))
        for key in ("mac", "ips", "gateway"):
            told = [{"name": "a", "interface": "b", key: text if key == "mac" else [text]}
                    for text in ALL.values()]
            self.outputs("render", *vm.files(self), "--network-status",
                         self.write("status", json.dumps(told)))


class OfTheUser(InjectionCase):
    """Their networkData stays what it is, with ours beside it."""

    def test_network_data_of_netplan(self) -> None:
        vm = Vm()
        mac = vm.add("blue")
        beside = 0
        for name, text in ALL.items():
            with self.subTest(name):
                users = {"version": 2, "ethernets": {text: {"match": {"macaddress": "02:00:00:00:99:01"},
                                                            "nameservers": {"search": [text]}}}}
                given = yaml.safe_dump(users)
                vm.cloud_init(networkData=given, userData=f"#cloud-config\nhostname: {json.dumps(text)}\n")
                made = self.made("render", *vm.files(self))
                if "networkData is passed on as it is" in " ".join(made["diagnostics"]):
                    self.assertEqual(made["networkData"], given)
                    continue
                [found] = read_yaml(made["networkData"])
                ours = [found["ethernets"].pop(name) for name, nic in list(found["ethernets"].items())
                        if nic["match"]["macaddress"] == mac]
                self.assertEqual((found, len(ours)), (users, 1), made["diagnostics"])
                beside += 1
        self.assertGreaterEqual(beside, len(HARMLESS))

    def test_network_data_of_openstack(self) -> None:
        vm = Vm()
        mac = vm.add("blue")
        for name, text in ALL.items():
            with self.subTest(name):
                users = {"links": [{"id": text, "type": "phy", "ethernet_mac_address": "02:00:00:00:99:01"}],
                         "networks": [{"id": text, "link": text, "type": "ipv4_dhcp"}], "services": []}
                vm.cloud_init("cloudInitConfigDrive", networkData=json.dumps(users, ensure_ascii=False))
                found = read_json(self.made("render", *vm.files(self))["networkData"])
                self.assertEqual([each["ethernet_mac_address"] for each in found["links"][:-1]], [mac])
                self.assertEqual([found[key][-1] for key in ("links", "networks")],
                                 [users[key][0] for key in ("links", "networks")])


if __name__ == "__main__":
    unittest.main()
