"""Runs one file of tests under a kernel that this machine's is not: Debian's stock one, emulated, with
this machine's own file system seen inside, read-only, and PCI devices that make virtual functions.

    python3 -m lab.kernel_guest tests/netns/networks_test.py [Class.test]

What the tests print comes out as they print it. The exit status is 0 only where tests ran and all of them
passed: a guest that hangs, dies or runs nothing is a failure, with the end of its console."""

import json
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from lab import interrupts
from lab.kernel_image import MACHINE, MODULES_TAG, ROOM, ROOM_TAG, KernelImage, kernel_image
from lab.paths import PROGRAMS, SOURCE
from lab.process import LabError, start, stop, wait_until

MEMORY_MIB = 1536
LIMIT = 1500  # seconds
CONSOLE_TAIL = 60  # lines
VERDICT = "verdict.json"  # in the room: kernel_guest_inside's
# no_timer_check: on a machine with much to do, ticks come too late for the kernel to believe in its timer.
COMMAND_LINE = "console=ttyS0 quiet mitigations=off panic=-1 no_timer_check intel_iommu=on iommu=pt"
# The tests load the drivers: of a card with virtual functions, of the NIC at the far end of its cable,
# and of one without a cable that has large receive offload.
CARD_MAC, FAR_MAC, LRO_MAC = "02:00:00:00:10:01", "02:00:00:00:10:02", "02:00:00:00:10:03"


def devices() -> list[str]:
    """The PCI devices, as arguments of QEMU. The cable is a hub of its own: sockets that QEMU opens for
    itself it opens in threads, and the end that connects can come before the one that listens."""
    return ["-device", "intel-iommu,intremap=on",
            "-netdev", "hubport,id=card,hubid=0", "-netdev", "hubport,id=far,hubid=0",
            "-device", "pcie-root-port,id=root,chassis=1,slot=1",
            "-device", f"igb,bus=root,netdev=card,mac={CARD_MAC},romfile=",
            "-device", f"virtio-net-pci,netdev=far,mac={FAR_MAC},romfile=",
            "-netdev", "hubport,id=alone,hubid=1",
            "-device", f"vmxnet3,netdev=alone,mac={LRO_MAC},romfile="]


def shared(tag: str, folder: Path | str, *, writable: bool = False) -> list[str]:
    """A folder that the guest mounts by 9p under the name `tag`."""
    access = "" if writable else ",readonly=on"
    return ["-fsdev", f"local,id={tag},path={folder},security_model=none,multidevs=remap{access}",
            "-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}"]


def qemu(image: KernelImage, room: Path) -> list[str]:
    """Its first serial port is the kernel's console, its second our stdout."""
    return [str(image.qemu), "-L", str(image.firmware), "-L", "/usr/share/seabios",
            "-M", "q35", "-accel", "tcg", "-m", str(MEMORY_MIB),
            "-nodefaults", "-display", "none", "-no-reboot",
            "-kernel", str(image.kernel), "-initrd", str(image.initrd), "-append", COMMAND_LINE,
            "-serial", f"file:{room / 'console'}",
            "-chardev", "stdio,id=tests,signal=off", "-serial", "chardev:tests",
            *shared(MACHINE, "/"), *shared(MODULES_TAG, image.modules),
            *shared(ROOM_TAG, room, writable=True), *devices()]


def start_script(words: Sequence[str]) -> str:
    """The guest's first process: it reaps what the tests leave, so it is a shell that waits."""
    tests = SOURCE.resolve() / "tests"
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8",
                   "PATCHBAY_BIN": PROGRAMS.resolve(), "PATCHBAY_SOURCE": SOURCE.resolve(),
                   "PYTHONPATH": f"{tests}:{tests / 'netns'}"}  # netns has what all of them use
    assignments = [f"{name}={value}" for name, value in environment.items()]
    command = ["env", "-i", *assignments, "/usr/bin/python3", "-B", "-m", "lab.kernel_guest_inside",
               f"{ROOM}/{VERDICT}", *words]
    return ("stty -F /dev/ttyS1 raw -echo\n"
            "ip link set lo up; modprobe tun\n"
            f"{shlex.join(command)} </dev/null >/dev/ttyS1 2>&1\n"
            "echo o > /proc/sysrq-trigger\n"
            "sleep 60\n")


def run_inside(script: Path, names: Sequence[str]) -> dict:
    """The verdict of the tests `names` of `script`, of all where there are none; LabError where the
    guest gave none."""
    image = kernel_image(lambda text: print(text, file=sys.stderr, flush=True))
    with tempfile.TemporaryDirectory(prefix="patchbay-guest-") as folder:
        room = Path(folder)
        (room / "start").write_text(start_script([str(script.resolve()), *names]))
        guest = start(qemu(image, room))
        try:
            wait_until("the guest to end", lambda: guest.poll() is not None, LIMIT, pause=0.2)
        except LabError as problem:
            raise LabError(f"{problem}; {console_tail(room)}") from problem
        finally:
            stop(guest, patience=0.5)
        try:
            return json.loads((room / VERDICT).read_text())
        except (OSError, ValueError) as problem:
            raise LabError(f"the guest ended without a verdict (QEMU: {guest.returncode}); "
                           f"{console_tail(room)}") from problem


def console_tail(room: Path) -> str:
    try:
        lines = (room / "console").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    return "the end of its console:\n" + "\n".join(lines[-CONSOLE_TAIL:])


def main(script: str, *names: str) -> int:
    if os.geteuid() != 0:
        print("kernel guest: needs root, as the tests that run in it", file=sys.stderr)
        return 1
    began = time.monotonic()
    try:
        verdict = run_inside(Path(script), names)
    except LabError as problem:
        print(f"kernel guest: {problem}", file=sys.stderr)
        return 1
    print(f"kernel guest: {verdict} in {time.monotonic() - began:.0f} s", flush=True)
    return judge(verdict)


def judge(verdict: dict) -> int:
    """The exit status."""
    if verdict["ran"] == 0 or verdict["skipped"] > 0:
        print("kernel guest: what did not run has not passed", file=sys.stderr)
        return 1
    return 0 if verdict["successful"] else 1


if __name__ == "__main__":
    interrupts.listen()
    sys.exit(main(*sys.argv[1:]))
