"""`patchbay inspect` called for a pod of the test, as root on the node or by whom the test says."""

import json
import os
import subprocess
from collections.abc import Sequence

from lab.netns import Namespace
from lab.paths import PROGRAMS
from pod_case import PodCase

FINE, DRIFTED = 0, 1  # its exit status


def inspected(command: Sequence[object], *options: str, status: int = FINE) -> str:
    done = subprocess.run([*map(str, command), "inspect", *options], text=True, capture_output=True,
                          timeout=120, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})
    if done.returncode != status:
        raise AssertionError(f"expected exit status {status}, found {done.returncode}: {done.stderr}{done.stdout}")
    return done.stdout


class InspectCase(PodCase):
    def look(self, pod: Namespace | None = None, status: int = FINE) -> list[dict]:
        """The panel's NICs as root on the node sees them."""
        text = inspected([PROGRAMS / "patchbay"], "--netns", (pod or self.pod).name,
                         "--node-netns", str(self.node.path), "-o", "json", status=status)
        return json.loads(text)["panel"]["nics"]

    def table(self, *options: str, status: int = FINE) -> str:
        return inspected([PROGRAMS / "patchbay"], "--netns", self.pod.name, "--node-netns", str(self.node.path),
                         "-o", "table", *options, status=status)
