"""What responder and guard add to a pod's start: patchbay-cni's ADD without and with them."""

from bench.cni_calls import OURS, Pods, Way
from bench.figures import Table, in_turn
from bench.scene import Scene, nad
from lab.multus import program_of

ADDS = 4  # of each way in a round
GUEST = ("192.168.0.62/24", "fd00::62/64")
WAYS = {"neither": {}, "guard full": {"guard": "full"}, "responder": {"responder": True},
        "both": {"responder": True, "guard": "full"}}


def measure(rounds: int) -> list[Table]:
    table = Table("ADD with a responder and a guard", """One ADD of patchbay-cni; what it takes longer is
the kernel's verifier, which follows the program whenever it is loaded.""", "neither")
    with Scene() as scene:
        scene.node.run("ip", "link", "add", "uplink", "type", "veth", "peer", "name", "far")
        scene.bridge("br1", "uplink")
        pods = {name: Pods(scene, 1, nad("blue", "br1", options, GUEST)) for name, options in WAYS.items()}
        ours = Way(OURS, program_of("patchbay"))
        for turn in range(-1, rounds * ADDS):  # one unmeasured
            for name in in_turn(list(WAYS), turn):
                taken = pods[name].call(ours, "ADD", 1)
                pods[name].call(ours, "DEL", 1)
                if turn >= 0:
                    table.add("ADD", name, taken)
    return [table]
