"""patchbay-cni's calls beside those of the bridge plugin under Debian's stock kernel, which has dummy links for
the record, as a node's has."""

import json
import sys
import unittest
from dataclasses import asdict

from bench.cni_calls import OURS, REFERENCE, aims_of, measure_calls, pods_on
from bench.figures import Row, Table
from bench.scene import Scene
from lab.multus import PLUGIN_DIRECTORY
from lab.process import LabError, run

TURNS = {1: 15, 10: 5}  # by how many at once
ROWS = "rows: "  # before what the guest measured


class InTheGuest(unittest.TestCase):
    """Not a test: how lab.kernel_guest runs anything."""

    def test_calls(self) -> None:
        table = Table("", "", REFERENCE)
        with Scene() as scene:
            nodes = {"": pods_on(scene, max(TURNS))}
            for count, turns in TURNS.items():
                measure_calls(table, nodes, PLUGIN_DIRECTORY, count, turns)
        print(f"\n{ROWS}{json.dumps([asdict(row) for row in table.rows])}")


def measure(_rounds: int) -> list[Table]:
    table = Table("CNI calls, stock kernel", f"""The same in a guest with Debian's own kernel, where {OURS}'s record is
a dummy link. QEMU emulates its one CPU, so that work weighs more beside waiting than on a node.""", REFERENCE)
    printed = run([sys.executable, "-B", "-m", "lab.kernel_guest", __file__], timeout=900)
    rows = next((line for line in printed.splitlines() if line.startswith(ROWS)), None)
    if rows is None:
        raise LabError(f"the guest measured nothing: {printed[-2000:]}")
    table.rows = [Row(**row) for row in json.loads(rows.removeprefix(ROWS))]
    table.aims = aims_of(table, "alone") + aims_of(table, "10 at once")
    return [table]
