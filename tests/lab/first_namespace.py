"""The network namespace that a machine starts in, as a pod's node: only a kernel guest (kernel_guest.py)
has one to give away. Devices with a driver return to it when a pod's namespace dies."""

from pathlib import Path

from lab.netns import Namespace
from lab.process import stop


class FirstNamespace(Namespace):
    """The links made in it go again by leaving."""

    def __init__(self, label: str):
        super().__init__(label)
        self.path = Path("/proc/1/ns/net")

    def __enter__(self) -> "FirstNamespace":
        self._before = self._links()
        return self

    def close(self) -> None:
        for process in self._processes:
            stop(process, patience=2)
        self._processes.clear()
        for name in self._links() - self._before:
            if self.link(name) is not None:  # a veth goes with its peer
                self.run("ip", "link", "delete", name)

    def command(self, *command: object) -> list[str]:
        return list(map(str, command))

    def _links(self) -> set[str]:
        """Those that somebody made: what has a driver only comes and goes."""
        return {link["ifname"] for link in self.ip("link", "show") if "linkinfo" in link}
