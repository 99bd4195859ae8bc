"""DHCP as a cluster has it: CNI's own `dhcp` daemon on the node, which takes leases for pods and renews
them, and dnsmasq as the network's server, with its lease file and its log."""

from dataclasses import dataclass
from pathlib import Path

from lab.multus import PLUGIN_DIRECTORY
from lab.netns import Namespace
from lab.process import LabError, stop, wait_until

SHORTEST_LEASE = 120  # dnsmasq's, in seconds


class DhcpDaemon:
    """`dhcp daemon` in the node's namespace, made by entering, gone by leaving. `timeout`: seconds it
    waits for an answer; it asks four or five times, two seconds apart, before it gives up."""

    def __init__(self, node: Namespace, room: Path, timeout: int = 10):
        self.socket = room / "dhcp.sock"
        self.log = room / "dhcp-daemon.log"
        self._node = node
        self._timeout = timeout

    def __enter__(self) -> "DhcpDaemon":
        with self.log.open("w", encoding="utf-8") as log:
            self._process = self._node.start(
                PLUGIN_DIRECTORY / "dhcp", "daemon", "-socketpath", self.socket,
                "-timeout", f"{self._timeout}s", "-resendmax", "1s", stdout=log, stderr=log)
        wait_until("the DHCP daemon's socket", self.socket.exists)
        return self

    def __exit__(self, *_) -> None:
        stop(self._process)

    def ipam(self, **more) -> dict:
        return {"type": "dhcp", "daemonSocketPath": str(self.socket), **more}

    def lines(self, what: str) -> list[str]:
        """What it logged that has `what` in it."""
        return [line for line in self.log.read_text(encoding="utf-8").splitlines() if what in line]


@dataclass(frozen=True)
class Lease:
    expires: int
    mac: str
    address: str
    client_id: str


class DhcpServer:
    """dnsmasq on `interface`, which has the address `own`. `options`: further --dhcp-option values,
    "58,2s" and "59,4s" for T1 and T2 among them; `forced`: sent unasked, such as "51,6s", a lease that
    for the client is shorter than dnsmasq's shortest."""

    def __init__(self, namespace: Namespace, interface: str, own: str, first: str, last: str,
                 room: Path, *options: str, forced: tuple[str, ...] = ()):
        self._namespace = namespace
        self._leases = room / f"{namespace.name}-{interface}.leases"
        self.log = room / f"{namespace.name}-{interface}.log"
        self._command = [
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
            "--port=0", "--user=root", "--pid-file", f"--dhcp-leasefile={self._leases}",
            "--bind-interfaces", "--except-interface=lo", f"--interface={interface}",
            f"--listen-address={own}", "--dhcp-authoritative", "--no-ping",
            f"--dhcp-range={first},{last},{SHORTEST_LEASE}", "--log-dhcp", "--log-facility=-",
            *[f"--dhcp-option={option}" for option in options],
            *[f"--dhcp-option-force={option}" for option in forced]]

    def __enter__(self) -> "DhcpServer":
        with self.log.open("w", encoding="utf-8") as log:
            self._process = self._namespace.start(*self._command, stdout=log, stderr=log)
        wait_until("dnsmasq", self._is_serving)
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def stop(self) -> None:
        """It answers nobody from now on; done twice is done once."""
        stop(self._process)

    def _is_serving(self) -> bool:
        if self._process.poll() is not None:
            raise LabError(f"dnsmasq ended: {self.log.read_text(encoding='utf-8')}")
        return bool(self.lines("DHCP, sockets bound"))

    def lines(self, what: str) -> list[str]:
        return [line for line in self.log.read_text(encoding="utf-8").splitlines() if what in line]

    def leases(self) -> list[Lease]:
        """The lease file: "expiry MAC address host-name client-id"."""
        if not self._leases.exists():
            return []
        rows = [line.split() for line in self._leases.read_text(encoding="utf-8").splitlines()]
        return [Lease(int(row[0]), row[1], row[2], row[4]) for row in rows if len(row) == 5]
