"""What differs for a sidecar from one KubeVirt to the next (v1.5 to v1.9), and its container: mounts,
environment, user and default paths as KubeVirt gives them, in a pod's network namespace."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from lab.netns import Namespace
from lab.process import stop


@dataclass(frozen=True)
class KubeVirt:
    version: str
    flat: bool = False  # one folder for all hook sidecars, and no CONTAINER_NAME
    info_keys: tuple[str, ...] = ()  # of network-info, beside the network
    names_registration: bool = False
    plugins: bool = False


VERSIONS = (
    KubeVirt("v1.5", flat=True),
    KubeVirt("v1.6"),
    KubeVirt("v1.7"),
    KubeVirt("v1.8", info_keys=("mac",)),
    KubeVirt("v1.9", info_keys=("mac", "mtu"), names_registration=True, plugins=True),
)
# As root, in a mount namespace of its own: what the kubelet mounts. Then the program, as KubeVirt's user.
CONTAINER = """
set -e
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /etc
show() { [ -z "$1" ] || { mkdir -p "$2"; mount --bind "$1" "$2"; }; }
show "$HOOKS" /run/kubevirt-hooks
show "$PLUGIN" /run/kubevirt-plugin/patchbay
show "$PODINFO" /etc/podinfo
show "$STATUS" /etc/patchbay
exec env -i $VARIABLES "$@"
"""


@dataclass
class Container:
    """One sidecar's. Folders are as seen from outside; those that are not given are not mounted."""

    pod: Namespace
    program: list[str | Path]  # the command that becomes user 107 and runs the sidecar
    log_file: Path
    profile: str
    hooks: Path | None = None
    name: str = ""  # CONTAINER_NAME
    registration: str = ""
    plugin: Path | None = None
    pod_info: Path | None = None
    status: Path | None = None
    process: subprocess.Popen | None = field(default=None, init=False)

    @property
    def plugin_socket(self) -> str:
        return f"/var/run/kubevirt-plugin/patchbay/{self.profile}.sock"

    def __enter__(self) -> "Container":
        with self.log_file.open("w") as log:
            self.process = self.pod.start(*self._command(), env=self._environment(), stderr=log)
        return self

    def __exit__(self, *_) -> None:
        stop(self.process)

    def check(self) -> str:
        """What a person sees who runs --check in it."""
        command = ["ip", "netns", "exec", self.pod.name, *map(str, self._command("--check"))]
        return subprocess.run(command, env=self._environment(), capture_output=True, text=True,
                              check=True).stdout

    def log(self) -> list[dict]:
        return [json.loads(line) for line in self.log_file.read_text().splitlines()]

    def _command(self, *arguments: str) -> list[str | Path]:
        return ["unshare", "--mount", "sh", "-c", CONTAINER, "container", *self.program, *arguments]

    def _environment(self) -> dict[str, str]:
        variables = {"PATCHBAY_PROFILE": self.profile, "CONTAINER_NAME": self.name,
                     "NETWORK_BINDING_PLUGIN_NAME": self.registration,
                     "PATCHBAY_PLUGIN_SOCKET": self.plugin_socket if self.plugin else "",
                     "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        folders = {"HOOKS": self.hooks, "PLUGIN": self.plugin, "PODINFO": self.pod_info,
                   "STATUS": self.status}
        return {"PATH": os.environ["PATH"], **{key: str(path or "") for key, path in folders.items()},
                "VARIABLES": " ".join(f"{k}={v}" for k, v in variables.items() if v)}


def project(folder: Path, name: str, text: str) -> None:
    """Writes `folder`/`name` as the kubelet does: a link to ..data/name, ..data swapped at once."""
    version = folder / f"..{len(list(folder.iterdir()))}"
    version.mkdir()
    (version / name).write_text(text)
    (folder / "..new").symlink_to(version.name)
    (folder / "..new").rename(folder / "..data")
    if not (folder / name).is_symlink():
        (folder / name).symlink_to(f"..data/{name}")
