"""patchbay-cni's calls beside those of the bridge plugin under Debian's stock kernel, which has dummy links for
the record, as a node's has. The guest is emulated, and has one CPU: the ratios are the figures."""

import json
import os
import sys
import unittest
from dataclasses import asdict

from bench.cni_calls import OURS, REFERENCE, aims_of, measure_calls, pods_on
from bench.figures import Row, Table
from bench.scene import Scene
from lab.multus import PLUGIN_DIRECTORY
from lab.paths import SOURCE
from lab.process import LabError, run

TURNS = 15
ROWS = "rows: "  # before what the guest measured


class InTheGuest(unittest.TestCase):
    """Not a test: how lab.kernel_guest runs anything."""

    def test_calls(self) -> None:
        table = Table("", "", REFERENCE)
        with Scene() as scene:
            measure_calls(table, {"": pods_on(scene, 1)}, PLUGIN_DIRECTORY, 1, TURNS)
        print(f"\n{ROWS}{json.dumps([asdict(row) for row in table.rows])}")


def measure(_rounds: int) -> list[Table]:
    table = Table("CNI calls, stock kernel", f"""As the calls of {OURS} alone, each process from its start to its
end, in a guest with Debian's own kernel that QEMU emulates on one CPU, {TURNS} turns: to be read as ratios.""",
                  REFERENCE)
    printed = run([sys.executable, "-B", "-m", "lab.kernel_guest", __file__], timeout=900,
                  env={**os.environ, "PYTHONPATH": str(SOURCE / "tests")})
    rows = next((line for line in printed.splitlines() if line.startswith(ROWS)), None)
    if rows is None:
        raise LabError(f"the guest measured nothing: {printed[-2000:]}")
    table.rows = [Row(**row) for row in json.loads(rows.removeprefix(ROWS))]
    table.aims = aims_of(table, "alone")
    return [table]
