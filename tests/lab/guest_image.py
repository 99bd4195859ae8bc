"""The guest: Debian 12 with cloud-init, resolved and all four kinds of network configuration from
Debian's own packages, booted with its cloud kernel directly. Built once, kept under
build/lab/guest-<recipe's hash>; a changed recipe is another folder. A guest differs from another only by
its kernel's command line (guest_kind.py, machine-id) and its seed."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.apt import debian_mirror, newest_kernel, unpack
from lab.cache import kept
from lab.initrd import loading_order, make_initrd
from lab.paths import LAB_CACHE
from lab.process import LabError, run, start, wait_until

PACKAGES = ("systemd-sysv", "systemd", "systemd-resolved", "udev", "dbus", "cloud-init", "iproute2",
            "iputils-ping", "kmod", "login", "netbase", "openssh-client",
            "netplan.io", "network-manager", "ifupdown", "isc-dhcp-client", "qemu-guest-agent")
KERNEL_PACKAGE = "linux-image-cloud-amd64"
DISK_MIB = 900  # sparse
# What the cloud kernel has as modules and the guest needs before or without udev.
MODULES = ("virtio_pci", "virtio_net", "virtio_blk", "virtio_rng", "virtio_scsi", "virtio_console", "sr_mod",
           "isofs")
UNUSED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "var/cache/apt",
          "var/lib/apt/lists", "usr/share/bash-completion")
# Units that only cost time under emulation; nothing here touches the network.
MASKED = ("apt-daily.timer", "apt-daily-upgrade.timer", "e2scrub_all.timer", "e2scrub_reap.service",
          "fstrim.timer", "dpkg-db-backup.timer", "systemd-pstore.service",
          "proc-sys-fs-binfmt_misc.automount", "dev-hugepages.mount", "dev-mqueue.mount",
          "sys-kernel-debug.mount", "sys-kernel-tracing.mount", "systemd-update-utmp.service",
          "getty@tty1.service", "cloud-config.service", "cloud-final.service")
# Real cloud-init with fewer modules, and one host key, for others take seconds under emulation. The
# password is set before anyone can log in; what cloud-init prints goes to its log, not between a test's
# lines on the console.
CLOUD_CONFIG = """datasource_list: [NoCloud, ConfigDrive, None]
output: {all: '>> /var/log/cloud-init-output.log'}
cloud_init_modules: [write-files, set_hostname, users-groups, ssh, set-passwords]
ssh_genkeytypes: [ed25519]
"""
# One configured NIC is enough to go on: otherwise networkd waits 12 s for a router's advertisement
# on each network that has none (cloud-init 22.4 does not pass accept-ra on to it).
WAIT_ONLINE = """[Service]
ExecStart=
ExecStart=/lib/systemd/systemd-networkd-wait-online --any
"""
# An emulated guest on a busy machine needs minutes for what systemd gives 90 s, its console among it.
PATIENCE = """[Manager]
DefaultTimeoutStartSec=600
DefaultDeviceTimeoutSec=600
"""
# Debian 12's hook of ifupdown quotes what has to be names: name servers never reach resolved. Mended as
# in later releases, for there would be nothing to compare.
RESOLVED_HOOK = "etc/network/if-up.d/resolved"
MENDED = {'"$DNS"=': "$DNS=", '"$DOMAINS"=': "$DOMAINS=",
          "        DNS DNS6 DOMAINS DOMAINS6 DEFAULT_ROUTE\n":
          "        unset DNS DNS6 DOMAINS DOMAINS6 DEFAULT_ROUTE\n"}
INIT = """#!/bin/busybox sh
# Loads the disk's and the NIC's drivers, lays what a further archive has over the disk (with_files), then
# hands over to the guest's own init.
B=/bin/busybox
$B mount -t proc proc /proc; $B mount -t sysfs sys /sys; $B mount -t devtmpfs dev /dev
while read -r module; do $B insmod /modules/$module; done < /modules/order
while ! [ -b /dev/vda ]; do $B usleep 20000; done
$B mount -t ext4 -o rw /dev/vda /root
! [ -d /files ] || $B cp -R /files/. /root/
$B mount --move /dev /root/dev
$B umount /sys /proc
exec $B switch_root /root /sbin/init
"""


@dataclass(frozen=True)
class GuestImage:
    disk: Path  # qcow2 as container discs are; ext4, no partitions; each guest writes an overlay
    kernel: Path
    initrd: Path


def guest_image(say: Callable[[str], None] = print) -> GuestImage:
    """The image, built first where this recipe's is not there; `say` is told of each long step."""
    recipe = repr((PACKAGES, KERNEL_PACKAGE, DISK_MIB, MODULES, UNUSED, MASKED, CLOUD_CONFIG,
                   WAIT_ONLINE, PATIENCE, MENDED, INIT))
    folder = LAB_CACHE / f"guest-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"
    image = GuestImage(folder / "disk.qcow2", folder / "vmlinuz", folder / "initrd")
    kept(folder, lambda out: build(out, say))
    return image


