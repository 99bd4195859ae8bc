"""Texts of users with ours put in (tests/cloudinit/merge and user_data), through cloud-init's own code,
22.4.2 and 25.1.4: it finds what was added, and the rest as it was without it."""

import functools
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

from lab import cloud_init_oracle as oracle
from lab import cloud_init_user_data, rendered
from net_convert_test import read

CLOUDINIT = Path(__file__).resolve().parent / "cloudinit"
BLUE, GREEN, USERS = (f"02:00:00:00:00:{last}" for last in ("aa", "bb", "01"))
Result = dict[tuple[str, str, str], rendered.Nics]  # by release, renderer, file


def pairs(folder: str) -> list[tuple[Path, Path]]:
    """(the user's text, the same with ours)"""
    return [(path, path.with_name(path.name.replace(".user.", ".merged.")))
            for path in sorted((CLOUDINIT / folder).glob("*.user.*"))]


@functools.cache
def converted() -> Result:
    """All of them by all renderers; where the user's text has no NIC, renderers make nothing of it."""
    files = {path.name: path for pair in pairs("merge") for path in pair
             if USERS in path.read_text() or ".merged." in path.name}
    found = {}
    with tempfile.TemporaryDirectory(prefix="patchbay-merge-") as scratch:
        for release in oracle.RELEASES:
            for (name, renderer), out in oracle.convert(release, files, Path(scratch) / release).items():
                if isinstance(out, str):
                    raise AssertionError(f"{name}: {renderer} of {release} failed: {out}")
                found[release, renderer, name] = read(renderer, out)
    return found


class NetworkData(unittest.TestCase):
    def merged(self):
        for (release, renderer, name), nics in converted().items():
            if ".merged." in name:
                yield (release, renderer, name), nics

    def test_every_scene_was_converted(self):
        self.assertGreaterEqual(len(pairs("merge")), 11)
        self.assertEqual(len(list(self.merged())),
                         len(pairs("merge")) * len(oracle.RELEASES) * len(oracle.RENDERERS))

    def test_ours_are_there(self):
        for label, nics in self.merged():
            self.assertEqual(sorted(nics[BLUE].addresses), ["192.168.0.62/26", "fd00::62/64"], label)
            self.assertEqual((nics[BLUE].mtu, nics[BLUE].dhcp4), (1400, False), label)
            self.assertIn(("172.16.0.0/12", "192.168.0.2"), nics[BLUE].routes, label)
            self.assertIn("192.168.0.53", nics[BLUE].dns, label)  # beside what the user has for all
            self.assertTrue(nics[GREEN].dhcp4, label)

    def test_the_users_are_as_without_ours(self):
        compared = 0
        for (release, renderer, name), nics in self.merged():
            label = (release, renderer, name)
            self.assertLessEqual(nics.keys(), {BLUE, GREEN, USERS}, label)
            if alone := converted().get((release, renderer, name.replace(".merged.", ".user."))):
                # network_data.json names no NIC; the oracle does, by their order.
                name_here = {"name": alone[USERS].name} if name.endswith(".json") else {}
                self.assertEqual(replace(nics[USERS], **name_here), alone[USERS], label)
                compared += 1
        self.assertGreaterEqual(compared, 80)


class UserData(unittest.TestCase):
    def test_updates_are_found_and_the_rest_is_as_it_was(self):
        for release in oracle.RELEASES:
            for user, merged in pairs("user_data"):
                before, after = cloud_init_user_data.read(release, [user, merged])
                self.assertEqual(after.kind, "text/cloud-config", merged.name)
                self.assertEqual(after.events, [["network", "boot"]], merged.name)
                self.assertEqual(before.events, [], user.name)
                self.assertEqual(after.config, before.config or {}, merged.name)

    def test_what_is_left_whole_is_something_else_has_its_own_or_is_broken(self):
        files = sorted((CLOUDINIT / "user_data").glob("*.whole.*"))
        self.assertGreaterEqual(len(files), 9)
        for release in oracle.RELEASES:
            for file, found in zip(files, cloud_init_user_data.read(release, files), strict=True):
                self.assertTrue(found.kind != "text/cloud-config" or found.events or not found.config,
                                f"{file.name}: {found}")

    def test_a_plain_one_is_a_plain_one(self):
        """Or the test before this one could not fail."""
        plain, _ = cloud_init_user_data.read("trixie", list(pairs("user_data")[-1]))
        self.assertEqual((plain.kind, plain.events), ("text/cloud-config", []))
        self.assertEqual(plain.config["hostname"], "web")


if __name__ == "__main__":
    unittest.main()
