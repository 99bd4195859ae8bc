"""What a kernel guest (kernel_guest.py) boots: Debian's stock kernel with all its modules, an initrd that
shows it this machine's own file system, and the QEMU of bookworm-backports, whose igb makes virtual
functions. Fetched once, kept under build/lab/kernel-<recipe's hash>, never installed.
`python3 -m lab.kernel_image` prepares it."""

import hashlib
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.apt import newest_kernel, unpack
from lab.cache import kept
from lab.initrd import loading_order, make_initrd
from lab.paths import LAB_CACHE
from lab.process import LabError, run

KERNEL_PACKAGE = "linux-image-amd64"
# Debian 12's own QEMU 7.2 has no igb. The libraries it needs are those of Debian 12's.
QEMU_RELEASE, QEMU_PACKAGES = "bookworm-backports", ("qemu-system-x86", "qemu-system-data")
# What is modular there and needed to see the machine's file system.
MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay")
MACHINE, MODULES_TAG, ROOM_TAG = "machine", "modules", "room"  # 9p's names of what is shared
ROOM = "/run/patchbay-guest"  # where the guest sees the folder that it shares with its host

# The machine's files can't be changed from inside: 9p is read-only on QEMU's side as well, and what is
# written goes to memory. What is mounted on the machine's /run, /dev, /proc and /sys is its own.
INIT = f"""#!/bin/busybox sh
B=/bin/busybox
$B mount -t proc proc /proc; $B mount -t sysfs sys /sys; $B mount -t devtmpfs dev /dev
while read -r module; do $B insmod /modules/$module; done < /modules/order
OVER=trans=virtio,version=9p2000.L,msize=512000
$B mkdir /lower /written
$B mount -t 9p -o ro,cache=loose,$OVER {MACHINE} /lower
$B mount -t tmpfs written /written
$B mkdir /written/upper /written/work
$B mount -t overlay -o lowerdir=/lower,upperdir=/written/upper,workdir=/written/work root /root
cd /root
$B mount -t tmpfs -o mode=755 run run
$B mkdir -p .{ROOM} lib/modules/$($B uname -r)
$B mount -t 9p -o $OVER {ROOM_TAG} .{ROOM}
$B mount -t 9p -o ro,cache=loose,$OVER {MODULES_TAG} lib/modules/$($B uname -r)
$B mount --move /dev dev
$B mkdir dev/pts dev/shm
$B mount -t devpts devpts dev/pts; $B mount -t tmpfs shm dev/shm
$B mount --move /sys sys; $B mount --move /proc proc
exec $B switch_root /root /bin/sh {ROOM}/start
"""


@dataclass(frozen=True)
class KernelImage:
    qemu: Path
    firmware: Path
    kernel: Path
    modules: Path  # of exactly this kernel
    initrd: Path


def kernel_image(say: Callable[[str], None] = print) -> KernelImage:
    """The image, made first where this recipe's is not there; `say` is told of each long step."""
    recipe = repr((KERNEL_PACKAGE, QEMU_RELEASE, QEMU_PACKAGES, MODULES, INIT))
    folder = LAB_CACHE / f"kernel-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"
    kept(folder, lambda out: build(out, say))
    return KernelImage(qemu=folder / "qemu/usr/bin/qemu-system-x86_64",
                       firmware=folder / "qemu/usr/share/qemu", kernel=folder / "vmlinuz",
                       modules=folder / "modules", initrd=folder / "initrd")


def build(out: Path, say: Callable[[str], None]) -> None:
    began = time.monotonic()
    out.mkdir()
    say("kernel guest: Debian's stock kernel (70 MB) and a newer QEMU (13 MB), once")
    version = newest_kernel(KERNEL_PACKAGE)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        unpack([f"linux-image-{version}"], Path(scratch))
        run(["depmod", "-b", scratch, version])
        shutil.move(f"{scratch}/boot/vmlinuz-{version}", out / "vmlinuz")
        shutil.move(f"{scratch}/lib/modules/{version}", out / "modules")
    make_initrd(out / "modules", loading_order(out / "modules", MODULES), INIT, out / "initrd")
    unpack(QEMU_PACKAGES, out / "qemu", QEMU_RELEASE)
    say(f"kernel guest: done after {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    try:
        kernel_image(lambda text: print(text, flush=True))
    except LabError as problem:
        sys.exit(f"kernel guest: {problem}")
