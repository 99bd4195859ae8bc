"""The programs as the linker left them: position-independent, no segment both writable and executable, relocations
read-only once done, libraries from the system's own places. Stack protector and _FORTIFY_SOURCE are the release
preset's flags, which a program does not show."""

import re
import subprocess
import unittest

from lab.paths import PROGRAMS


def readelf(option: str, program: str) -> str:
    return subprocess.run(["readelf", option, "--wide", PROGRAMS / program], capture_output=True, text=True,
                          timeout=60, check=True).stdout


class Hardening(unittest.TestCase):
    def test_programs(self) -> None:
        for program in ("patchbay-cni", "patchbay-sidecar", "patchbay"):
            with self.subTest(program):
                self.assertIn("Type:                              DYN", readelf("--file-header", program))
                segments = re.findall(r"^  (\w+) .* (R?[ W][ E]) +0x[0-9a-f]+$", readelf("--segments", program),
                                      re.MULTILINE)
                flags = dict(segments)
                self.assertEqual(flags["GNU_STACK"], "RW ")
                self.assertIn("GNU_RELRO", flags)
                self.assertEqual([each for each in segments if "W" in each[1] and "E" in each[1]], [])
                dynamic = readelf("--dynamic", program)
                self.assertRegex(dynamic, "BIND_NOW|NOW")
                self.assertNotRegex(dynamic, "RPATH|RUNPATH")


if __name__ == "__main__":
    unittest.main()
