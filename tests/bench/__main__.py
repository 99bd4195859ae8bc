"""All that is measured, in one run, to stdout as Markdown.

    PYTHONPATH=tests /usr/bin/python3 -B -m bench [ROUNDS]      (./dev bench does it)

The ways that are compared take turns, so that whatever else the machine does meets all of them: every figure
is a median over the rounds, and a ratio the median of the ratios of the same turn."""

import sys

from bench import add_time, dhcp_exchange, port_frames
from bench.scene import machine
from lab import interrupts
from lab.multus import CniError
from lab.paths import PROGRAMS
from lab.process import LabError, run

ROUNDS = 9


def main(rounds: int = ROUNDS) -> int:
    interrupts.listen()
    try:
        print(f"{machine()}; {rounds} rounds.\n")
        print("## From a pod's NIC to a VM's tap, ns of CPU a frame\n", flush=True)
        print(run(["taskset", "-c", "0", PROGRAMS / "redirect_bench", rounds], timeout=3600), flush=True)
        for part in (port_frames, dhcp_exchange, add_time):
            part.main(rounds)
    except (LabError, CniError) as error:
        print(f"\n./dev bench: {error}", file=sys.stderr)
        return interrupts.status() or 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
