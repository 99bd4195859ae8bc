"""networkData that we write, through cloud-init's own renderers (22.4.2 and 25.1.4, the five kinds of
guest) and netplan: each NIC of each file comes out with what it was given. What some renderer can't do
is written down here as a fact, so that a fact that stops being one is noticed."""

import functools
import json
import tempfile
import unittest
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import yaml

from lab import cloud_init_oracle as oracle
from lab import rendered
from lab.written import written

TESTS = Path(__file__).resolve().parent
GOLDEN = TESTS / "cloudinit/golden"
# Scenarios that say neither an order of their NICs nor a default route: the boot waits for each.
UNORDERED = ("v2/guest-name", "v2/learnt-ipv6", "v2/misleading-names", "v2/none")
FORMATS = ("v2", "v1", "network-data")  # for every guest with cloud-init


def written_by_the_user(scenario: Path) -> bool:
    data = scenario / "cloudinitdata.json"
    return data.exists() and bool(json.loads(data.read_text(encoding="utf-8"))["NetworkData"].strip())


def files() -> dict[str, Path]:
    """Every text that our renderers wrote: their own golden files and the scenarios'."""
    found = {f"{folder}/{path.stem}": path for folder in FORMATS
             for path in sorted((GOLDEN / folder).iterdir())}
    for path in sorted((TESTS / "fixtures").glob("*/expected/network-data.[jy]*")):
        scenario = path.parent.parent
        if not written_by_the_user(scenario):
            found[scenario.name] = path
    return found


@dataclass(frozen=True)
class Guest:
    """One file as one renderer of one cloud-init leaves it."""
    release: str
    renderer: str
    file: str
    wanted: rendered.Nics  # what was written
    nics: rendered.Nics  # what came out

    @property
    def format(self) -> str:
        folder = self.file.partition("/")[0]
        if folder in FORMATS:
            return folder
        return "network-data" if files()[self.file].suffix == ".json" else "v2"

    def pairs(self) -> list[tuple[rendered.Nic, rendered.Nic]]:
        return [(nic, self.nics[mac]) for mac, nic in self.wanted.items()]


def read(renderer: str, out: Path) -> rendered.Nics:
    match renderer:
        case "networkd":
            return rendered.networkd(out / "etc/systemd/network")
        case "netplan":
            return rendered.networkd(oracle.netplan_generate(out))
        case "eni":
            return rendered.eni(out)
        case "sysconfig":
            return rendered.sysconfig(out)
        case "network-manager":
            return rendered.network_manager(out)
    raise ValueError(f"no reader for {renderer}")


@functools.cache
def guests() -> list[Guest]:
    """Everything is converted once; a renderer or netplan that fails fails every test."""
    found = []
    with tempfile.TemporaryDirectory(prefix="patchbay-net-convert-") as scratch:
        for release in oracle.RELEASES:
            results = oracle.convert(release, files(), Path(scratch) / release)
            for (name, renderer), out in results.items():
                if isinstance(out, str):
                    raise AssertionError(f"{name}: {renderer} of {release} failed: {out}")
                wanted, nics = written(files()[name]), read(renderer, out)
                if nics.keys() != wanted.keys():
                    raise AssertionError(f"{name}: {renderer} of {release} has the NICs {[*nics]}")
                found.append(Guest(release, renderer, name, wanted, nics))
    return found


def asks_for_more_ipv6(guest: Guest, wanted: rendered.Nic) -> bool:
    """Facts about version 1 and network_data.json: "ipv6_slaac" is DHCPv6 as well for netplan and
    NetworkManager, and 22.4 lets NetworkManager take advertised addresses beside a static one of
    network_data.json."""
    if guest.renderer not in ("netplan", "network-manager") or guest.format == "v2":
        return False
    static = any(":" in address for address in wanted.addresses)
    if (guest.release, guest.renderer, guest.format) == ("bookworm", "network-manager", "network-data"):
        return static or wanted.slaac
    return wanted.slaac


class EachGuest(unittest.TestCase):
    def each(self, renderers: set[str] | None = None, scenario: str | None = None):
        for guest in guests():
            if ((renderers is None or guest.renderer in renderers)
                    and scenario in (None, Path(guest.file).name)):
                yield guest, f"{guest.renderer} of {guest.release} with {guest.file}"


