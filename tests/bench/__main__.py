"""All that is measured, in one run: Markdown to stdout, and in build/bench report.md, report.json and a plot
of each table.

    PYTHONPATH=tests /usr/bin/python3 -B -m bench [ROUNDS] [PART...] [--plugins FOLDER]    (by ./dev bench)"""

import argparse
import os
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

from bench import (add_time, cni_calls, dhcp_exchange, instructions, port_frames, sidecar_calls, stock_calls, whole,
                   wiring)
from bench.report import write
from lab import interrupts
from lab.multus import CniError
from lab.paths import PROGRAMS, SOURCE
from lab.process import LabError, run

ROUNDS = 9
FOLDER = SOURCE / "build/bench"
PARTS = {"cni": cni_calls, "stock": stock_calls, "options": add_time, "sidecar": sidecar_calls, "wiring": wiring,
         "port": port_frames, "dhcp": dhcp_exchange, "whole": whole, "instructions": instructions}
PACKAGES = ("containernetworking-plugins", "libvirt-daemon", "qemu-system-x86", "dnsmasq-base",
            "libgrpc++-dev")


def about(rounds: int) -> dict[str, str]:
    """What the figures are of."""
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), os.uname().machine)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    version = run(["git", "-C", SOURCE, "describe", "--always", "--dirty", "--exclude", "*"]).strip()
    packages = run(["dpkg-query", "-W", "-f", "${Package} ${Version}, ", *PACKAGES]).rstrip(", ")
    return {"patchbay": f"{version}, preset {PROGRAMS.parent.name}",
            "machine": f"{model}, {os.cpu_count()} CPUs, {memory:.0f} GiB", "kernel": os.uname().release,
            "beside": packages, "date": f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC",
            "load before": ", ".join(f"{value:.1f}" for value in os.getloadavg()), "rounds": str(rounds)}


def main(rounds: int, parts: list[str], plugins: Path | None) -> int:
    """What was measured before a part failed is reported as well."""
    interrupts.listen()
    described, tables, status = about(rounds), [], 0
    try:
        for part in parts:
            began = time.monotonic()
            measure = PARTS[part].measure
            tables += measure(rounds, plugins) if part == "cni" else measure(rounds)
            print(f"{part}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    except (LabError, CniError) as error:
        print(f"\n./dev bench: {part}: {error}", file=sys.stderr)
        status = interrupts.status() or 1
    print(write(FOLDER, described, tables))
    return status


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("words", nargs="*", metavar="[ROUNDS] [PART...]", help="parts: " + ", ".join(PARTS))
    parser.add_argument("--plugins", type=Path, metavar="FOLDER",
                        help="the CNI plugins to compare with, instead of Debian's")
    given = parser.parse_args()
    given.rounds = int(given.words.pop(0)) if given.words and given.words[0].isdigit() else ROUNDS
    for word in given.words:
        if word not in PARTS:
            parser.error(f"no part {word!r}; there are: {', '.join(PARTS)}")
    return given


if __name__ == "__main__":
    given = arguments()
    sys.exit(main(given.rounds, given.words or list(PARTS), given.plugins))
