"""Where the benchmark measures: a node with bridges, a pod on them and Multus, as in the lab; and what it
says of the figures."""

import os
import statistics
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from lab.multus import Attachment, Multus
from lab.netns import Namespace


class Scene:
    """Made by entering, gone by leaving. `room` is in memory."""

    def __enter__(self) -> "Scene":
        with ExitStack() as stack:
            self.room = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm")))
            self.node, self.pod = (stack.enter_context(Namespace(label)) for label in ("node", "pod"))
            self.multus = stack.enter_context(Multus(self.node))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_) -> None:
        self._stack.close()

    def enter(self, more):
        """`more` is left with the scene."""
        return self._stack.enter_context(more)

    def bridge(self, name: str, port: str) -> None:
        """One in the node, with the node's link `port` on it."""
        self.node.run("ip", "link", "add", name, "type", "bridge")
        self.node.run("ip", "link", "set", port, "master", name)
        for link in (port, name):
            self.node.run("ip", "link", "set", link, "up")

    def attach(self, network: str, on: str, mac: str, options: dict, addresses: Iterable[str]) -> Attachment:
        return self.multus.attach(self.pod, network, nad(network, on, options, addresses), mac)


def nad(network: str, on: str, options: dict, addresses: Iterable[str]) -> dict:
    """Of the bridge plugin, on the bridge `on`; without addresses it has no IPAM."""
    entries = [{"address": address} for address in addresses]
    ipam = {"type": "static", "addresses": entries} if entries else {}
    return {"cniVersion": "1.0.0", "name": f"net-{network}", "type": "bridge", "bridge": on,
            "capabilities": {"mac": True}, "ipam": ipam, "patchbay": options}


def in_turn(ways: Sequence, round_: int) -> list:
    """Forwards and backwards, so that a drift of the machine meets all of them."""
    return list(ways) if round_ % 2 == 0 else list(reversed(ways))


def percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def ratio(values: Sequence[float], others: Sequence[float]) -> float:
    """The median of the ratios of the same turn."""
    return statistics.median(one / other for one, other in zip(values, others, strict=True))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    for row in (head, ["---"] * len(head), *rows):
        print("| " + " | ".join(map(str, row)) + " |")
    print(flush=True)


def machine() -> str:
    """What the figures are of."""
    cpus = [line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")]
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    model = cpus[0] if cpus else os.uname().machine
    return f"{model}, {os.cpu_count()} CPUs, load {load}; Linux {os.uname().release}"