def build(out: Path, say: Callable[[str], None]) -> None:
    """Makes disk.qcow2, vmlinuz and initrd in `out`, readable for the guest's QEMU (uid 107)."""
    if os.geteuid() != 0:
        raise LabError("building the guest image needs root (mmdebstrap, chroot); use sudo")
    out.mkdir()
    work, root = out.parent, out.parent / "root"
    began = time.monotonic()
    say("guest image: Debian 12 with cloud-init from Debian's packages (once, a minute or two)")
    install(root, lambda line: say(f"guest image: {time.monotonic() - began:.0f} s: {line}"))
    say(f"guest image: {time.monotonic() - began:.0f} s: its kernel, then the disc …")
    version = unpack_kernel(work, root, out)
    modules = keep_modules(root, version)
    make_initrd(root / "usr/lib/modules" / version, modules, INIT, out / "initrd")
    configure(root)
    run(["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", root, work / "disk.ext4",
         f"{DISK_MIB}M"], timeout=300)
    run(["qemu-img", "convert", "-q", "-f", "raw", "-O", "qcow2", work / "disk.ext4",
         out / "disk.qcow2"], timeout=300)
    for file in out.iterdir():
        file.chmod(0o644)
    out.chmod(0o755)
    say(f"guest image: done after {time.monotonic() - began:.0f} s")


def install(root: Path, say: Callable[[str], None]) -> None:
    """mmdebstrap into `root`, its own progress passed on; in namespaces of its own, which take its
    mounts and processes with them when we are interrupted."""
    log_file = root.with_suffix(".log")
    with log_file.open("w") as log:
        job = start(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
                     "mmdebstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}",
                     "--dpkgopt=force-unsafe-io",
                     *[f"--dpkgopt=path-exclude=/{folder}/*" for folder in UNUSED
                       if "share" in folder],
                     "bookworm", root, debian_mirror()], stdout=subprocess.DEVNULL, stderr=log)
    told = 0

    def ended() -> bool:
        nonlocal told
        running = job.poll() is None
        lines = [line for line in log_file.read_text().splitlines() if line.startswith("I: ")]
        for line in lines[told:]:
            say(line.removeprefix("I: "))
        told = len(lines)
        return not running

    try:
        wait_until("mmdebstrap", ended, timeout=3600, pause=0.5)
    finally:
        job.kill()
        job.wait()
    if job.returncode != 0:
        raise LabError(f"mmdebstrap ended with {job.returncode}: {log_file.read_text()[-2000:]}")


def unpack_kernel(work: Path, root: Path, out: Path) -> str:
    """Puts the newest cloud kernel into `out` and its modules into `root`; returns its version."""
    version = newest_kernel(KERNEL_PACKAGE)
    unpack([f"linux-image-{version}"], work / "kernel")
    shutil.copy(work / f"kernel/boot/vmlinuz-{version}", out / "vmlinuz")
    shutil.move(work / f"kernel/lib/modules/{version}", root / "usr/lib/modules" / version)
    return version


def keep_modules(root: Path, version: str) -> list[str]:
    """Returns MODULES with what they need, in loading order, and drops every other from `root`."""
    run(["chroot", root, "depmod", "-a", version])
    folder = root / "usr/lib/modules" / version
    order = loading_order(folder, MODULES)
    for path in folder.rglob("*.ko*"):
        if str(path.relative_to(folder)) not in order:
            path.unlink()
    run(["chroot", root, "depmod", "-a", version])
    return order


def configure(root: Path) -> None:
    """What a distributor's cloud image has, too: its network's services on, no machine-id."""
    run(["chroot", root, "systemctl", "enable", "systemd-networkd", "systemd-resolved", "networking",
         "NetworkManager"])
    run(["chroot", root, "systemctl", "mask", *MASKED])
    (root / "etc/cloud/cloud.cfg.d/90_lab.cfg").write_text(CLOUD_CONFIG)
    wait_online = root / "etc/systemd/system/systemd-networkd-wait-online.service.d"
    wait_online.mkdir(parents=True)
    (wait_online / "lab.conf").write_text(WAIT_ONLINE)
    (root / "etc/systemd/system.conf.d").mkdir()
    (root / "etc/systemd/system.conf.d/lab.conf").write_text(PATIENCE)
    hook = (root / RESOLVED_HOOK).read_text()
    for wrong, right in MENDED.items():
        if wrong not in hook:
            raise LabError(f"{RESOLVED_HOOK} has no {wrong!r}: Debian has mended it, drop MENDED")
        hook = hook.replace(wrong, right)
    (root / RESOLVED_HOOK).write_text(hook)
    (root / "etc/machine-id").write_text("")
    (root / "etc/fstab").write_text("/dev/vda / ext4 rw,noatime 0 0\n")
    resolv = root / "etc/resolv.conf"
    resolv.unlink(missing_ok=True)
    resolv.symlink_to("/run/systemd/resolve/stub-resolv.conf")
    for folder in UNUSED:
        shutil.rmtree(root / folder, ignore_errors=True)
    for device in (root / "dev").iterdir():
        if device.is_dir() and not device.is_symlink():
            shutil.rmtree(device, ignore_errors=True)


if __name__ == "__main__":
    try:
        guest_image(lambda text: print(text, flush=True))
    except LabError as problem:
        sys.exit(f"guest image: {problem}")
