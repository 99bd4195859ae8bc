"""A demo that is interrupted leaves nothing: no namespace, no process, no mount, no file; and a
demo that cannot go on says so in its exit status."""

import os
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

COMMAND = [sys.executable, "-B", "-u", "-m", "lab.demo"]


class InterruptedDemo(unittest.TestCase):
    def interrupt(self, number: int, after: str) -> None:
        with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True) as demo:
            seen = []
            for line in demo.stdout:
                seen.append(line)
                if after in line:
                    demo.send_signal(number)
        self.assertEqual(demo.returncode, 128 + number, "".join(seen))
        self.assertEqual(left_of(demo.pid), [])

    def test_sigint_while_the_guest_boots(self):
        self.interrupt(signal.SIGINT, "booting")

    def test_sigterm_while_the_networks_are_wired(self):
        self.interrupt(signal.SIGTERM, "The VM's pod")

    def test_programs_that_are_not_there(self):
        with tempfile.TemporaryDirectory() as nothing:
            demo = subprocess.run(COMMAND, env={**os.environ, "PATCHBAY_BIN": nothing}, text=True,
                                  capture_output=True, timeout=60, check=False)
        self.assertEqual(demo.returncode, 1)
        self.assertIn("./dev build", demo.stderr)


def left_of(pid: int) -> list[str]:
    """Everything the lab of process `pid` names after it, and QEMUs of any lab."""
    mounts = Path("/proc/self/mounts").read_text().splitlines()
    processes = [f"{entry.name} {line}" for entry in Path("/proc").iterdir() if entry.name.isdigit()
                 if f"patchbay-{pid}-" in (line := command_line(entry)) or f"pb{pid}-" in line]
    return [*[str(path) for path in Path("/run/netns").glob(f"pb{pid}-*")],
            *[str(path) for path in Path(tempfile.gettempdir()).glob(f"patchbay-{pid}-*")],
            *[line for line in mounts if f"patchbay-{pid}-" in line or f"pb{pid}-" in line],
            *processes]


def command_line(process: Path) -> str:
    try:
        return (process / "cmdline").read_text(errors="replace").replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""


if __name__ == "__main__":
    unittest.main()
