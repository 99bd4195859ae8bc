"""A virt-launcher pod around a network namespace: its own mounts and processes, KubeVirt's paths
under /var/run, user 107 without capability. Ending it ends every process inside, QEMU included."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.paths import PROGRAMS
from lab.process import LabError, run, start, wait_until

QEMU_UID = 107  # KubeVirt's util.NonRootUID: virt-launcher, QEMU and every sidecar
# What virt-controller sets in each container (fixtures: pod.yaml).
XDG = {"XDG_CACHE_HOME": "/var/run/kubevirt-private",
       "XDG_CONFIG_HOME": "/var/run/kubevirt-private",
       "XDG_RUNTIME_DIR": "/var/run"}
PROGRAMS_IN_POD = Path("/run/patchbay")
FOLDERS = ("kubevirt-hooks", "kubevirt-private", "kubevirt-ephemeral-disks/disk-data/disk0",
           "kubevirt/container-disks", "libvirt/cloud-init-dir", "lock", "patchbay", "guest")
# The pod's first process: mounts, then reaps whatever ends. $1: the pod's /run, $2: programs, $3: its name.
INIT = f"""
set -e
mount --make-rprivate /
mount --bind "$2" "$1{str(PROGRAMS_IN_POD).removeprefix('/run')}"
mount --rbind "$1" /run
mount --bind /run/passwd /etc/passwd
mount --bind /run/group /etc/group
mount -t tmpfs -o mode=755 tmpfs /dev/net
mknod -m 666 /dev/net/tun c 10 200
hostname "$3"
touch /run/ready
sleep infinity & wait
"""


class Pod:
    """Made by entering, gone by leaving. `room` is the pod's /run as seen from outside."""

    def __init__(self, network_namespace: str, programs: Path = PROGRAMS):
        self.network_namespace = network_namespace
        self.programs = programs

    def __enter__(self) -> "Pod":
        self.room = Path(tempfile.mkdtemp(prefix=f"patchbay-{os.getpid()}-pod-"))
        self.room.chmod(0o755)
        try:
            self._open()
        except BaseException:
            shutil.rmtree(self.room)
            raise
        return self

    def _open(self) -> None:
        for folder in FOLDERS:
            (self.room / folder).mkdir(parents=True, exist_ok=True)
        self._add_to("passwd", f"qemu:x:{QEMU_UID}:{QEMU_UID}:qemu:/:/sbin/nologin")
        self._add_to("group", f"qemu:x:{QEMU_UID}:")
        self._holder = start(["ip", "netns", "exec", self.network_namespace, "unshare", "--mount",
                              "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c", INIT,
                              "pod", self.room, self.programs, self.network_namespace])
        try:
            wait_until("the pod's mounts", self._ready, timeout=30)
            self.pid = int(children_of(self._holder.pid)[0])
        except BaseException:
            self._holder.kill()
            self._holder.wait()
            raise
        for folder in FOLDERS:
            if folder != "patchbay":
                self.give(self.room / folder)

    def _add_to(self, database: str, entry: str) -> None:
        """In the pod, /etc/passwd and /etc/group know its user, as in virt-launcher's image."""
        others = [line for line in Path("/etc", database).read_text().splitlines()
                  if line.split(":")[2] != str(QEMU_UID)]
        (self.room / database).write_text("".join(f"{line}\n" for line in [*others, entry]))

    def _ready(self) -> bool:
        if self._holder.poll() is not None:
            raise LabError(f"the pod's first process ended with {self._holder.returncode}")
        return (self.room / "ready").exists()

    def __exit__(self, *_) -> None:
        self._holder.kill()  # unshare --kill-child: the first process dies, and with it all others
        self._holder.wait()
        wait_until("the pod's processes to end", lambda: not Path(f"/proc/{self.pid}").exists())
        shutil.rmtree(self.room)

    def give(self, path: Path) -> None:
        """Makes `path` (under `room`) and the folders above it the pod user's."""
        while path != self.room:
            os.chown(path, QEMU_UID, QEMU_UID)
            path = path.parent

    def lend(self, outside: Path, inside: str) -> None:
        """Shows the file `outside` at `inside` (under /run) in the pod, read-only."""
        (self.room / inside.removeprefix("/run/")).touch()
        self.run(["mount", "--bind", "-o", "ro", outside, inside], root=True)

    def command(self, words: Sequence[str], *, root: bool = False,
                environment: Mapping[str, str] = {}) -> list[str]:
        """The command line that runs `words` in the pod, as its user or as root."""
        enter = ["nsenter", f"--target={self.pid}", "--mount", "--uts", "--net", "--pid"]
        if not root:
            enter += ["setpriv", f"--reuid={QEMU_UID}", f"--regid={QEMU_UID}", "--clear-groups",
                      "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]
        variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **XDG, **environment}
        return [*enter, "env", "-i", *[f"{name}={value}" for name, value in variables.items()],
                *[str(word) for word in words]]

    def run(self, words: Sequence[str], *, root: bool = False, timeout: float = 120,
            environment: Mapping[str, str] = {}) -> str:
        return run(self.command(words, root=root, environment=environment), timeout=timeout)

    def start(self, words: Sequence[str], *, root: bool = False,
              environment: Mapping[str, str] = {}, **options) -> subprocess.Popen:
        return start(self.command(words, root=root, environment=environment), **options)


def terminate(process: subprocess.Popen, patience: float = 10) -> int:
    """Ends a program that Pod.start started and returns its own exit status: the signal is for the
    program, not for the nsenter that waits for it."""
    if process.poll() is None:
        for child in children_of(process.pid):
            os.kill(int(child), signal.SIGTERM)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            for child in children_of(process.pid):
                os.kill(int(child), signal.SIGKILL)
    return process.wait()


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
