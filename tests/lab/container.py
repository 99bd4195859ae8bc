"""A container from an OCI image, as a kubelet's runtime runs those of a strict pod: crun, a read-only root, no
capability, no new privileges, 64 MiB, in a network namespace that is already there. skopeo and umoci read the image:
nothing of ours."""

import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from lab.process import LabError, run, start, wait_until

MEMORY = 64 << 20
# crun takes a unified hierarchy beside the old ones for the whole.
CRUN = ["unshare", "--mount", "sh", "-c",
        "if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi; exec crun \"$@\"", "crun",
        "--cgroup-manager=cgroupfs"]
_counter = itertools.count(1)


def unpack(archive: Path, reference: str, room: Path) -> Path:
    """An OCI runtime bundle in `room` of the image with that reference; every digest is checked on the way."""
    layout = room / "layout"
    run(["skopeo", "--tmpdir", room, "copy", "--quiet", f"oci-archive:{archive}:{reference}",
         f"oci:{layout}:{reference}"])
    bundle = room / reference
    run(["umoci", "unpack", "--image", f"{layout}:{reference}", bundle])
    return bundle


class Container:
    """Running while entered. `command`, `user` and `environment` as in a pod's container: of the image, where they
    are not given. `mounts`: its folders by their paths inside. `capabilities` as a pod adds them, without CAP_.
    `seccomp`: a profile, of the form that the kubelet finds on a node; `memory`: its limit in bytes."""

    def __init__(self, bundle: Path, network: Path, mounts: dict[str, Path], *, command: list[str] | None = None,
                 user: int | None = None, environment: dict[str, str] = {}, capabilities: Sequence[str] = (),
                 seccomp: Path | None = None, memory: int = MEMORY):
        self.name = f"pb{os.getpid()}-{next(_counter)}"
        self._bundle = bundle.with_name(self.name)
        self._bundle.mkdir()
        self.log_file = self._bundle / "log"
        settings = json.loads((bundle / "config.json").read_text(encoding="utf-8"))
        process = settings["process"]
        has = [f"CAP_{name}" for name in capabilities]
        process.update(terminal=False, noNewPrivileges=True,
                       capabilities={kind: has for kind in ("bounding", "effective", "permitted")})
        process["env"] += [f"{name}={value}" for name, value in environment.items()]
        if command:
            process["args"] = command
        if user is not None:
            process["user"] = {"uid": user, "gid": user}
        # A tree of its own, for the runtime leaves the folders there that it mounts on.
        shutil.copytree(bundle / "rootfs", self._bundle / "rootfs", copy_function=os.link)
        settings["root"] = {"path": "rootfs", "readonly": True}
        settings["mounts"] = [mount for mount in settings["mounts"] if mount["type"] != "cgroup"]
        settings["mounts"] += [{"destination": inside, "source": str(folder), "type": "bind",
                                "options": ["bind", "nosuid", "nodev"]} for inside, folder in mounts.items()]
        settings["linux"]["resources"] = {"memory": {"limit": memory}}
        if seccomp:
            settings["linux"]["seccomp"] = json.loads(seccomp.read_text(encoding="utf-8"))
        settings["linux"]["cgroupsPath"] = f"/{self.name}"
        next(one for one in settings["linux"]["namespaces"] if one["type"] == "network")["path"] = str(network)
        (self._bundle / "config.json").write_text(json.dumps(settings), encoding="utf-8")

    def __enter__(self) -> "Container":
        with self.log_file.open("w") as log:
            self._runtime = start([*CRUN, "run", "--bundle", self._bundle, self.name], stdout=log, stderr=log)
        return self

    def __exit__(self, *_) -> None:
        subprocess.run([*CRUN, "delete", "--force", self.name], stderr=subprocess.DEVNULL, check=False)
        self._runtime.wait()

    def pid(self) -> int:
        """Of its program, once that runs."""
        return wait_until(f"container {self.name}", self._running)

    def _running(self) -> int | None:
        if self._runtime.poll() is not None:
            raise LabError(f"container {self.name} ended with {self._runtime.returncode}: {self.log_file.read_text()}")
        state = subprocess.run([*CRUN, "state", self.name], capture_output=True, text=True, check=False)
        found = json.loads(state.stdout) if state.returncode == 0 else {}
        return found["pid"] if found.get("status") == "running" else None

    def terminate(self) -> int:
        """As a kubelet ends it: SIGTERM; its exit status."""
        run([*CRUN, "kill", self.name, "TERM"])
        return self.wait()

    def wait(self) -> int:
        return self._runtime.wait(timeout=60)

    def memory_limit(self) -> int:
        """As its control group says, whichever version that is."""
        files = [Path(f"/sys/fs/cgroup/memory/{self.name}/memory.limit_in_bytes"),
                 Path(f"/sys/fs/cgroup/{self.name}/memory.max")]
        return int(next(file for file in files if file.exists()).read_text())
