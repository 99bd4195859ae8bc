"""DHCP clients that are not ours, run in a guest's namespace: each gives what its server told it, by the names
that the client itself has for it. They change nothing outside: addresses are set by the tests."""

import shlex
from pathlib import Path

from lab.netns import Namespace
from lab.process import LabError, wait_until

# Of all that they run it for, a lease counts: udhcpc says it as argument, the others in the environment.
SCRIPT = """#!/bin/sh
case "$1$reason" in
  bound | renew | BOUND* | REBOOT*) env > {told}.part && mv {told}.part {told} ;;
esac
"""


class Told(dict):
    """A client's variables."""


class Clients:
    """In `guest`, on its NIC; what they keep is in `room`."""

    def __init__(self, guest: Namespace, nic: str, room: Path):
        self._guest, self._nic, self._room = guest, nic, room
        self._count = 0

    def _script(self) -> tuple[Path, Path]:
        self._count += 1
        told, script = (self._room / f"{name}-{self._count}" for name in ("told", "script"))
        script.write_text(SCRIPT.format(told=shlex.quote(str(told))))
        script.chmod(0o755)
        return script, told

    def _told(self, file: Path, process, log: Path) -> Told:
        wait_until("a DHCP client's lease", lambda: file.exists() or process.poll() is not None)
        if not file.exists():
            raise LabError(f"the client ended with {process.returncode}: {log.read_text()}")
        return Told(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)

    def _run(self, told: Path, *command: object) -> Told:
        log = self._room / f"log-{self._count}"
        with log.open("w", encoding="utf-8") as output:
            process = self._guest.start(*command, stdout=output, stderr=output)
        return self._told(told, process, log)

    def udhcpc(self, *options: object, gate: Path | None = None) -> Told:
        """busybox'; it stays and renews, and `-n` makes it end without a lease. It begins when `gate` (gate.py)
        opens."""
        script, told = self._script()
        waits = ("flock", "--shared", "--no-fork", gate) if gate else ()
        return self._run(told, *waits, "busybox", "udhcpc", "-f", "-n", "-t", 5, "-i", self._nic,
                         "-s", script, *options)

    def dhclient(self, family: int, *options: object) -> Told:
        """ISC's, for IPv4 (4) or IPv6 (6)."""
        script, told = self._script()
        config = self._room / "dhclient.conf"
        config.write_text("timeout 60;\n")
        return self._run(told, "dhclient", f"-{family}", "-1", "-d", "-sf", script, "-cf", config,
                         "-lf", self._room / f"leases-{self._count}",
                         "-pf", self._room / f"pid-{self._count}", *options, self._nic)

    def dhcpcd(self, family: int) -> Told:
        script, told = self._script()
        config = self._room / f"dhcpcd-{self._count}.conf"
        config.write_text(
            "duid ll\nnoarp\n"
            "option rapid_commit, domain_name_servers, domain_name, domain_search, interface_mtu, "
            "classless_static_routes, routers, host_name\n"
            "option dhcp6_name_servers, dhcp6_domain_search\n")
        fresh = "mount -t tmpfs tmpfs /var/lib/dhcpcd && exec \"$@\""  # it would ask for what it once had
        return self._run(told, "unshare", "--mount", "sh", "-c", fresh, "sh", "dhcpcd", f"-{family}", "-B",
                         "-1", "-t", 60, "--script", script, "--config", config, self._nic)
