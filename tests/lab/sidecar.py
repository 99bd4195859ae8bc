"""The container hook-sidecar-0 of a virt-launcher pod: patchbay-sidecar as user 107 without any
capability, /var/run/kubevirt-hooks being its own folder, and what the downward API mounts."""

import json
from pathlib import Path

from lab.pod import PROGRAMS_IN_POD, Pod, terminate
from lab.process import LabError, wait_until

CONTAINER = "hook-sidecar-0"
# As root in the pod's namespaces: the container's own mounts, then the program, without privilege.
MOUNTS = """
set -e
mount --bind "/run/kubevirt-hooks/$CONTAINER_NAME" /run/kubevirt-hooks
mount -t tmpfs -o mode=755 tmpfs /etc
mkdir /etc/podinfo
printf %s "$NETWORK_INFO" > /etc/podinfo/network-info
unset NETWORK_INFO
exec setpriv --reuid=107 --regid=107 --clear-groups --no-new-privs --inh-caps=-all \
  --bounding-set=-all "$@"
"""


class SidecarContainer:
    """Running while entered. `network_info`: the annotation kubevirt.io/network-info, parsed."""

    def __init__(self, pod: Pod, network_info: dict, binding: str = "patchbay"):
        self.pod = pod
        self.folder = pod.room / "kubevirt-hooks" / CONTAINER
        self.log_file = pod.room / "kubevirt-private/sidecar.log"
        self._environment = {
            "CONTAINER_NAME": CONTAINER, "NETWORK_BINDING_PLUGIN_NAME": binding,
            "PATCHBAY_PROFILE": binding,  # ENV of the image
            "NETWORK_INFO": json.dumps(network_info),
        }

    def __enter__(self) -> "SidecarContainer":
        self.folder.mkdir()
        self.pod.give(self.folder)
        program = PROGRAMS_IN_POD / "patchbay-sidecar"
        with self.log_file.open("w") as log:
            self.process = self.pod.start(
                ["unshare", "--mount", "sh", "-c", MOUNTS, "sidecar", program], root=True,
                environment=self._environment, stdout=log, stderr=log)
        try:
            wait_until("the sidecar's socket", self._socket, timeout=60)
        except BaseException:
            terminate(self.process)
            raise
        return self

    def _socket(self) -> bool:
        if self.process.poll() is not None:
            raise LabError(f"patchbay-sidecar ended with {self.process.returncode}: "
                           f"{self.log_file.read_text()}")
        return any(self.folder.iterdir())

    def __exit__(self, *_) -> None:
        terminate(self.process)

    def log(self) -> list[dict]:
        """Its log lines; a line that is no JSON object is an error."""
        return [json.loads(line) for line in self.log_file.read_text().splitlines()]


def leftovers(folder: Path) -> list[str]:
    """What a sidecar that has ended left in its folder: no socket, or KubeVirt dials it. The seed disc
    goes with the pod."""
    return [path.name for path in folder.iterdir() if path.name != "patchbay-seed"]