class WhatTheGuestHas(EachGuest):
    def test_there_is_something_to_convert(self):
        self.assertGreater(len(files()), 10)
        self.assertEqual(len(guests()), len(files()) * len(oracle.RELEASES) * len(oracle.RENDERERS))

    def test_its_addresses_and_methods(self):
        for guest, label in self.each():
            for wanted, nic in guest.pairs():
                self.assertEqual(sorted(nic.addresses), sorted(wanted.addresses), label)
                self.assertEqual(nic.dhcp4, wanted.dhcp4, label)
                self.assertEqual(nic.dhcp6, wanted.dhcp6 or asks_for_more_ipv6(guest, wanted), label)

    def test_its_routes(self):
        for guest, label in self.each():
            for wanted, nic in guest.pairs():
                routes = wanted.routes
                if (guest.release, guest.renderer) == ("bookworm", "network-manager"):
                    # 22.4 puts all routes into the section of the first address; the gateway is right.
                    first = next(iter(wanted.addresses), "")
                    routes = {(to, via) for to, via in routes if to in ("0.0.0.0/0", "::/0")
                              or (":" in to) == (":" in first) or guest.format != "v2"}
                self.assertEqual(nic.routes, routes, label)

    def test_its_mtu(self):
        for guest, label in self.each():
            for wanted, nic in guest.pairs():
                self.assertEqual(nic.mtu, wanted.mtu, label)

    def test_its_name_service(self):
        for guest, label in self.each():
            for wanted, nic in guest.pairs():
                hung_on_addresses = guest.renderer in ("eni", "sysconfig", "network-manager")
                if hung_on_addresses and not wanted.addresses:
                    self.assertEqual((nic.dns, nic.search), ([], []), label)
                    continue
                servers = wanted.dns[:3] if guest.renderer == "sysconfig" else wanted.dns
                if (guest.release, guest.renderer) == ("trixie", "network-manager"):
                    # A keyfile's section has servers of its family, and is there with an address only.
                    servers = [server for server in servers
                               if any((":" in server) == (":" in own) for own in wanted.addresses)]
                # By family in keyfiles; network_data.json's top-level ones are added by networkd's.
                found = set(nic.dns) if guest.format == "network-data" else nic.dns
                self.assertEqual(sorted(found), sorted(servers), label)
                self.assertEqual(nic.search, wanted.search, label)

    def test_router_advertisements_only_where_asked(self):
        for guest, label in self.each({"netplan", "networkd"}):
            if (guest.release, guest.renderer) == ("bookworm", "networkd"):
                continue  # 22.4 says it only beside DHCPv6
            if guest.format == "network-data":
                continue  # it has no word for it
            for wanted, nic in guest.pairs():
                self.assertEqual(nic.accept_ra, wanted.accept_ra, label)

    def test_the_boot_waits_for_one_nic(self):
        """Version 1 and network_data.json have no word for it, and networkd of 22.4 drops version 2's."""
        says_it = {("bookworm", "netplan"), ("trixie", "netplan"), ("trixie", "networkd")}
        several = set()
        for guest, label in self.each():
            needed = [mac for mac, nic in guest.wanted.items() if not nic.optional]
            if guest.format != "v2":
                self.assertEqual(needed, [*guest.wanted], label)
            elif len(guest.wanted) > 1 and guest.file not in UNORDERED:
                self.assertEqual(len(needed), 1, label)
                several.add(guest.file)
            kept = (guest.release, guest.renderer) in says_it
            for wanted, nic in guest.pairs():
                self.assertEqual(nic.optional, wanted.optional and kept, label)
        self.assertLessEqual({"v2/demo", "v2/other-nics", "42-three-ways"}, several)

    def test_the_name_that_was_asked_for(self):
        for guest, label in self.each(scenario="guest-name"):
            self.assertEqual({mac: nic.name for mac, nic in guest.nics.items()},
                             {"02:00:00:00:00:01": "ens192", "02:00:00:00:00:02": "dmz0"}, label)

    def test_the_demos_vm_in_words(self):
        for guest, label in self.each(scenario="demo"):
            nics = guest.nics
            self.assertEqual(nics["02:00:00:00:00:01"].addresses, ["192.168.0.62/26"], label)
            self.assertEqual(nics["02:00:00:00:00:02"].addresses, ["192.168.0.61/26"], label)
            self.assertTrue(nics["02:00:00:00:00:03"].dhcp4, label)
            self.assertTrue(nics["02:00:00:0a:0b:0c"].dhcp4, label)
            self.assertEqual([nic.routes for nic in nics.values()], [set()] * 4,
                             f"{label}: the pod network's default route has a rival")


class Metrics(EachGuest):
    """Why only one default route of a family is written."""

    NETPLANS_OWN = 100  # what it gives every route from DHCP that has none

    def test_of_routes(self):
        for guest, label in self.each(scenario="routes"):
            kept = guest.release == "trixie" or guest.renderer == "netplan" or (
                guest.format != "v2" and guest.renderer != "network-manager")
            self.assertEqual(guest.nics["02:00:00:00:00:01"].metrics,
                             {("10.0.0.0/8", "192.168.0.3"): 100} if kept else {}, label)

    def test_of_dhcp(self):
        for guest, label in self.each():
            for wanted, nic in guest.pairs():
                keeping = {"eni", "sysconfig"} | ({"networkd", "netplan"} if guest.format == "v2" else set())
                kept = wanted.dhcp_metric if guest.renderer in keeping else None
                if guest.renderer == "netplan" and (nic.dhcp4 or nic.dhcp6) and kept is None:
                    kept = self.NETPLANS_OWN
                self.assertEqual(nic.dhcp_metric, kept, label)


