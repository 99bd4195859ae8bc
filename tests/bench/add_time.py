"""What responder and guard add to a pod's start: patchbay-cni's ADD without and with them."""

import json
import statistics
import sys
from collections import defaultdict
from pathlib import Path

from bench.scene import Scene, in_turn, nad, percentile, ratio, table
from lab.multus import BINDING_NAD

ADDS = 4  # of each way in a round
MAC, GUEST = "02:00:00:00:00:62", ("192.168.0.62/24", "fd00::62/64")
WAYS = {"neither": {}, "guard full": {"guard": "full"}, "responder": {"responder": True},
        "both": {"responder": True, "guard": "full"}}


def timed_add(scene: Scene, options: dict) -> dict:
    """One ADD in a pod that has the network's interface; DEL takes all of it away."""
    multus, times = scene.multus, scene.room / "times"
    blue = multus.add_network(scene.pod, "blue", nad("blue", "br1", options, GUEST), MAC)
    blue.binding_nad = {**BINDING_NAD, "patchbay": {"cacheDirs": [str(multus.cache)]}}
    blue.binding_interface = "net1"
    timed = (sys.executable, "-B", Path(__file__).with_name("timed.py"), times)
    multus.call_binding("ADD", blue, under=timed)
    multus.detach(blue)
    return json.loads(times.read_text())


def main(rounds: int) -> None:
    print("## ADD, patchbay-cni alone\n", flush=True)
    taken = defaultdict(list)
    with Scene() as scene:
        scene.node.run("ip", "link", "add", "uplink", "type", "veth", "peer", "name", "far")
        scene.bridge("br1", "uplink")
        for turn in range(-1, rounds * ADDS):  # one unmeasured
            for name in in_turn(list(WAYS), turn):
                times = timed_add(scene, WAYS[name])
                if turn >= 0:
                    taken[name].append(times)
    rows = []
    for name in WAYS:
        times = taken[name]
        wall, cpu = ([one[kind] * 1e3 for one in times] for kind in ("wall", "cpu"))
        without = [one["wall"] * 1e3 for one in taken["neither"]]
        rows.append([name, len(times), f"{statistics.median(wall):.1f}", f"{percentile(wall, 99):.1f}",
                     f"{ratio(wall, without):.2f}", f"{statistics.median(cpu):.1f}"])
    table(["", "ADDs", "median ms", "p99 ms", "to neither", "median ms of CPU"], rows)
