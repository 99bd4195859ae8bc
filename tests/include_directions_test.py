"""The include directions: plan is the middle; binding, domainxml and cloudinit know plan and never one
another; sidecar and cli stand on top. Each third-party library belongs to one folder, and none of its
headers is in a public header (one that another folder includes). JSON belongs to two, and to cli, whose
import reads JSON and XML of other products and is in no program that runs in a pod; it does so by plan's
strict reader, the one header that shows a library on purpose."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent

MAY_INCLUDE = {
    "plan": {"plan"},
    "binding": {"binding", "plan"},
    "domainxml": {"domainxml", "plan"},
    "cloudinit": {"cloudinit", "plan"},
    "sidecar": {"sidecar", "binding", "domainxml", "cloudinit", "plan"},
    "cli": {"cli", "binding", "domainxml", "cloudinit", "plan"},
}

# Header prefix: the folders it belongs to.
LIBRARIES = {
    "nlohmann/": {"plan", "cloudinit", "cli"},
    "nettle/": {"plan"},
    "netlink/": {"binding"},
    "pugixml": {"domainxml", "cli"},
    "yaml-cpp/": {"cloudinit"},
    "libisofs": {"cloudinit"},
    "grpc": {"sidecar"},
    "google/protobuf": {"sidecar"},
    "CLI/": {"cli"},
    "libvirt/": {"cli"},
}

# Header that shows a library: the folder that may include it besides its own.
SHOWN_TO = {"plan/json_reader.h": "cli"}

INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.MULTILINE)


def includes(path: pathlib.Path) -> list[str]:
    return INCLUDE.findall(path.read_text(encoding="utf-8"))


def sources(folder: str) -> list[pathlib.Path]:
    found = sorted((ROOT / folder).glob("*.h")) + sorted((ROOT / folder).glob("*.cc"))
    assert found, f"{folder}/ has no sources"
    return found


class IncludeDirections(unittest.TestCase):
    def test_folders_include_only_what_they_stand_on(self):
        for folder, allowed in MAY_INCLUDE.items():
            for path in sources(folder):
                for header in includes(path):
                    owner = header.split("/")[0]
                    if owner in MAY_INCLUDE:
                        self.assertIn(owner, allowed, f"{path.relative_to(ROOT)} includes {header}")

    def test_each_library_stays_in_its_folder(self):
        for folder in MAY_INCLUDE:
            for path in sources(folder):
                for header in includes(path):
                    for prefix, owners in LIBRARIES.items():
                        if header.startswith(prefix):
                            self.assertIn(folder, owners,
                                          f"{path.relative_to(ROOT)} includes {header}")

    def test_no_public_header_shows_a_library(self):
        public = {header for folder in MAY_INCLUDE for path in sources(folder)
                  for header in includes(path)
                  if header.split("/")[0] in MAY_INCLUDE and header.split("/")[0] != folder
                  and SHOWN_TO.get(header) != folder}
        self.assertTrue(public)
        seen = set()
        while public - seen:
            header = (public - seen).pop()
            seen.add(header)
            for inner in includes(ROOT / header):
                if inner.split("/")[0] in MAY_INCLUDE:
                    public.add(inner)
                shown = [prefix for prefix in LIBRARIES if inner.startswith(prefix)]
                self.assertFalse(shown, f"{header}, a public header, includes {inner}")

    def test_an_include_is_recognised_in_each_form(self):
        self.assertEqual(INCLUDE.findall('#include "a/b.h"\n  # include <c/d.h>\n// #include "e"'),
                         ["a/b.h", "c/d.h"])


if __name__ == "__main__":
    unittest.main()
