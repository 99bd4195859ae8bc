"""Whether a guest has the network that a plan gives it: `patchbay verify` judges what the guest's console
printed. What no plan can know, such as the address of a lease, is compared here, word by word."""

import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from lab.console import Console
from lab.paths import PROGRAMS
from lab.process import LabError

DIFFERS = 1  # its exit status; every other one but 0 is an error
COMMANDS = {"addresses": "ip -d -j address", "routes4": "ip -4 -j route", "routes6": "ip -6 -j route",
            "dns": "resolvectl dns", "search": "resolvectl domain"}


@dataclass(frozen=True)
class Has:
    """All that a NIC has, exactly: `leased` are addresses that expire, a route is "10.20.0.0/16 via
    192.168.0.3" or "default via …". None: not looked at."""

    addresses: frozenset[str] = frozenset()
    leased: frozenset[str] = frozenset()
    routes: frozenset[str] = frozenset()
    mtu: int | None = None
    dns: tuple[str, ...] | None = None
    search: tuple[str, ...] | None = None


def problems_of(console: Console, plan: dict, exactly: dict[str, Has], patience: float = 300) -> list[str]:
    """What is wrong with the guest's network by its own word, after it had `patience` seconds to ask its
    DHCP servers: by the plan, and on the networks of `exactly`. Empty: nothing."""
    deadline = time.monotonic() + patience
    while True:
        try:
            report = verified(plan, {name: console.run(command) for name, command in COMMANDS.items()})
            wrong = [*by_plan(report), *by_word(report, exactly)]
        except LabError as error:  # such as systemd-resolved that does not answer yet
            wrong = [str(error)]
        if not wrong or time.monotonic() > deadline:
            return wrong
        time.sleep(1)


def verified(plan: dict, outputs: dict[str, str]) -> dict:
    """The report of `patchbay verify`; `outputs` by the names in COMMANDS."""
    with tempfile.TemporaryDirectory(prefix="patchbay-verify-") as folder:
        for name, text in {"plan": json.dumps(plan), **outputs}.items():
            Path(folder, name).write_text(text + "\n", encoding="utf-8")
        done = subprocess.run(
            [PROGRAMS / "patchbay", "verify", "-o", "json", "--plan", "plan", "--addresses", "addresses",
             "--routes", "routes4", "--routes", "routes6", "--dns", "dns", "--search", "search"],
            cwd=folder, text=True, capture_output=True, timeout=60, check=False)
    if done.returncode not in (0, DIFFERS):
        raise LabError(f"patchbay verify ended with {done.returncode}: {done.stderr}\n{outputs}")
    report = json.loads(done.stdout)
    if report["holds"] != (done.returncode == 0):
        raise LabError(f"patchbay verify ended with {done.returncode} and says {report}")
    return report


def by_plan(report: dict) -> list[str]:
    guest = {"network": "guest", "checks": report.get("checks", [])}
    return [f"{nic.get('network', 'no network')}: {check['what']}: {check['found']}, expected "
            f"{check['expected']}; look at {check['lookAt']}"
            for nic in [*report["nics"], guest] for check in nic["checks"] if "lookAt" in check]


def by_word(report: dict, exactly: dict[str, Has]) -> list[str]:
    found = {nic.get("network"): nic["found"] for nic in report["nics"] if "found" in nic}
    wrong = []
    for network, expected in exactly.items():
        nic = found.get(network)
        has = nic and Has(
            frozenset(each["address"] for each in nic["addresses"]),
            frozenset(each["address"] for each in nic["addresses"] if each.get("dynamic")),
            frozenset(nic["routes"]),
            nic["mtu"] if expected.mtu is not None else None,
            tuple(nic["dns"]) if expected.dns is not None else None,
            tuple(nic["search"]) if expected.search is not None else None)
        if has != expected:
            wrong.append(f"{network}: {has}, expected {expected}")
    return wrong
