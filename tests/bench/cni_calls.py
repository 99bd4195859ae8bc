"""patchbay-cni's calls beside those of the plugins that made the networks: each process from its start to its
end, in the node's namespace, one and many at once, each at a pod of its own."""

import json
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.figures import Aim, Table, in_turn, ratio
from bench.scene import Scene, nad
from lab.multus import BINDING_NAD, PLUGIN_DIRECTORY, Attachment, program_of
from lab.netns import Namespace
from lab.paths import PROGRAMS
from lab.process import LabError

OURS, REFERENCE = "patchbay-cni", "bridge"
VERBS = ("ADD", "CHECK", "DEL", "VERSION")
ADDRESS = "192.168.0.62/24"  # of each pod, all alone with it
LARGE, LINKS, ROUTES = ", large node", 5_000, 50_000


@dataclass
class Way:
    """A program to call at every pod."""

    name: str
    program: Path
    interface: str = "net1"
    nad: dict = field(default_factory=dict)  # none: it is ours, at the network "blue"
    results: dict[int, dict] = field(default_factory=dict)  # by the pod's number

    def answers(self, verb: str) -> bool:
        """The bridge plugin refuses CHECK without IPAM."""
        return verb != "CHECK" or self.nad.get("ipam") != {}

    def config(self, verb: str, number: int, blue: Attachment, scene: Scene) -> dict:
        if not self.nad:
            blue.binding_result = self.results.get(number, {})
            return scene.multus.binding_config(verb, blue)
        result = {"prevResult": self.results[number]} if verb in ("CHECK", "DEL") else {}
        return {**self.nad, **result}


def ways(plugins: Path) -> list[Way]:
    """The others' networks have subnets of their own, for they meet in a pod."""
    def config(number: int, **more: str) -> dict:
        return {**nad(f"other{number}", "br1", {}, [f"10.0.{number}.62/24"]), **more}
    others = {REFERENCE: config(1), "bridge, no IPAM": {**config(2), "ipam": {}},
              "macvlan": config(3, type="macvlan", master="uplink")}
    return [Way(OURS, program_of("patchbay")),
            *(Way(name, plugins / other["type"], f"net{number}", other)
              for number, (name, other) in enumerate(others.items(), 2))]


class Pods:
    """So many, each with a network's interface for ours to take."""

    def __init__(self, scene: Scene, count: int, network: dict):
        self.scene = scene
        self.blues: list[Attachment] = []
        for number in range(count):
            pod = scene.enter(Namespace(f"pod{number}"))
            blue = scene.multus.add_network(pod, "blue", network)
            blue.binding_nad = {**BINDING_NAD, "patchbay": {"cacheDirs": [str(scene.multus.cache)]}}
            blue.binding_interface = "net1"
            self.blues.append(blue)

    def call(self, way: Way, verb: str, count: int) -> dict[str, float]:
        """At the first `count` pods at once; what that took."""
        folder = self.scene.room
        for number, blue in enumerate(self.blues[:count]):
            variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                         **self.scene.multus.variables(verb, blue, way.interface)}
            (folder / f"{number}.env").write_text("".join(f"{k}={v}\0" for k, v in variables.items()))
            (folder / f"{number}.in").write_text(json.dumps(way.config(verb, number, blue, self.scene)))
        printed = self.scene.node.run(PROGRAMS / "calls_at_once", folder, count, way.program)
        *calls, took = printed.splitlines()
        for number, status, *_ in map(str.split, calls):
            answer, log = ((folder / f"{number}.{kind}").read_text() for kind in ("out", "err"))
            if status != "0":
                raise LabError(f"{way.name} {verb} ended with {status}: {answer} {log}")
            if verb == "ADD":
                way.results[int(number)] = json.loads(answer)
        used = [list(map(int, call.split()[2:])) for call in calls]
        return {"ms": int(took) / 1e3, "ms of CPU a call": sum(cpu for cpu, _ in used) / count / 1e3,
                "MB at most": max(kilobytes for _, kilobytes in used) / 1e3}


def measure_calls(table: Table, nodes: dict[str, Pods], plugins: Path, count: int, turns: int) -> None:
    called = [(node, way) for node in nodes for way in ways(plugins)]
    size = f"{count} at once" if count > 1 else "alone"
    for turn in range(-1, turns):  # one unmeasured
        for verb in VERBS:
            for node, way in in_turn([one for one in called if one[1].answers(verb)], turn):
                taken = nodes[node].call(way, verb, count)
                if turn >= 0:
                    table.add(f"{verb}, {size}{node}", way.name, taken)


def crowd(node: Namespace) -> None:
    """The host's side of a large node."""
    node.run("ip", "-batch", "-", stdin="".join(f"link add l{n} type bridge\n" for n in range(LINKS)))
    node.run("ip", "-batch", "-", timeout=600, stdin="".join(
        f"route add 10.{n >> 8}.{n & 255}.0/24 dev lo\n" for n in range(ROUTES)))


def pods_on(node: Scene, count: int) -> Pods:
    node.node.run("ip", "link", "add", "cable", "type", "veth", "peer", "name", "far")
    node.node.run("ip", "link", "add", "uplink", "type", "veth", "peer", "name", "far2")
    node.bridge("br1", "cable")
    node.node.run("ip", "link", "set", "br1", "address", "02:00:00:00:00:01")  # else it follows its ports'
    for link in ("uplink", "far", "far2"):
        node.node.run("ip", "link", "set", link, "up")
    return Pods(node, count, nad("blue", "br1", {}, [ADDRESS]))


def measure(rounds: int, plugins: Path | None = None) -> list[Table]:
    plugins = plugins or PLUGIN_DIRECTORY
    table = Table("CNI calls", f"""ms until all calls have ended that were started at once, each at a pod
of its own; CPU time of a call, what it starts included; the most memory that one had resident. {OURS} is
called as KubeVirt's binding, at a network of the bridge plugin; the others, from {plugins}, make and
remove a network, with static IPAM but where it says otherwise. The large node's own namespace has {LINKS}
links and {ROUTES} routes.""", REFERENCE)
    with ExitStack() as stack:
        nodes = {"": pods_on(stack.enter_context(Scene()), 100)}
        measure_calls(table, nodes, plugins, 100, max(2, rounds // 3))
        nodes[LARGE] = pods_on(stack.enter_context(Scene()), 10)
        crowd(nodes[LARGE].scene.node)
        measure_calls(table, nodes, plugins, 10, rounds)
        measure_calls(table, nodes, plugins, 1, 3 * rounds)
    table.rows.sort(key=lambda row: ("alone" not in row.case, "100" in row.case))
    table.aims = aims(table)
    return [table]


def aims_of(table: Table, size: str) -> list[Aim]:
    cases = {f"ADD, {size}": 0.25, f"DEL, {size}": 0.5}
    return [Aim(f"{case}: time beside {REFERENCE}'s", table.ratio(case, OURS, "ms"), limit)
            for case, limit in cases.items()]


def aims(table: Table) -> list[Aim]:
    found = [aim for size in ("alone", "10 at once", "100 at once") for aim in aims_of(table, size)]
    most = max(max(row.samples["MB at most"]) for row in table.rows if row.way == OURS)
    found.append(Aim("MB that a call of ours had resident", most, 3))
    for verb in VERBS[:3]:
        small, large = (table.samples(f"{verb}, alone{node}", OURS, "ms") for node in ("", LARGE))
        found.append(Aim(f"{verb}, alone: time on a large node beside another's", ratio(large, small), 1.1))
    return found