class Netplan(unittest.TestCase):
    """What is written for a guest that is known to have netplan, through cloud-init and netplan."""

    def test_everything_reaches_networkd(self):
        golden = {path.stem: path for path in (GOLDEN / "netplan").iterdir()}
        for release in oracle.RELEASES:
            with tempfile.TemporaryDirectory(prefix="patchbay-net-convert-") as scratch:
                results = oracle.convert(release, golden, Path(scratch))
                for name, path in golden.items():
                    out = results[name, "netplan"]
                    self.assertIsInstance(out, Path, out)
                    nics = rendered.networkd(oracle.netplan_generate(out))
                    self.check(nics, written(path), f"{name} of {release}")
                    if name == "source-routing":
                        self.check_source_routing(out / "run/systemd/network/10-netplan-green.network")

    def check(self, nics: rendered.Nics, wanted: rendered.Nics, label: str) -> None:
        self.assertEqual(nics.keys(), wanted.keys(), label)
        for mac, nic in nics.items():
            for key in ("optional", "addresses", "dhcp4", "dhcp6", "accept_ra", "mtu", "dns", "search"):
                self.assertEqual(getattr(nic, key), getattr(wanted[mac], key), f"{label}: {key}")
            self.assertLessEqual(wanted[mac].routes, nic.routes, label)

    def check_source_routing(self, path: Path) -> None:
        sections = path.read_text(encoding="utf-8").split("\n\n")
        routes = [section for section in sections if section.startswith("[Route]")]
        self.assertEqual(sum("Table=1001" in route for route in routes), 4, routes)
        self.assertTrue(any("Destination=::/0" in route and "GatewayOnLink=true" in route
                            for route in routes), routes)
        rules = [section for section in sections if section.startswith("[RoutingPolicyRule]")]
        self.assertEqual([rule.split() for rule in rules],
                         [["[RoutingPolicyRule]", f"From={address}", "Table=1001"]
                          for address in ("10.1.0.5", "fd01::5")])


class WhyNotOtherwise(unittest.TestCase):
    """Forms that would read better, and what keeps us from them."""

    ENTRY = {"match": {"macaddress": "02:00:00:00:00:01"}, "addresses": ["192.168.0.62/26", "fd00::62/64"]}

    def convert(self, release: str, routes: list[dict]):
        document = {"network": {"version": 2, "ethernets": {"blue": {**self.ENTRY, "routes": routes}}}}
        with tempfile.TemporaryDirectory(prefix="patchbay-net-convert-") as scratch:
            file = Path(scratch) / "file.yaml"
            file.write_text(yaml.safe_dump(document), encoding="utf-8")
            for (_, renderer), out in oracle.convert(release, {"x": file}, Path(scratch)).items():
                text = out if isinstance(out, str) else "".join(
                    path.read_text(encoding="utf-8") for path in out.rglob("*") if path.is_file())
                yield renderer, isinstance(out, str), text

    def test_an_ipv6_default_route_among_the_routes_loses_its_length(self):
        wrong = {renderer for renderer, _, text in
                 self.convert("bookworm", [{"to": "::/0", "via": "fd00::1"}]) if "::/64" in
                 text.replace("fd00::62/64", "")}
        self.assertEqual(wrong, {"networkd", "eni", "sysconfig", "network-manager"})

    def test_the_word_default_crashes(self):
        crashed = {renderer for renderer, failed, _ in
                   self.convert("bookworm", [{"to": "default", "via": "192.168.0.2"}]) if failed}
        self.assertLessEqual({"networkd", "eni"}, crashed)

    def test_a_route_without_gateway_crashes(self):
        crashed = {renderer for renderer, failed, _ in
                   self.convert("trixie", [{"to": "10.0.0.0/8", "scope": "link"}]) if failed}
        self.assertIn("sysconfig", crashed)


class Schema(unittest.TestCase):
    """cloud-init's own; it has none of network_data.json."""

    def test_every_file_is_valid(self):
        for name, path in files().items():
            if path.suffix == ".yaml":
                with self.subTest(file=name):
                    document = yaml.safe_load(path.read_text(encoding="utf-8"))
                    self.validate(document)

    def validate(self, document: dict) -> None:
        version = document["network"]["version"]
        for entry in document["network"].get("config", []):
            for subnet in entry["subnets"]:
                # Version 1's schema forgets the key, which eni and sysconfig read (see Metrics).
                subnet.pop("metric", None)
        jsonschema.Draft7Validator(oracle.schema("trixie", version)).validate(document)


if __name__ == "__main__":
    unittest.main()
