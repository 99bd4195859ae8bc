"""A CNI runtime that is not ours: podman with its CNI backend, which calls plugins through the real
libcni and keeps libcni's own result cache. It is unpacked beside and never installed, for its package
brings services. It runs in a node's network namespace and in mounts of its own.

    with Namespace("node") as node, Podman(node, room) as podman:
        podman.network("blue", [{"type": "bridge", …}])
        container = podman.run("blue:interface_name=pod16477688c0e,mac=02:00:00:00:00:62")
        podman.connect("binding", container)
        container.namespace     # as lab.netns.Namespace: run, ip, link, addresses
        podman.remove(container)"""

import itertools
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lab.apt import unpack
from lab.cache import kept
from lab.multus import PLUGIN_DIRECTORY
from lab.netns import Namespace
from lab.paths import LAB_CACHE, PROGRAMS
from lab.process import LabError, run, start, stop, wait_until

TREE = LAB_CACHE / "podman"
PROGRAM = TREE / "usr/bin/podman"
# Without what this kernel or a container in a test has no use for: cgroups, seccomp, large limits.
RUN = ("--detach", "--cgroups=disabled", "--security-opt", "seccomp=unconfined",
       "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")
# The first process: mounts. podman takes a unified hierarchy beside the old ones for the whole.
HOLD = """
set -e
mount --make-rprivate /
if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi
mkdir -p /var/lib/cni
mount --bind "$1/cni-state" /var/lib/cni
mkdir -p /run/netns
mount --bind "$1/netns" /run/netns
touch "$1/ready"
exec sleep infinity
"""


def program() -> Path:
    """podman, fetched and unpacked on first use; ./dev setup installs the libraries it is linked with."""
    kept(TREE, lambda out: unpack(["podman"], out))
    return PROGRAM


class ContainerNamespace(Namespace):
    """The network of a container, made and ended by podman: only its mounts have a name for it."""

    def __init__(self, pid: str):
        super().__init__("container")
        self.path = Path(f"/proc/{pid}/ns/net")

    def command(self, *command: object) -> list[str]:
        return ["nsenter", f"--net={self.path}", *map(str, command)]


@dataclass
class Container:
    name: str
    identity: str  # CNI_CONTAINERID
    namespace: ContainerNamespace


class Podman:
    """`cache` is libcni's, as podman's mounts show it at /var/lib/cni."""

    def __init__(self, node: Namespace, room: Path):
        self.node = node
        self.room = room / "podman"
        self.cache = self.room / "cni-state/results"
        self._containers: list[Container] = []
        self._numbers = itertools.count(1)

    def __enter__(self) -> "Podman":
        self._podman = program()
        for folder in ("cni-state", "netns", "net.d", "plugins", "tmp", "rootfs/bin", "rootfs/proc",
                       "rootfs/dev", "rootfs/etc"):
            (self.room / folder).mkdir(parents=True)
        (self.room / "plugins/patchbay").symlink_to(PROGRAMS / "patchbay-cni")
        shutil.copy("/bin/busybox", self.room / "rootfs/bin/sleep")
        self._write_settings()
        self._holder = start(["nsenter", f"--net={self.node.path}", "unshare", "--mount", "bash",
                              "-c", HOLD, "podman", self.room])
        try:
            wait_until("podman's mounts", self._ready)
        except BaseException:
            stop(self._holder)
            raise
        return self

    def __exit__(self, *_) -> None:
        try:
            for container in self._containers[:]:
                self.remove(container)
        finally:
            stop(self._holder)

    def network(self, name: str, plugins: list[dict], version: str = "1.0.0") -> None:
        """Writes the network's conflist, as a person would under /etc/cni/net.d."""
        text = json.dumps({"cniVersion": version, "name": name, "plugins": plugins}, indent=2)
        (self.room / f"net.d/{name}.conflist").write_text(text + "\n", encoding="utf-8")

    def run(self, *networks: str) -> Container:
        """A container that sleeps, on `networks`, each as `podman run --network` takes it."""
        name = f"pb{os.getpid()}-{next(self._numbers)}"
        arguments = [word for network in networks for word in ("--network", network)]
        try:
            identity = self.podman("run", *RUN, "--name", name, *arguments, "--rootfs",
                                   self.room / "rootfs", "sleep", "infinity").strip()
        except LabError:
            self.podman("rm", "--force", "--ignore", "--time", "0", name)
            raise
        pid = self.podman("inspect", "--format", "{{.State.Pid}}", name).strip()
        container = Container(name, identity, ContainerNamespace(pid))
        self._containers.append(container)
        return container

    def connect(self, network: str, container: Container) -> None:
        """One more network for a container that runs."""
        self.podman("network", "connect", network, container.name)

    def disconnect(self, network: str, container: Container) -> None:
        self.podman("network", "disconnect", network, container.name)

    def remove(self, container: Container) -> str:
        """DEL of every network, in whatever order podman's map gives; what podman logged."""
        self._containers.remove(container)
        return self._run("rm", "--force", "--time", "0", container.name).stderr

    def networks_of(self, container: Container) -> dict:
        """What podman understood of the plugins' results."""
        return json.loads(self.podman("inspect", "--format", "{{json .NetworkSettings.Networks}}",
                                      container.name))

    def cached(self, container: Container, network: str, interface: str) -> dict:
        """libcni's entry for one attachment."""
        file = self.cache / f"{network}-{container.identity}-{interface}"
        return json.loads(file.read_text(encoding="utf-8"))

    def podman(self, *arguments: object) -> str:
        return self._run(*arguments).stdout

    def _run(self, *arguments: object) -> subprocess.CompletedProcess:
        command = ["nsenter", f"--target={self._holder.pid}", "--mount", "--net", self._podman,
                   *arguments]
        settings = {"CONTAINERS_CONF": str(self.room / "containers.conf"),
                    "CONTAINERS_STORAGE_CONF": str(self.room / "storage.conf"),
                    "PATH": os.environ["PATH"], "HOME": str(self.room)}
        # Files, not pipes: conmon stays and keeps what it was given open.
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            status = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                                    stdout=out, stderr=err, env=settings, timeout=120,
                                    check=False).returncode
            out.seek(0)
            err.seek(0)
            done = subprocess.CompletedProcess(command, status, out.read(), err.read())
        if status != 0:
            raise LabError(f"podman {arguments[0]} ended with {status}: {done.stderr.strip()}")
        return done

    def _ready(self) -> bool:
        if self._holder.poll() is not None:
            raise LabError(f"podman's mounts could not be made: status {self._holder.returncode}")
        return (self.room / "ready").exists()

    def _write_settings(self) -> None:
        words = {name: json.dumps(str(self.room / name)) for name in
                 ("plugins", "net.d", "tmp", "static", "volumes", "graph", "run")}
        (self.room / "containers.conf").write_text(f"""\
[containers]
default_sysctls = []
[network]
network_backend = "cni"
cni_plugin_dirs = [{words["plugins"]}, "{PLUGIN_DIRECTORY}"]
network_config_dir = {words["net.d"]}
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "crun"
tmp_dir = {words["tmp"]}
static_dir = {words["static"]}
volume_path = {words["volumes"]}
""", encoding="utf-8")
        (self.room / "storage.conf").write_text(f"""\
[storage]
driver = "vfs"
graphroot = {words["graph"]}
runroot = {words["run"]}
""", encoding="utf-8")
