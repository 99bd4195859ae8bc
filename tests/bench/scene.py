"""Where the benchmark measures: a node with bridges, a pod on them and Multus, as in the lab."""

import tempfile
from collections.abc import Iterable
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
