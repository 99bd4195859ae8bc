"""Network namespaces of the lab: each has a name of its own, is made by entering and gone by leaving,
with every process in it, also after a failure or an interrupt."""

import atexit
import ctypes
import itertools
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from lab.process import LabError, run, start, stop, wait_until

RUN_NETNS = Path("/run/netns")  # where iproute2 keeps names
CLONE_NEWNET = 0x40000000  # linux/sched.h
Answer = TypeVar("Answer")
_counter = itertools.count(1)
_alive: list["Namespace"] = []


class Namespace:
    """A network namespace named pb<pid>-<n>-<label>, with lo up."""

    def __init__(self, label: str):
        self.name = f"pb{os.getpid()}-{next(_counter)}-{label}"
        self.path = RUN_NETNS / self.name
        self._processes: list[subprocess.Popen] = []

    def __enter__(self) -> "Namespace":
        _alive.append(self)  # first: an interrupt may come while it is being made
        run(["ip", "netns", "add", self.name])
        self.run("ip", "link", "set", "lo", "up")
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """Ends what runs inside and removes the namespace; done twice is done once."""
        for process in self._processes:
            stop(process, patience=2)
        self._processes.clear()
        if self.path.exists():
            _end_strays(self.name)
            run(["ip", "netns", "delete", self.name])
        if self in _alive:
            _alive.remove(self)

    def command(self, *command: object) -> list[str]:
        return ["ip", "netns", "exec", self.name, *map(str, command)]

    def run(self, *command: object, **options) -> str:
        """Runs `command` inside and returns its stdout; LabError when it fails."""
        return run(self.command(*command), **options)

    def succeeds(self, *command: object, **options) -> bool:
        try:
            self.run(*command, **options)
        except LabError:
            return False
        return True

    def start(self, *command: object, **options) -> subprocess.Popen:
        """Starts a program inside that stays until the namespace goes."""
        process = start(self.command(*command), **options)
        self._processes.append(process)
        return process

    def inside(self, function: Callable[[], Answer]) -> Answer:
        """What `function` returns, called by a thread that has entered the namespace: a socket opened
        there belongs to it for good."""
        outcome: list[Answer | Exception] = []

        def call() -> None:
            try:
                enter(self.path)
                outcome.append(function())
            except Exception as error:  # the caller's thread raises it again
                outcome.append(error)

        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        return outcome[0]

    def ip(self, *arguments: object) -> list[dict]:
        """`ip -j -d ARGUMENTS` inside, parsed."""
        return json.loads(self.run("ip", "-j", "-d", *arguments) or "[]")

    def link(self, name: str) -> dict | None:
        """One link as `ip -j -d link` shows it; None where it is not there."""
        return next((link for link in self.ip("link", "show") if link["ifname"] == name), None)

    def addresses(self, name: str, scope: str | None = None) -> list[str]:
        """A link's addresses, "192.168.0.62/26", in the kernel's order."""
        return [f"{entry['local']}/{entry['prefixlen']}"
                for link in self.ip("address", "show", "dev", name)
                for entry in link.get("addr_info", []) if scope in (None, entry["scope"])]

    def ping(self, address: str, wait: float = 60) -> bool:
        """Whether `address` answers within `wait` seconds: one echo a second is enough of a proof."""
        deadline = time.monotonic() + wait
        while not self.succeeds("ping", "-n", "-c", 1, "-W", 1, address):
            if time.monotonic() > deadline:
                return False
        return True

    def wait_for(self, what: str, probe: Callable[[], object], timeout: float = 30) -> object:
        return wait_until(f"{what} in {self.name}", probe, timeout)

    def settle(self) -> None:
        """Waits until no IPv6 address is tentative (RFC 4862: a second or two)."""
        self.wait_for("duplicate address detection",
                      lambda: not self.run("ip", "-6", "address", "show", "tentative").strip())


def enter(path: str | os.PathLike) -> None:
    """Moves the calling thread into the network namespace that `path` names."""
    with open(path, encoding="ascii") as entered:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(entered.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns {path}")


def veth(one: Namespace, one_name: str, other: Namespace, other_name: str) -> None:
    """A cable between two namespaces, both ends up."""
    one.run("ip", "link", "add", one_name, "type", "veth", "peer", "name", other_name,
            "netns", other.name)
    one.run("ip", "link", "set", one_name, "up")
    other.run("ip", "link", "set", other_name, "up")


class Capture:
    """What passes `interface` of `namespace` from entering to leaving, as tcpdump saw it."""

    def __init__(self, namespace: Namespace, interface: str, file: Path):
        self.file = file
        self._namespace = namespace
        self._command = ("tcpdump", "-i", interface, "-U", "-s", "0", "-Z", "root", "-w", file,
                         "--immediate-mode")

    def __enter__(self) -> "Capture":
        self._process = self._namespace.start(*self._command, stdout=subprocess.DEVNULL,
                                              stderr=subprocess.DEVNULL)
        # tcpdump writes the file's header once it listens.
        wait_until("tcpdump", lambda: self.file.exists() and self.file.stat().st_size >= 24, 30)
        return self

    def __exit__(self, *_) -> None:
        stop(self._process)

    def frames(self, expression: Sequence[str] | str = "") -> list[str]:
        """The captured frames that match a pcap filter, a line each."""
        words = expression.split() if isinstance(expression, str) else list(expression)
        lines = run(["tcpdump", "-e", "-n", "-tt", "-r", str(self.file), *words]).splitlines()
        return [line for line in lines if line and line[0].isdigit()]


def _end_strays(name: str) -> None:
    for pid in run(["ip", "netns", "pids", name]).split():
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            pass


@atexit.register
def _close_all() -> None:
    for namespace in list(_alive):
        namespace.close()
